#!/usr/bin/env bash
# The soaks: tests/soak/run.sh short|full
set -euo pipefail
cd "$(dirname "$0")/../.."
anlan=$PWD/build/release/src/app/anlan
mkdir -p build/soak
cc -D_GNU_SOURCE -O1 -Wall -Wextra -shared -fPIC -o build/soak/libpowercut.so tests/soak/powercut.c -ldl
cc -D_GNU_SOURCE -DPOWERCUT_TOOL -O1 -Wall -Wextra -o build/soak/powercut tests/soak/powercut.c
common=(--lib "$PWD/build/soak/libpowercut.so" --tool "$PWD/build/soak/powercut")
case "${1:-short}" in
short) python3 tests/soak/soak.py "$anlan" --runs 20 --senders 4 --seconds 1.5 "${common[@]}" ;;
full) python3 tests/soak/soak.py "$anlan" --runs "${RUNS:-300}" --senders 8 --seconds 6 "${common[@]}" ;;
*) echo "usage: run.sh short|full" >&2; exit 2 ;;
esac
