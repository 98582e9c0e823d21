#!/usr/bin/env python3
"""Asks a running program with many matters (fill.py) what people ask, and says how long it took:
ask.py URL [PID[,PID]]. Each question is asked 20 times by several demo accounts (NAMES); with PID the processor time of
the program is told beside the wall clock, which other work on the machine cannot blur. ask.py URL PID users [SECONDS]: 50 people at
work at once, each at a person's pace."""
import http.client
import json
import os
import random
import statistics
import sys
import threading
import time
import urllib.parse

NAMES = os.environ.get("NAMES", "office dept town enterprise").split()
TICK = os.sysconf("SC_CLK_TCK")


class Person:
    def __init__(self, url, name):
        self.name, self.at = name, urllib.parse.urlparse(url).netloc
        self.link = http.client.HTTPConnection(self.at, timeout=60)
        self.headers = {"Content-Type": "application/json"}
        answer, head = self.ask("POST", "/api/session", {"name": name, "password": "anlan-demo"})
        self.headers["Cookie"] = head["Set-Cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = answer["csrf"]

    def ask(self, method, path, body=None):
        self.link.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        reply = self.link.getresponse()
        text = reply.read()
        if reply.status >= 400 and reply.status not in (409, 412):
            raise RuntimeError(f"{self.name} {method} {path}: {reply.status} {text[:200]!r}")
        return (json.loads(text) if text and text[:1] in b"{[" else None), reply.headers


def cpu(pids):
    """Of all of PID,PID,… and what they started: with PostgreSQL its first process belongs to it."""
    wanted, total = set((pids or "").split(",")), 0.0
    for name in filter(str.isdecimal, os.listdir("/proc")) if pids else ():
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if name in wanted or fields[1] in wanted:
            total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def query(path, **params):
    return path + "?" + urllib.parse.urlencode(params)


QUESTIONS = [
    ("list, first page", query("/api/warnings", limit=50)),
    ("list, by state", query("/api/warnings", limit=50, state="graded")),
    ("list, one district", None),
    ("list, oldest first", query("/api/warnings", limit=50, sort="code")),
    ("list, page 200", "deep"),
    ("desk, to do", query("/api/desk", box="todo")),
    ("desk, overdue", query("/api/desk", box="overdue")),
    ("desk, summary", "/api/desk/summary"),
    ("search, one character in 300,000", query("/api/search", q="燃")),
    ("search, two characters", query("/api/search", q="燃气")),
    ("search, a phrase", query("/api/search", q="燃气浓度超限 文昌路 第三方")),
    ("search, a code", query("/api/search", q="0123456")),
    ("search, nothing", query("/api/search", q="没有这样的字")),
]


def deep(person, pages):
    cursor, path = None, None
    for _ in range(pages):
        path = query("/api/warnings", limit=50, **({"cursor": cursor} if cursor else {}))
        cursor = person.ask("GET", path)[0]["next"]
    return path


def questions(url, pid, rounds=20):
    print(f"| question | account | count | median ms | slowest ms |{' CPU ms |' if pid else ''}\n|---|---|--:|--:|--:|{'--:|' if pid else ''}")
    for name in NAMES:
        person = Person(url, name)
        for title, path in QUESTIONS:
            if path is None:
                district = person.ask("GET", "/api/districts?limit=3")[0]["items"]
                path = query("/api/warnings", limit=50, district=district[-1]["code"]) if district else None
            elif path == "deep":
                path = deep(person, 200) if name == "office" else None
            if not path:
                continue
            took, before, count = [], cpu(pid), ""
            for _ in range(rounds):
                began = time.perf_counter()
                answer, _ = person.ask("GET", path)
                took.append((time.perf_counter() - began) * 1000)
                if "count" in answer:
                    count = f"{answer['count']}{'' if answer.get('count_exact', True) else '+'}"
            spent = f" {(cpu(pid) - before) * 1000 / rounds:.0f} |" if pid else ""
            print(f"| {title} | {name} | {count} | {statistics.median(took):.0f} | {max(took):.0f} |{spent}", flush=True)


def at_work(url, name, seconds, here, took, lock, errors):
    rng = random.Random(hash(name + str(threading.get_ident())))
    try:
        person = Person(url, name)
        here.wait(120)  # 50 passwords at once cost their seconds on purpose; nobody begins a day so
        time.sleep(rng.uniform(0, 4))
        until = time.time() + seconds
        while time.time() < until:
            todo, _ = timed(person, "desk", "GET", "/api/desk?box=todo&limit=20", took, lock)
            for item in (todo["items"] or [])[:1]:
                timed(person, "read", "GET", f"/api/{item['plural']}/{item['id']}", took, lock)
                timed(person, "timeline", "GET", f"/api/{item['plural']}/{item['id']}/timeline", took, lock)
                if name == "office":
                    timed(person, "act", "POST", f"/api/{item['plural']}/{item['id']}/actions/urge", took, lock,
                          {"message": "请尽快处置"})
            timed(person, "list", "GET", "/api/warnings?limit=50", took, lock)
            timed(person, "search", "GET", query("/api/search", q=rng.choice(["燃", "文昌路", "管道泄漏", "YJ-2026"])), took, lock)
            time.sleep(rng.uniform(1, 4))
    except Exception as e:  # pylint: disable=broad-except
        errors.append(str(e))


def timed(person, what, method, path, took, lock, body=None):
    began = time.perf_counter()
    answer = person.ask(method, path, body)
    with lock:
        took.setdefault(what, []).append((time.perf_counter() - began) * 1000)
    return answer


def users(url, pid, seconds):
    took, lock, errors, before, began = {}, threading.Lock(), [], cpu(pid), time.time()
    names = ["office", "watch", "dept", "town", "inspector", "enterprise", "leader"]
    here = threading.Barrier(50)
    people = [threading.Thread(target=at_work, args=(url, names[i % len(names)], seconds, here, took, lock, errors))
              for i in range(50)]
    for p in people:
        p.start()
    for p in people:
        p.join()
    print("| route | requests | median ms | p99 ms |\n|---|--:|--:|--:|")
    for what, ms in sorted(took.items()):
        ms.sort()
        print(f"| {what} | {len(ms)} | {statistics.median(ms):.0f} | {ms[int(len(ms) * 0.99)]:.0f} |")
    total = sum(map(len, took.values()))
    print(f"{total} requests in {time.time() - began:.0f} s, {(cpu(pid) - before) * 1000 / max(total, 1):.1f} ms CPU each; errors: {len(errors)} {errors[:1]}")


if __name__ == "__main__":
    url, pid = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    if len(sys.argv) > 3 and sys.argv[3] == "users":
        users(url, pid, int(sys.argv[4]) if len(sys.argv) > 4 else 60)
    else:
        questions(url, pid)
