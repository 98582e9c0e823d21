#!/usr/bin/env bash
# The command line as a person uses it: tests/cli/run.sh path/to/anlan
set -uo pipefail
anlan=$(realpath "$1")
tests=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
server=""
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
export LANG=en_US.UTF-8
count=0

fail() { echo "   FAILED: $*"; tail -n 5 out err 2>/dev/null; exit 1; }
# expect STATUS WHAT COMMAND … ; its output is in ./out and ./err
expect() {
    local want=$1 what=$2 got=0
    shift 2
    "$@" >out 2>err || got=$?
    [ "$got" = "$want" ] || fail "$what: status $got, expected $want"
    count=$((count + 1))
}
says() { grep -q -- "$1" out err || fail "nothing says '$1'"; }
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
up() { # port
    for _ in $(seq 200); do
        curl -fs "http://127.0.0.1:$1/api/health" >/dev/null && return 0
        sleep 0.05
    done
    fail "the program did not answer on port $1"
}
get() { curl -fs -H 'Authorization: Bearer anlan-demo-token' "http://127.0.0.1:$port$1"; }

# help, usage, language
expect 0 "help" "$anlan" --help
says "watch replay"
expect 2 "no command" "$anlan"
expect 2 "unknown command" "$anlan" dance
says "unknown command"
for command in serve demo watch import series ledger backup restore user policy risk dump config; do
    expect 0 "$command --help" "$anlan" "$command" --help
done
expect 2 "unknown option" "$anlan" serve --colour red
LANG=C expect 2 "Chinese when LANG is C" "$anlan" dance
says "没有命令"

# policy papers: one JSON object a line; what cannot be read is named and the rest printed
papers=$(dirname "$tests")/policy
expect 0 "two papers" "$anlan" policy "$papers/island-plan.txt" "$papers/river-opinion.txt" --json
python3 - <<'E3' || fail "the JSON of the papers"
import json
papers = [json.loads(line) for line in open("out", encoding="utf-8")]
assert len(papers) == 2 and papers[0]["number"] == "镜安〔2031〕3号" and papers[1]["date"] == "2032-04-01"
assert sum(item["clause"] is not None for item in papers[0]["items"]) == 11
E3
printf 'PK\003\004 cut off' >cut.docx
expect 3 "one of three is damaged" "$anlan" policy "$papers/island-plan.txt" cut.docx "$papers/plateau-scheme.txt" --json
[ "$(wc -l <out)" = 2 ] || fail "the others are not printed"
says "cut.docx"
expect 3 "a paper that is not there" "$anlan" policy nothere.txt --json
says "nothere.txt"
expect 2 "no form of the answer" "$anlan" policy "$papers/island-plan.txt"
expect 0 "the decoded text" "$anlan" policy "$papers/island-plan.txt" --text
says "老旧冷库改造"

# risk: one JSON object in, one out; bad input is status 1 and names the member
risk() { printf '%s' "$2" | "$anlan" risk "$1"; }
value() { python3 -c "import json; print(json.load(open('out', encoding='utf-8'))$1)"; }
expect 0 "chlorine and ammonia" risk major-hazard '{"residents":40,"substances":[{"cas":"7782-50-5","tonnes":12},{"name":"氨","tonnes":20}]}'
[ "$(value '["s"]') $(value '["alpha"]') $(value '["r"]') $(value '["grade"]') $(value '["is_source"]')" = "4.4 1.2 16.32 3 True" ] || fail "R = 16.32, grade 3"
expect 0 "not a source" risk major-hazard '{"residents":40,"substances":[{"name":"chlorine","tonnes":4.9}]}'
[ "$(value '["r"]') $(value '["grade"]')" = "None None" ] || fail "no grade below 1"
expect 0 "LEC" risk lec '{"l":3,"e":6,"c":15}'
[ "$(value '["d"]') $(value '["colour"]')" = "270 orange" ] || fail "D = 270"
expect 0 "LS" risk ls '{"l":4,"s":4,"variant":"A"}'
[ "$(value '["r"]') $(value '["colour"]')" = "16 orange" ] || fail "R = 16"
for bad in '{"residents":1,"substances":[{"name":"氯","tonnes":1},{"name":"氨","tonnes":-1}]}' \
    '{"residents":1,"substances":[{"name":"氯","tonnes":1},{"name":"氨","tonnes":NaN}]}' \
    '{"residents":1,"substances":[{"name":"氯","tonnes":1},{"name":"氨","tonnes":1e999}]}' \
    '{"residents":1,"substances":[{"name":"氯","tonnes":1},{"name":"氨"}]}'; do
    expect 1 "refused: $bad" risk major-hazard "$bad"
    says 'substances\[1\].tonnes'
    [ -s out ] && fail "an answer to bad input"
done
expect 0 "blast" risk blast '{"tnt_kg":1,"distance_m":5}'
[ "$(value '["kpa"]' | cut -c1-6)" = 29.238 ] || fail "29.24 kPa"
expect 0 "fireball" risk fireball '{"kg":10000}'
[ "$(value '["diameter_m"]' | cut -c1-7)" = 124.957 ] || fail "124.96 m"
expect 0 "plume" risk plume '{"class":"D","terrain":"rural","rate_kg_s":1,"wind_m_s":3,"height_m":0,"x_m":1000,"y_m":0,"z_m":0}'
says '"sigma_y_m":76.27'
expect 0 "probit" risk probit '{"substance":"chlorine","ppm":250,"minutes":30}'
says '"probability":0.49'
expect 0 "pool fire" risk pool-fire '{"diameter_m":10,"fuel":"gasoline","wind_m_s":0}'
expect 0 "F-N" risk fn '{"outcomes":[{"per_year":1e-4,"deaths":10},{"per_year":1e-6,"deaths":100}]}'
[ "$(value '["verdict"]')" = unacceptable ] || fail "F(10) is above the line"
scene='"terrain":"rural","wind":[{"class":"D","wind_m_s":5,"share":[0.25,0.25,0.25,0.25]}],"events":[{"name":"tank","kind":"circle","x_m":0,"y_m":0,"per_year":1e-5,"radius_m":100,"death":0.5}]'
expect 0 "individual risk" risk individual-risk "{$scene,\"grid\":{\"x0_m\":-150,\"y0_m\":-150,\"step_m\":5,\"nx\":61,\"ny\":61}}"
[ "$(value '["contours"][1]["per_year"]')" = 3e-06 ] || fail "contours"
expect 0 "safe distance" risk safe-distance "{$scene,\"targets\":[{\"name\":\"school\",\"x_m\":30,\"y_m\":40,\"class\":\"high-sensitive\",\"state\":\"new\"}]}"
[ "$(value '["verdict"]') $(value '["targets"][0]["limit_per_year"]')" = "fail 3e-07" ] || fail "the verdict"
expect 1 "empty input" risk lec ''
expect 1 "a CAS of several rows" risk major-hazard '{"residents":1,"substances":[{"cas":"6484-52-2","tonnes":1}]}'
says '44'
expect 2 "no such command" risk dance '{}'
LANG=C expect 1 "in Chinese" risk lec '{"l":3,"e":6}'
says 'c: 必填'
expect 0 "all schemas" "$anlan" risk --schema
[ "$(value '["lec"]["additionalProperties"]')" = False ] || fail "schemas are closed"
expect 0 "one schema" "$anlan" risk lec --schema
expect 0 "defaults" "$anlan" risk --defaults
[ "$(value '["defaults"][0]["key"]')" = lec.boundary ] || fail "the list of defaults"

# configuration: the sample is valid, an unknown key and a bad value are refused with their line
expect 0 "sample configuration" "$anlan" config
cp out good.ini
expect 0 "the sample is read" "$anlan" ledger verify --config good.ini --data d0
printf '[server]\nworkers = 4\ncolour = red\n' >bad.ini
expect 2 "unknown key" "$anlan" serve --config bad.ini --data d1
says "3"
printf '[server]\nworkers = many\n' >bad.ini
expect 2 "bad value" "$anlan" serve --config bad.ini --data d1
printf '[watch]\nlanes = 99\n' >bad.ini
expect 2 "out of range" "$anlan" serve --config bad.ini --data d1

# a real directory: three administrators once, then no more
add() { printf 'words for the first day\n' | "$anlan" user add --role "$1" --name "$1" --data real; }
for role in system security audit; do expect 0 "first $role" add "$role"; done
for role in system security audit; do expect 1 "second $role" add "$role"; done
expect 2 "no other role" add watch
expect 0 "ledger of a real directory" "$anlan" ledger verify --data real
expect 0 "empty reading store" "$anlan" series verify --data real

# import without a live program: good rows in, bad ones in the error file with the reason
cat >points.csv <<'E2'
code,name,unit,in_service
CLI-1,first,MPa,true
CLI-2,second,MPa,perhaps
,third,MPa,true
E2
expect 3 "import with bad rows" "$anlan" import points points.csv --data real
says "accepted 1, rejected 2"
grep -q "CLI-2" real/files/*.csv || fail "the error file lacks the bad row"
expect 1 "unknown table" "$anlan" import nothing points.csv --data real
expect 1 "no file" "$anlan" import points nowhere.csv --data real

# back-fill
printf 't,point,v\n1700000000000,CLI-1,0.5\n1700000060000,CLI-1,0.6\nyesterday,CLI-1,1\n1700000000000,CLI-9,1\n' >readings.csv
expect 3 "back-fill with bad lines" "$anlan" import readings readings.csv --data real
says "accepted 2, rejected 2"
expect 0 "the store is clean after it" "$anlan" series verify --data real
says "clean: 2 readings"

# the demo: live, refuses a second owner, takes imports through its socket, stops at SIGTERM
port=$(free_port)
mkdir heads
printf '[ledger]\nexport = %s\n' "$work/heads" >ledger.ini
"$anlan" demo --points 100 --data demo --config ledger.ini --listen "127.0.0.1:$port" >demo.log 2>&1 &
server=$!
up "$port"
expect 1 "second owner" "$anlan" serve --data demo --listen "127.0.0.1:$(free_port)"
says "owns the data directory"
expect 1 "verify of a live store" "$anlan" series verify --data demo
printf 'code,name,in_service\nCLI-LIVE,live,true\n' >live.csv
expect 0 "import into the live program" "$anlan" import points live.csv --data demo
get /api/points/code:CLI-LIVE | grep -q '"CLI-LIVE"' || fail "the imported point is not there"
status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Token anlan-demo-token' \
    --data-binary 'reading,point=CLI-LIVE v=4.5' "http://127.0.0.1:$port/write")
[ "$status" = 204 ] || fail "a reading of the new point: $status"
get '/api/points/code:CLI-LIVE/readings' | grep -q '4.5' || fail "the reading cannot be read back"

# a GIS reads all that has a place
expect 0 "GDAL reads every collection" "$tests/../gdal/run.sh" "http://127.0.0.1:$port" anlan-demo-token

# the ledger leaves the program and is checked by a stranger's tool
curl -fs -c jar -H 'Content-Type: application/json' -d '{"name":"audit","password":"anlan-demo"}' \
    "http://127.0.0.1:$port/api/session" >/dev/null || fail "the audit administrator's login"
curl -fs -b jar "http://127.0.0.1:$port/api/ledger/export" >export.jsonl || fail "the export"
verify="$(dirname "$tests")/ledger/verify.py"
expect 0 "the export holds" "$verify" export.jsonl demo/ledger-public.pem --heads heads
expect 0 "the live ledger holds against the directory" "$anlan" ledger verify --data demo --heads heads
says "signed heads that hold"
sed '7s/"peer":"[^"]*"/"peer":"10.0.0.1"/' export.jsonl >forged.jsonl
expect 1 "a changed line" "$verify" forged.jsonl
says "entry 6: broken"
sed '7d' export.jsonl >forged.jsonl
expect 1 "a missing line" "$verify" forged.jsonl
says "entry 6: it is missing"
sed '7{h;d};8G' export.jsonl >forged.jsonl
expect 1 "two lines changed places" "$verify" forged.jsonl
says "entry 6"
sed '7p' export.jsonl >forged.jsonl
expect 1 "a doubled line" "$verify" forged.jsonl
says "entry 7"
sed '$s/"why":"export"/"why":"day"/' export.jsonl >forged.jsonl
expect 1 "a changed head" "$verify" forged.jsonl
says "signature"

kill -TERM "$server"
wait "$server" || fail "SIGTERM: status $?"
server=""
expect 0 "ledger after the demo" "$anlan" ledger verify --data demo
expect 0 "store after the demo" "$anlan" series verify --data demo
expect 1 "demo accounts on a network" "$anlan" serve --data demo --listen "0.0.0.0:$(free_port)"
says "loopback"
expect 1 "no demo city in a real directory" "$anlan" demo --data real

# documents
expect 0 "openapi" "$anlan" dump openapi
python3 -c 'import json; d=json.load(open("out")); assert d["openapi"].startswith("3.1") and len(d["paths"]) > 40' || fail "the API document"
expect 0 "permissions" "$anlan" dump permissions
says "point.write"

cp -r demo cut
# a changed ledger entry is found
python3 - <<'E2'
import sqlite3
db = sqlite3.connect("demo/anlan.db")
for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='ledger'").fetchall():
    db.execute(f'DROP TRIGGER "{name}"')
column = [c[1] for c in db.execute("PRAGMA table_info(ledger)")]
name = "action" if "action" in column else column[2]
db.execute(f"UPDATE ledger SET {name} = 'forged' WHERE rowid = (SELECT rowid FROM ledger ORDER BY 1 LIMIT 1 OFFSET 5)")
db.commit()
E2
expect 1 "a forged entry" "$anlan" ledger verify --data demo
says "broken at entry"

# a cut tail is found by the signed heads alone
python3 - <<'E2'
import sqlite3
db = sqlite3.connect("cut/anlan.db")
for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='ledger'").fetchall():
    db.execute(f'DROP TRIGGER "{name}"')
last = db.execute("SELECT MAX(n) FROM ledger").fetchone()[0]
db.execute("DELETE FROM ledger WHERE n > ?", (last - 3,))
db.execute("UPDATE ledger_head SET n = ?, hash = (SELECT hash FROM ledger WHERE n = ?)", (last - 3, last - 3))
db.commit()
E2
expect 1 "a cut tail" "$anlan" ledger verify --data cut --heads heads
says "cut off from entry"
# TLS of our own: 1.2 and 1.3 only, events over it, a new certificate without a restart, and a key that is not the certificate's refused
make_cert() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1" -addext subjectAltName=DNS:localhost >/dev/null 2>&1 && chmod 600 "$1.key"; }
make_cert one && make_cert two && cp one.pem cert.pem && cp one.key cert.key
printf '[server]\ntls_cert = %s/cert.pem\ntls_key = %s/cert.key\n' "$work" "$work" >tls.ini
printf '[server]\ntls_cert = %s/one.pem\ntls_key = %s/two.key\n' "$work" "$work" >wrong.ini
printf '[server]\ntls_cert = %s/one.pem\n' "$work" >half.ini
expect 1 "a certificate with another's key" "$anlan" serve --config wrong.ini --data tls
says "not the certificate's key"
expect 2 "a certificate without key" "$anlan" serve --config half.ini --data tls
expect 1 "the demo's devices speak plain HTTP" "$anlan" demo --config tls.ini --data tls
says "without TLS"
port=$(free_port)
"$anlan" demo --points 100 --data tls --listen "127.0.0.1:$port" >tls.log 2>&1 &
server=$!
up "$port"
kill -TERM "$server" && wait "$server"
"$anlan" serve --config tls.ini --data tls --listen "127.0.0.1:$port" >>tls.log 2>&1 &
server=$!
for _ in $(seq 200); do curl -fs --cacert cert.pem "https://localhost:$port/api/health" >/dev/null && break; sleep 0.1; done
handshake() { openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null 2>&1 || true; }
for old in -tls1 -tls1_1; do
    handshake "$old" -cipher 'ALL:@SECLEVEL=0' | grep -q 'Cipher is (NONE)' || fail "TLS below 1.2 is taken: $old"
done
handshake -tls1_2 | grep -q 'Cipher is ECDHE' || fail "TLS 1.2 is not taken"
handshake -tls1_2 -cipher 'AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0' | grep -q 'Cipher is (NONE)' || fail "a weak cipher is taken"
handshake -tls1_3 | grep -q 'Cipher is TLS_' || fail "TLS 1.3 is not taken"
curl -fsi --cacert cert.pem "https://localhost:$port/api/hello" | grep -qi '^strict-transport-security: max-age=31536000' || fail "no HSTS"
curl -fsi --cacert cert.pem "https://localhost:$port/" | grep -i '^content-security-policy' | grep "script-src 'self';" | grep -q "style-src 'self';" || fail "the CSP"
curl -si --cacert cert.pem "https://localhost:$port/api/session" -H 'Content-Type: application/json' -d '{"name":"watch","password":"anlan-demo"}' |
    grep -i '^set-cookie' | grep -q 'HttpOnly; SameSite=Strict; Secure' || fail "the cookie's flags"
curl -sN -m 8 --cacert cert.pem -H 'Authorization: Bearer anlan-demo-token' "https://localhost:$port/api/events?topics=values" >events &
stream=$!
sleep 1
curl -fs --cacert cert.pem -H 'Authorization: Bearer anlan-demo-token' "https://localhost:$port/api/points?limit=1" >point
curl -fs --cacert cert.pem -H 'Authorization: Token anlan-demo-token' "https://localhost:$port/write" \
    --data "reading,point=$(python3 -c 'import json; print(json.load(open("point"))["items"][0]["code"])') v=0.5" || fail "a reading over TLS"
for _ in $(seq 60); do grep -q '^event: values' events && break; sleep 0.1; done
kill "$stream" 2>/dev/null
grep -q '^event: values' events || fail "no events over TLS"
cp two.pem cert.pem && cp two.key cert.key && kill -HUP "$server"
for _ in $(seq 50); do handshake | grep -q 'CN = two' && break; sleep 0.1; done
handshake | grep -q 'CN = two' || fail "the new certificate is not taken on SIGHUP"
cp one.key cert.key && kill -HUP "$server"
sleep 0.3
handshake | grep -q 'CN = two' || fail "a broken pair of files took the certificate away"
kill -TERM "$server" && wait "$server" || fail "the program with TLS did not end in order"
server=""
count=$((count + 12))

# what systemd hears: ready when the port is open, signs of life, stopping
python3 - "$anlan" "$(free_port)" <<'E2' || fail "the notify protocol"
import os, socket, subprocess, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify.sock")
s.settimeout(30)
p = subprocess.Popen([sys.argv[1], "serve", "--data", "sd", "--listen", "127.0.0.1:" + sys.argv[2]], stderr=subprocess.DEVNULL,
                     env=dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify.sock"), WATCHDOG_USEC="400000"))
assert s.recv(100) == b"READY=1"
socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2).close()
assert s.recv(100) == b"WATCHDOG=1" and s.recv(100) == b"WATCHDOG=1"
p.terminate()
heard = s.recv(100)
while heard == b"WATCHDOG=1":
    heard = s.recv(100)
assert heard == b"STOPPING=1" and p.wait(30) == 0, heard
E2
count=$((count + 1))
echo "   $count commands did what they should"
