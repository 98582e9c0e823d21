#!/bin/sh
# The same line protocol into other programs that take it, one after the other, each on an empty directory, started and stopped here:
#     bench/peers.sh BUILD_DIR POINTS STEPS          (needs the packages influxdb and victoria-metrics)
# Prints rows of the table of bench/run.sh. A row has a figure only when the program says that it holds exactly the readings it acknowledged.
set -eu
build=$1
points=$2
steps=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-peers.XXXXXX")
peer=""
stop_peer() {
    [ -n "$peer" ] || return 0
    kill "$peer" 2>/dev/null || true
    wait "$peer" 2>/dev/null || true
    peer=""
}
trap 'stop_peer; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

free_port() { # an unused one, as far as one can tell
    p=$((20000 + $$ % 20000 + $1))
    while grep -qi ":$(printf '%04X' "$p") " /proc/net/tcp; do p=$((p + 7)); done
    echo "$p"
}

wait_for() {
    tries=0
    until curl -fs -o "$work/answer" "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 150 ] && kill -0 "$peer" 2>/dev/null || { tail -n 3 "$work/log" >&2; return 1; }
        sleep 0.1
    done
}

# row NAME ACKNOWLEDGED-MEANS: reads $work/row and compares with $held; a row of bench/run.sh's table
row() {
    rate=$(cut -f7 "$work/row")
    acked=$(cut -f6 "$work/row")
    if [ "$held" = "$acked" ]; then
        echo "| $1, line, $batch readings a POST, acknowledged: $2; $(awk -v b="$size" -v n="$acked" 'BEGIN { printf "%.1f", b / n }') bytes a reading" \
            "| $(awk -v r="$rate" 'BEGIN { printf "%.2f", r / 1e6 }') | M readings/s acknowledged | | | | $(cut -f8 "$work/row")" \
            "| $(cut -f10 "$work/row") / $(cut -f11 "$work/row") | | | $(cut -f14 "$work/row") |"
    else
        echo "| $1, line | no figure: holds $held readings of $acked | | | | | | | | | |"
    fi
}

influx() {
    port=$(free_port 1)
    rpc=$(free_port 2000)
    cat >"$work/influx.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:$rpc"
[meta]
dir = "$work/influx/meta"
[data]
dir = "$work/influx/data"
wal-dir = "$work/influx/wal"
[http]
bind-address = "127.0.0.1:$port"
log-enabled = false
max-body-size = 0
[monitor]
store-enabled = false
CONF
    influxd -config "$work/influx.conf" >"$work/log" 2>&1 &
    peer=$!
    wait_for "http://127.0.0.1:$port/ping"
    curl -fs -o "$work/answer" "http://127.0.0.1:$port/query" --data-urlencode "q=CREATE DATABASE bench"
    "$build/bench/bench_ingest" --port "$port" --token none --server-pid "$peer" --points "$points" --subscribers 0 \
        --peer '/write?db=bench' "line:$steps:$1" >"$work/row"
    held=$(curl -fs "http://127.0.0.1:$port/query?db=bench" --data-urlencode 'q=SELECT count(v) FROM reading' |
        sed -n 's/.*\[\[[^,]*,\([0-9]*\)\]\].*/\1/p')
    stop_peer
    size=$(du -sb "$work/influx" | cut -f1)
    row "InfluxDB $(dpkg-query -W -f '${Version}' influxdb | cut -d~ -f1)" "written ahead and synced"
    rm -rf "$work/influx"
}

victoria() {
    port=$(free_port 4000)
    victoria-metrics -storageDataPath="$work/vm" -httpListenAddr="127.0.0.1:$port" -retentionPeriod=12 >"$work/log" 2>&1 &
    peer=$!
    wait_for "http://127.0.0.1:$port/health"
    "$build/bench/bench_ingest" --port "$port" --token none --server-pid "$peer" --points "$points" --subscribers 0 \
        --peer '/write' "line:$steps:$1" >"$work/row"
    sleep 3 # until what it has taken can be found
    held=$(curl -fs "http://127.0.0.1:$port/api/v1/query" --data-urlencode 'query=sum(count_over_time(reading_v[4d]))' |
        sed -n 's/.*"value":\[[^,]*,"\([0-9]*\)"\].*/\1/p')
    stop_peer
    size=$(du -sb "$work/vm" | cut -f1)
    row "VictoriaMetrics $(dpkg-query -W -f '${Version}' victoria-metrics | cut -d+ -f1)" "in memory"
    rm -rf "$work/vm"
}

for batch in 1000 10000; do
    if command -v influxd >/dev/null; then influx "$batch"; fi
    if command -v victoria-metrics >/dev/null; then victoria "$batch"; fi
done
