#!/usr/bin/env bash
# Every test, in the order in which a failure is cheapest to find. Ends with why stages failed, and one line of counts.
#   tests/run.sh            all
#   tests/run.sh c ui e2e   only these stages
set -uo pipefail
cd "$(dirname "$0")/.."
export ANLAN_TEST_DATA="${ANLAN_TEST_DATA:-../shared/data}"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}" UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.supp"

mkdir -p build
passed=0
failed=0
stages=("$@")
began=$SECONDS

wanted() { [ ${#stages[@]} = 0 ] || [[ " ${stages[*]} " == *" $1 "* ]]; }
# What each stage prints is kept, so that the end can repeat why one failed.
logs=build/test-logs
mkdir -p "$logs"
failures=()
judge() { # name, status, seconds
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        printf '== %s passed in %d s\n' "$1" "$3"
    else
        failed=$((failed + 1))
        failures+=("$1")
        printf '== %s FAILED after %d s\n' "$1" "$3"
    fi
}
stage() { # name, what it is, command …
    local name=$1 what=$2 from=$SECONDS status
    shift 2
    wanted "$name" || return 0
    printf '\n== %s: %s\n' "$name" "$what"
    "$@" 2>&1 | tee "$logs/$name.log"
    status=${PIPESTATUS[0]}
    judge "$name" "$status" $((SECONDS - from))
}
# Stages that wait more than they compute run one after the other beside those in front; what they print is shown by join_aside.
lane=()
lane_pid=
aside() { # name …: each a function of that name, told of in about[]
    local name
    for name in "$@"; do
        wanted "$name" && lane+=("$name") && rm -f "$logs/$name.status"
    done
    [ ${#lane[@]} -gt 0 ] || return 0
    (
        for name in "${lane[@]}"; do
            from=$SECONDS
            status=0
            "$name" >"$logs/$name.log" 2>&1 || status=$?
            echo "$status $((SECONDS - from))" >"$logs/$name.status"
        done
    ) &
    lane_pid=$!
}
join_aside() {
    local name status seconds
    [ -n "$lane_pid" ] || return 0
    wait "$lane_pid"
    for name in "${lane[@]}"; do
        status=1 seconds=0
        [ ! -f "$logs/$name.status" ] || read -r status seconds <"$logs/$name.status"
        printf '\n== %s: %s\n' "$name" "${about[$name]}"
        cat "$logs/$name.log"
        judge "$name" "$status" "$seconds"
    done
}
# The lines that tell why a stage failed, as far as they can be told from the rest.
telling() {
    grep -aE 'FAILED|\[  ?ERROR|error:|Error|ERROR:|not ok|\*\*\*|✖|runtime error|SUMMARY:|^fail|\((Failed|Timeout|SEGFAULT|Subprocess aborted)\)|[Tt]imed? ?out|Assertion|Traceback|expected' "$1" | tail -n 15 | cut -c -400 | grep . ||
        tail -n 15 "$1"
}

packages() { scripts/deps.sh build ui test tsan package; }
ui() { scripts/ui.sh check; }
build_dev() { scripts/build.sh dev; }
# The databases of these tests lie in memory where there is room: each commit of SQLite would wait for the disk. More tests than processors,
# since many wait.
c_tests() {
    local tmp=${TMPDIR:-/tmp} status=0
    if [ "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null; then tmp=$(mktemp -d /dev/shm/anlan-test.XXXXXX) && chmod 711 "$tmp"; fi
    TMPDIR=$tmp ANLAN_REQUIRE_PG=1 scripts/with-postgres.sh ctest --preset dev -j $(($(nproc) + 1)) || status=1
    case $tmp in /dev/shm/*) rm -rf "$tmp" ;; esac
    return $status
}
tsan_tests() {
    scripts/build.sh tsan base_test_core net_test_net gateway_link_test_link gateway_modbus_link_test_poll gateway_mqtt_client_test_client http_test_load http_test_sse series_test_threads intake_test_intake \
        kernel_test_ledger kernel_test_heads kernel_test_notice kernel_test_clock mod_people_test_activation mod_point_test_point mod_vehicle_test_gateway && ctest --preset tsan
}
build_release() { scripts/build.sh release anlan; }
replay_data() { tests/replay/run.sh build/release/src/app/anlan; }
cli() { tests/cli/run.sh build/release/src/app/anlan; }
hostile() { tests/hostile/run.sh build/release/src/app/anlan; }
package() { tests/package/run.sh build/release/src/app/anlan; }
backup() { tests/backup/run.sh build/release/src/app/anlan; }
nodes() { tests/nodes/run.sh build/release/src/app/anlan; }
e2e() { ANLAN_OFFICE=1 tests/e2e/run.sh build/release/src/app/anlan; }
# The one large package comes while the program is built, when nobody else installs any more.
office_pid=
fetch_office() {
    wanted e2e || return 0
    scripts/deps.sh office >"$logs/office.log" 2>&1 &
    office_pid=$!
}
join_office() {
    [ -n "$office_pid" ] || return 0
    wait "$office_pid" && return 0
    cat "$logs/office.log"
    judge office 1 0
}
soak() { tests/soak/run.sh short; }

stage packages "Debian packages" packages
[ "$failed" = 0 ] || exit 1
stage ui "front end: types, unit tests, build" ui
fetch_office
stage build "program with ASan and UBSan" build_dev
stage c "unit, database (SQLite and PostgreSQL), HTTP and fuzz-corpus tests" c_tests
stage tsan "threaded parts under ThreadSanitizer" tsan_tests
stage release "program as it runs" build_release
declare -A about=([backup]="backups under load, put back" [nodes]="two programs on one PostgreSQL" [soak]="kill -9 and power cuts, short")
aside backup nodes soak
stage replay "alarm cases and public series through the replay" replay_data
stage cli "the command line" cli
[ -x tests/hostile/run.sh ] && stage hostile "bad input, wrong roles, kills" hostile
stage package "the Debian package" package
join_aside
join_office
stage e2e "the real program in a real browser" e2e

for name in "${failures[@]}"; do
    printf '\n-- why %s failed (%s)\n' "$name" "$logs/$name.log"
    telling "$logs/$name.log"
done
printf '\n%d stages in %d s\n%d passed, %d failed\n' $((passed + failed)) $((SECONDS - began)) "$passed" "$failed"
[ "$failed" = 0 ]
