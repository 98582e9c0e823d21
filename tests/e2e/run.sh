#!/usr/bin/env bash
# The browser tests with the real program: tests/e2e/run.sh path/to/anlan [node test options]
# The two halves run beside each other, each with a program, a directory and a browser of its own; their output comes one after the other.
# The third part takes the half's place that is done first: the chain once more, with the records in a private PostgreSQL; the fourth is
# a city with a past.
# ANLAN_SHOTS=1 writes the pictures of every page into docs/screenshots.
set -euo pipefail
ANLAN_BIN=$(realpath "$1")
export ANLAN_BIN
shift
cd "$(dirname "$0")/../.."
told=$(mktemp "${TMPDIR:-/tmp}/anlan-e2e-told.XXXXXX")
trap 'rm -f "$told"' EXIT
status=0
scripts/with-postgres.sh scripts/node.sh node --test --test-concurrency=2 --test-timeout=900000 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./tests/e2e/lib/summary.mjs --test-reporter-destination="$told" "$@" \
    tests/e2e/first.test.mjs tests/e2e/fourth.test.mjs tests/e2e/second.test.mjs tests/e2e/third.test.mjs || status=$?
# Last, what failed in one line each.
cat "$told"
exit $status
