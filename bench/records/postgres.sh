#!/bin/sh
# The questions of ask.py to a program over PostgreSQL: bench/records/postgres.sh [COUNT]
# A private cluster (scripts/with-postgres.sh), the demo's people, COUNT matters (1,000,000: filling takes some ten minutes of one
# processor), then the questions; the processor time is the program's and its PostgreSQL's together.
#   ANLAN_BENCH_BUILD   a build directory that has anlan already (build/release)
#   NAMES               demo accounts that ask ("office town enterprise")
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
count=${1:-1000000}
[ -n "${ANLAN_TEST_PG:-}" ] || exec scripts/with-postgres.sh "$0" "$count"
anlan=${ANLAN_BENCH_BUILD:-build/release}/src/app/anlan
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-bench.XXXXXX")
server=""
stop() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" || true
    server=""
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

start() { # start demo|serve [options]: sets server and port when it answers
    "$anlan" "$@" --data "$work/data" --config "$work/anlan.ini" --listen 127.0.0.1:0 >"$work/log" 2>&1 &
    server=$!
    tries=0
    while [ $tries -lt 600 ]; do
        port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$work/log" | head -n 1)
        [ -n "$port" ] && curl -fs -o "$work/hello" "http://127.0.0.1:$port/api/hello" && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
        tries=$((tries + 1))
    done
    tail -n 3 "$work/log" >&2
    exit 1
}

printf '[database]\nurl = %s\n' "$ANLAN_TEST_PG" >"$work/anlan.ini"
start demo --points 100
stop
python3 bench/records/fill.py "$ANLAN_TEST_PG" "$count" >&2
start serve
cluster=$(head -n 1 "$(psql "$ANLAN_TEST_PG" -Atc 'show data_directory')/postmaster.pid")
NAMES=${NAMES:-office town enterprise} python3 bench/records/ask.py "http://127.0.0.1:$port" "$server,$cluster"
