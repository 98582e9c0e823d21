#!/bin/sh
# A GIS reads the program: GDAL's OAPIF driver (Debian's gdal-bin) opens /ogc of a running one and must find every collection, each with
# as many features as the list has records, page by page, and in a box exactly those that lie in it.
#   tests/gdal/run.sh http://127.0.0.1:8765 TOKEN
set -eu
url=$1 token=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GDAL_HTTP_USERPWD="gis:$token" GDAL_HTTP_AUTH=BASIC CPL_CURL_GZIP=NO
get() { curl -fs -H "Authorization: Bearer $token" "$url$1"; }
number() { python3 -c 'import json,sys; print(eval("json.load(sys.stdin)"+sys.argv[1]))' "$1"; }

get /ogc/collections | python3 -c 'import json,sys; print("\n".join(c["id"] for c in json.load(sys.stdin)["collections"]))' >"$work/ids"
ogrinfo -q "OAPIF:$url/ogc" >"$work/layers"
[ "$(wc -l <"$work/ids")" -ge 6 ] || { echo "gdal: only $(wc -l <"$work/ids") collections" >&2; exit 1; }
while read -r id; do
    grep -q ": $id " "$work/layers" || grep -q ": $id\$" "$work/layers" || { echo "gdal: ogrinfo does not list $id" >&2; exit 1; }
    want=$(get "/api/$id?limit=1" | number '["count"]')
    case $want in 10000) continue ;; esac
    ogr2ogr -f GeoJSON "$work/all.json" "OAPIF:$url/ogc" "$id" -oo PAGE_SIZE=100 -nln "$id"
    then=$(get "/api/$id?limit=1" | number '["count"]') # a live city may have grown meanwhile
    python3 - "$id" "$want" "$then" "$work/all.json" "$work/box" <<'EOF'
import json, sys
def inside(c, box):
    if isinstance(c[0], (int, float)): return [c[0], c[1], c[0], c[1]]
    b = [inside(x, box) for x in c]
    return [min(x[0] for x in b), min(x[1] for x in b), max(x[2] for x in b), max(x[3] for x in b)]
name, want, then, path, out = sys.argv[1:]
features = json.load(open(path))["features"]
if not int(want) <= len(features) <= int(then): sys.exit(f"gdal: {name}: {len(features)} features, {want} records in the list")
points = [f["geometry"]["coordinates"] for f in features if f["geometry"] and f["geometry"]["type"] == "Point"]
only = len(points) == sum(1 for f in features if f["geometry"])
box = ""
if points and only:
    x = sorted(p[0] for p in points); y = sorted(p[1] for p in points)
    w, s, e, n = x[0], y[0], x[len(x) // 2], y[len(y) // 2]
    box = f"{w} {s} {e} {n} {sum(w <= p[0] <= e and s <= p[1] <= n for p in points)}"
open(out, "w").write(box + "\n")
EOF
    read -r w s e n in_box <"$work/box" || in_box=""
    if [ -n "$in_box" ]; then
        found=$(ogrinfo -ro -al -q -spat "$w" "$s" "$e" "$n" "OAPIF:$url/ogc" "$id" -oo PAGE_SIZE=100 2>/dev/null | grep -c '^OGRFeature' || true)
        [ "$found" = "$in_box" ] || { echo "gdal: $id: $found features in the box, $in_box expected" >&2; exit 1; }
    fi
    echo "gdal: $id: $want${in_box:+, $in_box in a box}"
    rm -f "$work/all.json"
done <"$work/ids"
python3 "$(dirname "$0")/shapes.py" "$url" "$token"
