"""Backups while a writer sends as fast as it is answered, put back into an empty place: every reading that was acknowledged before a backup
began is in it, no alarm speaks of a reading that is not, chain and store are whole, and a program starts on it. On SQLite and PostgreSQL;
killed in the middle nothing is left that looks like a backup."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "hostile"))
from anlan import Server, TOKEN  # noqa: E402

BEARER = {"Authorization": "Bearer " + TOKEN}
POINTS, BACKUPS = 20, 3
RULE_LIMIT = 50.0


def check(what, good, more=""):
    print("%s %s %s" % ("ok    " if good else "FAILED", what, more if not good else ""), flush=True)
    if not good:
        raise SystemExit(1)


class Program(Server):
    def __init__(self, program, work, name, url=None, verb="demo"):
        super().__init__(program, str(work / name), str(work / (name + ".log")))
        self.verb, self.config = verb, work / (name + ".ini")
        self.config.write_text("[database]\nurl = %s\n[watch]\nin_flight = 100000\n" % url if url else "[watch]\nin_flight = 100000\n")

    def start(self):
        more = ["--points", "100"] if self.verb == "demo" else []
        self.process = subprocess.Popen(
            [self.program, self.verb, *more, "--config", str(self.config), "--data", self.directory, "--listen",
             "127.0.0.1:%d" % self.port], stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SystemExit("the program ended with %d:\n%s" % (self.process.returncode, open(self.log).read()[-2000:]))
            try:
                if self.ask("GET", "/api/health").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("the program does not answer")

    def get(self, path):
        r = self.ask("GET", path, headers=BEARER)
        if r.status != 200:
            raise SystemExit("FAILED GET %s: %r" % (path, r))
        return r.json()

    def post(self, path, body):
        r = self.ask("POST", path, body, BEARER)
        if r.status not in (200, 201, 204):
            raise SystemExit("FAILED POST %s: %r" % (path, r))
        return r.json()

    def anlan(self, *args):
        env = dict(os.environ, LANG="en_US.UTF-8")
        return subprocess.run([self.program, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=env)


class Writer(threading.Thread):
    """Sends batch after batch; what was acknowledged is in `acked`, by point the number of readings."""
    def __init__(self, server, base):
        super().__init__(daemon=True)
        self.server, self.base, self.acked, self.halt, self.refused = server, base, 0, False, 0

    def run(self):
        n = 0
        while not self.halt:
            lines = "\n".join("reading,point=BAK-%d v=%g %d" % (p, value(n + i), self.base + (n + i) * 1000)
                              for i in range(25) for p in range(POINTS))
            try:
                r = self.server.ask("POST", "/write?precision=ms", lines, BEARER)
            except OSError:
                return
            if r.status == 204:
                n += 25
                self.acked = n
            else:
                self.refused += 1
                time.sleep(0.01)


def value(i):
    """Above the limit a quarter of the time, so that alarms come and go."""
    return RULE_LIMIT + 10 if i % 200 >= 150 else i % 40


def objects(server):
    for p in range(POINTS):
        server.post("/api/points", {"code": "BAK-%d" % p, "name": "备份%d" % p, "field": "fire"})
    server.post("/api/rules", {"code": "BAK", "name": "备份", "point": "BAK-*", "kind": "level", "dir": "high", "limit2": RULE_LIMIT,
                               "enabled": True})


def readings(server, p, base, n):
    seen, at = {}, base
    while True:
        r = server.get("/api/points/code:BAK-%d/readings?" % p + urllib.parse.urlencode(
            {"from": at, "to": base + (n + 100000) * 1000, "limit": 10000}))
        rows = [dict(zip(r["columns"], x)) for x in r["rows"]]
        seen.update((x["t"], x["v"]) for x in rows)
        if len(rows) < 10000:
            return seen
        at = rows[-1]["t"] + 1


def compare(server, base, acked, name):
    there = [readings(server, p, base, acked) for p in range(POINTS)]
    lost = [(p, i) for p in range(POINTS) for i in range(acked) if there[p].get(base + i * 1000) != value(i)]
    check("%s: all of %d readings acknowledged before it" % (name, acked * POINTS), not lost, lost[:3])
    wrong, alarms, cursor = [], 0, ""
    codes = {server.get("/api/points/code:BAK-%d" % p)["id"]: p for p in range(POINTS)}
    while cursor is not None:
        page = server.get("/api/alarms?rule=BAK&limit=500" + (("&cursor=" + cursor) if cursor else ""))
        for a in page["items"]:
            p = int(a["point"].split("-")[1]) if a["point"].startswith("BAK-") else codes[a["point"]]
            t = raised_ms(a["raised_at"])
            alarms += 1
            if there[p].get(t) is None:
                wrong.append((a["point"], a["raised_at"]))
        cursor = page.get("next")
    check("%s: %d alarms, each of a reading that is there" % (name, alarms), alarms and not wrong, wrong[:3])


def raised_ms(text):
    import datetime
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def restored(live, work, name, url, base, acked):
    back = Program(live.program, work, "r-" + name, url, "serve")
    r = live.anlan("restore", str(work / name), back.directory, "--config", str(back.config))
    check("%s: restored" % name, r.returncode == 0, r.stdout + r.stderr)
    r = live.anlan("series", "verify", "--data", back.directory)
    check("%s: the readings are whole" % name, r.returncode == 0, r.stdout + r.stderr)
    r = live.anlan("ledger", "verify", "--data", back.directory, "--config", str(back.config))
    check("%s: the ledger is whole" % name, r.returncode == 0, r.stdout + r.stderr)
    back.start()
    try:
        compare(back, base, acked, name)
    finally:
        check("%s: ends in order" % name, back.end(signal.SIGTERM) == 0)
    r = live.anlan("restore", str(work / name), back.directory, "--config", str(back.config))
    check("%s: not over what is there" % name, r.returncode == 1 and "not empty" in r.stderr, r.stderr)


def killed(live, work):
    """The program is killed while a backup is written: nothing has the name, and what is left is refused."""
    target = work / "cut"
    client = subprocess.Popen([live.program, "backup", str(target), "--data", live.directory], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not (work / "cut.part").exists() and time.monotonic() < end:
        time.sleep(0.0005)
    live.process.kill()
    live.process.wait()
    client.wait()
    check("killed in the middle: nothing bears the name", not target.exists() and (work / "cut.part").exists())
    r = live.anlan("backup", "--verify", str(work / "cut.part"))
    check("what is left is no backup", r.returncode != 0 and "not a whole backup" in r.stderr, r.stderr)


def story(program, work, kind, url, spare):
    work.mkdir()
    live = Program(program, work, "live", url)
    live.start()
    base = (int(time.time()) - 40 * 86400) // 86400 * 86400 * 1000
    objects(live)
    writer = Writer(live, base)
    writer.start()
    made = []
    time.sleep(1)
    for i in range(BACKUPS):
        acked, name = writer.acked, "b%d" % i
        r = live.anlan("backup", str(work / name), "--data", live.directory)
        check("%s backup %d under load" % (kind, i), r.returncode == 0, r.stderr)
        r = live.anlan("backup", "--verify", str(work / name))
        check("%s backup %d is whole" % (kind, i), r.returncode == 0, r.stdout + r.stderr)
        check("readings went on", writer.acked > acked, writer.refused)
        made.append((name, acked))
        time.sleep(0.3)
    writer.halt = True
    writer.join()
    killed(live, work)
    for (name, acked), place in zip(made, spare):
        if name != made[-1][0]:
            shutil.rmtree(work / name) if name == "b1" else None
    restored(live, work, made[-1][0], spare[0], base, made[-1][1])
    restored(live, work, made[0][0], spare[1], base, made[0][1])


def damage(program, work):
    back = Program(program, work / "sqlite", "x", None, "serve")
    victim = next((work / "sqlite" / "b2" / "data" / "series").glob("*/seg-*"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    r = back.anlan("restore", str(work / "sqlite" / "b2"), back.directory)
    check("one changed bit is named by file and nothing is written", r.returncode == 2 and victim.name in r.stdout and
          not os.path.exists(back.directory), r.stdout + r.stderr)


def database(cluster, name):
    url = urllib.parse.urlsplit(cluster)
    subprocess.run(["psql", "-q", cluster, "-c", "CREATE DATABASE %s" % name], check=True)
    return urllib.parse.urlunsplit(url._replace(path="/" + name)) if url.netloc else cluster.replace("///postgres", "///" + name)


def main():
    program, work = sys.argv[1], pathlib.Path(sys.argv[2])
    story(program, work / "sqlite", "SQLite", None, [None, None])
    damage(program, work)
    cluster = os.environ.get("ANLAN_TEST_PG")
    if not cluster:
        print("skipped: no PostgreSQL")
        return
    live, one, two = (database(cluster, n) for n in ("bak_live", "bak_one", "bak_two"))
    story(program, work / "pg", "PostgreSQL", live, [one, two])


main()
