#!/usr/bin/env bash
# Every fuzz target for so many seconds each: fuzz/run.sh 60. A crash is kept in fuzz/regressions/<corpus>/ and from
# then on replayed by the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
status=0
while read -r target; do
    name=$(basename "$target")
    corpus=${name#fuzz_}
    mkdir -p "build/fuzz/corpus/$corpus" "fuzz/regressions/$corpus"
    seeds=()
    [ -d "fuzz/corpora/$corpus" ] && seeds+=("fuzz/corpora/$corpus")
    printf '== %s, %s s\n' "$name" "$seconds"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
        -artifact_prefix="fuzz/regressions/$corpus/" "build/fuzz/corpus/$corpus" "${seeds[@]}" || {
        echo "== $name CRASHED; the input is in fuzz/regressions/$corpus/"
        status=1
    }
done < <(find build/fuzz -type f -executable -name 'fuzz_*' | sort)
find fuzz/regressions -type d -empty -delete
exit $status
