"""What a hostile or careless caller does, and what must come of it. Each attack is one function; a finding that once
was real stands here as a check. The program's log is read last: nothing sent may break an invariant."""
import gzip
import json
import re
import signal
import socket
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from anlan import PASSWORD, ROLES, TOKEN, Server, Session

failures = []
checks = 0
ANY = {"If-Match": "*"}
# What answers without a login. A route that joins them is named here and in docs/security.md, or the run fails.
PUBLIC = {
    "GET /api/health", "GET /api/hello", "GET /api/public/dangers", "GET /api/public/feed.atom", "GET /api/public/warnings",
    "GET /api/verify/{code}", "GET /ping", "POST /api/activate", "POST /api/session", "POST /api/verify/{code}",
}


def check(ok, what, got=""):
    global checks
    checks += 1
    if not ok:
        failures.append(what)
        print("FAILED: %s: %r" % (what, got))


def status(answer, wanted, what):
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    check(answer.status in wanted, what, answer)
    if answer.status >= 400 and answer.body[:1] == b"{":
        text = answer.body.decode("utf-8", "replace")
        check("SELECT " not in text and "sqlite" not in text and ".c:" not in text, what + ": leaks", answer)


# ---- who may do what ----

def permissions(s):
    rows = [line.split("|") for line in s.command("dump", "permissions").stdout.decode().splitlines()]
    rows = [[c.strip() for c in row] for row in rows if len(row) > 5 and row[1].strip().startswith("`")]
    return {role: {row[1].strip("`") for row in rows if row[3 + i]} for i, role in enumerate(ROLES)}


def documented_public():
    text = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    part = re.search(r"\*\*Without a login\*\*(.*?)\n\n", text, re.S)
    return set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", part.group(1))) if part else set()


def only_the_public_routes_without_login(s):
    document = json.loads(s.command("dump", "openapi").stdout)
    routes = {"%s %s" % (method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    declared = {"%s %s" % (method.upper(), path) for path, methods in document["paths"].items()
                for method, operation in methods.items() if operation["x-permission"] == "public"}
    check(declared == PUBLIC, "public routes as declared", sorted(declared ^ PUBLIC))
    check(documented_public() == PUBLIC, "public routes in docs/security.md", sorted(documented_public() ^ PUBLIC))
    for route in sorted(routes - PUBLIC):
        method, path = route.split(" ", 1)
        answer = s.ask(method, re.sub(r"\{[^}]*\}", "999999999", path))
        check(answer.status == 401, route + " without login", answer)


def every_role_on_every_route(s):
    may = permissions(s)
    document = json.loads(s.command("dump", "openapi").stdout)
    sessions = {role: Session(s, role) for role in ROLES}
    for path, methods in document["paths"].items():
        concrete = path.replace("{id}", "999999999").replace("{layer}", "none")
        for method, operation in methods.items():
            need, method = operation["x-permission"], method.upper()
            if path in ("/api/session", "/api/events") or need == "public":
                continue
            for role, ask in sessions.items():
                r = ask(method, concrete, None if method == "GET" else {})
                allowed = need == "session" or need in may[role]
                # Who may ask is answered: what lies outside his reach is left out, not refused.
                check(r.status != 403 if allowed else r.status == 403, "%s: %s %s" % (role, method, path), r)
                check(r.status not in (0, 401, 500), "%s: %s %s answers" % (role, method, path), r)


def sessions_and_tokens(s):
    watch, system, security = Session(s, "watch"), Session(s, "system"), Session(s, "security")
    check("HttpOnly" in watch.set_cookie and "SameSite=Strict" in watch.set_cookie, "cookie flags", watch.set_cookie)
    for csrf in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 64}, {"X-CSRF-Token": system.csrf}):
        h = dict(csrf, Cookie=watch.cookie)
        for method, path in (("POST", "/write"), ("POST", "/query?q=CREATE+DATABASE+x"), ("POST", "/api/rules/check"),
                             ("DELETE", "/api/session")):
            status(s.ask(method, path, "reading,point=GAS-0001 v=1", h), 403, "%s without CSRF token" % path)
    fixed = s.ask("POST", "/api/session", {"name": "watch", "password": PASSWORD}, {"Cookie": "anlan_session=AAAA"})
    check("AAAA" not in fixed.headers["Set-Cookie"], "session fixation")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        status(s.ask("POST", "/api/session", json.dumps({"name": "watch", "password": PASSWORD}), {"Content-Type": kind}),
               415, "login as " + kind)
    fresh = {"password": "another long one"}
    status(system("PATCH", "/api/users/code:security", fresh, ANY), 422, "system sets the password of security")
    status(system("PATCH", "/api/users/code:audit", {"enabled": False}, ANY), 422, "system switches audit off")
    status(system("DELETE", "/api/users/code:audit"), 422, "system archives audit")
    status(system("PATCH", "/api/users/code:watch", {"roles": "watch audit"}, ANY), 422, "system gives roles")
    status(security("PATCH", "/api/users/code:security", {"enabled": None}, ANY), 200, "null")
    status(security("GET", "/api/session"), 200, "null did not switch off")
    token = security("POST", "/api/tokens", {"name": "gate", "roles": "watch"}).json()
    bearer = {"Authorization": "Bearer " + token["token"]}
    status(s.ask("GET", "/api/points?limit=1", None, bearer), 200, "token")
    status(s.ask("GET", "/api/points?p=" + token["token"]), 401, "token in the address of another route")
    status(security("DELETE", "/api/tokens/" + token["id"]), 204, "revoke")
    status(s.ask("GET", "/api/points?limit=1", None, bearer), 401, "revoked token")


# ---- requests ----

def http_shapes(s):
    host, token = b"Host: x\r\n", b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
    post, get = b"POST /write HTTP/1.1\r\n" + host + token, b"GET /api/hello HTTP/1.1\r\n"
    smuggled = b"0\r\n\r\nGET /api/hello HTTP/1.1\r\n" + host + b"\r\n"
    cases = [
        ("length and chunked", post + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, b"400"),
        ("blank before the colon", post + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n" + smuggled, b"400"),
        ("two codings", post + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + smuggled, b"400"),
        ("unknown coding", post + b"Transfer-Encoding: xchunked\r\n\r\n" + smuggled, b"400"),
        ("two lengths", post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456", b"400"),
        ("signed length", post + b"Content-Length: +5\r\n\r\n12345", b"400"),
        ("huge length", post + b"Content-Length: 1000000000000\r\n\r\n1", b"413"),
        ("length beyond 64 bits", post + b"Content-Length: 99999999999999999999999\r\n\r\n1", b"413"),
        ("negative chunk", post + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n", b"400"),
        ("chunk beyond 64 bits", post + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc", b"413"),
        ("two hosts", get + b"Host: a\r\nHost: b\r\n\r\n", b"400"),
        ("no host", get + b"\r\n", b"400"),
        ("control character", get + host + b"X: a\x01b\r\n\r\n", b"400"),
        ("300 headers", get + host + b"".join(b"X-%d: a\r\n" % i for i in range(300)) + b"\r\n", b"400"),
        ("3000 headers", get + host + b"".join(b"X-%d: a\r\n" % i for i in range(3000)) + b"\r\n", b"431"),
        ("long address", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + host + b"\r\n", b"414"),
        ("line end in the path", b"GET /api/%0d%0aX:y HTTP/1.1\r\n" + host + b"\r\n", b"400"),
        ("other protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
        ("another protocol", b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
    ]
    for what, data, wanted in cases:
        out = s.raw(data)
        check(out[9:12] in (wanted, b""), what, out[:200])
        check(b"200 OK" not in out, what + ": a second request was read", out[:300])
    for path in ("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/assets/../../etc/passwd", "/assets/%2e%2e/%2e%2e/x",
                 "/api/files/..%2f..%2fetc%2fpasswd", "/%00", "/\\..\\..\\etc"):
        answer = Session(s, "watch")("GET", path)
        # With the front end inside, a path that names no file is one of its own pages.
        own_page = answer.status == 200 and answer.body.startswith(b"<!doctype html") and b"root:" not in answer.body
        check(own_page or answer.status in (400, 404), path, answer)
    slow = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(200)]
    for c in slow:
        c.sendall(b"POST /write HTTP/1.1\r\n" + host + token + b"Content-Length: 30000000\r\n\r\n#")
    status(s.write("reading,point=GAS-0001 v=0.1"), 204, "beside 200 slow senders")
    for c in slow:
        c.close()


def lists(s):
    office = Session(s, "office")
    wanted = {
        "limit=0": 422, "limit=-1": 422, "limit=1001": 422, "limit=99999999999999999999": 422, "limit=": 422,
        "cursor=x": 422, "cursor=" + "A" * 5000: 422, "sort=nope": 422, "sort=password": 422, "sort=%27": 422,
        "q=%25": 200, "q=_": 200, "q=%27%20OR%201=1": 200, "q=%22": 200, "q=%E7%87%83": 200, "q=%E4%83%A5": 200,
        "q=" + "a" * 3000: 422, "q=%00": 400, "q=%FF": 400, "q=NEAR(a": 200, "code.in=" + ",".join("a" * 3000): 422,
        "nope=1": 422, "code.nope=1": 422, "lon=abc": 422, "created_at.gte=2026": 422, "%27=1": 422, "code=%zz": 400,
        "object=%27%20OR%201": 200,
    }
    for query, want in wanted.items():
        status(office("GET", "/api/points?" + query), want, "points?" + query[:40])
    for nothing in ("q=%25", "q=_", "q=%27%20OR%201=1", "q=%E4%83%A5", "object=%27%20OR%201"):
        check(office("GET", "/api/points?" + nothing).json().get("count") == 0, "points?" + nothing + " finds nothing")
    check(office("GET", "/api/points?q=%E7%87%83").json()["count"] > 0, "one Chinese character is found")
    cursor = office("GET", "/api/points?limit=2&sort=-code").json()["next"]
    for query in ("limit=2&sort=code&cursor=" + cursor, "limit=2&sort=-code&cursor=" + cursor[:-1],
                  "limit=2&sort=-code&cursor=" + cursor[::-1]):
        status(office("GET", "/api/points?" + query), 422, "changed cursor")
    status(office("GET", "/api/devices?cursor=" + cursor), 422, "cursor of another register")
    for key in ("0", "-1", "9" * 30, "9223372036854775808", "abc", "code:", "code:%27", "1.0", "code:" + "a" * 8000):
        status(office("GET", "/api/points/" + key), 404, "points/" + key[:30])
    for plural in ("alarms", "unclaimed"):
        status(office("GET", "/api/%s/import-template" % plural), 404, plural + " has no template")
    for query in ("from=x", "step=0", "step=-5", "step=9223372036854775807", "agg=median&step=1m", "limit=100000000",
                  "cursor=zz", "agg=avg&colour=1", "from=9223372036854775807&to=-9223372036854775808"):
        status(office("GET", "/api/points/code:GAS-0001/readings?" + query), 422, "readings?" + query)
    for query in ("to=-9223372036854775808", "from=-9223372036854775808&to=9223372036854775807&step=1s"):
        status(office("GET", "/api/points/code:GAS-0001/readings?" + query), 200, "readings?" + query)


def records(s):
    office = Session(s, "office")
    as_json = {"Content-Type": "application/json"}
    good = {"code": "H-1", "name": "x", "kind": "gas_main"}
    for body in ('{"code":"a","code":"b"}', '{"code":"\\ud800"}', '{"code":"a\\u0000b"}', "[" * 100000, "[1]", "null", "",
                 '{"lon":1e400}', '{"lon":NaN}', '{"code":"a",}', b'{"code":"\xff"}', '{"a":' * 50000):
        status(office("POST", "/api/objects", body, as_json), 400, "object %r" % body[:30])
    for wrong in ({"name": "a" * 900000}, {"name": None}, {"kind": "none"}, {"nope": 1}, {"id": "5"}, {"lon": "x"},
                  {"lon": 1e300}, {"district": "none"}, {"code": "a\nb"}, {"geometry": {"type": "Point", "coordinates": [1e300, 1]}}):
        status(office("POST", "/api/objects", dict(good, **wrong)), 422, "object %r" % str(wrong)[:40])
    status(office("POST", "/api/objects", dict(good, name="a" * 2000000)), 413, "2 MB")
    key = {"Idempotency-Key": "k1"}
    first = office("POST", "/api/objects", good, key)
    status(first, 201, "create")
    check(office("POST", "/api/objects", good, key).json()["id"] == first.json()["id"], "the same key again")
    status(office("POST", "/api/objects", dict(good, code="H-2"), key), 409, "the key with another body")
    path, change = "/api/objects/code:H-1", {"name": "y"}
    status(office("PATCH", path, change), 428, "no If-Match")
    for tag in ("1", '"1', '"99"', '"' + "1" * 5000 + '"'):
        status(office("PATCH", path, change, {"If-Match": tag}), 412, "If-Match " + tag[:20])
    english = office("PATCH", path, {"name": None}, dict(ANY, **{"Accept-Language": "en"})).json()
    check(english["fields"][0]["message"] == "Name is required", "English", english)
    for code in ("GAS-*", 'a"b', "a\\b", "a\tb"):
        status(office("PATCH", "/api/points/code:GAS-0002", {"code": code}, ANY), 422, "point code %r" % code)
    for plural in ("districts", "devices"):
        item = office("GET", "/api/%s?limit=1" % plural).json()["items"][0]
        status(office("PATCH", "/api/%s/%s" % (plural, item["id"]), {"parent": item["code"]}, ANY), 422, plural + " cycle")
    results = []
    ask = lambda: results.append(office("POST", "/api/objects", dict(good, code="H-3")).status)
    together(ask, 8)
    check(sorted(results) == [201] + [409] * 7, "one code by eight at once", results)


def together(fn, n):
    threads = [threading.Thread(target=fn) for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


# ---- readings ----

def readings(s):
    now = int(time.time() * 1000)
    lines = ["reading,point=GAS-0003 v=0.1 %d" % ((now - 900000 + i) * 10**6) for i in range(20)]
    lines[9] = "reading,point=GAS-0003 v=abc"
    r = s.write("\n".join(lines))
    status(r, 400, "line 10 of 20")
    check((r.json()["accepted"], r.json()["rejected"]) == (19, 1), "19 are taken", r)
    check(r.json()["first"] == {"line": 10, "field": "v", "code": "number"}, "line 10 is named", r)
    stored = Session(s, "watch")("GET", "/api/points/code:GAS-0003/readings?from=%d&to=%d" % (now - 900000, now - 899980))
    check(len(stored.json()["rows"]) == 19, "19 are stored", stored)
    p = "reading,point=GAS-0003"
    bad = {p: ("fields", "required"), p + " v": ("fields", "syntax"), p + " v=": ("v", "required"),
           p + " v=1 x": ("t", "time"), p + " v=1 1 2": ("t", "time"), "reading,point v=1": ("tags", "syntax"),
           "reading,point= v=1": ("point", "syntax"), p + ',point=B v=1': ("point", "repeated"),
           p + ' v="a"': ("v", "text"), p + " v=nan": ("v", "number"), p + " v=-inf": ("v", "number"),
           p + " v=1e309": ("v", "number"), p + " v=0x10": ("v", "number"), p + " v=9223372036854775808i": ("v", "number"),
           p + " v=-1u": ("v", "number"), p + " v=1,q=3": ("q", "quality"), p + " q=1": ("v", "required"),
           p + " v=1 9223372036854775808": ("t", "time"), p + " v=1 -9223372036854775808": ("t", "time"),
           "m," + ",".join("t%d=1" % i for i in range(70)) + " v=1": ("tags", "limit"), "m,a=1,a=2 v=1": ("a", "repeated"),
           "m,a=" + "y" * 1100 + " v=1": ("v", "limit"), "x" * 70000: ("line", "limit")}
    for line, (field, code) in bad.items():
        r = s.write(line)
        status(r, 400, line[:40])
        check(r.json().get("first") == {"line": 1, "field": field, "code": code}, line[:40], r)
    for line in (p + " v=1e308", p + " v=-0", p + " v=true", p + " v=9223372036854775807i", p + " v=18446744073709551615u",
                 p + " v=1 -1", p + " v=1 9223372036854775807", p + " v=1\r\n", "# note\n", "", "测量,位置=北 值=1",
                 "m\\ x,a\\,b=c\\=d v=1", "m,b=1,a=2 v=1"):
        status(s.write(line), 204, repr(line[:40]))
    # A time at the end of the calendar costs its line, not its batch.
    for last in (253402271999, 253402272000, 253402300799, 253402300800):
        r = s.write("reading,point=GAS-0004 v=1 %d\nreading,point=GAS-0004 v=2 %d" % (last, now // 1000), "?precision=s")
        status(r, (204, 400), "time %d" % last)
        check(r.status == 204 or r.json().get("accepted") == 1, "time %d costs its line" % last, r)
    for precision, factor in (("n", 10**6), ("ns", 10**6), ("u", 1000), ("us", 1000), ("ms", 1)):
        status(s.write("%s v=1 %d" % (p, now * factor), "?precision=" + precision), 204, precision)
    for precision in ("d", "x", "S"):
        status(s.write(p + " v=1", "?precision=" + precision), 400, "precision " + precision)
    packed = gzip.compress(("%s v=1\n" % p).encode() * 5)
    for body, want in ((packed, 204), (packed + packed, 204), (packed[:-5], 400), (packed + b"zz", 400), (b"junk", 400),
                       (gzip.compress(b"\n" * (64 << 20)), 413)):
        status(s.write(body, Content_Encoding="gzip"), want, "gzip of %d bytes" % len(body))
    bearer = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}
    for body, want in (("{}", 400), ('{"readings":[]}', 204), ('{"readings":[{}]}', 400), ("[" * 100000, 400),
                       ('{"readings":[{"point":"GAS-0003","v":1},{"point":"GAS-0003"}]}', 400),
                       ('{"readings":[{"point":"GAS-0003","v":1,"t":9223372036854775807}]}', 400),
                       ('{"readings":[{"point":"GAS-0003","v":1,"x":1}]}', 400), ('{"readings":[{"point":"GAS-0003","v":1}]}', 204)):
        status(s.ask("POST", "/api/readings", body, bearer), want, body[:60])
    status(s.ask("POST", "/api/readings", b"ANLR" + b"\xff" * 60, dict(bearer, **{"Content-Type": "application/vnd.anlan.readings"})),
           400, "binary junk")


def sources(s):
    for k in range(12):
        body = "\n".join("flood%d,tag=%s v=%d" % (k * 1000 + i, "z" * 700, i) for i in range(1000))
        status(s.write(body), 204, "unclaimed sources")
    office = Session(s, "office")
    until = time.monotonic() + 20
    count = 0
    while time.monotonic() < until and count < 10000:
        time.sleep(1)
        count = office("GET", "/api/unclaimed?limit=1").json()["count"]
    check(count == 10000, "sources kept", count)
    item = office("GET", "/api/unclaimed?limit=1").json()["items"][0]
    claim = "/api/unclaimed/%s/actions/claim" % item["id"]
    status(office("POST", claim, {}), 422, "claim without a code")
    status(office("POST", claim, {"code": "GAS-0001", "name": "x"}), 409, "claim as an existing point")
    status(office("POST", claim, {"code": "H-CLAIM", "name": "x"}), 200, "claim")
    status(office("POST", claim, {"code": "H-CLAIM2", "name": "x"}), 409, "claim twice")


# ---- imports ----

def imports(s):
    office = Session(s, "office")
    csv = {"Content-Type": "text/csv"}
    head = "对象编号*,对象名称*,对象类型*\n"
    load = lambda body, kind=csv: office("POST", "/api/objects/import", body, kind)
    template = office("GET", "/api/objects/import-template").body
    broken = bytes(b ^ 0x55 if i > 200 and i % 97 == 0 else b for i, b in enumerate(template))
    for what, body in (("nothing", b""), ("junk", b"\0\1\2" * 100), ("junk zip", b"PK\3\4" + b"x" * 500),
                       ("half a workbook", template[:len(template) // 2]), ("broken workbook", broken),
                       ("mixed encodings", head.encode() + b"X,\xff\xfe\x80\n"), ("open quote", head + '"abc\n'),
                       ("unknown column", head.replace("\n", ",外星\n") + "X,y,gas_main,z\n"),
                       ("column twice", head.replace("\n", ",对象编号\n") + "X,y,gas_main,z\n")):
        status(load(body), (400, 422), what)
    status(load(head + '"' + "x" * 1000000 + '",y,gas_main\n'), 413, "a cell of 1 MB")
    status(load(",".join("c%d" % i for i in range(5000)) + "\n"), 413, "5000 columns")
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        r = load((head + "E-%s,名,gas_main\n" % encoding).encode(encoding))
        check(r.json().get("accepted") == 1, encoding, r)
    r = load(head + "D-1,first,gas_main\nD-1,second,gas_main\nD-2,,gas_main\nD-3,x,none\n").json()
    check((r["accepted"], r["rejected"]) == (1, 3), "a code twice in one file", r)
    errors = office("GET", r["errors"]).body.decode("utf-8-sig")
    check("“D-1”与第 2 行重复" in errors, "the reason stands beside the row", errors)
    check(Session(s, "dept")("GET", r["errors"]).status == 404, "somebody else's error file")
    check(office("GET", "/api/objects/code:D-1").json()["name"] == "first", "the first row stays")
    load(head + 'F-1,"=cmd|""/c calc""!A0",gas_main\nF-2,\'=1,gas_main\n')
    out = office("GET", "/api/objects.csv?q=F-1").body.decode("utf-8-sig")
    check("'=cmd" in out, "no formula in an export", out[-200:])
    name = office("GET", "/api/objects/code:F-1").json()["name"]
    load(head + "F-1,\"'" + name.replace('"', '""') + "\",gas_main\n")
    check(office("GET", "/api/objects/code:F-1").json()["name"] == name, "an export comes back as it was")
    form = ('--b\r\nContent-Disposition: form-data; name="file"; filename="../../x.csv"\r\n\r\n%sM-1,x,gas_main\r\n--b--\r\n'
            % head)
    status(load(form, {"Content-Type": "multipart/form-data; boundary=b"}), 200, "multipart")
    for kind, body in (("", form), ("; boundary=b", form[:-20]), ("; boundary=zz", form), ("; boundary=" + "b" * 5000, form)):
        status(load(body, {"Content-Type": "multipart/form-data" + kind}), 400, "multipart" + kind[:20])


# ---- alarms, rules, events ----

def at(seconds):
    return (datetime.now(timezone(timedelta(hours=8))) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def alarms(s):
    watch = Session(s, "watch")
    s.write("\n".join("reading,point=GAS-%04d v=9" % i for i in range(1, 9)))
    items, until = [], time.monotonic() + 15
    while len(items) < 3 and time.monotonic() < until:
        time.sleep(0.3)
        items = [a for a in watch("GET", "/api/alarms?limit=200").json()["items"] if "ack" in a["actions"]]
    check(len(items) >= 3, "alarms to attack", len(items))
    act = lambda i, name, body: watch("POST", "/api/alarms/%s/actions/%s" % (items[i]["id"], name), body)
    status(act(0, "unshelve", {}), 409, "unshelve what is not shelved")
    status(act(0, "in-service", {}), 409, "in service already")
    status(act(0, "judge", {"verdict": "maybe", "reason": "因故"}), 422, "unknown verdict")
    for until_t in (at(-60), at(25 * 3600), "9999-12-31T00:00:00Z", "tomorrow", 12345, None):
        status(act(0, "shelve", {"reason": "检修", "until": until_t}), 422, "shelve until %s" % until_t)
    status(act(0, "shelve", {"reason": "", "until": at(600)}), 422, "shelve without a reason")
    status(act(0, "ack", {"x": 1}), 422, "ack with a member")
    status(act(0, "ack", {}), 200, "ack")
    status(act(0, "ack", {}), 409, "ack twice")
    results = []
    together(lambda: results.append(act(1, "ack", {}).status), 4)
    check(sorted(results) == [200, 409, 409, 409], "four acks at once", results)
    status(watch("PATCH", "/api/alarms/" + items[2]["id"], {"state": "normal"}, ANY), 405, "an alarm is not edited")
    office = Session(s, "office")
    rule = {"code": "H-R", "name": "x", "point": "GAS-0006", "kind": "level", "dir": "high", "limit1": 5}
    expr = {"code": "H-E", "name": "x", "point": "GAS-0006", "kind": "expr", "max_age_ms": 60000, "grade": 3}
    for wrong in ({"limit1": None}, {"limit2": 6}, {"deadband": -1}, {"on_delay_ms": 2**53}, {"kind": "none"}, {"dir": "up"},
                  {"point": ""}, {"point": "*" * 200}, {"valid_from": "2027-01-01", "valid_to": "2026-01-01"}):
        status(office("POST", "/api/rules", dict(rule, **wrong)), 422, "rule %r" % wrong)
    for text in ("", "1>0", 'v("A"', "(" * 500 + "1" + ")" * 500 + ">0", "-" * 1000 + "1>0", 'avg("A",1e300)>1', 'v("A")>1e999'):
        status(office("POST", "/api/rules", dict(expr, expr=text)), 422, "expression %r" % text[:20])


def events(s):
    watch = Session(s, "watch")
    head = "GET /api/events?%s HTTP/1.1\r\nHost: x\r\nCookie: " + watch.cookie + "\r\n%s\r\n"
    for query, last, want in (("topics=none", "", b"422"), ("", "", b"422"), ("topics=alarms", "x", b"422"),
                              ("topics=alarms", "-1", b"422"), ("topics=alarms", "9" * 20, b"422"),
                              ("topics=alarms", "9223372036854775807", b"200")):
        out = s.raw((head % (query, "Last-Event-ID: %s\r\n" % last if last else "")).encode(), timeout=1)
        check(out[9:12] == want, "events %s %s" % (query, last), out[:200])
        check(last[:4] != "9223" or b"event: reset" in out, "an event number of the future", out[-100:])
    idle = []
    for _ in range(500):
        c = socket.create_connection(("127.0.0.1", s.port), timeout=5)
        c.sendall((head % ("topics=alarms,values", "")).encode())
        idle.append(c)
    status(s.write("reading,point=GAS-0005 v=0.1"), 204, "beside 500 idle streams")
    status(watch("DELETE", "/api/session"), 204, "logout")
    ended = 0
    for c in idle:
        try:
            c.settimeout(5)
            while c.recv(65536):
                pass
            ended += 1
        except ConnectionError:
            ended += 1
        except OSError:
            pass
        c.close()
    check(ended == 500, "streams end with their session", ended)


# ---- kills ----

def crash(s, how):
    acked, stop = [], []
    base = int(time.time() * 1000) - 3600000

    def send(point):
        i = 0
        while not stop:
            t = base + i * 100
            try:
                r = s.write("\n".join("reading,point=GAS-%04d v=%d %d" % (point, i, (t + k) * 10**6) for k in range(10)))
                if r.status == 204:
                    acked.append((point, t))
            except OSError:
                pass
            i += 1

    office, made = Session(s, "office"), []

    def create():
        i = 0
        while not stop:
            try:
                code = "C%d-%d" % (how, i)
                if office("POST", "/api/objects", {"code": code, "name": "x", "kind": "gas_main"}).status == 201:
                    made.append(code)
            except OSError:
                pass
            i += 1

    threads = [threading.Thread(target=send, args=(p,)) for p in (11, 12)] + [threading.Thread(target=create)]
    for t in threads:
        t.start()
    time.sleep(2)
    began = time.monotonic()
    code = s.end(how)
    check(time.monotonic() - began < 20, "ends in time")
    check(code == (0 if how == signal.SIGTERM else -how), "exit status", code)
    stop.append(1)
    for t in threads:
        t.join()
    for command in ("series", "ledger"):
        r = s.command(command, "verify", "--data", s.directory)
        check(r.returncode == 0, command + " verify", r)
    s.start()
    office = Session(s, "office")
    lost = [c for c in made if office("GET", "/api/objects/code:" + c).status != 200]
    check(made and not lost, "records that were answered for", lost[:5])
    kept = {}
    for point in (11, 12):
        path = "/api/points/code:GAS-%04d/readings?limit=50000&from=%d&to=%d" % (point, base, base + 3600000)
        kept[point] = {row[0] for row in office("GET", path).json()["rows"]}
    missing = [(p, t) for p, t in acked for k in range(10) if t + k not in kept[p]]
    check(acked and not missing, "readings that were answered for", missing[:5])


def second_start(s):
    for command in (("demo",), ("serve",)):
        r = s.command(*command, "--data", s.directory, "--listen", "127.0.0.1:0")
        check(r.returncode == 1, "%s on a directory in use" % command, r)


def main():
    program, work = sys.argv[1:]
    s = Server(program, work + "/data", work + "/log")
    s.start()
    for attack in (only_the_public_routes_without_login, every_role_on_every_route, sessions_and_tokens, http_shapes, lists,
                   records, readings, imports, alarms, events, sources, second_start):
        began = time.monotonic()
        attack(s)
        print("%s: %.1f s" % (attack.__name__, time.monotonic() - began), flush=True)
        check(s.process.poll() is None, "the program lives after " + attack.__name__)
        if s.process.poll() is not None:
            break
    else:
        crash(s, signal.SIGKILL)
        crash(s, signal.SIGTERM)
        check(s.end(signal.SIGTERM) == 0, "last exit")
    log = open(s.log, encoding="utf-8", errors="replace").read()
    for word in ("broken invariant", "runtime error", "Sanitizer"):
        at_word = log.find(word)
        check(at_word < 0, "the log says " + word, log[max(0, at_word - 200):at_word + 800])
    print("%d checks, %d failed" % (checks, len(failures)))
    sys.exit(1 if failures else 0)


main()
