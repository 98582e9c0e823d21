#!/bin/sh
# Packs the release program for Debian 12: scripts/deb.sh [PROGRAM] → build/anlan_VERSION_ARCH.deb
# PROGRAM: build/release/src/app/anlan. Dependencies are those of the libraries that the program is linked with.
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/release/src/app/anlan}
[ -x "$program" ] || { echo "deb.sh: no program $program; make release builds it" >&2; exit 1; }
version=$("$program" --version | sed 's/^anlan //')
arch=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022

install -D -m 755 "$program" "$root/usr/bin/anlan"
strip --strip-unneeded -R .comment -R .note "$root/usr/bin/anlan"
install -D -m 644 packaging/anlan.service "$root/lib/systemd/system/anlan.service"
install -D -m 644 LICENSE "$root/usr/share/doc/anlan/copyright.license"
for page in operations security api ledger series glossary papers alarms; do
    install -D -m 644 "docs/$page.md" "$root/usr/share/doc/anlan/$page.md"
done
find "$root/usr/share/doc/anlan" -name '*.md' -size +4k -exec gzip -9n {} +
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo "Upstream-Name: anlan"
    echo
    echo "Files: *"
    echo "Copyright: the authors of Anlan"
    echo "License: Apache-2.0"
    echo " On Debian systems the text is in /usr/share/common-licenses/Apache-2.0."
} >"$root/usr/share/doc/anlan/copyright"
rm "$root/usr/share/doc/anlan/copyright.license"
printf 'anlan (%s) stable; urgency=medium\n\n  * The program of this version; what changed stands in its history.\n\n -- The authors of Anlan <anlan@example.org>  %s\n' \
    "$version" "$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}")" |
    gzip -9n >"$root/usr/share/doc/anlan/changelog.gz"
mkdir -p "$root/etc/anlan"
LANG=C "$program" config >"$root/etc/anlan/anlan.ini"
chmod 640 "$root/etc/anlan/anlan.ini"

# What the linker asks for, as packages; programs and fonts that are run or read beside it are named.
mkdir -p "$work/debian" "$root/DEBIAN"
printf 'Source: anlan\n\nPackage: anlan\nArchitecture: any\nDescription: x\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/bin/anlan 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "deb.sh: dpkg-shlibdeps found no dependencies" >&2; exit 1; }
cat >"$root/DEBIAN/control" <<EOF
Package: anlan
Version: $version
Architecture: $arch
Maintainer: The authors of Anlan <anlan@example.org>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, passwd
Recommends: fonts-noto-cjk, poppler-utils, ca-certificates
Suggests: postgresql-client, nginx
Section: net
Priority: optional
Description: safety platform of a city
 Takes the readings of a city's sensors, judges them by rules, and leads from
 an alarm through warning, order and rectification to its end: records,
 papers, time limits and a ledger that cannot be changed unseen.
EOF
echo /etc/anlan/anlan.ini >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "packaging/debian/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root/DEBIAN/md5sums" "$root/DEBIAN/control" "$root/DEBIAN/conffiles"
out=build/anlan_${version}_${arch}.deb
mkdir -p build
dpkg-deb --root-owner-group --build "$root" "$out" >/dev/null
echo "$out"
