#!/bin/sh
# Measures the program from outside and its engines from inside, and prints tables in Markdown:
#     bench/run.sh [points]          (85,000; one to three minutes; needs 2 GB of memory and of disk)
# With PEERS set, InfluxDB and VictoriaMetrics are measured beside it on the same load (bench/peers.sh).
# ANLAN_BENCH_BUILD names a build directory that has anlan already; TMPDIR says which disk is measured.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
points=${1:-85000}
build=${ANLAN_BENCH_BUILD:-}
token=anlan-demo-token
export LANG=en_US.UTF-8 LC_ALL=en_US.UTF-8 LC_MESSAGES=en_US.UTF-8

if [ -z "$build" ]; then
    build=build/release
    scripts/build.sh release bench_ingest bench_series bench_watch >/dev/null
fi
anlan=$build/src/app/anlan
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-bench.XXXXXX")
data=$work/data
server=""

stop_server() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=""
}
clean_up() {
    stop_server
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

fail() {
    echo "bench: $*" >&2
    tail -n 5 "$work/server.log" >&2 2>/dev/null || true
    exit 1
}

# start_server demo|serve [options]: sets server and port when it answers
start_server() {
    "$anlan" "$@" --data "$data" --listen 127.0.0.1:0 >"$work/server.log" 2>&1 &
    server=$!
    port=""
    tries=0
    while [ $tries -lt 600 ]; do
        port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$work/server.log" | head -n 1)
        [ -n "$port" ] && curl -fs -o "$work/hello" "http://127.0.0.1:$port/api/hello" && return 0
        kill -0 "$server" 2>/dev/null || fail "the server ended"
        sleep 0.1
        tries=$((tries + 1))
    done
    fail "the server does not answer"
}

stored() { "$anlan" series verify --data "$data" | sed -n 's/^clean: \([0-9]*\) readings.*/\1/p'; }

# seconds with one decimal since $1 (from date +%s%N)
since() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }

echo "## Machine"
echo
echo "$(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), $(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GiB," \
    "Linux $(uname -r), $(findmnt -n -o FSTYPE -T "$work"), $(gcc --version | head -n 1)," \
    "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
echo

# The demo gives accounts and the token; its simulator is stopped at once and the directory served without it.
start_server demo --points 100
stop_server
awk -v n="$points" 'BEGIN { print "code,name,interval_s"; for (i = 0; i < n; i++) printf "BENCH-%06d,Benchmark %d,300\n", i, i; print "BENCH-PROBE,Benchmark probe,60" }' \
    >"$work/points.csv"
cat >"$work/rules.csv" <<'CSV'
code,name,point,kind,dir,limit1,limit2,limit3,limit4,deadband
BENCH,Benchmark four grades,BENCH-*,level,high,32,30,28,26,0.5
CSV
start=$(date +%s%N)
"$anlan" import points "$work/points.csv" --data "$data" >"$work/import.log" 2>&1 || fail "points: $(cat "$work/import.log")"
imported=$(since "$start")
"$anlan" import rules "$work/rules.csv" --data "$data" >"$work/import.log" 2>&1 || fail "rules: $(cat "$work/import.log")"
before=$(stored)
size_before=$(du -sb "$data/series" | cut -f1)
start=$(date +%s%N)
start_server serve
started=$(since "$start")

timeout 150 "$build/bench/bench_ingest" --port "$port" --token "$token" --server-pid "$server" --points "$points" \
    ${ANLAN_BENCH_RUNS:-line:6:1000:32:100000 line:1:1:128 line:20:100:64 line:60:1000 line:60:10000:4 json:60:1000 binary:150:1000 binary:150:10000:4} >"$work/ingest.md" ||
    fail "no figure: the server lost, changed or refused readings, or took too long"
start=$(date +%s%N)
stop_server
stopped=$(since "$start")
size_stopped=$(du -sb "$data/series" | cut -f1)
after=$(stored)
sent=$(sed -n 's/^readings sent: \([0-9]*\);.*/\1/p' "$work/ingest.md")
[ "$((after - before))" = "$sent" ] || fail "no figure: $sent readings sent, $((after - before)) stored"

# The log keeps what lies behind the older of two state files, which are a minute apart while the server runs: one more start and
# stop leaves only what stays.
start_server serve
sleep 1.5
stop_server
size_after=$(du -sb "$data/series" | cut -f1)
per_reading() { awk -v a="$size_before" -v b="$1" -v n="$sent" 'BEGIN { printf "%.2f", (b - a) / n }'; }

echo "## From outside: HTTP on loopback, $points points with a rule of four grades each, acknowledged after the sync"
echo
cat "$work/ingest.md"
echo
echo "| what | figure |"
echo "|---|---|"
echo "| bytes a reading on disk, everything under series/, checkpoint and log cut | $(per_reading "$size_after") |"
echo "| the same right after the runs, with the log of the last minute | $(per_reading "$size_stopped") |"
echo "| readings found by \`anlan series verify\`: exactly those sent | $((after - before)) |"
echo "| import of $points points from CSV | $imported s |"
echo "| start with $points points until it answers | $started s |"
echo "| stop (checkpoint) | $stopped s |"
echo
echo "## From inside: the reading store alone (one appender, synced)"
echo
echo '```'
timeout 60 "$build/bench/bench_series" "$work/series" "$points" 60 1000
echo '```'
echo
echo "## From inside: the rules alone (one lane)"
echo
echo '```'
timeout 60 "$build/bench/bench_watch" level "$points" 100
timeout 30 "$build/bench/bench_watch" mixed "$points" 40
echo '```'

if [ -n "${PEERS:-}" ]; then
    echo
    echo "## Others, the same line protocol"
    echo
    timeout 150 bench/peers.sh "$build" "$points" 20
fi
