#!/bin/sh
# Runs a command beside a private PostgreSQL cluster: with-postgres.sh COMMAND [ARG…]
# The cluster lives in a temporary directory, listens on a unix socket only and is always stopped and removed. Its url is
# in ANLAN_TEST_PG. As root the server runs as user "postgres" or "nobody", because it refuses to run as root.
# PG_BIN names the directory of initdb and pg_ctl when they are not found by themselves.
set -eu

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARG...]" >&2; exit 2; }

find_bin() {
    if [ -n "${PG_BIN:-}" ]; then echo "$PG_BIN"; return; fi
    for dir in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        if [ -x "$dir/initdb" ]; then echo "$dir"; return; fi
    done
    dir=$(command -v initdb || true)
    [ -n "$dir" ] && dirname "$dir"
}

bin=$(find_bin)
[ -n "$bin" ] || { echo "with-postgres: no initdb found, set PG_BIN" >&2; exit 1; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/anlan-pg.XXXXXX")
owner=
if [ "$(id -u)" = 0 ]; then
    owner=nobody
    id postgres >/dev/null 2>&1 && owner=postgres
    chown "$owner" "$dir"
fi
chmod 711 "$dir"

as_owner() {
    if [ -n "$owner" ]; then
        setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups env HOME="$dir" "$@"
    else
        "$@"
    fi
}

clean_up() {
    trap - EXIT INT TERM HUP
    if [ -f "$dir/data/postmaster.pid" ]; then
        (cd / && as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1) || true
    fi
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Run in / : the owner may not be allowed to enter the current directory.
(
    cd /
    as_owner mkdir -m 755 "$dir/socket"
    as_owner "$bin/initdb" -D "$dir/data" -U anlan -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || {
        cat "$dir/initdb.log" >&2
        exit 1
    }
    as_owner "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" start >/dev/null 2>&1 -o \
        "-c listen_addresses='' -c unix_socket_directories='$dir/socket' -c fsync=off -c full_page_writes=off \
         -c max_connections=60 -c shared_buffers=32MB" || {
        cat "$dir/data/server.log" >&2
        exit 1
    }
)

ANLAN_TEST_PG="postgresql:///postgres?host=$dir/socket&user=anlan"
export ANLAN_TEST_PG
status=0
"$@" || status=$?
exit $status
