#!/bin/sh
# Installs the Debian packages a job needs and lacks: scripts/deps.sh build|ui|test|fuzz|lint|bench|package …
# Every package stands in docs/dependencies.md with its reason.
set -eu

build="gcc libc6-dev make cmake ninja-build pkg-config
  libmicrohttpd-dev libgnutls28-dev libjansson-dev libinih-dev libsodium-dev libssl-dev libsqlite3-dev libpq-dev
  zlib1g-dev libzip-dev libxml2-dev libxlsxwriter-dev libuv1-dev libgeos-dev libshp-dev libmosquitto-dev libcurl4-openssl-dev
  libprotobuf-c-dev protobuf-c-compiler liboath-dev libqrencode-dev libcairo2-dev libpango1.0-dev fonts-noto-cjk
  poppler-utils"
ui="ca-certificates"
test="libcmocka-dev libmodbus-dev mosquitto libasan8 libubsan1 postgresql-15 chromium curl openssl python3 util-linux procps zbar-tools gdal-bin"
tsan="clang libclang-rt-14-dev llvm"
fuzz="clang libclang-rt-14-dev llvm"
lint="clang-format clang-tidy cppcheck"
bench="curl mosquitto"
package="dpkg-dev binutils"
office="libreoffice-writer-nogui"
peers="influxdb victoria-metrics"

want=""
for group in "$@"; do
    case "$group" in
    build) want="$want $build" ;;
    ui) want="$want $ui" ;;
    test) want="$want $test" ;;
    tsan) want="$want $tsan" ;;
    fuzz) want="$want $fuzz" ;;
    lint) want="$want $lint" ;;
    package) want="$want $package" ;;
    bench) want="$want $bench" ;;
    office) want="$want $office" ;;
    peers) want="$want $peers" ;;
    *) echo "deps.sh: unknown group '$group'" >&2; exit 2 ;;
    esac
done

missing=""
for package in $want; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "   packages: all there ($*)"
    exit 0
fi

echo "   packages: installing$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root="sudo"
    command -v sudo >/dev/null || { echo "deps.sh: run as root or install sudo; missing:$missing" >&2; exit 1; }
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# A PostgreSQL package must not start a cluster of its own: the tests make private ones.
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "deps.sh: the packages above could not be installed" >&2
    exit 1
fi
