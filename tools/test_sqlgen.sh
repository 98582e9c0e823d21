#!/bin/sh
# What sqlgen must accept and what it must refuse. usage: test_sqlgen.sh PATH_OF_SQLGEN
set -eu
sqlgen=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
    echo "FAIL: $1" >&2
    failed=1
}

# refuse NAME EXPECTED_MESSAGE, the file on stdin
refuse() {
    cat >"$dir/in.sql"
    if "$sqlgen" "$dir/in.sql" t "$dir/out.c" "$dir/out.h" 2>"$dir/err"; then
        fail "$1: was accepted"
    elif ! grep -q -- "$2" "$dir/err"; then
        fail "$1: said $(cat "$dir/err")"
    fi
}

cat >"$dir/good.sql" <<'SQL'
-- A comment with :nothing in it.

-- name: find
-- args: owner:i64,
-- args: since:i64, title:text?
-- row: id:i64, title:text?
SELECT id, title -- :comment
  FROM note /* :other */
 WHERE title = :title AND owner = :owner AND at > :since AND kind <> ':quoted' AND "a:b" = 'it''s :x'
   AND owner <> :owner;

-- name: search
-- args: words:text
-- dialect: sqlite
SELECT 1 FROM a WHERE a MATCH :words
-- dialect: pg
SELECT 1 FROM a WHERE t @@ :words
SQL
"$sqlgen" "$dir/good.sql" part "$dir/good.c" "$dir/good.h" || fail "good file refused"
for text in "title = \\\\?3 AND owner = \\\\?1 AND at > \\\\?2" "title = \$3 AND owner = \$1 AND at > \$2" \
            "':quoted'" "'it''s :x'" "MATCH \\\\?1" "t @@ \$1" "DB_I64, DB_I64, DB_TEXT" ".ncols = 2" \
            "part__find"; do
    grep -qF -- "$(printf '%b' "$text")" "$dir/good.c" || fail "missing in output: $text"
done
grep -q "comment\|other" "$dir/good.c" && fail "comment was kept"
grep -q "Q_FIND_ID, Q_FIND_TITLE" "$dir/good.h" || fail "no column numbers"

refuse "unknown name" 'line\|not in the args' <<'SQL'
-- name: a
-- args: x:i64
SELECT :y, :x
SQL
refuse "unused argument" 'is not used' <<'SQL'
-- name: a
-- args: x:i64, y:i64
SELECT :x
SQL
refuse "cast" 'CAST' <<'SQL'
-- name: a
-- args: x:i64
SELECT :x::text
SQL
refuse "repeated name" 'already at line 1' <<'SQL'
-- name: a
SELECT 1
-- name: a
SELECT 2
SQL
refuse "repeated argument" 'named twice' <<'SQL'
-- name: a
-- args: x:i64, x:i64
SELECT :x
SQL
refuse "second statement" 'second statement' <<'SQL'
-- name: a
SELECT 1; DELETE FROM b
SQL
refuse "bare placeholder" 'write :name' <<'SQL'
-- name: a
SELECT $1
SQL
refuse "bad type" 'is no type' <<'SQL'
-- name: a
-- args: x:int
SELECT :x
SQL
refuse "one dialect only" 'no text for pg' <<'SQL'
-- name: a
-- dialect: sqlite
SELECT 1
SQL
refuse "unused in one dialect" 'not used for pg' <<'SQL'
-- name: a
-- args: x:i64
-- dialect: sqlite
SELECT :x
-- dialect: pg
SELECT 1
SQL
refuse "open quote" 'not closed' <<'SQL'
-- name: a
SELECT 'x
SQL
refuse "empty" 'no text' <<'SQL'
-- name: a
-- row: x:i64
SQL

echo 'CREATE TABLE a ({{id}});' >"$dir/0001_a.sql"
echo 'CREATE TABLE b ({{id}});' >"$dir/0003_b.sql"
echo 'CREATE TABLE b ({{id}});' >"$dir/0002_b.sql"
"$sqlgen" --migrations own "$dir/m.c" "$dir/m.h" "$dir/0001_a.sql" "$dir/0002_b.sql" || fail "migrations refused"
grep -q 'own_nmigrations = 2' "$dir/m.c" || fail "migrations not counted"
if "$sqlgen" --migrations own "$dir/m.c" "$dir/m.h" "$dir/0001_a.sql" "$dir/0003_b.sql" 2>"$dir/err"; then
    fail "gap in migrations was accepted"
fi
exit $failed
