#!/usr/bin/env python3
"""Kills the program under load, again and again, and proves that nothing acknowledged is lost.

    soak.py ANLAN --sender TOOL --runs N [--lib libpowercut.so --tool powercut] [--results FILE] [--table FILE]

Each run: start the program on the same directory, let one sender of each gateway (and a second one over line protocol, whose
points have an alarm rule) send as fast as planned, kill -9 the program at a random moment (every second run with a disk that
forgets what was not synced), check the reading store offline, start again, read everything that was acknowledged back over
HTTP and compare it, and compare the alarm records with a replay of the stored readings. A fresh directory every so often, and
before it is left all of its readings are read back once more. The seed is printed; the same seed gives the same plan.

With --results each run is a line of that file, and a soak that was broken off goes on behind the last one."""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

from program import MOSQUITTO, Program, SenderProcess, SlaveProcess
from stream import Polled, Stream

# protocol, points, readings a second
SENDERS = (("line", 50, 16000), ("line", 20, 2000), ("json", 50, 16000), ("binary", 50, 45000), ("mqtt", 50, 20000),
           ("hj212", 22, 6000), ("gb26875", 60, 9000), ("jt808", 4, 4000))
ALARMS = 1  # the sender whose points have a rule


def streams_for(program):
    missing = {s[0] for s in SENDERS} - {"line", "json", "binary"} - set(program.ports)
    if missing:
        sys.exit("the program has no gateway for " + ", ".join(sorted(missing)))
    return [Stream(i, *s, alarms=i == ALARMS) for i, s in enumerate(SENDERS)]


def prepare_polled(program, polled):
    program.import_table("modbus-devices", "code,name,host,port,unit,period_ms,timeout_ms,gap,enabled\n"
                                           "SOAK-SLAVE,soak,127.0.0.1,%d,1,100,20000,0,true\n" % program.ports["modbus"])
    rows = ["code,device,item,function,address,type,byte_order,scale,offset"]
    rows += ["SOAK-SLAVE-%02d,SOAK-SLAVE,%02d,3,%d,u32,ABCD,1,0" % (i, i, 2 * i) for i in range(polled.points)]
    program.import_table("modbus-items", "\n".join(rows) + "\n")


def prepare(program, streams):
    rows = ["code,name,in_service,source"]
    for s in streams:
        rows += ["%s,soak %d %d,true,%s" % (s.code(p), s.number, p, s.source(p)) for p in range(s.points)]
    program.import_table("points", "\n".join(rows) + "\n")
    program.import_table("rules", "code,name,point,kind,dir,limit1,limit2,limit3,limit4,deadband,on_delay_ms\n"
                                  "SOAK-LEVEL,soak,SOAK-%02d-*,level,high,11,9,7,5,0.5,0\n" % ALARMS)


def read_new(program, stream, point, before, patience):
    """The stored rows of this run. MQTT readings that the broker has may still be on their way."""
    start = stream.time(stream.steps(point, before))
    until = time.monotonic() + patience
    while True:
        rows = program.rows(stream.code(point), start, 4102444800000)
        if len(rows) >= stream.steps(point, stream.acked) - stream.steps(point, before) or time.monotonic() > until:
            return rows
        time.sleep(0.1)


def check_run(program, streams, before):
    """Reads back what this run had acknowledged."""
    checked = 0
    for s in streams:
        for p in range(s.points):
            rows = read_new(program, s, p, before[s.number], 60 if s.protocol == "mqtt" else 0)
            checked += s.check(p, before[s.number], rows)
            if s.alarms:
                s.kept.setdefault(p, {}).update((t, v) for t, v, _ in rows)
    return checked


def check_polled(program, polled, before, began):
    """What was stored of this run's polls."""
    return sum(polled.check(i, before, program.rows(polled.code(i), began, 4102444800000)) for i in range(polled.points))


def check_all(program, streams):
    checked = 0
    for s in streams:
        for p in range(s.points):
            checked += s.check(p, 0, program.rows(s.code(p), s.time(0), 4102444800000))
    return checked


def check_alarms(program, stream):
    """The records must say of each point what a replay of its stored readings says."""
    rules = program.get("/api/rules/in-force")
    rules["rules"] = [r for r in rules["rules"] if r["name"] == "SOAK-LEVEL"]
    rules_file, stored = os.path.join(program.work, "rules.json"), os.path.join(program.work, "stored.csv")
    with open(rules_file, "w") as f:
        json.dump(rules, f)
    with open(stored, "w") as f:
        f.write("t,point,v\n")
        for p, rows in stream.kept.items():
            f.writelines("%d,%s,%r\n" % (t, stream.code(p), rows[t]) for t in sorted(rows))
    out = subprocess.run([program.anlan, "watch", "replay", "--rules", rules_file, stored], capture_output=True, text=True,
                         check=True).stdout
    expected = {e["point"]: e["grade"] for e in map(json.loads, out.splitlines())}
    wrong = None
    for _ in range(600):
        wrong = None
        for point in map(stream.code, range(stream.points)):
            items = program.get("/api/alarms?point=%s&rule=SOAK-LEVEL&sort=-raised_at&limit=5" % point)["items"]
            active = next((a["grade"] for a in items if a["active"]), None)
            if active != expected.get(point):
                wrong = "%s: records say %s, a replay of its readings says %s" % (point, active, expected.get(point))
                break
        if not wrong:
            return len(expected)
        time.sleep(0.1)
    sys.exit("ALARM: " + wrong)


def put_back(args, program):
    """What a power cut does to the files."""
    subprocess.run([args.tool, program.journal, program.data], check=True, stdout=subprocess.DEVNULL)
    shared = os.path.join(program.data, "anlan.db-shm")
    if os.path.exists(shared):
        os.remove(shared)


def load(args, program, streams, polled, seconds):
    """Sends for so long, then kills; returns acknowledged readings by protocol."""
    senders = [SenderProcess(args.sender, s, program.ports.get(s.protocol, program.port), args.load) for s in streams]
    slave = SlaveProcess(args.sender, polled, program.ports["modbus"])
    time.sleep(seconds)
    if program.process.poll() is not None:
        sys.exit("the program ended under load with %d; see %s" % (program.process.returncode, program.log))
    program.kill()
    acked, lost_links = {}, 0
    for s in senders:
        acked[s.stream.protocol] = acked.get(s.stream.protocol, 0) + s.end()
        # The kill breaks each connection to the program once; the broker's none.
        lost_links += max(0, s.reconnects - 1)
    return acked, slave.end(), lost_links


def one_run(args, program, streams, polled, number, plan):
    forgetful = bool(args.lib) and number % 2 == 1
    seconds = plan.uniform(0.4, args.seconds)
    program.start(forgetful)
    if not program.prepared:
        prepare(program, streams + [polled])
        prepare_polled(program, polled)
        program.prepared = True
    before, served, began = {s.number: s.acked for s in streams}, polled.served, int(time.time() * 1000)
    acked, polls, links = load(args, program, streams, polled, seconds)
    if forgetful:
        put_back(args, program)
    verify = program.command("series", "verify")
    if verify.returncode != 0:
        sys.exit("series verify: " + verify.stdout + verify.stderr)
    took = program.start()
    checked = check_run(program, streams, before)
    stored = check_polled(program, polled, served, began)
    alarms = check_alarms(program, streams[ALARMS])
    program.kill()
    total = sum(acked.values())
    result = {"run": number + 1, "kind": "power cut" if forgetful else "kill -9", "seconds": round(seconds, 2), "acked": acked,
              "checked": checked, "alarms": alarms, "start": round(took, 2), "links": links, "polled": polls, "polled_stored": stored}
    print("   run %3d: %-9s %4.1f s %8d acknowledged (%6.0f/s), %8d read back, %4d of %4d polled, %3d alarm "
          "states, start %.2f s" % (number + 1, result["kind"], seconds, total, total / seconds, checked, stored, polls, alarms,
                                    took), flush=True)
    return result


def one_directory(args, plan, numbers, done):
    work = tempfile.mkdtemp(prefix="anlan-soak-")
    program = Program(args.anlan, work, args.lib)
    streams, polled = streams_for(program), Polled(20)
    for s in streams:
        s.origin = (int(time.time()) - 40 * 86_400) * 1000
        s.kept = {}
    try:
        if "mqtt" in program.ports:
            program.start_broker()
        for i in numbers:
            done(one_run(args, program, streams, polled, i, plan))
        silent = [s.protocol for s in streams if not s.acked] + ["modbus"] * (not polled.served)
        if silent:
            sys.exit("nothing was acknowledged over " + ", ".join(silent))
        program.start()
        whole = check_all(program, streams)
        program.kill()
        ledger = program.command("ledger", "verify")
        if ledger.returncode != 0:
            sys.exit("ledger verify: " + ledger.stdout + ledger.stderr)
        print("   directory left: %d readings read back once more, ledger of %s entries whole" % (
            whole, ledger.stdout.split()[0]), flush=True)
    except AssertionError as e:
        sys.exit("%s\n   the directory is kept: %s" % (e, work))
    finally:
        program.stop_broker()
        if program.process and program.process.poll() is None:
            program.kill()
    shutil.rmtree(work)


def table(results, seed):
    """The table of docs/soak.md."""
    seconds = sum(r["seconds"] for r in results)
    by = {}
    for r in results:
        for name, n in r["acked"].items():
            by[name] = by.get(name, 0) + n
    total = sum(by.values())
    kinds = [r["kind"] for r in results]
    lines = ["| | |", "|---|---|",
             "| runs, kill -9 / power cuts | %d, %d / %d |" % (len(results), kinds.count("kill -9"), kinds.count("power cut")),
             "| seconds under load | %.0f |" % seconds,
             "| readings acknowledged | {:,} |".format(total),
             "| acknowledged readings a second, mean and slowest run | {:,.0f}, {:,.0f} |".format(
                 total / seconds, min(sum(r["acked"].values()) / r["seconds"] for r in results)),
             "| read back in the runs | {:,} |".format(sum(r["checked"] for r in results)),
             "| lost, changed, invented | 0 |",
             "| alarm states that differ from a replay | 0 of %d |" % sum(r["alarms"] for r in results),
             "| findings of `series verify`, of `ledger verify` | 0, 0 |",
             "| connections lost but for the kill | %d |" % sum(r["links"] for r in results),
             "| slowest start until the first answer | %.1f s |" % max(r["start"] for r in results),
             "| readings served to the Modbus poller, of them stored | {:,}, {:,} |".format(
                 sum(r["polled"] for r in results), sum(r["polled_stored"] for r in results)),
             "| first seed | %s |" % seed, "",
             "| gateway | readings acknowledged |", "|---|---|"]
    lines += ["| {} | {:,} |".format(name, n) for name, n in by.items()]
    return "\n".join(lines) + "\n"


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("anlan")
    parser.add_argument("--sender", required=True)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=2.0, help="a run's load lasts up to so long")
    parser.add_argument("--load", type=float, default=1.0, help="factor on the planned rates")
    parser.add_argument("--fresh", type=int, default=20, help="runs on one directory before a fresh one")
    parser.add_argument("--lib")
    parser.add_argument("--tool")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--results", help="file of results; what it holds is not run again")
    parser.add_argument("--table", help="where the table goes, after every directory")
    return parser.parse_args()


def main():
    args = options()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1 << 31)
    os.environ["LANG"] = "en_US.UTF-8"
    if not os.access(MOSQUITTO, os.X_OK):
        sys.exit("mosquitto is not installed (scripts/deps.sh test)")
    results = []
    if args.results and os.path.exists(args.results):
        with open(args.results) as f:
            results = [json.loads(line) for line in f]
    if results:
        seed = results[0]["seed"]
        print("   %d runs were done before" % len(results))
    print("   seed %d" % seed, flush=True)

    def done(result):
        result["seed"] = seed
        results.append(result)
        if args.results:
            with open(args.results, "a") as f:
                f.write(json.dumps(result) + "\n")

    while len(results) < args.runs:
        first = len(results)
        one_directory(args, random.Random(seed + first), range(first, min(first + args.fresh, args.runs)), done)
        if args.table:
            with open(args.table, "w") as f:
                f.write(table(results, seed))
        if len(results) < args.runs:
            print(table(results, seed), flush=True)
    print("   %d runs, %d readings acknowledged, none lost" % (
        len(results), sum(sum(r["acked"].values()) for r in results)))


if __name__ == "__main__":
    main()
