"""Data directories of earlier versions open and keep what is in them; one of a newer version is refused before anything is touched; an upgrade that
fails leaves the old state."""
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "hostile"))
from anlan import Server  # noqa: E402

# name, its points with their readings, rules, administrators
OLD = [("before-the-loop", {"OLD-1": 200, "OLD-2": 0}, ["OLD-HIGH"], ["system", "security", "audit"])]


def check(what, good, more=""):
    print("%s %s %s" % ("ok    " if good else "FAILED", what, more if not good else ""), flush=True)
    if not good:
        raise SystemExit(1)


class Program(Server):
    def start(self):
        self.process = subprocess.Popen([self.program, "serve", "--data", self.directory, "--listen", "127.0.0.1:%d" % self.port],
                                        stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.ask("GET", "/api/health").status == 200:
                    return True
            except OSError:
                time.sleep(0.1)
        return False

    def refused(self):
        r = subprocess.run([self.program, "serve", "--data", self.directory, "--listen", "127.0.0.1:%d" % self.port],
                           capture_output=True, text=True, timeout=60, env=dict(os.environ, LANG="en_US.UTF-8"))
        return r.returncode, r.stderr

    def anlan(self, *args):
        return subprocess.run([self.program, *args, "--data", self.directory], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, LANG="en_US.UTF-8"))


def unpack(work, name, to):
    with tarfile.open(here.parent / "upgrade" / (name + ".tar.xz")) as t:
        t.extractall(work / "unpacked", filter="data") if hasattr(tarfile, "data_filter") else t.extractall(work / "unpacked")
    shutil.rmtree(work / to, ignore_errors=True)
    os.rename(work / "unpacked" / "d", work / to)
    return work / to


def records(directory):
    """All of them, as text: schema and rows."""
    db = sqlite3.connect(directory / "anlan.db")
    text = "\n".join(db.iterdump())
    db.close()
    return text


def ledger_of(directory):
    db = sqlite3.connect(directory / "anlan.db")
    rows = db.execute("SELECT n, hash FROM ledger ORDER BY n").fetchall()
    db.close()
    return rows


def upgrades(program, work, name, points, rules, people):
    directory = unpack(work, name, name)
    ledger = ledger_of(directory)
    p = Program(program, str(directory), str(work / (name + ".log")))
    check("%s opens" % name, p.start(), open(p.log).read()[-1500:])
    try:
        for who in people:
            r = p.ask("POST", "/api/session", {"name": who, "password": "Abcdef-%s-2026" % who})
            check("%s: %s gets in" % (name, who), r.status == 200, repr(r))
    finally:
        code = p.end(signal.SIGTERM)
    check("%s: ends in order" % name, code == 0)
    check("%s: its ledger begins as it did" % name, ledger_of(directory)[:len(ledger)] == ledger)
    r = p.anlan("ledger", "verify")
    check("%s: the ledger is whole" % name, r.returncode == 0, r.stdout + r.stderr)
    r = p.anlan("series", "verify")
    check("%s: %d readings are whole" % (name, sum(points.values())), "clean: %d readings" % sum(points.values()) in r.stdout,
          r.stdout + r.stderr)
    db = sqlite3.connect(directory / "anlan.db")
    got = [x[0] for x in db.execute("SELECT code FROM points ORDER BY code")], [x[0] for x in db.execute("SELECT code FROM rules")]
    check("%s: points and rules are there" % name, got == (sorted(points), rules), got)
    schema = db.execute("SELECT COUNT(*) FROM schema_migration").fetchone()[0]
    db.close()
    stamp = (directory / "version").read_text()
    check("%s: bears the stamp" % name, "schema %d\n" % schema in stamp and stamp.startswith("format 1\n"), stamp)
    check("%s: opens again" % name, p.start())
    check("%s: and ends" % name, p.end(signal.SIGTERM) == 0)
    return directory


def newer(program, work, directory):
    p = Program(program, str(directory), str(work / "newer.log"))
    before, stamp = records(directory), (directory / "version").read_text()
    (directory / "version").write_text("format 2\nanlan 9.1.0\nschema 400\n")
    code, said = p.refused()
    check("a directory of a newer form is refused by name", code == 1 and "9.1.0" in said and "newer" in said, said)
    (directory / "version").write_text(stamp)
    db = sqlite3.connect(directory / "anlan.db")
    db.execute("INSERT INTO schema_migration (owner, number, checksum, applied_at) SELECT owner, MAX(number) + 1, 'x', 0 FROM schema_migration "
               "WHERE owner = 'kernel' GROUP BY owner")
    db.commit()
    db.close()
    changed = records(directory)
    code, said = p.refused()
    check("records of a newer version are refused", code == 1 and "newer version" in said, said)
    check("and stay as they are", changed == records(directory) and changed != before)


def fails(program, work, name):
    directory = unpack(work, name, "fails")
    db = sqlite3.connect(directory / "anlan.db")
    db.execute("CREATE TABLE disk_samples (other INTEGER)")  # in the way of one of the last migrations
    db.commit()
    db.close()
    before = records(directory)
    p = Program(program, str(directory), str(work / "fails.log"))
    code, said = p.refused()
    check("an upgrade that fails is told", code == 1 and "disk_samples" in said, said)
    check("and leaves the old state", records(directory) == before and not (directory / "version").exists())
    db = sqlite3.connect(directory / "anlan.db")
    db.execute("DROP TABLE disk_samples")
    db.commit()
    db.close()
    check("put right, it opens", p.start(), open(p.log).read()[-1500:])
    check("and ends in order", p.end(signal.SIGTERM) == 0)


def main():
    program, work = sys.argv[1], pathlib.Path(sys.argv[2]) / "upgrade"
    work.mkdir()
    for old in OLD:
        directory = upgrades(program, work, *old)
    newer(program, work, directory)
    fails(program, work, OLD[0][0])


main()
