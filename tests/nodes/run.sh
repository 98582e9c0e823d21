#!/usr/bin/env bash
# Two programs on one PostgreSQL, one of which is killed: tests/nodes/run.sh path/to/anlan
set -euo pipefail
program=$(realpath "${1:?the program}")
cd "$(dirname "$0")"
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-nodes.XXXXXX")
trap 'rm -rf "$work"' EXIT
timeout -k 5 "${NODES_SECONDS:-300}" ../../scripts/with-postgres.sh python3 -B nodes.py "$program" "$work"
