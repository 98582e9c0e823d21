#!/usr/bin/env bash
# Attacks the real program over loopback: wrong roles, malformed requests and readings, broken imports, floods, kills;
# then the ports of the device protocols, and slow and greedy callers.
#   tests/hostile/run.sh build/release/src/app/anlan
# Needs python3 only. A data directory of its own under TMPDIR, gone afterwards.
set -euo pipefail
program=$(realpath "${1:?the program}")
cd "$(dirname "$0")"
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-hostile.XXXXXX")
trap 'rm -rf "$work"' EXIT
ulimit -n 4096 2>/dev/null || true
timeout -k 5 "${HOSTILE_SECONDS:-300}" python3 -B hostile.py "$program" "$work"
mkdir "$work/gateways"
timeout -k 5 "${HOSTILE_SECONDS:-300}" python3 -B gateways.py "$program" "$work/gateways"
