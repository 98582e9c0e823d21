#!/usr/bin/env python3
"""Shapefiles made by ogr2ogr go in: points, lines and polygons, GBK and UTF-8 tables, degrees and a Gauss-Kruger zone; what is damaged,
too large or in another coordinate system is refused by name.   tests/gdal/shapes.py http://127.0.0.1:8765 TOKEN"""
import io, json, os, subprocess, sys, tempfile, urllib.error, urllib.request, zipfile

url, token = sys.argv[1:]
stamp = "%x" % (os.getpid() * 7919 % 65536)


def ask(method, path, body=None, kind="application/json"):
    r = urllib.request.Request(url + path, body, {"Authorization": "Bearer " + token, "Content-Type": kind, "Accept-Language": "en"}, method=method)
    try:
        with urllib.request.urlopen(r) as a: return a.status, a.read()
    except urllib.error.HTTPError as e: return e.code, e.read()


def feature(code, geometry, name):
    return {"type": "Feature", "geometry": geometry, "properties": {"code": f"{stamp}-{code}", "name": name, "kind": "bridge", "built_year": 2001}}


def system(options):
    if "-a_srs" in options: return options
    return ["-s_srs", "EPSG:4490", *options, *([] if "-t_srs" in options else ["-t_srs", "EPSG:4490"])]


def pack(work, features, *options, drop=(), spoil=None):
    source = os.path.join(work, "in.json")
    json.dump({"type": "FeatureCollection", "features": features}, open(source, "w"))
    for old in os.listdir(work):
        if old.startswith("out."): os.remove(os.path.join(work, old))
    subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", os.path.join(work, "out.shp"), source, *system(options)], check=True, stderr=subprocess.DEVNULL)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in sorted(os.listdir(work)):
            if name.startswith("out.") and name[4:] not in drop:
                content = open(os.path.join(work, name), "rb").read()
                z.writestr("层/" + name, spoil(name[4:], content) if spoil else content)
    return out.getvalue()


def send(content, query=""):
    status, body = ask("POST", f"/api/objects/import?name=out.zip{query}", content, "application/zip")
    return status, json.loads(body)


def must(ok, *what):
    if not ok: sys.exit("gdal: shapefile: " + " ".join(map(str, what)))


POINT = {"type": "Point", "coordinates": [120.1, 30.2]}
LINE = {"type": "MultiLineString", "coordinates": [[[120, 30], [120.1, 30.1]], [[120.2, 30], [120.3, 30.1]]]}
AREA = {"type": "MultiPolygon", "coordinates": [[[[120, 30], [120.2, 30], [120.2, 30.2], [120, 30.2], [120, 30]],
                                                 [[120.05, 30.05], [120.05, 30.1], [120.1, 30.05], [120.05, 30.05]]],
                                                [[[121, 30], [121.1, 30], [121.1, 30.1], [121, 30]]]]}
GBK = ["-lco", "ENCODING=GBK"]
UTF8 = ["-lco", "ENCODING=UTF-8"]


def near(a, b):
    if isinstance(a, (int, float)): return abs(a - b) < 2e-8
    return len(a) == len(b) and all(near(x, y) for x, y in zip(a, b))


with tempfile.TemporaryDirectory() as work:
    good = [("P", POINT, GBK), ("L", LINE, UTF8), ("A", AREA, GBK), ("GKP", POINT, [*UTF8, "-t_srs", "EPSG:4528"]), ("GKA", AREA, [*GBK, "-t_srs", "EPSG:4549"]),
            ("WGS", LINE, [*GBK, "-t_srs", "EPSG:4326"])]
    for code, geometry, options in good:
        status, answer = send(pack(work, [feature(code, geometry, "储罐区一号")], *options))
        must(status == 200 and answer["accepted"] == 1, code, status, answer)
        record = json.loads(ask("GET", f"/api/objects/code:{stamp}-{code}")[1])
        must(record["name"] == "储罐区一号" and record["built_year"] == 2001, code, record)
        if geometry is POINT: must(near([record["lon"], record["lat"]], POINT["coordinates"]), code, record)
        else: must(record["geometry"]["type"] == geometry["type"] and near(record["geometry"]["coordinates"], geometry["coordinates"]), code, record["geometry"])
    status, answer = send(pack(work, [feature("B1", LINE, "好桥"), feature("B2", {"type": "LineString", "coordinates": [[30, 120], [31, 121]]}, "颠倒")], *UTF8))
    must(status == 200 and (answer["accepted"], answer["rejected"]) == (1, 1), "half", answer)
    must(b"swapped" in ask("GET", answer["errors"])[1], "the error file says what is wrong")

    one = [feature("X", POINT, "x")]
    big = zipfile.ZipFile(bomb := io.BytesIO(), "w", zipfile.ZIP_DEFLATED)
    for part in ("shp", "shx", "dbf", "prj"): big.writestr("b." + part, b"\0" * (40 << 20))
    big.close()
    bad = [("Xi'an 1980", pack(work, one, "-a_srs", "EPSG:4610"), 422), ("no .prj", pack(work, one, drop=["prj"]), 422),
           ("no .dbf", pack(work, one, drop=["dbf"]), 422), ("no .shx", pack(work, one, drop=["shx"]), 422),
           ("cut .shp", pack(work, one, spoil=lambda p, c: c[:-9] if p == "shp" else c), 400),
           ("cut .dbf", pack(work, one, spoil=lambda p, c: c[:-40] if p == "dbf" else c), 400),
           ("lying .shx", pack(work, one, spoil=lambda p, c: c[:24] + b"\x7f\xff\xff\xff" + c[28:] if p == "shx" else c), 400),
           ("lying record", pack(work, [feature("X", AREA, "x")], spoil=lambda p, c: c[:144] + b"\xff\xff\xff\x7f" + c[148:] if p == "shp" else c), 400),
           ("cut zip", pack(work, one)[:-30], 400), ("bomb", bomb.getvalue(), 413)]
    for what, content, want in bad:
        status, answer = send(content)
        must(status == want, what, status, answer)
    status, answer = send(pack(work, one, "-a_srs", "EPSG:4610"))
    must("Xian 1980" in answer["title"] or "Xian" in json.dumps(answer), "the system is named", answer)
# A table with well-known text.
table = f'code,name,kind,geometry\n{stamp}-W,桥,bridge,"LINESTRING (120 30, 120.1 30.1)"\n{stamp}-WX,桥,bridge,"POLYGON ((120 30, 121 31, 121 30, 120 31.5, 120 30))"\n'
status, answer = ask("POST", "/api/objects/import?name=a.csv", table.encode(), "text/csv")
answer = json.loads(answer)
must(status == 200 and (answer["accepted"], answer["rejected"]) == (1, 1), "WKT", status, answer)
must(json.loads(ask("GET", f"/api/objects/code:{stamp}-W")[1])["geometry"]["coordinates"] == [[120, 30], [120.1, 30.1]], "WKT")
# A risk unit that is an area: found by a box at its corner and not beside it, on the four-colour map, and by GDAL.
w, s = 117.1201, 31.1201
unit = {"code": f"{stamp}-U", "name": "罐区", "kind": "place", "body": "BODY-GAS", "district": "990103", "responsible": "顾明远", "control": "workshop", "accident": "泄漏爆炸",
        "geometry": {"type": "Polygon", "coordinates": [[[w, s], [w, s + .01], [w + .01, s + .01], [w + .01, s], [w, s]]]}}
status, answer = ask("POST", "/api/risk-units", json.dumps(unit).encode())
answer = json.loads(answer)
must(status == 201 and answer["geometry"]["coordinates"][0][1] == [w + .01, s], "a ring is turned", status, answer)
must(w < answer["lon"] < w + .01 and s < answer["lat"] < s + .01, "it has a mark inside", answer)
unit.update(code=f"{stamp}-V", geometry={"type": "Polygon", "coordinates": [[[w, s], [w + .01, s + .01], [w + .01, s], [w, s + .02], [w, s]]]})
status, cross = ask("POST", "/api/risk-units", json.dumps(unit).encode())
must(status == 422 and json.loads(cross)["fields"][0]["code"] == "crossing", "a border that crosses itself", status, cross)
must(f"{stamp}-U".encode() in ask("GET", "/api/risk/map")[1], "the four-colour map shows it")
for corner, want in ((w - .001, True), (w - .01, False)):
    found = json.loads(ask("GET", f"/ogc/collections/risk-units/items?limit=1000&bbox={corner},{s - .001},{corner + .002},{s + .001}")[1])
    must((f"{stamp}-U" in [f["properties"]["code"] for f in found["features"]]) == want, "box", corner, want)
for part, want in ((w - .001, 1), (w - .01, 0)):
    out = subprocess.run(["ogrinfo", "-ro", "-al", "-q", "-spat", str(part), str(s - .001), str(part + .002), str(s + .001), f"OAPIF:{url}/ogc", "risk-units"],
                         capture_output=True, text=True, env={**os.environ, "GDAL_HTTP_USERPWD": "gis:" + token, "GDAL_HTTP_AUTH": "BASIC"}).stdout
    must(out.count(f"{stamp}-U\n") == want, "ogrinfo", part, out[:400])
print(f"gdal: {len(good)} Shapefiles taken, {len(bad)} refused")
