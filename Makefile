# Everything the project does is one of these targets.
.PHONY: build run test setup lint contract fuzz killtest overspend demo bench prices compatibility

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)

# build makes bin/claviger, static and stripped. Version and commit come from
# here and not from Go's stamping, which refuses a checkout of another user.
build:
	CGO_ENABLED=0 go build -trimpath -buildvcs=false \
		-ldflags '-s -w -X main.buildVersion=$(VERSION) -X main.buildCommit=$(COMMIT)' \
		-o bin/claviger ./cmd/claviger

# run builds and serves on 127.0.0.1:8787 with its data in ./data.
run: build
	@bin/claviger serve

# test sets up what is missing, builds, and runs every check; see scripts/test.sh.
test:
	scripts/test.sh

# setup installs what the tests need and is not there yet.
setup:
	scripts/setup.sh

lint: setup
	scripts/test.sh lint

# contract holds the answers of the admin API in tests against /openapi.json.
contract:
	scripts/test.sh contract

# fuzz runs every fuzz target for FUZZTIME each.
fuzz:
	FUZZTIME=$${FUZZTIME:-60s} scripts/fuzz.sh

# killtest kills the server under load and checks its ledger, ROUNDS times a database.
killtest: build
	CLAVIGER_E2E=1 CLAVIGER_BIN=$(CURDIR)/bin/claviger CLAVIGER_KILL_ROUNDS=$${ROUNDS:-20} \
		go test -count=1 -v -timeout 60m -run Kill ./test/killtest

# overspend tries to spend more than budgets and rates allow, with CALLERS at once,
# for SECONDS and KILLS of the server a run, ROUNDS times; SEED repeats a run.
overspend: build
	CLAVIGER_E2E=1 CLAVIGER_BIN=$(CURDIR)/bin/claviger CLAVIGER_OVERSPEND_ROUNDS=$(or $(ROUNDS),1) \
		CLAVIGER_OVERSPEND_CALLERS=$(or $(CALLERS),200) CLAVIGER_OVERSPEND_SECONDS=$(or $(SECONDS),20) \
		CLAVIGER_OVERSPEND_KILLS=$(or $(KILLS),6) CLAVIGER_OVERSPEND_SEED=$(SEED) \
		go test -count=1 -v -timeout 120m -run 'Overspend|Rates' ./test/overspend

# demo shows the main job end to end. DEMO_UPSTREAM, DEMO_MODEL and DEMO_KEY
# name a real provider; DEMO_ONCE=1 ends after the tour.
demo: build
	@go build -o bin/claviger-demo ./cmd/demo
	@bin/claviger-demo

# bench measures the server beside its baselines; see docs/benchmarks.md.
# BENCH_QUICK=1 is a brief run, BENCH_STRICT=1 fails when a goal is missed.
bench: build
	bench/run.sh

# prices regenerates the models and prices that ship in the binary; see docs/prices.md.
prices:
	scripts/prices.sh

# compatibility regenerates docs/compatibility.md from /openapi.json.
compatibility:
	go test -count=1 ./test/compatibility -update
