#!/bin/sh
# Builds the front end into ui/dist when its sources changed: scripts/ui.sh [check]
# With "check": types and unit tests as well.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/ui"

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.anlan ]; then
    echo "   ui: installing modules from the lock file"
    ../scripts/node.sh npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.anlan
fi
if [ "${1:-}" = check ]; then
    echo "   ui: types and unit tests"
    ../scripts/node.sh npm run --silent check
fi
if [ ! -f dist/index.html ] || [ -n "$(find src public index.html package-lock.json vite.config.ts -newer dist/index.html 2>/dev/null | head -n 1)" ]; then
    echo "   ui: building"
    ../scripts/node.sh npm run --silent build
else
    echo "   ui: up to date"
fi
