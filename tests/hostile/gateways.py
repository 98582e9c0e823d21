"""What a hostile or broken device does on the ports of the device protocols, and a slow or greedy caller over HTTP. After each
attack a well-behaved device of every protocol must still be served, and the program must not have grown.

    gateways.py ANLAN WORK"""
import os
import random
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time

from anlan import TOKEN, Server, Session

CONNECTIONS = 600  # the configured limit of each gateway
MEMORY_KB = 1 << 20
failures = []
checks = 0


def check(ok, what, got=""):
    global checks
    checks += 1
    if not ok:
        failures.append(what)
        print("FAILED: %s: %r" % (what, got), flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- Devices: a good frame with a reading, and what ends its acknowledgement ----

def hj212(n):
    segment = b"QN=202611220800%05d;ST=32;CN=2011;PW=123456;MN=HOSTILE1;Flag=5;CP=&&DataTime=%s;w01001-Rtd=7.%02d&&" % (
        n % 100000, time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 28800)).encode(), n % 100)
    reg = 0xFFFF
    for byte in segment:
        reg = (reg >> 8) ^ byte
        for _ in range(8):
            reg = (reg >> 1) ^ 0xA001 if reg & 1 else reg >> 1
    return b"##%04d%s%04X\r\n" % (len(segment), segment, reg), b"CN=9014"


def gb26875(n):
    t = time.gmtime(time.time() + 28800)
    label = bytes((t.tm_sec, t.tm_min, t.tm_hour, t.tm_mday, t.tm_mon, t.tm_year - 2000))
    data = b"\x03\x01\x01\x01\x20\x07\x00\x01\x00\x02" + struct.pack("<H", n % 1000) + label
    body = struct.pack("<H", n & 0xFFFF) + b"\x01\x01" + label + b"\x79\x03\0\0\0\0" + b"\x01\0\0\0\0\0" + struct.pack(
        "<HB", len(data), 2) + data
    return b"@@" + body + bytes((sum(body) & 0xFF,)) + b"##", b"##"


def jt808(n):
    t = time.strftime("%y%m%d%H%M%S", time.gmtime(time.time() + 28800))
    body = struct.pack(">IIIIHHH", 0, 3, 30500000 + n % 1000, 114300000, 20, 300, 90) + bytes.fromhex(t)
    head = struct.pack(">HH", 0x0200, len(body)) + bytes.fromhex("013911112222") + struct.pack(">H", n & 0xFFFF)
    x = 0
    for byte in head + body:
        x ^= byte
    content = head + body + bytes((x,))
    return b"\x7e" + content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e", b"\x80\x01"


DEVICES = {"hj212": hj212, "gb26875": gb26875, "jt808": jt808}
ENDLESS = {"hj212": b"##1024QN=", "gb26875": b"@@" + bytes(22) + b"\xff\xff", "jt808": b"\x7e\x02\x00"}
serial = 0


def frame(name):
    global serial
    serial += 1
    return DEVICES[name](serial)


def dial(port, timeout=10):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def receive(c, mark):
    """Until the mark came; what came before the end of the connection or of patience."""
    out = b""
    try:
        while mark not in out:
            part = c.recv(65536)
            if not part:
                break
            out += part
    except OSError:
        pass
    return out


MOSQUITTO = "/usr/sbin/mosquitto"


class Broker:
    """A real mosquitto, and a publisher with packets of its own."""

    def __init__(self, work):
        self.port, self.config, self.process = free_port(), work + "/mosquitto.conf", None
        with open(self.config, "w") as f:
            f.write("user root\nlistener %d 127.0.0.1\nallow_anonymous true\nlog_type none\n" % self.port)

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", self.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def publish(self, messages, flags=0x32):
        """Topics and payloads with QoS 1; the broker has them when this returns."""
        with dial(self.port) as c:
            c.sendall(b"\x10\x13\0\4MQTT\4\2\0\0\0\7hostile")
            c.recv(4)
            for i, (topic, payload) in enumerate(messages):
                body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", i + 1) + payload
                length, n = b"", len(body)
                while True:
                    length += bytes((n & 0x7F | (0x80 if n > 0x7F else 0),))
                    n >>= 7
                    if not n:
                        break
                c.sendall(bytes((flags,)) + length + body)
            acked = b""
            while len(acked) < 4 * len(messages):
                part = c.recv(65536)
                if not part:
                    break
                acked += part
            check(len(acked) == 4 * len(messages), "the broker takes messages", len(acked))


class Gateways:
    def __init__(self, program, work):
        self.broker = Broker(work)
        listed = Server(program, work + "/data", work + "/log").command("config").stdout.decode()
        self.ports = {name: free_port() for name in DEVICES if "[%s]" % name in listed}
        config = work + "/anlan.ini"
        with open(config, "w") as f:
            for name, port in self.ports.items():
                f.write("[%s]\nlisten = 127.0.0.1:%d\nmax_connections = %d\n" % (name, port, CONNECTIONS))
            f.write("[mqtt]\nhost = 127.0.0.1\nport = %d\nuser = u\npassword = never-shown\n" % self.broker.port)
        self.server = Server(program, work + "/data", work + "/log", ["--config", config])
        self.broker.start()
        self.server.start()
        self.figures()

    def figures(self):
        """Figures of every gateway by name; all of them answer."""
        r = self.server.ask("GET", "/api/gateways", None, {"Authorization": "Bearer " + TOKEN})
        if r.status != 200:
            raise SystemExit("gateways: %r" % r)
        return {g["name"]: g for g in r.json()["items"]}

    def page(self, name):
        r = self.server.ask("GET", "/api/gateways/" + name, None, {"Authorization": "Bearer " + TOKEN})
        check(r.status == 200, "page of " + name, r)
        return r.json()

    def served(self, what):
        """A well-behaved device of each protocol gets its acknowledgement; HTTP answers; memory is bounded."""
        for name, port in self.ports.items():
            sent, mark = frame(name)
            with dial(port) as c:
                c.sendall(sent)
                got = receive(c, mark)
                check(mark in got, "%s: a good %s device is served" % (what, name), got[:80])
        check(self.server.write("reading,point=GAS-0005 v=0.1").status == 204, what + ": HTTP")
        with open("/proc/%d/status" % self.server.process.pid) as f:
            memory = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        check(memory < MEMORY_KB, what + ": memory", memory)
        check(self.server.process.poll() is None, what + ": the program lives")


# ---- Attacks; each for every port ----

def random_bytes(g, name, port):
    r = random.Random(4711)
    before = g.figures()[name]["refused"]
    for i in range(60):
        with dial(port) as c:
            try:
                good = frame(name)[0]
                c.sendall(r.randbytes(r.choice((1, 30, 2000, 60000))))
                # A good frame with some bits turned, between good ones.
                broken = bytearray(good)
                broken[r.randrange(len(broken))] ^= 1 << r.randrange(8)
                c.sendall(good + bytes(broken) + good)
            except OSError:
                pass  # turned away in the middle: also an answer
    until = time.monotonic() + 10
    while g.figures()[name]["refused"] <= before and time.monotonic() < until:
        time.sleep(0.1)
    check(g.figures()[name]["refused"] > before, name + ": rubbish is counted as refused")
    page = g.page(name)
    check(page["refused"] and all(x["code"] and x["text"] for x in page["refused"]), name + ": and told why",
          page["refused"][:1])


def endless_frame(g, name, port):
    """Frames that never end: cut off, or their bytes refused one after the other; never kept."""
    for c in [dial(port) for _ in range(8)]:
        with c:
            try:
                c.sendall(ENDLESS[name])
                for _ in range(40):
                    c.sendall(b"1" * 50000)
            except OSError:
                pass


def byte_by_byte(g, name, port):
    """A frame in single bytes arrives like any other, and holds nobody up."""
    sent, mark = frame(name)
    with dial(port) as c:
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(sent)):
            c.sendall(sent[i:i + 1])
            time.sleep(0.002)
        check(mark in receive(c, mark), name + ": byte by byte")
    stuck = [dial(port) for _ in range(100)]
    for c in stuck:
        c.sendall(sent[:len(sent) // 2])
    g.served(name + ": beside 100 halves")
    for c in stuck:
        c.close()


def too_many(g, name, port):
    """Connections above the limit are closed at once; those below it live, and when they go there is room again."""
    crowd = []
    for _ in range(CONNECTIONS + 100):
        try:
            crowd.append(dial(port))
        except OSError:
            pass
    time.sleep(0.5)
    closed = 0
    for c in crowd:
        c.setblocking(False)
        try:
            closed += c.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            closed += 1
    check(100 <= closed <= 150, "%s: %d of %d connections turned away" % (name, closed, len(crowd)))
    alive = [c for c in crowd if not gone(c)]
    sent, mark = frame(name)
    alive[-1].settimeout(10)
    alive[-1].sendall(sent)
    check(mark in receive(alive[-1], mark), name + ": the last one inside is served")
    for c in crowd:
        c.close()
    until = time.monotonic() + 10
    while g.figures()[name]["connections"] > CONNECTIONS // 2 and time.monotonic() < until:
        time.sleep(0.1)


def gone(c):
    try:
        c.setblocking(False)
        return c.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def half_open(g, name, port):
    """Writing ended by the device, or the connection reset while an acknowledgement is on its way."""
    for _ in range(50):
        sent, mark = frame(name)
        with dial(port) as c:
            c.sendall(sent[:-3])
            c.shutdown(socket.SHUT_WR)
            receive(c, b"\0no")
        c = dial(port)
        c.sendall(sent * 5)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.close()


def never_reads(g, name, port):
    """Frames without end, and no acknowledgement is ever read: held or cut off, never kept in memory without bound."""
    c = dial(port)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    c.setblocking(False)
    sent = b"".join(frame(name)[0] for _ in range(200))
    until, total, cut = time.monotonic() + 1.5, 0, False
    at = 0
    while time.monotonic() < until and not cut:
        try:
            at = (at + c.send(sent[at:])) % len(sent)
            total += 1
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            cut = True
    g.served(name + ": beside one that never reads")
    c.close()


ATTACKS = (random_bytes, endless_frame, byte_by_byte, too_many, half_open, never_reads)


# ---- HTTP ----

def slow_readers(g):
    """Large answers that nobody reads, beside callers in a hurry."""
    s = g.server
    lines = "\n".join("reading,point=GAS-0009 v=%d.5 %d" % (i % 50, (int(time.time()) - 20000 + i) * 10 ** 9) for i in range(10000))
    check(s.write(lines).status == 204, "readings to read slowly")
    slow = []
    for _ in range(60):
        c = dial(s.port)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.sendall(("GET /api/points/code:GAS-0009/readings?limit=50000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                   % TOKEN).encode())
        slow.append(c)
    time.sleep(1)
    g.served("beside 60 slow readers")
    slow[0].settimeout(20)
    got = receive(slow[0], b'"next"')
    check(b"200 OK" in got[:20] and b'"next"' in got, "a slow reader gets all of it", len(got))
    for c in slow:
        c.close()


def busy(g, connections, each):
    """So many connections that post a line again and again, until each has had so many answers; answers of each."""
    body = b"reading,point=GAS-0006 v=0.2"
    request = (b"POST /write HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TOKEN.encode() +
               b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    selector, answers = selectors.DefaultSelector(), [0] * connections
    for i in range(connections):
        c = dial(g.server.port)
        c.sendall(request)
        c.setblocking(False)
        selector.register(c, selectors.EVENT_READ, i)
    until = time.monotonic() + 60
    while min(answers) < each and time.monotonic() < until:
        for key, _ in selector.select(0.2):
            got = key.fileobj.recv(4096)
            if b" 204 " in got[:20]:
                answers[key.data] += 1
                key.fileobj.sendall(request)
            else:
                check(False, "a busy connection is answered", got[:80])
                selector.unregister(key.fileobj)
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    return answers


def idle_streams(g):
    """2,000 event streams that only listen, and 128 connections that post without a pause: none of them hangs, and an alarm
    reaches all streams."""
    watch = Session(g.server, "watch")
    head = "GET /api/events?topics=alarms HTTP/1.1\r\nHost: x\r\nCookie: " + watch.cookie + "\r\n\r\n"
    streams = []
    for _ in range(2000):
        c = dial(g.server.port)
        c.sendall(head.encode())
        streams.append(c)
    answers = busy(g, 128, 30)
    check(min(answers) >= 30, "128 busy connections beside 2,000 streams", (min(answers), sum(answers)))
    rule = {"code": "HOSTILE-1", "name": "h", "point": "GAS-0007", "kind": "level", "dir": "high", "limit1": 10, "on_delay_ms": 0}
    r = Session(g.server, "office")("POST", "/api/rules", rule)
    check(r.status == 201, "a rule", r)
    check(g.server.write("reading,point=GAS-0007 v=11").status == 204, "a reading that raises")
    told = 0
    for c in streams:
        c.settimeout(20)
        told += b"event: alarm" in receive(c, b"event: alarm")
    check(told == len(streams), "every stream is told of the alarm", told)
    for c in streams:
        c.close()


def wait_for(g, what, true):
    until = time.monotonic() + 60
    while not true(g.figures()["mqtt"]):
        if time.monotonic() > until:
            check(False, "mqtt: " + what, g.figures()["mqtt"])
            return
        time.sleep(0.1)


def poisoned_broker(g):
    """Messages nobody can read, hundreds of them: each refused once with its reason, and none holds up those behind it."""
    wait_for(g, "connects", lambda m: m["state"] == "on")
    r, before = random.Random(5), g.figures()["mqtt"]
    bad = [(b"anlan/GAS-0001", b"?" + r.randbytes(r.choice((0, 1, 9, 5000)))) for _ in range(200)]
    bad += [(b"anlan/GAS-0001", b""), (b"anlan/batch", b"ANLR" + r.randbytes(40)), (b"anlan/batch", b"[" * 50000),
            (b"anlan/batch", b"x" * 2000000), (b"anlan/GAS-0001", b'{"v":1,"v":2}'), (b"anlan/GAS-0001", b"1e999"),
            (b"anlan/" + b"a" * 3000, b"1")]
    g.broker.publish(bad)
    g.broker.publish([(b"anlan/GAS-0001", b"0.25"), (b"anlan/nobody/knows", b"1")])
    wait_for(g, "takes what is good", lambda m: m["readings"] >= before["readings"] + 2)
    after, page = g.figures()["mqtt"], g.page("mqtt")
    check(after["readings"] == before["readings"] + 2, "nothing bad was taken", after)
    check(after["refused"] == before["refused"] + len(bad), "each bad one is refused once", after)
    check(all(x["code"] and x["text"] for x in page["refused"]), "and told why", page["refused"][:1])
    check("never-shown" not in str(page) and "never-shown" not in open(g.server.log).read(), "the password is shown nowhere")
    g.broker.stop()
    wait_for(g, "a broker that is gone is a fault", lambda m: m["state"] == "fault" and m["fault"])
    g.broker.start()
    wait_for(g, "connects again", lambda m: m["state"] == "on")
    g.broker.stop()


def main():
    program, work = sys.argv[1:]
    g = Gateways(program, work)
    check(len(g.ports) == len(DEVICES), "all device protocols are there", sorted(g.ports))
    for attack in ATTACKS:
        began = time.monotonic()
        for name, port in g.ports.items():
            attack(g, name, port)
        g.served(attack.__name__)
        print("%s: %.1f s" % (attack.__name__, time.monotonic() - began), flush=True)
    for attack in (poisoned_broker, slow_readers, idle_streams):
        began = time.monotonic()
        attack(g)
        g.served(attack.__name__)
        print("%s: %.1f s" % (attack.__name__, time.monotonic() - began), flush=True)
    check(g.server.end(signal.SIGTERM) == 0, "last exit")
    if g.broker.process.poll() is None:
        g.broker.stop()
    with open(work + "/log", encoding="utf-8", errors="replace") as f:
        log = f.read()
    for word in ("broken invariant", "runtime error", "Sanitizer"):
        at = log.find(word)
        check(at < 0, "the log says " + word, log[max(0, at - 200):at + 800])
    check("SEGV" not in log and os.path.isdir(work + "/data"), "no crash")
    print("%d checks, %d failed" % (checks, len(failures)))
    sys.exit(1 if failures else 0)


main()
