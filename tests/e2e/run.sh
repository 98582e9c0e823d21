#!/usr/bin/env bash
# The browser tests with the real program: tests/e2e/run.sh path/to/anlan [node test options]
# ANLAN_SHOTS=1 writes the pictures of every page into docs/screenshots.
set -euo pipefail
ANLAN_BIN=$(realpath "$1")
export ANLAN_BIN
shift
cd "$(dirname "$0")/../.."
exec scripts/node.sh node --test --test-concurrency=1 --test-timeout=900000 "$@" tests/e2e/anlan.test.mjs
