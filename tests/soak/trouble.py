#!/usr/bin/env python3
"""Scenarios beside the kills, each short: a full disk, a clock that jumps, a torn tail, a disk that is slow.

    trouble.py ANLAN --sender TOOL --lib libtrouble.so [NAME …]

Every gateway has a sender throughout; at the end of each scenario everything acknowledged in it is read back. All of them run on one
directory, one after the other."""
import argparse
import glob
import mmap
import os
import random
import shutil
import struct
import sys
import tempfile
import time

from program import Program, SenderProcess
from soak import check_alarms, check_run, prepare, streams_for

ALARMS = 1
HOUR = 3_600_000


class Trouble:
    """The file that libtrouble.so watches."""

    def __init__(self, work):
        self.path = os.path.join(work, "trouble")
        with open(self.path, "wb") as f:
            f.write(bytes(64))
        self.file = open(self.path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 64)

    def clock(self, ms):
        self.map[0:8] = struct.pack("<q", ms)

    def full(self, yes):
        self.map[8:12] = struct.pack("<i", yes)

    def slow(self, ms):
        self.map[12:16] = struct.pack("<i", ms)


class Scene:
    def __init__(self, args):
        self.args, self.work = args, tempfile.mkdtemp(prefix="anlan-trouble-")
        self.program = Program(args.anlan, self.work)
        self.trouble = Trouble(self.work)
        self.streams = streams_for(self.program)
        for s in self.streams:
            s.origin, s.kept = (int(time.time()) - 40 * 86_400) * 1000, {}
        if "mqtt" in self.program.ports:
            self.program.start_broker()
        os.makedirs(self.program.data)
        self.start()
        prepare(self.program, self.streams)
        self.before = {s.number: 0 for s in self.streams}
        self.office = self.program.login("office")

    def start(self):
        return self.program.start(env={"LD_PRELOAD": self.args.lib, "TROUBLE_CONTROL": self.trouble.path,
                                       "TROUBLE_DIR": self.program.data})

    def send(self, seconds, finish=False):
        """All senders for so long. Returns acknowledged readings by protocol. finish: every frame gets its acknowledgement."""
        senders = [SenderProcess(self.args.sender, s, self.program.ports.get(s.protocol, self.program.port), 0.3)
                   for s in self.streams]
        time.sleep(seconds)
        must(self.program.process.poll() is None, "the program ended under load")
        acked = {}
        for s in senders:
            acked[s.stream.protocol] = acked.get(s.stream.protocol, 0) + s.end(finish)
        return acked

    def restart(self):
        """kill -9, the store checked, up again."""
        self.program.kill()
        verify = self.program.command("series", "verify")
        if verify.returncode != 0:
            sys.exit("series verify: " + verify.stdout + verify.stderr)
        return self.start()

    def check(self):
        """Everything acknowledged since the last check is there, and the alarms fit."""
        checked = check_run(self.program, self.streams, self.before)
        check_alarms(self.program, self.streams[ALARMS])
        self.before = {s.number: s.acked for s in self.streams}
        return checked

    def end(self, keep):
        self.program.stop_broker()
        if self.program.process.poll() is None:
            self.program.kill()
        if not keep:
            shutil.rmtree(self.work)


def must(ok, what):
    if not ok:
        raise AssertionError(what)


def everybody(acked, what):
    silent = [name for name, n in acked.items() if not n]
    must(not silent, "%s: nothing acknowledged over %s" % (what, ", ".join(silent)))


def object_made(scene, code):
    """Makes a record; the status of the answer."""
    return scene.program.ask("POST", "/api/objects", {"code": code, "name": code, "kind": "gas_main"}, scene.office)[0]


def disk_full(scene):
    """The full disk takes nothing: nothing may be acknowledged but what the MQTT broker has, questions are still answered, and when
    there is room again everything goes on by itself."""
    everybody(scene.send(1), "before")
    time.sleep(0.5)  # what waits is committed by then, so that an acknowledgement from now on would be a lie
    scene.trouble.full(1)
    time.sleep(0.3)
    during = scene.send(1.5)
    lies = {name: n for name, n in during.items() if n and name != "mqtt"}
    must(not lies, "acknowledged on a full disk: %s" % lies)
    must(scene.program.get("/api/health")["status"], "health")
    must(scene.program.get("/api/latest?point=GAS-0001")["rows"] is not None, "latest values")
    # The database's log may have room that it took before, so some records may still be made: those must be there afterwards.
    made = []
    while (status := object_made(scene, "FULL-%04d" % len(made))) == 201:
        made.append("FULL-%04d" % len(made))
        must(len(made) < 2000, "records without end on a full disk")
    must(status >= 500, "a record on a full disk: %d" % status)
    scene.trouble.full(0)
    until = time.monotonic() + 20
    while object_made(scene, "FULL-AGAIN") != 201:
        must(time.monotonic() < until, "records are not taken again")
        time.sleep(0.3)
    everybody(scene.send(2), "after")
    scene.restart()
    for code in made:
        must(scene.program.ask("GET", "/api/objects/code:" + code, None, scene.office)[0] == 200, "%s was made and is gone" % code)
    return scene.check()


def full_and_killed(scene):
    """Killed while the disk is full, started while it still is, then room again."""
    everybody(scene.send(1), "before")
    scene.trouble.full(1)
    scene.send(0.5)
    scene.program.kill()
    scene.trouble.full(0)
    scene.start()
    everybody(scene.send(1), "after")
    scene.restart()
    return scene.check()


def clock_jumps(scene):
    """An hour forward, two back, one forward again: nothing stands still, nothing is lost."""
    scene.send(0.2, finish=True)
    for offset in (0, HOUR, -HOUR, 0):
        scene.trouble.clock(offset)
        everybody(scene.send(1.2), "clock moved by %d h" % (offset // HOUR))
        began = time.monotonic()
        must(object_made(scene, "CLOCK-%d-%d" % (offset, random.randrange(10 ** 6))) == 201, "a record")
        must(time.monotonic() - began < 10, "the program stands still")
    scene.trouble.clock(-HOUR)
    scene.restart()
    everybody(scene.send(1, finish=True), "started an hour early")
    scene.trouble.clock(0)
    scene.restart()
    return scene.check()


def tear(path, kind):
    """Bytes behind the last record, as a write that a power cut tore leaves them: they were never synced, so never acknowledged."""
    with open(path, "r+b") as f:
        whole = f.read()
        last = whole.rfind(b"ALR2")
        must(last > 0, "no record in the log")
        record = whole[last:]
        f.write({"rubbish": random.Random(7).randbytes(777),
                 "zeros": bytes(4096 - len(whole) % 4096),
                 "half a record": record[:len(record) // 2],
                 "a head": record[:48],
                 "pages in the wrong order": bytes(4096) + record}[kind])


def full_while_the_clock_jumps(scene):
    """The disk fills up, the clock is set back an hour, and there is room again: readings are taken at once, not in an hour."""
    everybody(scene.send(1), "before")
    scene.trouble.full(1)
    scene.send(0.6)
    scene.trouble.clock(-HOUR)
    time.sleep(1)
    scene.trouble.full(0)
    time.sleep(1)
    everybody(scene.send(2), "after")
    scene.trouble.clock(0)
    scene.restart()
    return scene.check()


def torn_tail(scene):
    """The last page of the log torn in several ways after a kill: the store starts, and what lies before the tear is whole."""
    for kind in ("rubbish", "zeros", "half a record", "a head", "pages in the wrong order"):
        everybody(scene.send(0.8), kind)
        scene.program.kill()
        tear(sorted(glob.glob(os.path.join(scene.program.data, "series", "log-*.bin")))[-1], kind)
        scene.start()
    scene.restart()
    return scene.check()


def slow_disk(scene):
    """Every sync takes 150 ms: commits grow, acknowledgements come late, nothing is dropped, memory stays bounded."""
    scene.trouble.slow(150)
    everybody(scene.send(3), "slow disk")
    with open("/proc/%d/status" % scene.program.process.pid) as f:
        memory = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    must(memory < 1 << 20, "the program takes %d kB" % memory)
    scene.restart()
    scene.trouble.slow(0)
    return scene.check()


SCENES = (disk_full, full_and_killed, clock_jumps, full_while_the_clock_jumps, torn_tail, slow_disk)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("anlan")
    parser.add_argument("--sender", required=True)
    parser.add_argument("--lib", required=True)
    parser.add_argument("names", nargs="*")
    args = parser.parse_intermixed_args()
    os.environ["LANG"] = "en_US.UTF-8"
    scene = Scene(args)
    try:
        for scenario in SCENES:
            if not args.names or scenario.__name__ in args.names:
                began = time.monotonic()
                checked = scenario(scene)
                print("   %s: %d readings read back, %.1f s" % (scenario.__name__, checked, time.monotonic() - began), flush=True)
        scene.end(False)
    except AssertionError as e:
        scene.end(True)
        sys.exit("FAILED: %s: %s\n   the directory is kept: %s" % (scenario.__name__, e, scene.work))
    finally:
        scene.end(True)


if __name__ == "__main__":
    main()
