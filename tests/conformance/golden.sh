#!/bin/sh
# The documents that are made from the declarations, stored so that a review shows what a change does to the interface.
#   tests/conformance/golden.sh check PROGRAM    are the stored ones current? (part of make test)
#   tests/conformance/golden.sh renew PROGRAM    write them anew (make golden)
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C LANG=en_US.UTF-8

[ $# = 2 ] || { echo "usage: $0 check|renew PROGRAM" >&2; exit 2; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# One member of the document on a line, so that the difference of two of them can be read.
"$2" dump openapi | tests/conformance/golden_json.py > "$tmp/openapi.json"
"$2" dump states > "$tmp/states.md"
{ echo "# Permissions"; echo
  echo "Made by \`anlan dump permissions\`: which role carries which permission from the start. \`make golden\` renews it."; echo
  "$2" dump permissions; } > "$tmp/permissions.md"

stale=0
for f in openapi.json states.md permissions.md; do
    if [ "$1" = renew ]; then cp "$tmp/$f" "docs/$f"; echo "docs/$f"; continue; fi
    if cmp -s "$tmp/$f" "docs/$f"; then continue; fi
    echo "docs/$f is not what the declarations say; make golden renews it:" >&2
    diff -u "docs/$f" "$tmp/$f" 2>&1 | head -40 >&2 || true
    stale=1
done
exit $stale
