#!/usr/bin/env python3
"""JSON from stdin, still JSON, with one operation or one schema member on a line: a difference can be read."""
import json
import sys

DEEP = 4  # components / schemas / name / properties


def put(value, depth, pad):
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = pad + " "
    rows = (f"{inner}{json.dumps(k, ensure_ascii=False)}: {put(v, depth - 1 if k != 'properties' else 1, inner)}" for k, v in value.items())
    return "{\n" + ",\n".join(rows) + "\n" + pad + "}"


print(put(json.load(sys.stdin), DEEP, ""))
