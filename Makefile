# make test    everything CI runs; installs the Debian packages it needs when it may
# make build   bin/smtpcheck, one static stripped binary
# make docs    docs/replies.md, docs/rules.md and the names in docs/expect.md, from the tables in Go
# make bench   smtpcheck, swaks, posttls-finger and smtp-source side by side, into docs/performance.md

SHELL    := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:

# A number of runs, not a time: at the end of a time "go test -fuzz" may fail with
# "context deadline exceeded" where nothing failed.
FUZZTIME ?= 5000x
BUILD    := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"
LINT     := go tool -modfile=tools/go.mod golangci-lint

.PHONY: test build docs cross bench packages fmt-check vet lint tidy-check unit confusion e2e fuzz clean

test: packages fmt-check vet tidy-check lint cross fuzz unit confusion e2e

build:
	$(BUILD) -o bin/smtpcheck ./cmd/smtpcheck

docs:
	go test ./diagnose ./expect -run '^TestDocs$$' -count=1 -update

cross:
	@for target in darwin/arm64 windows/amd64 linux/arm64; do \
		echo "build for $$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(BUILD) -o /dev/null ./...; \
	done

packages:
	@tools/debian-packages

fmt-check:
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "gofmt -w these:"; echo "$$files"; exit 1; }

vet:
	go vet ./...

tidy-check:
	go mod tidy -diff

lint:
	$(LINT) run ./...
	cd e2e && go tool -modfile=../tools/go.mod golangci-lint run ./...

unit:
	go test -race -timeout 10m ./...

# How often the reply catalogue is right on replies that no row was written for,
# and what it takes for what.
confusion:
	go test -count=1 -v -run '^TestLabelledReplies$$' ./diagnose

# What users open in other programs, opened in them; a module of its own.
e2e:
	cd e2e && go vet ./... && go mod tidy -diff && go test -count=1 ./...

# Every fuzz target for FUZZTIME; the seeds run in unit as well.
fuzz:
	@go list ./... | while read -r package; do \
		names=$$(go test -list '^Fuzz' "$$package" | { grep '^Fuzz' || true; }); \
		for name in $$names; do \
			echo "fuzz $$package $$name"; \
			go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

bench: packages build
	go run ./bench -smtpcheck bin/smtpcheck -o docs/performance.md

clean:
	rm -rf bin dist
