#!/usr/bin/env python3
"""Kills the program under load, again and again, and proves that nothing acknowledged is lost.

    soak.py ANLAN --runs N --senders S [--lib libpowercut.so --tool powercut] [--work DIR]

Each run: start the program on the same directory, let senders post readings over /write and keep what was acknowledged, kill -9 at a
random moment (every second run with a disk that forgets what was not synced), check the reading store offline, start again,
read everything acknowledged back over HTTP, and compare the alarm records with a replay of the stored readings. The seed is printed; the
same seed gives the same plan.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOKEN = "anlan-demo-token"
POINTS_A_SENDER = 20


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, args, data, journal):
        self.args, self.data, self.journal = args, data, journal
        self.port, self.process = free_port(), None

    def start(self, forgetful):
        env = dict(os.environ, LANG="en_US.UTF-8")
        if forgetful:
            shutil.rmtree(self.journal, ignore_errors=True)
            os.makedirs(self.journal)
            os.makedirs(self.data, exist_ok=True)
            env.update(LD_PRELOAD=self.args.lib, POWERCUT_DIR=self.data, POWERCUT_JOURNAL=self.journal)
        log = open(os.path.join(os.path.dirname(self.data), "server.log"), "ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.args.anlan, "demo", "--points", "100", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
            stderr=log, stdout=log, env=env)
        while True:
            if self.process.poll() is not None:
                sys.exit(f"the program ended at start with {self.process.returncode}; see server.log")
            try:
                if self.get("/api/health")["status"] == "ok":
                    return time.monotonic() - began
            except OSError:
                pass
            if time.monotonic() - began > 120:
                sys.exit("the program did not start within two minutes")
            time.sleep(0.02)

    def get(self, path):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            c.request("GET", path, headers={"Authorization": "Bearer " + TOKEN})
            r = c.getresponse()
            body = r.read()
            if r.status != 200:
                raise OSError(f"{path}: {r.status} {body[:300]!r}")
            return json.loads(body)
        finally:
            c.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Sender(threading.Thread):
    """Posts batches of its own points, each reading one millisecond after the other; keeps what was acknowledged."""

    def __init__(self, server, number, kept, seed):
        super().__init__(daemon=True)
        self.server, self.kept, self.stop = server, kept, False
        self.points = [f"SOAK-{number:02d}-{i:02d}" for i in range(POINTS_A_SENDER)]
        self.random = random.Random(seed)
        self.acked = 0

    def batch(self):
        rows = []
        for _ in range(self.random.choice((1, 20, 500, 2000))):
            p = self.random.choice(self.points)
            state = self.kept.setdefault(p, {"t": int(time.time() * 1000) - 40 * 86_400_000, "v": 4.0, "rows": {}})
            state["t"] += self.random.choice((1, 1, 1000, 60))
            state["v"] = min(12.0, max(0.0, state["v"] + self.random.uniform(-0.3, 0.31)))
            rows.append((p, state["t"], round(state["v"], 2)))
        return rows

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        while not self.stop:
            rows = self.batch()
            body = "".join(f"reading,point={p} v={v} {t}\n" for p, t, v in rows)
            try:
                connection.request("POST", "/write?precision=ms", body, {"Authorization": "Bearer " + TOKEN})
                status = connection.getresponse()
                status.read()
            except (OSError, http.client.HTTPException):
                return
            if status.status == 204:
                for p, t, v in rows:
                    self.kept[p]["rows"][t] = v
                self.acked += len(rows)
            elif status.status != 503:
                sys.exit(f"unexpected answer {status.status}")


def read_back(server, point):
    rows, start = {}, 0
    while True:
        answer = server.get(f"/api/points/code:{point}/readings?from={start}&to={int(time.time() * 1000) + 86_400_000}")
        for t, v, _ in answer["rows"]:
            rows[t] = v
        if not answer.get("next"):
            return rows
        start = max(rows) + 1


def check_readings(server, kept):
    checked = 0
    for point, state in kept.items():
        stored = read_back(server, point)
        for t, v in state["rows"].items():
            if stored.get(t) != v:
                sys.exit(f"LOST: {point} at {t}: acknowledged {v}, stored {stored.get(t)}")
        checked += len(state["rows"])
        state["stored"] = stored
    return checked


def check_alarms(server, kept, args, work):
    """The records must say of each point what a replay of its stored readings says."""
    rules = server.get("/api/rules/in-force")
    rules["rules"] = [r for r in rules["rules"] if r["name"].startswith("SOAK-")]
    with open(os.path.join(work, "rules.json"), "w") as f:
        json.dump(rules, f)
    with open(os.path.join(work, "stored.csv"), "w") as f:
        f.write("t,point,v\n")
        for point, state in kept.items():
            for t in sorted(state["stored"]):
                f.write(f"{t},{point},{state['stored'][t]!r}\n")
    out = subprocess.run([args.anlan, "watch", "replay", "--rules", os.path.join(work, "rules.json"),
                          os.path.join(work, "stored.csv")], capture_output=True, text=True, check=True).stdout
    expected = {}
    for line in out.splitlines():
        e = json.loads(line)
        expected[e["point"]] = e["grade"]
    for _ in range(600):
        wrong = None
        for point in kept:
            items = server.get(f"/api/alarms?point={point}&rule=SOAK-LEVEL&sort=-raised_at&limit=5")["items"]
            active = next((a["grade"] for a in items if a["active"]), None)
            if active != expected.get(point):
                wrong = f"{point}: records say {active}, a replay of its readings says {expected.get(point)}"
                break
        if not wrong:
            return len(expected)
        time.sleep(0.1)
    sys.exit("ALARM: " + wrong)


def prepare(server, args, work, senders):
    points, rules = os.path.join(work, "points.csv"), os.path.join(work, "rules.csv")
    with open(points, "w") as f:
        f.write("code,name,in_service\n")
        for s in range(senders):
            for i in range(POINTS_A_SENDER):
                f.write(f"SOAK-{s:02d}-{i:02d},soak {s} {i},true\n")
    with open(rules, "w") as f:
        f.write("code,name,point,kind,dir,limit1,limit2,limit3,limit4,deadband,on_delay_ms\n")
        f.write("SOAK-LEVEL,soak,SOAK-*,level,high,11,9,7,5,0.5,0\n")
    for plural, file in (("points", points), ("rules", rules)):
        subprocess.run([args.anlan, "import", plural, file, "--data", server.data], check=True, stdout=subprocess.DEVNULL)


def one_run(server, args, kept, work, number, plan, first):
    forgetful = bool(args.lib) and number % 2 == 1
    server.start(forgetful)
    if first:
        prepare(server, args, work, args.senders)
    senders = [Sender(server, i, kept[i], plan.random()) for i in range(args.senders)]
    for s in senders:
        s.start()
    time.sleep(plan.uniform(0.3, args.seconds))
    server.kill()
    for s in senders:
        s.stop = True
        s.join(30)
    if forgetful:
        subprocess.run([args.tool, server.journal, server.data], check=True, stdout=subprocess.DEVNULL)
        for extra in ("anlan.db-shm",):
            path = os.path.join(server.data, extra)
            if os.path.exists(path):
                os.remove(path)
    verify = subprocess.run([args.anlan, "series", "verify", "--data", server.data], capture_output=True, text=True)
    if verify.returncode != 0:
        sys.exit("series verify: " + verify.stdout + verify.stderr)
    took = server.start(False)
    everything = {p: s for part in kept for p, s in part.items()}
    checked = check_readings(server, everything)
    alarms = check_alarms(server, everything, args, work)
    server.kill()
    kind = "power cut" if forgetful else "kill -9"
    acked = sum(s.acked for s in senders)
    print(f"   run {number + 1:3d}: {kind:9s} {acked:8d} acknowledged, {checked:9d} read back, {alarms:4d} alarm states, start {took:.1f} s",
          flush=True)
    return acked


def one_directory(args, plan, numbers):
    """Runs on one directory, whose ledger is checked at the end."""
    work = tempfile.mkdtemp(prefix="anlan-soak-")
    server = Server(args, os.path.join(work, "data"), os.path.join(work, "journal"))
    kept = [{} for _ in range(args.senders)]
    total = sum(one_run(server, args, kept, work, i, plan, i == numbers[0]) for i in numbers)
    ledger = subprocess.run([args.anlan, "ledger", "verify", "--data", server.data], capture_output=True, text=True)
    if ledger.returncode != 0:
        sys.exit("ledger verify: " + ledger.stdout + ledger.stderr)
    print(f"   ledger: {ledger.stdout.split()[0]} entries, chain whole", flush=True)
    shutil.rmtree(work)
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("anlan")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--fresh", type=int, default=20, help="runs on one directory before a fresh one")
    parser.add_argument("--lib")
    parser.add_argument("--tool")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f"   seed {seed}")
    plan = random.Random(seed)
    os.environ["LANG"] = "en_US.UTF-8"
    total = 0
    for start in range(0, args.runs, args.fresh):
        total += one_directory(args, plan, range(start, min(start + args.fresh, args.runs)))
    print(f"   {args.runs} runs, {total} readings acknowledged, none lost")


if __name__ == "__main__":
    main()
