#!/usr/bin/env python3
"""Puts matters into a database of the program for the benchmark, past the program: a million through the store would
take hours and prove nothing about lists. fill.py FILE|postgresql://… COUNT. The program must not run. Rows are spread
over the districts and bodies that are there; three in a hundred are open; three in ten hold the character 燃."""
import random
import sqlite3
import subprocess
import sys
import time

LABEL, START, BREAK = "\ue001", "\ue002", "\ue003"
PLACES = ["文昌路", "清源街", "滨河大道", "工业北路", "解放桥", "云山隧道", "东湖水厂", "西苑小区", "高铁南站", "化工园区"]
KINDS = [("gas", "燃气浓度超限", 30), ("water", "供水压力异常", 20), ("drainage", "积水深度超限", 20), ("heat", "供热管道泄漏", 15),
         ("bridge", "桥梁挠度超限", 15)]
CAUSES = ["管道老化泄漏", "第三方施工破坏", "阀门未关严", "暴雨内涝", "设备故障", "误报待核实"]


def index_text(labels, text, tsvector):
    """As src/kernel/search/search_text.c cuts it, for the letters that occur here."""
    flat, pairs, word, last = dict.fromkeys(labels), [], "", ""
    for c in text.lower() + "\n":
        han = "\u3041" <= c <= "\u9fff"
        if c.isascii() and c.isalnum():
            word += c
        else:
            if word:
                flat[word] = None
                for i in range(1, min(4, len(word)) + 1):
                    flat[START + word[:i]] = None
            word = ""
        if han:
            flat[c] = None
            if last:
                pairs.append(last + c)
        elif last:
            pairs.append(BREAK)
        last = c if han else ""
    if tsvector:
        return " ".join([f"'{t}'" for t in flat] + [f"'{p}':{i + 1}" for i, p in enumerate(pairs) if p != BREAK])
    return " ".join([*flat, *pairs]) + " "


def pick(rng, kinds):
    at = rng.randrange(100)
    for kind in kinds:
        at -= kind[2]
        if at < 0:
            return kind


class Lite:
    tsvector = False

    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("PRAGMA cache_size=-400000")

    def rows(self, text):
        return self.db.execute(text).fetchall()

    def add(self, table, columns, rows):
        marks = ", ".join("?" * len(columns))
        self.db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def add_search(self, columns, rows, terms):
        self.add("search", columns, rows)
        self.add("search_terms", ("rowid", "terms"), [(row[0], text) for row, text in zip(rows, terms)])
        self.db.commit()

    def end(self):
        self.db.execute("INSERT INTO search_terms (search_terms) VALUES ('optimize')")
        self.db.commit()


class Postgres:
    tsvector = True

    def __init__(self, url):
        self.psql = ["psql", "-qXAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", url, "-c"]

    def rows(self, text):
        out = subprocess.run(self.psql + [text], check=True, capture_output=True, text=True).stdout
        return [[int(v) if v.isdecimal() else v for v in line.split("\t")] for line in out.splitlines()]

    @staticmethod
    def cell(v):
        return "\\N" if v is None else str(v).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

    def add(self, table, columns, rows):
        text = "\n".join("\t".join(map(self.cell, row)) for row in rows) + "\n"
        subprocess.run(self.psql + [f"COPY {table} ({', '.join(columns)}) FROM STDIN"], check=True, text=True, input=text)

    def add_search(self, columns, rows, terms):
        self.add("search", (*columns, "terms"), [(*row, text) for row, text in zip(rows, terms)])

    def end(self):
        self.rows("VACUUM ANALYZE")


def main(path, count):
    rng, db = random.Random(7), Postgres(path) if "://" in path else Lite(path)
    districts = db.rows("SELECT id, path FROM districts WHERE archived_at IS NULL ORDER BY code")
    bodies = db.rows("SELECT id, path, name FROM bodies WHERE archived_at IS NULL ORDER BY code")
    first = db.rows("SELECT COALESCE(MAX(id), 1152921504606846976) FROM warnings")[0][0] + 1
    now, began = int(time.time() * 1000), time.time()
    for at in range(0, count, 10000):
        warnings, matters, found, terms = [], [], [], []
        for i in range(at, min(at + 10000, count)):
            record, t = first + i * 4096, now - (count - i) * 17280
            line, what, _ = pick(rng, KINDS)
            district, path_d = rng.choice(districts)
            body, path_b, name = rng.choice(bodies)
            title = f"{rng.choice(PLACES)}{rng.randrange(1, 400)}号{what}预警"
            code = f"YJ-{time.strftime('%Y%m%d', time.gmtime(t / 1000))}-{i:07d}"
            cause, grade, is_open = rng.choice(CAUSES), rng.choice((1, 2, 3, 3, 4, 4, 4)), rng.randrange(100) < 3
            state = rng.choice(("graded", "published", "handling")) if is_open else "filed"
            labels = [LABEL + "ewarnings"] + [LABEL + "d" + p for p in path_d.split("/") if p] + \
                     [LABEL + "b" + p for p in path_b.split("/") if p] + [LABEL + "l" + line]
            content = f"{what}\n{cause}\n{name}"
            warnings.append((record, 1, t, t, code, title, grade, state, line, district, body, what, cause, t))
            due = t + 3600000 * rng.randrange(1, 100) if is_open else None
            matters.append((record, "warnings", code, title, state, t, grade, district, line, body, body, due,
                            due or (1 << 62), 0, t, t, None if is_open else t + 7200000))
            found.append((record, "warnings", code, title, state, grade, t, " ".join(labels), content))
            terms.append(index_text(labels, f"{code}\n{title}\n{content}", db.tsvector))
        db.add("warnings", ("id", "version", "created_at", "updated_at", "code", "title", "grade", "state", "line",
                            "district", "owner", "what", "cause", "raised_at"), warnings)
        db.add("matters", ("id", "entity", "code", "title", "state", "state_at", "grade", "district", "line", "owner", "turn",
                           "due_at", "due_key", "chase", "opened_at", "changed_at", "closed_at"), matters)
        db.add_search(("id", "entity", "code", "title", "state", "grade", "updated_at", "labels", "body"), found, terms)
    db.end()
    print(f"{count} matters in {time.time() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
