#!/usr/bin/env bash
# The soaks: tests/soak/run.sh short|full|tsan
#   RUNS=40 SECONDS_OF_LOAD=8 tests/soak/run.sh full    so many runs; goes on behind those that build/soak/results.jsonl holds
#   AGAIN=1 …                                           from the beginning
set -euo pipefail
cd "$(dirname "$0")/../.."
anlan=${ANLAN:-$PWD/build/release/src/app/anlan}
out=${SOAK_OUT:-build/soak}
mkdir -p "$out"
flags="-D_GNU_SOURCE -std=gnu17 -Wall -Wextra"
cc $flags -O1 -shared -fPIC -o "$out/libpowercut.so" tests/soak/powercut.c -ldl
cc $flags -O1 -DPOWERCUT_TOOL -o "$out/powercut" tests/soak/powercut.c
cc $flags -O1 -shared -fPIC -o "$out/libtrouble.so" tests/soak/trouble.c -ldl
cc $flags -O2 -o "$out/soak-sender" tests/soak/sender/*.c
common=(--lib "$(realpath "$out/libpowercut.so")" --tool "$(realpath "$out/powercut")" --sender "$(realpath "$out/soak-sender")")
case "${1:-short}" in
short)
    python3 -B tests/soak/soak.py "$anlan" --runs "${RUNS:-6}" --seconds 1.5 "${common[@]}"
    python3 -B tests/soak/trouble.py "$anlan" --sender "$(realpath "$out/soak-sender")" --lib "$(realpath "$out/libtrouble.so")"
    python3 -B tests/soak/imports.py "$anlan"
    ;;
full)
    python3 -B tests/soak/imports.py "$anlan" --bodies 20000 --points 100000 --table "$out/imports.md"
    [ -z "${AGAIN:-}" ] || rm -f "$out/results.jsonl"
    python3 -B tests/soak/soak.py "$anlan" --runs "${RUNS:-300}" --seconds "${SECONDS_OF_LOAD:-8}" --results "$out/results.jsonl" \
        --table "$out/table.md" "${common[@]}"
    ;;
tsan)
    # The whole program under ThreadSanitizer, with a sender on every gateway: a report ends it, and the run with it.
    scripts/build.sh tsan anlan
    TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.supp" \
        python3 -B tests/soak/soak.py "$PWD/build/tsan/src/app/anlan" --runs "${RUNS:-2}" --seconds 6 --load 0.15 \
        --sender "$(realpath "$out/soak-sender")"
    ;;
*) echo "usage: run.sh short|full|tsan" >&2; exit 2 ;;
esac
