#!/usr/bin/env python3
"""Public series through the running program, and the same through the replay: the alarms must agree.

    over_http.py ANLAN NAB_FOLDER SKAB_FILE [SCREENSHOT_SCRIPT]

Points and a deviation rule are imported, the readings go in as CSV over POST /api/readings, then for every point the
raises the alarm records have counted are compared with the raises of `anlan watch replay`.
"""
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import convert  # noqa: E402

TOKEN = "anlan-demo-token"
RULES = [
    {"name": "NAB-DEV", "point": "NAB-*", "kind": "deviation", "k": 3, "warmup_ms": 172800000, "season_ms": 86400000,
     "grades": [{"grade": 1, "limit": 6}, {"grade": 3, "limit": 3.5}], "off_delay_ms": 3600000},
    {"name": "SKAB-DEV", "point": "SKAB-*", "kind": "deviation", "k": 3, "warmup_ms": 300000, "season_ms": 0,
     "grades": [{"grade": 1, "limit": 6}, {"grade": 3, "limit": 3.3}], "on_delay_ms": 3000, "off_delay_ms": 30000},
]


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(port, method, path, body=None, kind=None):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": "Bearer " + TOKEN}
    if kind:
        headers["Content-Type"] = kind
    c.request(method, path, body, headers)
    r = c.getresponse()
    data = r.read()
    c.close()
    return r.status, data


def wait_ready(port, process):
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("the program ended at start")
        try:
            if call(port, "GET", "/api/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the program did not start")


def import_all(anlan, work, data, codes):
    with open(os.path.join(work, "points.csv"), "w", encoding="utf-8") as f:
        f.write("code,name,in_service,interval_s\n")
        for code in codes:
            f.write(f"{code},{code},true,300\n")
    with open(os.path.join(work, "rules.csv"), "w", encoding="utf-8") as f:
        f.write("code,name,point,kind,limit1,limit3,k,warmup_ms,season_ms,on_delay_ms,off_delay_ms\n")
        for r in RULES:
            limits = {g["grade"]: g["limit"] for g in r["grades"]}
            f.write(f"{r['name']},{r['name']},{r['point']},deviation,{limits[1]},{limits[3]},{r['k']},{r['warmup_ms']},"
                    f"{r['season_ms']},{r.get('on_delay_ms', 0)},{r['off_delay_ms']}\n")
    for plural in ("points", "rules"):
        out = subprocess.run([anlan, "import", plural, os.path.join(work, plural + ".csv"), "--data", data],
                             capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(f"import {plural}: {out.stdout}{out.stderr}")


def post(port, csv_file):
    """In pieces of some thousand lines, each with the header."""
    with open(csv_file, encoding="utf-8") as f:
        header, lines = f.readline(), f.readlines()
    for i in range(0, len(lines), 5000):
        status, body = call(port, "POST", "/api/readings", (header + "".join(lines[i:i + 5000])).encode(), "text/csv")
        if status != 204:
            sys.exit(f"readings refused: {status} {body[:300]!r}")
    return len(lines)


def replayed(anlan, work, csv_file):
    rules = os.path.join(work, "rules.json")
    with open(rules, "w", encoding="utf-8") as f:
        json.dump({"rules": RULES}, f)
    out = subprocess.run([anlan, "watch", "replay", "--rules", rules, csv_file], capture_output=True, text=True, check=True)
    raises = {}
    for line in out.stdout.splitlines():
        e = json.loads(line)
        raises[e["point"]] = raises.get(e["point"], 0) + (e["event"] == "raise")
    return raises


def booked(port):
    raises, cursor = {}, ""
    while True:
        _, body = call(port, "GET", "/api/alarms?limit=1000&rule.in=NAB-DEV,SKAB-DEV" + cursor)
        page = json.loads(body)
        for a in page["items"]:
            raises[a["point"]] = raises.get(a["point"], 0) + a["count"]
        if not page["next"]:
            return raises
        cursor = "&cursor=" + page["next"]


def main():
    anlan, nab, skab = sys.argv[1:4]
    work = tempfile.mkdtemp(prefix="anlan-series-")
    data, port = os.path.join(work, "data"), free_port()
    series = os.path.join(work, "series.csv")
    convert.nab(nab, series)
    more = os.path.join(work, "skab.csv")
    convert.skab(skab, more, "SKAB-" + os.path.basename(skab)[:-4])
    with open(more, encoding="utf-8") as a, open(series, "a", encoding="utf-8") as b:
        b.writelines(a.readlines()[1:])
    with open(series, encoding="utf-8") as f:
        codes = sorted({line.split(",")[1] for line in f.readlines()[1:]})
    process = subprocess.Popen([anlan, "demo", "--points", "100", "--data", data, "--listen", f"127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, process)
        import_all(anlan, work, data, codes)
        count = post(port, series)
        want = {p: n for p, n in replayed(anlan, work, series).items() if n}
        for _ in range(300):
            got = booked(port)
            if got == want:
                break
            time.sleep(0.1)
        else:
            for p in sorted(set(want) | set(got)):
                if want.get(p) != got.get(p):
                    print(f"   {p}: replay {want.get(p)}, records {got.get(p)}")
            sys.exit("   the records and the replay differ")
        print(f"   {count} readings over HTTP; {sum(want.values())} raises on {len(want)} points, the same as the replay's")
        if len(sys.argv) > 4:
            subprocess.run(["node", sys.argv[4], f"http://127.0.0.1:{port}"], check=True)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
