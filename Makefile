# Every target is one line to read; what takes more stands in scripts/. CI runs the same targets and nothing else.
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: run build test check fmt bench docs install clean soak fuzz sanitize help

run: build ## Build, then run the workflow that reports on this repository
	.build/flowctl run workflows/repo-report.yaml

build: ## Build the stripped release binary .build/flowctl
	scripts/bootstrap && scripts/build

test: ## Run all tests
	scripts/bootstrap tests && scripts/test

check: ## Check imports, formatting and that generated files are fresh
	scripts/bootstrap && scripts/check-imports && scripts/check-format && scripts/check-generated

fmt: ## Format all Swift code
	scripts/swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## Measure against other tools and write docs/benchmarks.md
	bench/run

docs: ## Generate man pages, completions, docs/functions.md and the catalog
	scripts/bootstrap && scripts/generate

install: build ## Install binary, man pages and completions under PREFIX
	PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

clean: ## Delete everything that was built
	rm -rf .build

soak: build ## Kill runs SOAK_KILLS times (1,000), keep a rate limit with 20 processes for SOAK_SECONDS; a loop over 1,000,000 items; as many rows out of a database and in; 10,000 mails, one of 200 MB out and in; 10,000 requests, and a workflow of as many, to a server that fails; then 100 processes that want one token
	for soak in soak soak-limits soak-items soak-rows soak-mail; do scripts/$$soak .build/flowctl || exit; done; FAULT_OPERATIONS=10000 REFRESH_PROCESSES=100 scripts/test --filter 'FaultStormTests|AcceptanceTests.TokenRenewalTests' && TESTS_MEASURE_MEMORY=1 MAIL_MESSAGES=10000 MAIL_MEGABYTES=200 scripts/test --filter ImapVolumeTests && TESTS_MEASURE_MEMORY=1 scripts/test --filter MongoStreamTests

fuzz: build ## Feed damaged files, expressions and JSON to flowctl, for FUZZ_SECONDS
	scripts/fuzz .build/flowctl

sanitize: ## Run the tests of the HTTP layer under the thread and address sanitizers
	scripts/bootstrap tests && scripts/sanitize

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 10
