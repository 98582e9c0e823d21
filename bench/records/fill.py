#!/usr/bin/env python3
"""Puts matters into a SQLite database of the program for the benchmark, past the program: a million through the store
would take hours and prove nothing about lists. fill.py DATABASE COUNT. The program must not run. Rows are spread over
the districts and bodies that are there; three in a hundred are open; three in ten hold the character 燃."""
import random
import sqlite3
import sys
import time

LABEL, START, BREAK = "\ue001", "\ue002", "\ue003"
PLACES = ["文昌路", "清源街", "滨河大道", "工业北路", "解放桥", "云山隧道", "东湖水厂", "西苑小区", "高铁南站", "化工园区"]
KINDS = [("gas", "燃气浓度超限", 30), ("water", "供水压力异常", 20), ("drainage", "积水深度超限", 20), ("heat", "供热管道泄漏", 15),
         ("bridge", "桥梁挠度超限", 15)]
CAUSES = ["管道老化泄漏", "第三方施工破坏", "阀门未关严", "暴雨内涝", "设备故障", "误报待核实"]


def index_text(labels, text):
    """As src/kernel/search_text.c cuts it, for the letters that occur here."""
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
    return " ".join([*flat, *pairs]) + " "


def pick(rng, kinds):
    at = rng.randrange(100)
    for kind in kinds:
        at -= kind[2]
        if at < 0:
            return kind


def main(path, count):
    rng, db = random.Random(7), sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-400000")
    districts = db.execute("SELECT id, path FROM districts WHERE archived_at IS NULL").fetchall()
    bodies = db.execute("SELECT id, path, name FROM bodies WHERE archived_at IS NULL").fetchall()
    first = db.execute("SELECT COALESCE(MAX(id), 1 << 60) FROM warnings").fetchone()[0] + 1
    now, began = int(time.time() * 1000), time.time()
    names = {row[1] for row in db.execute("PRAGMA table_info(matters)")}
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
            terms.append((record, index_text(labels, f"{code}\n{title}\n{content}")))
        db.executemany("INSERT INTO warnings (id, version, created_at, updated_at, code, title, grade, state, line, district,"
                       " owner, what, cause, raised_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", warnings)
        columns = ("id", "entity", "code", "title", "state", "state_at", "grade", "district", "line", "owner", "turn",
                   "due_at", "due_key", "chase", "opened_at", "changed_at", "closed_at")
        assert set(columns) <= names, set(columns) - names
        db.executemany(f"INSERT INTO matters ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", matters)
        db.executemany("INSERT INTO search (id, entity, code, title, state, grade, updated_at, labels, body)"
                       " VALUES (?,?,?,?,?,?,?,?,?)", found)
        db.executemany("INSERT INTO search_terms (rowid, terms) VALUES (?, ?)", terms)
        db.commit()
    db.execute("INSERT INTO search_terms (search_terms) VALUES ('optimize')")
    db.execute("ANALYZE")
    db.commit()
    print(f"{count} matters in {time.time() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
