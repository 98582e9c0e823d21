#!/usr/bin/env bash
# Replays with the real program: tests/replay/run.sh path/to/anlan
# Hand-made cases beside this script always; the cases and public series of the test data when they are there.
set -euo pipefail
anlan=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
data=$(realpath -m "${ANLAN_TEST_DATA:-$here/../../../shared/data}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
convert() { python3 "$here/convert.py" "$@"; }

count=0
for folder in "$here"/cases/* "$data"/../alarm-cases/*; do
    [ -f "$folder/rules.json" ] || continue
    status=0
    "$anlan" watch replay --rules "$folder/rules.json" "$folder/readings.csv" >"$work/got" 2>"$work/err" || status=$?
    want=$(cat "$folder/status" 2>/dev/null || echo 0)
    [ "$status" = "$want" ] || { echo "   $folder: status $status, expected $want"; cat "$work/err"; exit 1; }
    convert cases "$folder/expected.jsonl" "$work/got" || { echo "   in $folder"; exit 1; }
    "$anlan" watch replay --rules "$folder/rules.json" "$folder/readings.csv" 2>/dev/null | cmp -s - "$work/got" ||
        { [ "$want" != 0 ] || { echo "   $folder: a second run differs"; exit 1; }; }
    count=$((count + 1))
done
echo "   $count cases equal, edge by edge"

if [ ! -d "$data/nab" ]; then
    echo "   skipped: no public series (ANLAN_TEST_DATA)"
    exit 0
fi
convert nab "$data/nab" "$work/nab.csv"
cat >"$work/nab.json" <<'J'
{"rules":[{"name":"deviation","point":"NAB-*","kind":"deviation","k":3,"warmup_ms":172800000,"season_ms":86400000,
 "grades":[{"grade":3,"limit":3.5},{"grade":1,"limit":6}],"off_delay_ms":3600000}]}
J
"$anlan" watch replay --rules "$work/nab.json" "$work/nab.csv" >"$work/nab.jsonl"
convert score "$data/nab" "$work/nab.jsonl"

found=0
files=0
cat >"$work/skab.json" <<'J'
{"rules":[{"name":"deviation","point":"SKAB-*","kind":"deviation","k":3,"warmup_ms":300000,"season_ms":0,
 "grades":[{"grade":3,"limit":3.3},{"grade":1,"limit":6}],"on_delay_ms":3000,"off_delay_ms":30000}]}
J
for file in "$data"/skab/valve1/*.csv; do
    files=$((files + 1))
    convert skab "$file" "$work/skab.csv" "SKAB-$(basename "$file" .csv)"
    "$anlan" watch replay --rules "$work/skab.json" "$work/skab.csv" >"$work/skab.jsonl"
    [ -s "$work/skab.jsonl" ] && found=$((found + 1))
done
echo "   $found of $files valve experiments raise a deviation"
[ $((found * 2)) -ge "$files" ]
python3 "$here/over_http.py" "$anlan" "$data/nab" "$data/skab/valve1/1.csv"
