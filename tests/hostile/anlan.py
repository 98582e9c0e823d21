"""The program under attack and the ways to talk to it: a client that sends exactly the bytes it is told to."""
import http.client
import json
import socket
import subprocess
import time

TOKEN = "anlan-demo-token"
PASSWORD = "anlan-demo"
ROLES = "watch office dept town inspector grid enterprise leader system security audit".split()  # as in the matrix


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def code(self):
        j = self.json()
        return j.get("code") if isinstance(j, dict) else None

    def fields(self):
        return {f["field"]: f["code"] for f in self.json().get("fields", [])}

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:300].decode("utf-8", "replace"))


class Server:
    def __init__(self, program, directory, log, extra=()):
        self.program, self.directory, self.log, self.extra = program, directory, log, list(extra)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "demo", "--points", "100", "--data", self.directory,
             "--listen", "127.0.0.1:%d" % self.port, *self.extra],
            stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/api/health").status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise SystemExit("the program ended with %d" % self.process.returncode)
            time.sleep(0.1)
        raise SystemExit("the program does not answer")

    def end(self, signal):
        self.process.send_signal(signal)
        return self.process.wait(timeout=30)

    def command(self, *args):
        return subprocess.run([self.program, *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def ask(self, method, path, body=None, headers=None, timeout=20):
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        c.putrequest(method, path, skip_accept_encoding=True)
        if body is not None or method in ("POST", "PATCH", "PUT"):
            c.putheader("Content-Length", str(len(body or b"")))
        for name, value in headers.items():
            c.putheader(name, value)
        c.endheaders()
        try:
            if body:
                c.send(body)
            r = c.getresponse()
            return Answer(r.status, r.headers, r.read())
        except http.client.HTTPException as e:
            return Answer(0, {}, repr(e).encode())
        finally:
            c.close()

    def raw(self, data, timeout=3):
        """Status lines of all answers on one connection; nothing is checked or repaired on the way out."""
        s = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        out = b""
        try:
            s.sendall(data)
            while True:
                part = s.recv(65536)
                if not part:
                    break
                out += part
                if out.count(b"HTTP/1.1 ") and b"\r\n\r\n" in out:
                    s.settimeout(0.2)
        except OSError:
            pass
        s.close()
        return out

    def write(self, lines, query="", **headers):
        h = {"Authorization": "Token " + TOKEN}
        h.update({k.replace("_", "-"): v for k, v in headers.items()})
        return self.ask("POST", "/write" + query, lines, h)


class Session:
    def __init__(self, server, name):
        self.server, self.name = server, name
        r = server.ask("POST", "/api/session", {"name": name, "password": PASSWORD})
        if r.status != 200:
            raise SystemExit("login of %s: %r" % (name, r))
        self.set_cookie = r.headers["Set-Cookie"]
        self.cookie = self.set_cookie.split(";")[0]
        self.csrf = r.json()["csrf"]

    def __call__(self, method, path, body=None, headers=None, **k):
        h = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}
        h.update(headers or {})
        return self.server.ask(method, path, body, h, **k)
