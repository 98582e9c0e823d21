#!/usr/bin/env python3
"""Registers from workbooks, as a city brings them: imports.py ANLAN [--bodies N] [--points N] [--table FILE]

The program is started on an empty directory. Two workbooks, enterprises and points, with a wrong row in every tenth, go in over
HTTP as a person's session sends them. The right rows must be in, and each with what its row says; the error file must hold a
reason beside each wrong row, naming the column that is wrong, and none beside a right one. That file, with the wrong cells put
right and nothing else touched, is given back: then all are in. The workbooks are written here and the error file is read here, by
nothing of the program's own."""
import argparse
import http.client
import io
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
from urllib.parse import quote
from xml.sax.saxutils import escape

from program import free_port

PASSWORD = "bulk-Kiefer-4711-x"
EVERY = 10  # one row of so many is wrong
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARTS = {
    "[Content_Types].xml":
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName='
        '"/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '</Types>',
    "_rels/.rels":
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
        '</Relationships>',
    "xl/workbook.xml":
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels":
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '</Relationships>',
}


# ---- what is brought ----

def body(i):
    return ["E-%06d" % i, "云澜第%d机械制造有限公司" % i, "enterprise", "990101", i % 900, "云澜市工业路 %d 号" % i,
            round(117 + i % 1000 / 1e4, 4), round(32 + i // 1000 / 1e3, 4)]


def point(i):
    return ["P-%06d" % i, "第%d号测点" % i, "TANK", "MPa"]


# What is wrong: the column, what stands in it instead, and what its reason must name.
BODIES = ("bodies", "企业.xlsx", ["code", "name", "kind", "district", "employees", "address", "lon", "lat"], body, [
    (2, "没有这一类", "单位类别"), (1, "", "单位名称"), (3, "123456", "所属区划"), (4, "约三百", "从业人数"),
    (6, 217.5, "经度"), (0, "E-000001", "E-000001")])
POINTS = ("points", "测点.xlsx", ["code", "name", "object", "unit"], point, [
    (1, "", "测点名称"), (2, "NO-SUCH", "NO-SUCH"), (0, "P-000001", "P-000001"), (0, "", "测点编号")])


def wrong_in(i, wrongs):
    """The wrong of row i; None when it is right. Row 1 is right: a later one repeats its code."""
    return wrongs[i // EVERY % len(wrongs)] if i % EVERY == 0 else None


def table(n, make, wrongs):
    for i in range(1, n + 1):
        row, wrong = make(i), wrong_in(i, wrongs)
        if wrong:
            row[wrong[0]] = wrong[1]
        yield row


# ---- workbooks ----

def cell(at, v):
    if v is None or v == "":
        return ""
    if isinstance(v, (int, float)):
        return '<c r="%s"><v>%r</v></c>' % (at, v)
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (at, escape(v))


def workbook(heads, rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in PARTS.items():
            z.writestr(name, text)
        with z.open("xl/worksheets/sheet1.xml", "w") as f:
            f.write(('<worksheet xmlns="%s"><sheetData>' % MAIN[1:-1]).encode())
            for r, row in enumerate(itertools.chain([heads], rows), 1):
                cells = "".join(cell(chr(65 + c) + str(r), v) for c, v in enumerate(row))
                f.write(('<row r="%d">%s</row>' % (r, cells)).encode())
            f.write(b"</sheetData></worksheet>")
    return out.getvalue()


def text_of(c, shared):
    if c.get("t") == "inlineStr":
        return "".join(t.text or "" for t in c.iter(MAIN + "t"))
    v = c.findtext(MAIN + "v")
    if v is None:
        return ""
    if c.get("t") == "s":
        return shared[int(v)]
    return v if c.get("t") == "str" else json.loads(v)


def read_workbook(content):
    with zipfile.ZipFile(io.BytesIO(content)) as z:
        shared = []
        if "xl/sharedStrings.xml" in z.namelist():
            shared = ["".join(t.text or "" for t in si.iter(MAIN + "t"))
                      for si in ET.fromstring(z.read("xl/sharedStrings.xml")).iter(MAIN + "si")]
        with z.open("xl/worksheets/sheet1.xml") as f:
            for _, row in ET.iterparse(f):
                if row.tag != MAIN + "row":
                    continue
                cells = []
                for n, c in enumerate(row.iter(MAIN + "c")):
                    letters = re.match("[A-Z]*", c.get("r", "")).group()
                    at = sum((ord(x) - 64) * 26 ** k for k, x in enumerate(reversed(letters))) - 1 if letters else n
                    cells += [""] * (at - len(cells)) + [text_of(c, shared)]
                yield cells
                row.clear()


# ---- the program ----

class City:
    def __init__(self, anlan, work):
        data, self.port = os.path.join(work, "data"), free_port()
        made = subprocess.run([anlan, "user", "add", "--role", "system", "--name", "admin", "--full-name", "系统管理员",
                               "--data", data], input=PASSWORD + "\n", capture_output=True, text=True)
        if made.returncode:
            sys.exit("user add: " + made.stdout + made.stderr)
        self.log = open(os.path.join(work, "server.log"), "wb")
        self.process = subprocess.Popen([anlan, "serve", "--data", data, "--listen", "127.0.0.1:%d" % self.port],
                                        stdout=self.log, stderr=self.log)
        self.headers = {}
        self.wait()
        r = self.ask("POST", "/api/session", {"name": "admin", "password": PASSWORD}, keep=True)
        self.headers["X-CSRF-Token"] = r["csrf"]

    def wait(self):
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            try:
                return self.ask("GET", "/api/hello")
            except OSError:
                time.sleep(0.05)
        sys.exit("the program did not start; see " + self.log.name)

    def raw(self, method, path, content=None, kind="application/json", keep=False):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        try:
            c.request(method, path, content, {**self.headers, "Content-Type": kind, "Accept-Language": "zh"})
            r = c.getresponse()
            got = r.read()
            if r.status not in (200, 201):
                sys.exit("%s %s: %d %s" % (method, path, r.status, got[:500].decode(errors="replace")))
            if keep:
                self.headers["Cookie"] = r.headers["Set-Cookie"].split(";")[0]
            return got
        finally:
            c.close()

    def ask(self, method, path, what=None, keep=False):
        return json.loads(self.raw(method, path, json.dumps(what) if what is not None else None, keep=keep))

    def export(self, plural):
        """Every record, from the workbook that an office would open to see."""
        rows = read_workbook(self.raw("GET", "/api/%s.xlsx" % plural))
        next(rows)
        return rows

    def cpu(self):
        with open("/proc/%d/stat" % self.process.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            return int(re.search(r"VmHWM:\s*(\d+)", f.read()).group(1)) / 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            sys.exit("the program ended with %d; see %s" % (self.process.returncode, self.log.name))


def must(ok, what, *seen):
    if not ok:
        sys.exit("imports: %s: %r" % (what, seen))


# ---- one register ----

def check_errors(rows, spec, n):
    """The rows of the error file, mended. Right rows may stand in it, unmarked."""
    _, _, heads, make, wrongs = spec
    head = next(rows)
    must(len(head) == len(heads) + 1, "the error file has the columns and one for the reason", head)
    seen = {}
    for cells in rows:
        cells += [""] * (len(head) - len(cells))
        i = int(re.search(r"\d+", str(cells[1]) or str(cells[0])).group())
        wrong, reason = wrong_in(i, wrongs), cells[-1]
        must(bool(wrong) == bool(reason), "a reason beside wrong rows and no other", i, cells)
        must(not wrong or wrong[2] in reason, "the reason names what is wrong", i, wrong, reason)
        want = make(i)
        for c, v in enumerate(want):
            must(cells[c] == (wrong[1] if wrong and wrong[0] == c else v), "the row stands as it came", i, c, cells)
        seen[i] = want
    must(all(i in seen for i in range(EVERY, n + 1, EVERY)), "every wrong row stands in the error file", len(seen))
    return heads, list(seen.values())


def check_in(city, spec, n, whole):
    """The records are those rows, and each as its row says."""
    plural, _, _, make, wrongs = spec
    got = {str(r[0]): r for r in city.export(plural)}
    want = [make(i) for i in range(1, n + 1) if whole or not wrong_in(i, wrongs)]
    mine = [c for c in got if re.fullmatch(r"[EP]-\d{6}", c)]
    must(len(mine) == len(want), "as many records as right rows", plural, len(mine), len(want))
    for row in want:
        kept = got.get(row[0])
        must(kept and str(kept[1]) == row[1], "the record of the row", row, kept)


def timed(city, spec, content):
    plural, name = spec[:2]
    t, cpu = time.monotonic(), city.cpu()
    answer = json.loads(city.raw("POST", "/api/%s/import?name=%s" % (plural, quote(name)), content, XLSX))
    return answer, time.monotonic() - t, city.cpu() - cpu


def import_one(city, spec, n):
    plural, _, heads, make, wrongs = spec
    wrong = n // EVERY
    content = workbook(heads, table(n, make, wrongs))
    answer, seconds, cpu = timed(city, spec, content)
    must((answer["accepted"], answer["rejected"]) == (n - wrong, wrong), "right and wrong rows", answer["accepted"],
         answer["rejected"])
    check_in(city, spec, n, False)
    mended = workbook(*check_errors(read_workbook(city.raw("GET", answer["errors"])), spec, n))
    yield plural, n, wrong, len(content), seconds, cpu, city.peak()
    answer, seconds, cpu = timed(city, spec, mended)
    must(answer["rejected"] == 0 and not answer["errors"], "the mended file is taken", answer["accepted"], answer["rejected"])
    check_in(city, spec, n, True)
    yield plural + ", mended error file", n, 0, len(mended), seconds, cpu, city.peak()


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("anlan")
    p.add_argument("--bodies", type=int, default=600)
    p.add_argument("--points", type=int, default=1000)
    p.add_argument("--table")
    a = p.parse_args()
    work = tempfile.mkdtemp(prefix="anlan-imports-")
    city = City(os.path.realpath(a.anlan), work)
    lines = ["| workbook | rows | wrong | MB | seconds | rows/s | CPU seconds | peak memory, MB |", "|---|---|---|---|---|---|---|---|"]
    try:
        city.ask("POST", "/api/districts", {"code": "990101", "name": "城东区", "level": "county"})
        city.ask("POST", "/api/objects", {"code": "TANK", "name": "储罐", "kind": "chemical_tank", "district": "990101"})
        for spec, n in ((BODIES, a.bodies), (POINTS, a.points)):
            for what, rows, wrong, size, seconds, cpu, peak in import_one(city, spec, n):
                lines.append("| %s | %s | %s | %.1f | %.1f | %s | %.1f | %.0f |" % (
                    what, f"{rows:,}", f"{wrong:,}", size / 1e6, seconds, f"{rows / seconds:,.0f}", cpu, peak))
                print(lines[-1], flush=True)
    finally:
        if city.process.poll() is None:
            city.end()
    if a.table:
        with open(a.table, "w") as f:
            f.write("\n".join(lines) + "\n")
    print("imports: the right rows are in, the wrong ones in the error file, mended they are in too")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
