#!/usr/bin/env bash
# The Debian package: it builds, holds what it should with the right owners and modes, and names what it needs: tests/package/run.sh path/to/anlan
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."
fail() { echo "   FAILED: $*"; exit 1; }
deb=$(scripts/deb.sh "$program")
dpkg-deb -c "$deb" | awk '$1 !~ /^d/ {print $1, $2, $6}' | sed 's/\.md\.gz$/.md/' | LC_ALL=C sort -k3 >build/deb.list
diff -u tests/package/files build/deb.list || fail "the list of files (tests/package/files) differs"
for word in libc6 libmicrohttpd12 libsqlite3-0 libpq5 libssl3; do
    dpkg-deb -f "$deb" Depends | grep -q "$word" || fail "Depends lacks $word"
done
[ "$(dpkg-deb -f "$deb" Version)" = "$("$program" --version | sed 's/^anlan //')" ] || fail "the version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-deb -e "$deb" "$work/control"
dpkg-deb -x "$deb" "$work/root"
[ "$(cat "$work/control/conffiles")" = /etc/anlan/anlan.ini ] || fail "conffiles"
(cd "$work/root" && md5sum --quiet -c ../control/md5sums) || fail "md5sums"
for script in postinst prerm postrm; do sh -n "$work/control/$script" || fail "$script"; done
# The settings that come with it are taken by the program, and the unit asks for what it says.
cmp <(LANG=C "$program" config) "$work/root/etc/anlan/anlan.ini" || fail "the configuration"
grep -q '^Type=notify$' "$work/root/lib/systemd/system/anlan.service" || fail "the unit"
echo "   $(wc -l <build/deb.list) files, $(dpkg-deb -f "$deb" Installed-Size) kB installed"
