#!/usr/bin/env python3
"""Public series into the replay's format, and replay events against labels.

  convert.py nab  FOLDER OUT.csv          every series of the Numenta benchmark, one point each
  convert.py skab FILE   OUT.csv PREFIX   one file of the valve test bed, eight points
  convert.py cases EXPECTED GOT           compare two event lists line by line, as JSON
  convert.py score FOLDER EVENTS          how many labelled windows of the benchmark an event falls into
"""
import csv
import datetime
import json
import os
import sys


def millis(text):
    """Series times have no offset; they are read as UTC."""
    form = "%Y-%m-%d %H:%M:%S"
    return int(datetime.datetime.strptime(text[:19], form).replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)


def nab_code(path):
    return "NAB-" + os.path.basename(path)[:-4]


def nab_files(folder):
    for top, _, names in sorted(os.walk(os.path.join(folder, "data"))):
        for name in sorted(names):
            if name.endswith(".csv"):
                yield os.path.join(top, name)


def nab(folder, out):
    count = 0
    with open(out, "w", encoding="utf-8") as f:
        f.write("t,point,v\n")
        for path in nab_files(folder):
            with open(path, encoding="utf-8") as series:
                for row in csv.DictReader(series):
                    f.write(f"{millis(row['timestamp'])},{nab_code(path)},{row['value']}\n")
                    count += 1
    print(f"   {count} readings of {len(list(nab_files(folder)))} series")


def skab(path, out, prefix):
    with open(path, encoding="utf-8") as series, open(out, "w", encoding="utf-8") as f:
        f.write("t,point,v\n")
        for row in csv.DictReader(series, delimiter=";"):
            for i, (name, value) in enumerate(row.items()):
                if 1 <= i <= 8:
                    f.write(f"{millis(row['datetime'])},{prefix}-{i},{value}\n")


def cases(expected, got):
    read = lambda p: [json.loads(line) for line in open(p, encoding="utf-8") if line.strip()]
    a, b = read(expected), read(got)
    for i, (x, y) in enumerate(zip(a, b)):
        if x != y:
            sys.exit(f"   event {i + 1}: expected {x}, got {y}")
    if len(a) != len(b):
        sys.exit(f"   expected {len(a)} events, got {len(b)}")


def score(folder, events):
    with open(os.path.join(folder, "labels", "combined_windows.json"), encoding="utf-8") as f:
        labels = json.load(f)
    raised = {}
    with open(events, encoding="utf-8") as f:
        for line in f:
            e = json.loads(line)
            if e["event"] == "raise":
                raised.setdefault(e["point"], []).append(e["t"])
    hit = windows = outside = 0
    for path in nab_files(folder):
        key = os.path.relpath(path, os.path.join(folder, "data"))
        spans = [(millis(a), millis(b)) for a, b in labels.get(key, [])]
        times = raised.get(nab_code(path), [])
        windows += len(spans)
        hit += sum(any(a <= t <= b for t in times) for a, b in spans)
        outside += sum(not any(a <= t <= b for a, b in spans) for t in times)
    print(f"   {hit} of {windows} labelled windows have an alarm; {outside} alarms outside of windows")
    if windows == 0 or hit * 2 < windows:
        sys.exit("   the deviation rule found too few of the labelled anomalies")


if __name__ == "__main__":
    {"nab": nab, "skab": skab, "cases": cases, "score": score}[sys.argv[1]](*sys.argv[2:])
