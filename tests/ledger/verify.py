#!/usr/bin/env python3
"""Checks an export of the ledger as a stranger would, by docs/ledger.md alone: nothing of the program is used.

    verify.py EXPORT.jsonl [PUBLIC.pem] [--heads DIR]

Prints the number of entries and the hash of the last, or what is wrong first, with exit status 1. The public key
is taken from the export when none is given; that shows only that the export agrees with itself. --heads also holds
the export against the signed heads of a directory. SM3 is written out below; `openssl` checks the signature.
"""
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal


def rotate(x, n):
    n %= 32
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def sm3(data):
    """GB/T 32905-2016."""
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    bits = len(data) * 8
    data += b"\x80" + b"\0" * ((55 - len(data)) % 64) + bits.to_bytes(8, "big")
    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[at + 4 * i: at + 4 * i + 4], "big") for i in range(16)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)
            w.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            ss1 = rotate((rotate(a, 12) + e + rotate(t, j)) & 0xFFFFFFFF, 7)
            ss2 = ss1 ^ rotate(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
            tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = tt1, a, rotate(b, 9), c, tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, rotate(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)


assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


class Wrong(Exception):
    pass


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Wrong("a member stands twice")
    return dict(pairs)


def number(x):
    """RFC 8785, 3.2.2.3: as ECMAScript prints it."""
    if isinstance(x, int):
        return str(x)
    if x == int(x) and abs(x) < 1e21:
        return str(int(Decimal(repr(x))))
    digits, _, exponent = f"{x!r}".partition("e")
    if not exponent and abs(x) >= 1e-6:
        return digits
    sign, figures, power = Decimal(repr(x)).as_tuple()
    text = "".join(map(str, figures)).rstrip("0")
    point = len(figures) + power
    if -6 < point <= 0:
        return "-" * sign + "0." + "0" * -point + text
    return "-" * sign + text[0] + ("." + text[1:] if text[1:] else "") + f"e{point - 1:+d}"


def canonical(x):
    if isinstance(x, bool) or x is None or isinstance(x, str):
        return json.dumps(x, ensure_ascii=False)
    if isinstance(x, (int, float)):
        return number(x)
    if isinstance(x, list):
        return "[" + ",".join(map(canonical, x)) + "]"
    names = sorted(x, key=lambda s: s.encode("utf-16-be"))
    return "{" + ",".join(canonical(n) + ":" + canonical(x[n]) for n in names) + "}"


def parse(raw):
    return json.loads(raw, object_pairs_hook=unique)


MEMBERS = ["action", "after", "before", "entity", "id", "n", "peer", "t", "who", "who_id", "why"]
HEAD, TAIL = b'{"entry":', b',"hash":"'


def check_entry(line, n, previous):
    if not line.startswith(HEAD) or line[-75:-66] != TAIL or line[-2:] != b'"}':
        raise Wrong(f"entry {n}: the line has another form")
    raw, stored = line[len(HEAD):-75], line[-66:-2].decode()
    entry = parse(raw)
    if sorted(entry) != MEMBERS:
        raise Wrong(f"entry {n}: other members")
    if entry["n"] != n:
        raise Wrong(f"entry {n}: it is missing, {entry['n']} stands in its place")
    if canonical(entry).encode() != raw:
        raise Wrong(f"entry {n}: not in canonical form")
    hashed = sm3(previous + raw)
    if hashed.hex() != stored:
        raise Wrong(f"entry {n}: broken, it was changed")
    return hashed


def signature_holds(pem, text, signature):
    with tempfile.TemporaryDirectory() as d:
        def put(name, data):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)
            return f.name
        done = subprocess.run(["openssl", "dgst", "-sm3", "-verify", put("key", pem.encode()), "-sigopt",
                               "distid:1234567812345678", "-signature", put("sig", bytes.fromhex(signature)),
                               put("text", text)], capture_output=True)
    return done.returncode == 0


def check_head(signed, pem, what):
    if not signature_holds(pem, canonical(signed["head"]).encode(), signed["signature"]):
        raise Wrong(f"{what}: the signature does not hold")
    return signed["head"]


def check_dir(directory, hashes, last):
    for name in sorted(os.listdir(directory)):
        if not name.startswith("head-"):
            continue
        with open(os.path.join(directory, name), encoding="utf-8") as f:
            signed = parse(f.read())
        with open(os.path.join(directory, f"ledger-{signed['head']['key'][:16]}.pem"), encoding="utf-8") as f:
            head = check_head(signed, f.read(), name)
        if head["n"] > last:
            raise Wrong(f"cut off from entry {last + 1} on: {name} was signed")
        if head["n"] in hashes and hashes[head["n"]] != head["hash"]:
            raise Wrong(f"entry {head['n']}: not the one that was signed in {name}")


def check_export(path, pem, directory):
    hashes = {}
    with open(path, "rb") as f:
        first = parse(f.readline())
        if first.get("format") != "anlan-ledger-1":
            raise Wrong("no export of a ledger")
        previous = bytes.fromhex(first["previous"])
        if first["from"] == 1 and any(previous):
            raise Wrong("the first entry does not follow zeros")
        for n in range(first["from"], first["to"] + 1):
            line = f.readline().rstrip(b"\n")
            previous = check_entry(line, n, previous)
            hashes[n] = previous.hex()
        last = parse(f.readline())
        if f.read() or "end" not in last:
            raise Wrong(f"after entry {first['to']}: not the end line")
    head = check_head(last["end"], pem or last["public_key"], "the head at the end")
    if head["n"] != first["to"] or head["hash"] != previous.hex():
        raise Wrong("the signed head is not the last entry's")
    if directory:
        check_dir(directory, hashes, first["to"])
    return len(hashes), previous.hex()


def main(argv):
    directory = None
    if "--heads" in argv:
        at = argv.index("--heads")
        directory = argv[at + 1]
        del argv[at:at + 2]
    pem = open(argv[2], encoding="utf-8").read() if len(argv) > 2 else None
    try:
        print(*check_export(argv[1], pem, directory))
    except (Wrong, ValueError, KeyError) as e:
        print(e)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
