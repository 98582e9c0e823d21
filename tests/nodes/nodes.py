"""Two programs on one PostgreSQL: what one writes the other knows and tells its browsers, in one order; each books the alarms of its own
readings; every rung of every clock is done once, also when one of the two is killed in between and comes back."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "hostile"))
from anlan import Server, Session, TOKEN  # noqa: E402

LATE_S = 60          # a busy machine may take its time; nothing here measures speed
ALARMS = 8           # each with a clock
SHARES = (5, 10, 15, 20)  # of a minute: the rungs of the test's own limit, in seconds 3, 6, 9, 12
BEARER = {"Authorization": "Bearer " + TOKEN}


def until(what, probe, seconds=LATE_S):
    end = time.monotonic() + seconds
    while True:
        got = probe()
        if got:
            return got
        if time.monotonic() > end:
            raise SystemExit("FAILED %s: not within %d s" % (what, seconds))
        time.sleep(0.1)


def check(what, good, more=""):
    print("%s %s %s" % ("ok    " if good else "FAILED", what, more if not good else ""), flush=True)
    if not good:
        raise SystemExit(1)


class Node(Server):
    """serve, or demo for the one that makes the city."""
    def __init__(self, program, work, name, command):
        super().__init__(program, str(work / name), str(work / (name + ".log")))
        self.config, self.verb = str(work / "anlan.ini"), command

    def start(self):
        more = ["--points", "100"] if self.verb == "demo" else []
        self.process = subprocess.Popen(
            [self.program, self.verb, *more, "--config", self.config, "--data", self.directory, "--listen", "127.0.0.1:%d" % self.port],
            stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)

    def ready(self):
        if self.process.poll() is not None:
            raise SystemExit("a program ended with %d:\n%s" % (self.process.returncode, open(self.log).read()[-3000:]))
        try:
            return self.ask("GET", "/api/health").status == 200
        except OSError:
            return False

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


class Listener(threading.Thread):
    """A browser's event stream, kept whole."""
    def __init__(self, node, topics="alarms,records"):
        super().__init__(daemon=True)
        self.events, self.ended = [], False
        self.c = http.client.HTTPConnection("127.0.0.1", node.port, timeout=300)
        self.c.request("GET", "/api/events?topics=" + topics, headers=BEARER)
        self.r = self.c.getresponse()
        if self.r.status != 200:
            raise SystemExit("FAILED events: %d" % self.r.status)
        self.start()

    def run(self):
        event = {}
        try:
            for line in self.r:
                line = line.decode().rstrip("\n")
                if not line:
                    if "id" in event:
                        self.events.append(event)
                    event = {}
                elif ": " in line:
                    key, value = line.split(": ", 1)
                    event[key] = int(value) if key == "id" else value
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended = True

    def ids(self):
        return [e["id"] for e in list(self.events)]

    def heard(self, record):
        return any(record in e.get("data", "") for e in list(self.events))


def records(a, b):
    ida = a.post("/api/districts", {"code": "990195", "name": "双机区", "parent": "990100", "level": "county"})["id"]
    check("a record written on one is read on the other", b.get("/api/districts/code:990195")["id"] == ida)
    b.post("/api/objects", {"code": "NODE-SITE", "name": "双机调压站", "kind": "gas_governor", "district": "990195", "lon": 117.1, "lat": 31.1})
    for i in range(ALARMS):
        (a if i % 2 else b).post("/api/points", {"code": "NODE-%d" % i, "name": "双机测点%d" % i, "object": "NODE-SITE", "quantity": "ch4",
                                                 "unit": "%VOL", "interval_s": 60})
    a.post("/api/rules", {"code": "NODE-HIGH", "name": "浓度", "point": "NODE-*", "kind": "level", "dir": "high", "limit1": 9, "deadband": 0.5,
                          "response": "关阀", "cause": "泄漏", "consequence": "爆炸", "response_minutes": 15, "basis": "默认值"})


def session(a, b):
    s = Session(a, "watch")
    here = b.ask("GET", "/api/session", headers={"Cookie": s.cookie})
    check("who signed in on one is known on the other", here.status == 200 and here.json()["user"]["name"] == "watch", repr(here))
    return s


def one_order(a, b):
    """Both write at once; every browser hears every record, once, in the same order."""
    la, lb = Listener(a), Listener(b)
    def write(i):
        return (a if i % 2 else b).post("/api/devices", {"code": "NODE-D%d" % i, "name": "双机设备%d" % i})["id"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(write, range(40)))
    for name, l in (("the first", la), ("the second", lb)):
        until("every event at " + name, lambda l=l: all(l.heard(i) for i in ids))
        check("events rise at %s node's browser" % name, l.ids() == sorted(set(l.ids())), l.ids())
    first = max(la.ids()[0], lb.ids()[0])
    last = min(la.ids()[-1], lb.ids()[-1])
    cut = lambda l: [i for i in l.ids() if first <= i <= last]  # noqa: E731
    check("both browsers hear the same", cut(la) == cut(lb), "%s\n%s" % (cut(la), cut(lb)))
    return la, lb


def limit(a):
    """One minute to judge, with rungs a few seconds apart."""
    office = Session(a, "office")
    made = office("POST", "/api/time-limits", {"code": "alarm.judge", "name": "双机研判", "grade": 1, "district": "990195", "amount": 1,
                                               "unit": "minute", "basis": "默认值，演练用"})
    check("a limit is made", made.status == 201, repr(made))
    key = made.json().get("key") or made.json()["id"]
    for i, share in enumerate(SHARES):
        r = office("POST", "/api/limit-steps", {"limit": key, "position": i + 1, "kind": "remind", "percent": share, "recipient": "watch"})
        check("a rung is made", r.status == 201, repr(r))


def raise_alarms(a, b, value=9.5):
    def send(node, i):
        r = node.write("reading,point=NODE-%d v=%g %d" % (i, value, time.time() * 1000), "?precision=ms")
        check("a reading is taken", r.status == 204, repr(r))
    def alarm(node, i):
        found = node.get("/api/alarms?point=NODE-%d&rule=NODE-HIGH&limit=1" % i)["items"]
        return found and found[0]
    # The rule was written on the first; what the second judges by is its own copy.
    until("the rule to be in force", lambda: [send(n, i) or 1 for n, i in ((a, 0), (b, 1))] and alarm(a, 0) and alarm(a, 1))
    for i in range(2, ALARMS):
        send(b if i % 2 else a, i)
    return [until("alarm %d" % i, lambda i=i: alarm(a if i % 2 else b, i)) for i in range(ALARMS)]


def rungs_done(node_session, ids):
    """How often the ledger says each rung of each clock was done."""
    r = node_session("GET", "/api/ledger?entity=alarms&action=remind&limit=1000")
    if r.status != 200:
        raise SystemExit("FAILED ledger: %r" % r)
    count = {}
    for e in r.json()["items"]:
        if e["record_id"] in ids:
            after = e["after"] if isinstance(e["after"], dict) else json.loads(e["after"])
            count[e["record_id"], after["rung"]] = count.get((e["record_id"], after["rung"]), 0) + 1
    return count


def verify(audit):
    check("the check of the ledger begins", audit("POST", "/api/ledger/verify", {}).status in (200, 202))
    state = until("the check to end", lambda: (lambda j: j if j["state"] != "running" else None)(audit("GET", "/api/ledger/verify").json()))
    check("the ledger of both holds", state["state"] == "done" and state["report"]["ok"] is True, state)


def main():
    program, work = sys.argv[1], pathlib.Path(sys.argv[2])
    (work / "anlan.ini").write_text("[database]\nurl = %s\n" % os.environ["ANLAN_TEST_PG"])
    a, b = Node(program, work, "a", "demo"), Node(program, work, "b", "serve")
    try:
        # Both at once on a database that is empty: the migrations and the seeds take turns.
        a.start()
        b.start()
        for n in (a, b):
            until("a node to answer", n.ready, 120)
        until("the city", lambda: "the city is live" in open(a.log, errors="replace").read(), 180)
        check("the city that one makes is there for the other", b.get("/api/points?limit=1")["count"] >= 100)
        session(a, b)
        records(a, b)
        la, lb = one_order(a, b)
        limit(a)
        alarms = raise_alarms(a, b)
        ids = {x["id"] for x in alarms}
        for l, name in ((la, "first"), (lb, "second")):
            until("alarms at the %s node's browser" % name, lambda l=l: all(l.heard(i) for i in ids))
        check("alarms of readings of either node are at both browsers", True)
        until("the first rung", lambda: rungs_done(Session(b, "audit"), ids))
        a.end(signal.SIGKILL)
        check("one is killed", True)
        audit = Session(b, "audit")
        made = b.post("/api/devices", {"code": "NODE-ALONE", "name": "独行设备"})["id"]
        until("its browser to hear", lambda: lb.heard(made))
        check("the other writes and tells on", True)
        until("half of the rungs", lambda: len(rungs_done(audit, ids)) >= ALARMS * 2)
        a.start()
        want = ALARMS * len(SHARES)
        until("all rungs", lambda: len(rungs_done(audit, ids)) == want)
        until("the killed one to be back", a.ready, 120)
        time.sleep(2.5)  # two more looks of both: what is done must not be done again
        count = rungs_done(audit, ids)
        check("every rung of every clock was done once", len(count) == want and set(count.values()) == {1}, count)
        l2 = Listener(a)
        made = b.post("/api/devices", {"code": "NODE-BACK", "name": "归来设备"})["id"]
        until("its browser to hear", lambda: l2.heard(made))
        r = a.write("reading,point=NODE-0 v=0.1 %d" % (time.time() * 1000), "?precision=ms")
        check("it takes readings again", r.status == 204, repr(r))
        until("its alarm to return", lambda: not b.get("/api/alarms/%s" % alarms[0]["id"])["active"])
        check("and books what they say", True)
        verify(audit)
    finally:
        for n in (a, b):
            if n.process and n.process.poll() is None:
                n.end(signal.SIGTERM)
    for n in (a, b):
        check("a node ended in order", n.process.returncode == 0, n.process.returncode)
        bad = [x for x in open(n.log, errors="replace") if "ERROR: " in x or '"level":"error"' in x]
        check("nothing failed in its log", not bad, "".join(bad[:5]))


main()
