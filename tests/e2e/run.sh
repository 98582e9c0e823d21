#!/usr/bin/env bash
# The browser tests with the real program: tests/e2e/run.sh path/to/anlan [node test options]
# The files run beside each other, each with a program, a directory and a browser of its own, more of them than processors: they wait for
# the pages more than they compute. Their output comes one after the other, with each one's seconds; a story belongs where its file is
# the shorter one. The third has its records in a private PostgreSQL, the fourth is a city with a past.
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
    tests/e2e/fifth.test.mjs tests/e2e/first.test.mjs tests/e2e/second.test.mjs tests/e2e/third.test.mjs tests/e2e/fourth.test.mjs || status=$?
# Last, what failed in one line each.
cat "$told"
exit $status
