"""The program under the soak, its broker, and its senders as processes."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

TOKEN = "anlan-demo-token"
MOSQUITTO = "/usr/sbin/mosquitto"
TCP_GATEWAYS = ("hj212", "gb26875", "jt808")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def gateways_of(anlan):
    """Sections of the configuration: which gateways this program has."""
    text = subprocess.run([anlan, "config"], capture_output=True, text=True, check=True).stdout
    return {line.strip("[]") for line in text.split() if line.startswith("[")}


class Program:
    def __init__(self, anlan, work, lib=None):
        self.anlan, self.work, self.lib = anlan, work, lib
        self.data, self.journal = os.path.join(work, "data"), os.path.join(work, "journal")
        self.log = os.path.join(work, "server.log")
        self.port, self.process, self.broker, self.prepared = free_port(), None, None, False
        self.gateways = gateways_of(anlan)
        self.ports = {name: free_port() for name in TCP_GATEWAYS + ("mqtt", "modbus") if name in self.gateways}
        self.config = os.path.join(work, "anlan.ini")
        with open(self.config, "w") as f:
            for name, port in self.ports.items():
                if name == "mqtt":
                    f.write("[mqtt]\nhost = 127.0.0.1\nport = %d\nclient_id = soak\n" % port)
                elif name == "modbus":
                    f.write("[modbus]\nenabled = true\n")
                else:
                    f.write("[%s]\nlisten = 127.0.0.1:%d\n" % (name, port))

    def start_broker(self):
        """The broker lives through all runs of a directory: its persistent session must bring what was not acknowledged."""
        path = os.path.join(self.work, "mosquitto.conf")
        with open(path, "w") as f:
            f.write("user root\nlistener %d 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type none\n"
                    % self.ports["mqtt"])
        self.broker = subprocess.Popen([MOSQUITTO, "-c", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop_broker(self):
        if self.broker:
            self.broker.kill()
            self.broker.wait()
            self.broker = None

    def start(self, forgetful=False, env=None):
        env = dict(os.environ, LANG="en_US.UTF-8", **(env or {}))
        os.makedirs(self.data, exist_ok=True)
        if forgetful:
            shutil.rmtree(self.journal, ignore_errors=True)
            os.makedirs(self.journal)
            env.update(LD_PRELOAD=self.lib, POWERCUT_DIR=self.data, POWERCUT_JOURNAL=self.journal)
        began = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.anlan, "demo", "--points", "100", "--data", self.data, "--listen", "127.0.0.1:%d" % self.port,
                 "--config", self.config], stderr=log, stdout=log, env=env)
        while True:
            if self.process.poll() is not None:
                sys.exit("the program ended at start with %d; see %s" % (self.process.returncode, self.log))
            try:
                if self.get("/api/health")["status"] == "ok":
                    return time.monotonic() - began
            except OSError:
                pass
            if time.monotonic() - began > 120:
                sys.exit("the program did not start within two minutes")
            time.sleep(0.02)

    def get(self, path, timeout=60):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            c.request("GET", path, headers={"Authorization": "Bearer " + TOKEN})
            r = c.getresponse()
            body = r.read()
            if r.status != 200:
                raise OSError("%s: %d %r" % (path, r.status, body[:300]))
            return json.loads(body)
        finally:
            c.close()

    def login(self, name):
        """A person's session: headers for ask()."""
        status, headers, body = self.ask("POST", "/api/session", {"name": name, "password": "anlan-demo"})
        if status != 200:
            sys.exit("login of %s: %d %r" % (name, status, body[:300]))
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": json.loads(body)["csrf"]}

    def ask(self, method, path, body=None, headers=None, timeout=60):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            c.request(method, path, json.dumps(body) if body is not None else None,
                      dict(headers or {}, **{"Content-Type": "application/json"}))
            r = c.getresponse()
            return r.status, r.headers, r.read()
        finally:
            c.close()

    def rows(self, code, start, end):
        """Everything stored of a point, as lists t, v, q."""
        out = []
        while True:
            answer = self.get("/api/points/code:%s/readings?from=%d&to=%d&limit=50000" % (code, start, end))
            out += answer["rows"]
            if not answer.get("next"):
                return out
            start = out[-1][0] + 1

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        return self.process.wait()

    def command(self, *args):
        return subprocess.run([self.anlan, *args, "--data", self.data], capture_output=True, text=True)

    def import_table(self, plural, text):
        path = os.path.join(self.work, plural + ".csv")
        with open(path, "w") as f:
            f.write(text)
        done = self.command("import", plural, path)
        if done.returncode != 0:
            sys.exit("import of %s: %s" % (plural, done.stdout + done.stderr))


class SenderProcess:
    """tests/soak/sender: counts what was acknowledged and says so at its end."""

    def __init__(self, tool, stream, port, load):
        self.stream = stream
        self.process = subprocess.Popen(
            [tool, stream.protocol, str(stream.number), str(port), str(stream.points), str(stream.origin),
             str(stream.rate * load), str(stream.acked)], stdout=subprocess.PIPE, text=True)

    def end(self, finish=False):
        """Stops it, at once or when nothing waits for its acknowledgement; returns how many were acknowledged in this run."""
        self.process.send_signal(signal.SIGINT if finish else signal.SIGTERM)
        out = self.process.communicate(timeout=30)[0].split()
        if self.process.returncode != 0 or not out:
            sys.exit("sender %s %d ended with %d" % (self.stream.protocol, self.stream.number, self.process.returncode))
        before, self.stream.acked = self.stream.acked, int(out[1])
        self.reconnects, self.refused = int(out[3]), int(out[5])
        return self.stream.acked - before


class SlaveProcess:
    """A Modbus slave; serves on behind what it served before."""

    def __init__(self, tool, polled, port):
        self.stream, self.reconnects = polled, 0
        self.process = subprocess.Popen([tool, "modbus", str(port), str(2 * polled.points), str(polled.served)],
                                        stdout=subprocess.PIPE, text=True)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        out = self.process.communicate(timeout=30)[0].split()
        if self.process.returncode != 0 or not out:
            sys.exit("the Modbus slave ended with %d" % self.process.returncode)
        before, self.stream.served = self.stream.served, int(out[1])
        return (self.stream.served - before) * self.stream.points
