# The front door. Every target installs what it lacks and says what it does.
#   make run    build and serve the demo city at http://127.0.0.1:8765
#   make test   every test
#   make soak   the soaks at full size      make bench  the benchmarks
#   make fuzz   every parser, FUZZ_SECONDS each (60)
#   make lint   formatting, static checks   make clean  drop what was built
#   make deb    the Debian package, in build/
#   make golden the documents made from the declarations: docs/openapi.json states.md permissions.md
LISTEN ?= 127.0.0.1:8765
DATA ?= anlan-data
POINTS ?= 2500
FUZZ_SECONDS ?= 60

.DELETE_ON_ERROR:
.PHONY: help run build test bench soak fuzz lint format golden clean ui deb

help:
	@sed -n '2,8p' Makefile

build/.made:
	@mkdir -p build && touch $@

ui: build/.made
	@scripts/deps.sh ui
	@scripts/ui.sh

build: build/.made
	@echo "== 1/3 packages" && scripts/deps.sh build ui
	@echo "== 2/3 front end" && scripts/ui.sh
	@echo "== 3/3 program" && scripts/build.sh release anlan

run: build
	@echo "== serving the demo city at http://$(LISTEN) (accounts: watch office … / anlan-demo; Ctrl-C ends it)"
	@exec build/release/src/app/anlan demo --points $(POINTS) --past 30 --data $(DATA) --listen $(LISTEN)

deb: build
	@scripts/deps.sh package
	@scripts/deb.sh

test: build/.made
	@tests/run.sh

bench: build
	@scripts/deps.sh bench $(if $(PEERS),peers)
	@bench/run.sh

soak: build
	@scripts/deps.sh test
	@tests/soak/run.sh full

fuzz: build/.made
	@scripts/deps.sh build fuzz
	@scripts/build.sh fuzz
	@fuzz/run.sh $(FUZZ_SECONDS)

lint: build/.made
	@scripts/deps.sh build test lint
	@scripts/lint.sh

format:
	@scripts/deps.sh lint
	@git ls-files '*.c' '*.h' | xargs clang-format -i

golden: build/.made
	@scripts/deps.sh build test
	@scripts/build.sh dev anlan
	@tests/conformance/golden.sh renew build/dev/src/app/anlan

clean:
	rm -rf build ui/dist
