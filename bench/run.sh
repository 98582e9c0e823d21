#!/bin/sh
# Measures the program and prints one table in Markdown; what it does meanwhile goes to standard error:
#     bench/run.sh [points [many]]          (85,000 and 1,000,000; about ten minutes; needs 6 GB of memory and 4 GB of disk)
# Nothing is printed unless every reading that was acknowledged has been read back: count and sum of all of them from the
# store, 500 points one by one over HTTP. With PEERS=1, InfluxDB and VictoriaMetrics get the same bytes (bench/peers.sh).
#   ANLAN_BENCH_BUILD   a build directory that has anlan and the bench programs already
#   ANLAN_BENCH_MATTERS how many matters the desk's rows ask (1,000,000); 0 leaves them out
#   ANLAN_TEST_DATA     public data sets (../shared/data); without nab and skab there, their rows say so
#   TMPDIR              the disk to be measured
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
points=${1:-85000}
many=${2:-1000000}
matters=${ANLAN_BENCH_MATTERS:-1000000}
build=${ANLAN_BENCH_BUILD:-}
public=${ANLAN_TEST_DATA:-../shared/data}
token='anlan-demo-token'
export LANG=en_US.UTF-8 LC_ALL=en_US.UTF-8 LC_MESSAGES=en_US.UTF-8

if [ -z "$build" ]; then
    build=build/release
    scripts/build.sh release bench_ingest bench_readall bench_floor bench_devices bench_nab bench_skab bench_risk_grid >/dev/null
fi
anlan=$build/src/app/anlan
programs=$build/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-bench.XXXXXX")
table=$work/table
server=""
broker=""
began=$(date +%s)

say() { echo "bench: $(($(date +%s) - began)) s: $*" >&2; }

stop() { # stop PID
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
stop_server() {
    stop "$server"
    server=""
}
clean_up() {
    stop_server
    stop "$broker"
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

fail() {
    echo "bench: no figure: $*" >&2
    tail -n 5 "$work/server.log" >&2 2>/dev/null || true
    exit 1
}

# start_server demo|serve [options]: on $data; sets server and port when it answers
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

import() { # import TABLE FILE
    "$anlan" import "$1" "$2" --data "$data" >"$work/import.log" 2>&1 || fail "$1: $(tail -n 1 "$work/import.log")"
}

# seconds with one decimal since $1 (from date +%s%N)
since() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }
field() { cut -f"$1" "$2"; }                      # field N FILE
calc() { awk "BEGIN { printf \"$1\", $2 }"; }     # calc FORMAT EXPRESSION
grouped() { echo "$1" | sed -e ':a' -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta'; }

# row WHAT FIGURE UNIT REQUIRED [BESIDE RATIO CPU ACK ALARM VALUES MB]
row() {
    printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "${5:-}" "${6:-}" "${7:-}" "${8:-}" \
        "${9:-}" "${10:-}" "${11:-}" >>"$table"
}

# required FORMAT LOAD POINTS: what the rate must be, in brackets the goal
required() {
    [ "$2" = full ] || return 0
    case $1 in
        line) must=2.0 goal=4.0 share=1/3 ;;
        json) must=1.5 goal=3.5 share=1/3 ;;
        *) must=4.0 goal=8.0 share=1/2 ;;
    esac
    [ "$3" = "$points" ] || { must=$(calc %.2f $must/2) goal=$(calc %.2f $goal/2); }
    echo "$must ($goal, $share of the floor)"
}

# The rows of one bench_ingest: ingest_rows FILE FLOOR_FILE POINTS
ingest_rows() {
    grep '^run' "$1" | while IFS="$(printf '\t')" read -r _ format load batch conns _ rate cpu _ ack50 ack99 alarm50 alarm99 mb every most busy cut; do
        what="$format, $(grouped "$3") points"
        beside="" ratio="" must=""
        [ "$load" = half ] && what="$what, half load"
        if [ "$batch" = 1 ]; then
            what="$what, one reading a POST, $conns connections"
        else
            must=$(required "$format" "$load" "$3")
            floor=$(awk -v f="$format" '$1 == f { print $2 }' "$2")
            [ "$load" = half ] || beside="floor $(calc %.2f "$floor/1e6")" ratio=$(calc %.2f "$rate/$floor")
        fi
        [ "$busy" = 0 ] || what="$what, $busy times 503"
        [ "$cut" = 0 ] || what="$what, $cut streams cut"
        row "$what" "$(calc %.2f "$rate/1e6")" "M readings/s acknowledged" "$must" "$beside" "$ratio" "$cpu" \
            "$ack50 / $ack99" "$alarm50 / $alarm99" "$every / $most" "$mb"
    done
}

# The worst of the half loads: worst_half FILE FIELD
worst_half() { awk -F'\t' -v n="$2" '$1 == "run" && $3 == "half" && $n > w { w = $n } END { print w }' "$1"; }

# A directory with the points and a rule of four grades on all of them; the demo gives accounts and the token, its simulator is
# stopped at once. make_city POINTS_CSV: header and one point a line
make_city() {
    rm -rf "$data"
    start_server demo --points 100
    stop_server
    cat >"$work/rules.csv" <<'CSV'
code,name,point,kind,dir,limit1,limit2,limit3,limit4,deadband
BENCH,Benchmark four grades,BENCH-*,level,high,32,30,28,26,0.5
CSV
    rm -f "$work"/part.*
    tail -n +2 "$1" | split -l 190000 - "$work/part."
    for part in "$work"/part.*; do
        { head -n 1 "$1" && cat "$part"; } >"$work/points.csv"
        import points "$work/points.csv"
    done
    import rules "$work/rules.csv"
}

# ---- Readings over HTTP ----

points_csv() { # points_csv POINTS: into all-points.csv
    awk -v n="$1" 'BEGIN { print "code,name,interval_s\nBENCH-PROBE,Benchmark probe,60"
        for (i = 0; i < n; i++) printf "BENCH-%06d,Benchmark %d,300\n", i, i }' >"$work/all-points.csv"
}

# city POINTS RUN…: fills $work/POINTS.ingest, .floor, .all (of bench_readall), .disk, .times
city() {
    n=$1
    shift
    say "$(grouped "$n") points: import"
    points_csv "$n"
    [ "$n" = "$many" ] || echo "BENCH-YEAR,Benchmark year,300" >>"$work/all-points.csv"
    start=$(date +%s%N)
    make_city "$work/all-points.csv"
    imported=$(since "$start")
    if [ "$n" != "$many" ]; then
        awk -v now="$(date +%s)" 'BEGIN { print "t,point,v"; for (t = now - 365 * 86400; t < now; t += 300)
            printf "%d000,BENCH-YEAR,%.2f\n", t, 20 + int(t / 300) % 97 / 10 }' >"$work/year.csv"
        import readings "$work/year.csv"
    fi
    say "floor: no sockets"
    # shellcheck disable=SC2046
    timeout 240 "$programs/bench_floor" "$work" "$n" $(printf '%s\n' "$@" | awk -F: '$3 > 1 && $5 == "" { print $1 ":" $2 ":" $3 }') \
        >"$work/$n.floor" || fail "the floor"
    start=$(date +%s%N)
    start_server serve
    echo "$imported $(since "$start")" >"$work/$n.times"
    say "readings over HTTP, ten subscribers"
    timeout 400 "$programs/bench_ingest" --port "$port" --token "$token" --server-pid "$server" --points "$n" \
        --receipt "$work/receipt" "$@" >"$work/$n.ingest" || fail "the server lost, changed or refused readings, or took too long"
    stop_server
    read_back "$n"
}

# Reads everything back and lets the store come to rest: read_back NAME
read_back() {
    say "reading all of it back"
    timeout 300 "$programs/bench_readall" "$data/series" "$work/receipt" >"$work/$1.all" ||
        fail "what was read back differs, or took too long"
    du -sb "$data/series" | cut -f1 >"$work/$1.disk"
}

city_rows() { # city_rows POINTS
    ingest_rows "$work/$1.ingest" "$work/$1.floor" "$1"
}

# ---- Devices ----

free_port() { # an unused one, as far as one can tell
    p=$((20000 + $$ % 20000 + $1))
    while grep -qi ":$(printf '%04X' "$p") " /proc/net/tcp; do p=$((p + 7)); done
    echo "$p"
}

devices() {
    "$programs/bench_devices" points >"$work/all-points.csv"
    make_city "$work/all-points.csv"
    hj=$(free_port 1) gb=$(free_port 1001) jt=$(free_port 2001) mqtt=0
    printf '[hj212]\nlisten = 127.0.0.1:%s\n[gb26875]\nlisten = 127.0.0.1:%s\n[jt808]\nlisten = 127.0.0.1:%s\n' "$hj" "$gb" "$jt" \
        >"$work/devices.ini"
    if command -v mosquitto >/dev/null; then
        mqtt=$(free_port 3001)
        printf 'listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n' "$mqtt" >"$work/broker.conf"
        mosquitto -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
        broker=$!
        printf '[mqtt]\nhost = 127.0.0.1\nport = %s\n' "$mqtt" >>"$work/devices.ini"
    fi
    start_server serve --config "$work/devices.ini"
    sleep 1 # until the broker has the subscription
    say "device protocols"
    timeout 240 "$programs/bench_devices" run "$port" "$token" "$server" "$work/receipt" "$hj" "$gb" "$jt" "$mqtt" >"$work/devices" ||
        fail "a device protocol"
    stop_server
    stop "$broker"
    broker=""
    read_back devices
}

device_rows() {
    while IFS="$(printf '\t')" read -r name conns frames readings rate cpu p50 p99; do
        each=$((readings / frames)) ack="$p50 / $p99"
        case $name in
            hj212) what="HJ 212 over TCP, $conns devices, $each factors a frame" ;;
            gb26875) what="GB/T 26875.3 over TCP, $conns devices, $each states a frame" ;;
            jt808) what="JT/T 808 over TCP, $conns vehicles, $each values a position" ;;
            *) what="MQTT through mosquitto, QoS 1, $each readings a message" ack="" ;;
        esac
        row "$what" "$(calc %.3f "$rate/1e6")" "M readings/s acknowledged" "" "" "" "$cpu" "$ack"
    done <"$work/devices"
    command -v mosquitto >/dev/null || row "MQTT" "skipped: no mosquitto" "" ""
}

# ---- Matters: what people ask, alone and beside the watch ----

# A million matters beside the points; the questions of an office and of a township; then 50 people at work for 40 s while 100,000
# readings/s come in, all read back afterwards.
records() {
    say "$(grouped "$matters") matters: filling"
    points_csv "$points"
    make_city "$work/all-points.csv"
    python3 bench/records/fill.py "$data/anlan.db" "$matters" >"$work/fill.log" 2>&1 || fail "fill.py: $(tail -n 1 "$work/fill.log")"
    start_server serve
    say "what people ask of them"
    NAMES="office town" timeout 300 python3 bench/records/ask.py "http://127.0.0.1:$port" "$server" >"$work/asked" || fail "ask.py"
    say "50 people at work beside 100,000 readings/s"
    "$programs/bench_ingest" --port "$port" --token "$token" --server-pid "$server" --points "$points" --receipt "$work/receipt" \
        "binary:$((8000000 / points)):1000:8:100000" >"$work/beside.ingest" &
    sender=$!
    sleep 5
    timeout 200 python3 bench/records/ask.py "http://127.0.0.1:$port" "$server" users 40 >"$work/at-work" || fail "people at work"
    wait "$sender" || fail "the server lost, changed or refused readings beside the people"
    stop_server
    read_back records
}

# Lines of ask.py: | what | … |
records_rows() {
    grep '^| [a-z]' "$work/asked" | grep -v '^| \(question\|route\) ' | while IFS='|' read -r _ what who count median worst cpu _; do
        row "$(grouped "$matters") matters: $(echo "$what" | xargs), as $(echo "$who" | xargs), $(echo "$count" | xargs) found, p50 / worst" \
            "$(echo "$median" | xargs) / $(echo "$worst" | xargs)" "ms" "200" "" "" ""
    done
    grep '^| [a-z]' "$work/at-work" | grep -v '^| route ' | while IFS='|' read -r _ what n median worst _; do
        row "50 people at work beside $(calc %.0f "$(awk -F'\t' '$1 == "run" { print $7 }' "$work/beside.ingest")/1000"),000 readings/s: $(echo "$what" | xargs), $(echo "$n" | xargs) requests, p50 / p99" \
            "$(echo "$median" | xargs) / $(echo "$worst" | xargs)" "ms" "100"
    done
}

# ---- How well deviation finds things ----

detector_rows() {
    "$programs/bench_nab" "$public/nab" >"$work/nab"
    "$programs/bench_skab" "$public/skab" >"$work/skab"
    if grep -q '^skipped' "$work/nab"; then
        row "\`deviation\` on NAB" "skipped: no data" "" ""
    else
        while IFS="$(printf '\t')" read -r how ours theirs rest; do
            row "\`deviation\` on NAB, standard profile, $how ($rest)" "$ours" "of 100" "more than the Gaussian" \
                "windowed Gaussian $theirs" "$(calc %.2f "$ours/$theirs")"
        done <"$work/nab"
    fi
    if grep -q '^skipped' "$work/skab"; then
        row "\`deviation\` on SKAB" "skipped: no data" "" ""
    else
        gauss=$(grep '^Gaussian' "$work/skab")
        IFS="$(printf '\t')" read -r _ f1 far mar limit <"$work/skab"
        row "\`deviation\` on SKAB valve1 (limit $limit from its anomaly-free record; false alarm rate $far %, missed $mar %)" "$f1" "F1" "" \
            "windowed Gaussian $(echo "$gauss" | cut -f2) ($(echo "$gauss" | cut -f3) %, $(echo "$gauss" | cut -f4) %)" \
            "$(calc %.2f "$f1/$(echo "$gauss" | cut -f2)")"
    fi
}

# ---- Risk on a map ----

risk_rows() {
    "$programs/bench_risk_grid" 2 >"$work/risk" || fail "bench_risk_grid"
    IFS="$(printf '\t')" read -r took cpu terms naive times off <"$work/risk"
    row "individual risk on 1,000,000 cells, 500 sources × 12 winds × 6 classes ($cpu s of processor, $terms of 3.6e10 terms; largest difference $off of the bound)" \
        "$took" "s" "5" "every term, $naive s of processor" "$times"
}

# ---- What is said about a city as a whole ----

whole_rows() {
    here=$work/$points there=$work/$many
    all=$(field 3 "$here.all") rollups=$(field 5 "$here.all") disk=$(cat "$here.disk")
    row "bytes a reading on disk, all of series/ at rest, without roll-ups" "$(calc %.2f "($disk-$rollups)/$all")" "bytes" "1.0"
    row "the same with roll-ups" "$(calc %.2f "$disk/$all")" "bytes" "1.5"
    row "memory of the server, most of any row" "$(awk -F'\t' '$1 == "run" && $14 > m { m = $14 } END { print m }' "$here.ingest" "$there.ingest")" "MB resident" "1,024"
    row "alarm, from the reading to the event on a stream, half load, p99, worst of three formats" "$(worst_half "$here.ingest" 13)" "ms" "250"
    row "map values, time between batches at half load, longest" "$(worst_half "$here.ingest" 16)" "ms" "1,000"
    for n in "$points" "$many"; do
        must=""
        [ "$n" = "$points" ] && must=10
        row "newest value of all $(grouped "$n") points, $(awk '$1 == "latest" { print $3 }' "$work/$n.ingest") MB of JSON" \
            "$(awk '$1 == "latest" { print $2 }' "$work/$n.ingest")" "ms" "$must"
    done
    row "a point's last day over HTTP, p50 / p99" "$(awk '$1 == "day" { print $2 " / " $3 }' "$here.ingest")" "ms" "1"
    row "a point's year in days from roll-ups, p50 / p99" "$(awk '$1 == "year1d" { print $2 " / " $3 }' "$here.ingest")" "ms" "20"
    row "a point's year in hours from roll-ups (8,760 rows), p50 / p99" "$(awk '$1 == "year1h" { print $2 " / " $3 }' "$here.ingest")" "ms" "20"
    for n in "$points" "$many"; do
        row "import of $(grouped "$n") points from CSV / start with them until it answers" "$(sed 's| | / |' "$work/$n.times")" "s" ""
    done
    row "read back: readings of all rows above, count and sum equal to what was acknowledged" \
        "$(grouped $(($(field 1 "$here.all") + $(field 1 "$there.all") + $(field 1 "$work/devices.all"))))" "readings" "all"
}

load=$(cut -d' ' -f1-3 /proc/loadavg)
data=$work/data
# shellcheck disable=SC2086
city "$points" ${ANLAN_BENCH_RUNS:-line:100:1000 line:80:1000:32:half json:100:1000 json:80:1000:32:half binary:200:1000 binary:160:1000:32:half line:1:1:128}
# shellcheck disable=SC2086
city "$many" ${ANLAN_BENCH_MANY:-line:4:1000 line:2:1000:32:half json:4:1000 json:2:1000:32:half binary:8:1000 binary:4:1000:32:half}
say "device protocols: import"
devices
[ "$matters" = 0 ] || records
city_rows "$points"
city_rows "$many"
device_rows
[ "$matters" = 0 ] || records_rows
whole_rows
say "NAB and SKAB"
detector_rows
risk_rows
if [ -n "${PEERS:-}" ]; then
    say "others"
    timeout 240 bench/peers.sh "$build" "$points" 20 >"$work/peers" || fail "a peer"
    cat "$work/peers" >>"$table"
fi
rm -rf "$data"

echo "$(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), $(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GiB," \
    "Linux $(uname -r), $(findmnt -n -o FSTYPE -T "$work"), $(gcc --version | head -n 1)," \
    "load before $load, after $(cut -d' ' -f1-3 /proc/loadavg), $(($(date +%s) - began)) s"
echo
echo "| what | figure | unit | required (goal) | beside it, same run | ratio | server CPU s per million | acknowledged p50 / p99 ms | alarm p50 / p99 ms | map values every p50 / max ms | server MB |"
echo "|---|---|---|---|---|---|---|---|---|---|---|"
cat "$table"
