#!/usr/bin/env bash
# Formatting and static checks of what is ours: scripts/lint.sh
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
fail() { echo "lint: $*"; status=1; }

echo "== formatting (clang-format 14)"
unformatted=$(git ls-files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 | grep -oE '^[^:]+' | sort -u)
[ -z "$unformatted" ] || fail "not formatted, run make format: $unformatted"

echo "== one adapter a library: each third-party header in one file"
for header in microhttpd.h jansson.h sodium.h ini.h sqlite3.h libpq-fe.h zip.h xlsxwriter.h zlib.h uv.h mosquitto.h geos_c.h shapefil.h curl/curl.h cairo-pdf.h pango/pangocairo.h qrencode.h; do
    n=$(git grep -lE "#include <$header>" -- 'src/*.c' 'src/*.h' ':!*test_*' | wc -l)
    [ "$n" -le 1 ] || fail "$header is included by $n files: $(git grep -lE "#include <$header>" -- 'src/*.c' 'src/*.h' ':!*test_*' | tr '\n' ' ')"
done

echo "== SQL is never printed"
git grep -nE '(printf|asprintf)\([^;]*"(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER) ' -- 'src/*.c' && fail "SQL text in a format string"

echo "== dangerous calls"
git grep -nE '\b(strcpy|strcat|sprintf|gets|strtok|alloca)\(' -- 'src/*.c' 'src/*.h' ':!*test_*' && fail "use str.h"

echo "== unfinished marks"
git grep -nE '\b(TO''DO|FIX''ME|XX''X)\b' -- 'src/*.c' 'src/*.h' 'ui/src/*' && fail "finish it or say so in the docs"

echo "== cppcheck"
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppressions-list=scripts/cppcheck.supp \
    --enable=warning,portability -j 2 -I src/kernel $(for d in src/*/include src/mod/*/include src/gateway/*/include; do [ -d "$d" ] && echo "-I $d"; done) \
    $(git ls-files 'src/*.c' | grep -v test_ | grep -v fuzz_) || fail "cppcheck"

echo "== long functions and files"
awk 'FNR==1{fn=0} /^[A-Za-z].*\)$/{name=$0; start=FNR} /^}$/{ if (start && FNR-start>61) {print FILENAME":"start": "FNR-start" lines: "name; bad=1} start=0 } END{exit bad}' \
    $(git ls-files 'src/*.c' | grep -v test_) || fail "functions over 60 lines"

[ $status = 0 ] && echo "lint: clean"
exit $status
