"""Receivers for the tests: an HTTP server whose path says how it behaves, and a small SMTP server. Prints the two
ports on one line; writes what it got as JSON lines to the file in argv[1]; ends when its input ends."""
import http.server
import json
import os
import socketserver
import sys
import threading
import time

log = open(sys.argv[1], "a", encoding="utf-8", buffering=1)
lock = threading.Lock()


def note(**what):
    with lock:
        log.write(json.dumps(what, ensure_ascii=False) + "\n")


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        note(path=self.path, body=body, headers={k.lower(): v for k, v in self.headers.items()})
        kind = self.path.split("?")[0]
        status, answer, headers = 200, b'{"errcode":0,"errmsg":"ok"}', {}
        if kind == "/500":
            status, answer = 500, b"broken"
        elif kind == "/429":
            status, answer = 429, b"slowly"
        elif kind == "/404":
            status, answer = 404, b"nothing here"
        elif kind == "/slow":
            time.sleep(5)
        elif kind == "/garbage":
            answer = b"\xff\xfe<html>"
        elif kind == "/refuse":
            answer = '{"errcode":93000,"errmsg":"invalid webhook url"}'.encode()
        elif kind == "/busy":
            answer = b'{"errcode":45009,"errmsg":"api freq out of limit"}'
        elif kind == "/feishu":
            answer = b'{"code":0,"msg":"success"}'
        elif kind == "/redirect":
            status, answer, headers = 302, b"", {"Location": "/ok"}
        elif kind == "/large":
            answer = b"x" * (1 << 20)
        elif kind == "/once-500" and not os.path.exists(sys.argv[1] + ".once"):
            open(sys.argv[1] + ".once", "w").close()
            status, answer = 500, b"first time"
        elif kind == "/hang-up":
            self.connection.close()
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except OSError:
            pass


class Mail(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def handle(self):
        self.say("220 test")
        mail = {"from": "", "to": []}
        while line := self.rfile.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words.upper()
            if verb.startswith("EHLO"):
                self.say("250-test")
                self.say("250 8BITMIME")
            elif verb.startswith("MAIL FROM"):
                mail["from"] = words[10:]
                self.say("250 ok")
            elif verb.startswith("RCPT TO"):
                if "nobody@" in words:
                    self.say("550 no such mailbox")
                elif "later@" in words:
                    self.say("451 try again")
                else:
                    mail["to"].append(words[8:])
                    self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                data = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    data += part
                note(mail=mail, data=data.decode("utf-8", "replace"))
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


web = Quiet(("127.0.0.1", 0), Web)
mail = Threads(("127.0.0.1", 0), Mail)
for server in (web, mail):
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(web.server_address[1], mail.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
