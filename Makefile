# What to type. Anything beyond a line is Go: internal/devtool.
.PHONY: run build test verify bench try-schemas try-pairs fmt clean

BINARIES = ./cmd/datapipeline ./services/gateway/cmd/gateway ./services/executor/cmd/executor \
	./services/recorder/cmd/recorder ./services/filescan/cmd/filescan

# A sample database, one complete task on it, and everything stays up.
run: build
	./bin/datapipeline up --sample

build:
	CGO_ENABLED=0 go build -o bin/ $(BINARIES)

# Installs, or lists, what the tests need; nothing is skipped.
test:
	go run ./internal/devtool deps
	CGO_ENABLED=1 go test -race -timeout 20m work

# What neither the compiler nor the tests see.
verify:
	go run ./internal/devtool verify

# Every package that has a benchmark, one after the other: two to four minutes.
bench:
	go test -run '^$$' -bench . $(sort $(dir $(shell grep -rl --include='*_test.go' '^func Benchmark' .)))

# Each .sql file in DIR, and each folder of them, is described, made again from
# what was written and compared: make try-schemas DIR=~/dumps
try-schemas:
	go run ./services/executor/internal/roundtrip/tryschemas $(DIR)

# The pairs of every gold_pair.json in DIR or below over the database that the
# *.sql beside it make: all must pass the validation, and spoilt copies of them
# must not: make try-pairs DIR=~/dumps
try-pairs:
	@test -d "$(DIR)" || { echo "usage: make try-pairs DIR=folder"; exit 1; }
	DP_GOLD_PAIRS=$(abspath $(DIR)) go test -count 1 -v -run TestGoldPairsOfAFolder ./services/executor/internal/steps/validate

fmt:
	gofmt -w -s bench cmd events internal services test

clean:
	rm -rf bin
