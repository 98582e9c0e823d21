#!/usr/bin/env python3
"""Vector tiles of risk units: tiles.py http://127.0.0.1:8765 [COUNT]. Imports so many risk units (20,000) as GeoJSON into
a running demo, then asks 300 tiles at five scales one after the other and prints the percentiles in milliseconds. What is
measured is the whole request over one kept connection; the first tile, which makes the snapshot, stands by itself."""
import http.client
import json
import math
import random
import sys
import time
import urllib.parse

PART, ASKED = 5000, 300
url = urllib.parse.urlparse(sys.argv[1])
count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
rng = random.Random(1)
server = http.client.HTTPConnection(url.hostname, url.port)


def ask(method, path, body=None, headers=None):
    server.request(method, path, body, headers or {})
    reply = server.getresponse()
    return reply, reply.read()


reply, text = ask("POST", "/api/session", json.dumps({"name": "office", "password": "anlan-demo"}), {"Content-Type": "application/json"})
session = {"Cookie": reply.getheader("Set-Cookie").split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"]}


def get(path):
    return json.loads(ask("GET", path, headers=session)[1])


def feature(i, box, bodies, districts):
    place = [round(rng.uniform(box[0], box[2]), 6), round(rng.uniform(box[1], box[3]), 6)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place},
            "properties": {"code": f"BENCH-{i}", "name": f"单元 {i}", "kind": "place", "body": rng.choice(bodies), "district": rng.choice(districts),
                           "responsible": "张三", "control": "company", "accident": "火灾"}}


def tile(z, lon, lat):
    x, y = (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"/tiles/risk-units/{z}/{int(x * 2**z)}/{int(y * 2**z)}.mvt"


def timed(path):
    began = time.perf_counter()
    reply, _ = ask("GET", path, headers=session)
    assert reply.status == 200, (path, reply.status)
    return (time.perf_counter() - began) * 1000


bodies = [b["code"] for b in get("/api/bodies?limit=20")["items"]]
districts = [d["code"] for d in get("/api/districts?limit=20")["items"]]
box = get("/api/map")["bounds"]
began = time.time()
for first in range(0, count, PART):
    features = [feature(i, box, bodies, districts) for i in range(first, min(first + PART, count))]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    answer = json.loads(ask("POST", "/api/risk-units/import", body, {**session, "Content-Type": "application/geo+json"})[1])
    assert answer["rejected"] == 0, answer
print(f"{count} risk units imported in {time.time() - began:.1f} s")
time.sleep(6)  # a snapshot rests after an import
print(f"first tile {timed(tile(10, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)):.1f} ms")
for z in (8, 10, 12, 14, 16):
    times = sorted(timed(tile(z, rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3]))) for _ in range(ASKED))
    print(f"zoom {z:2}: p50 {times[ASKED // 2]:.2f} ms, p99 {times[ASKED * 99 // 100]:.2f} ms")
