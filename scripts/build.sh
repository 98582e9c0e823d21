#!/bin/sh
# Configures and builds a preset: scripts/build.sh release|dev|tsan|fuzz [target …]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
preset=$1
shift
if ! cmake --preset "$preset" >"build/$preset.log" 2>&1; then
    tail -n 30 "build/$preset.log" >&2
    exit 1
fi
exec cmake --build --preset "$preset" ${1:+--target} "$@"
