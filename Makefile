# Habeas. `make` alone lists what can be done; everything may be run again at any time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Test processes side by side; every one brings servers of its own.
JOBS ?= 2
# What takes long is said at the end of each part, so that it can be made shorter.
SLOWEST := --durations=30 --durations-min=3

# What `make check` runs: the rules, the record, the workflows on a real engine, and the pages that people work with.
QUICK := tests/domain tests/architecture tests/database tests/histories tests/workflows \
	$(patsubst %,tests/api/test_%.py,actions app cases requests table portal portal_follow portal_form portal_verify \
	console_breaches console_case console_deeds console_queue console_words)

# A stamp per content of the locks: a second run costs nothing, a changed lock installs again.
RUN_STAMP := $(VENV)/installed-run-$(shell cat pyproject.toml requirements.lock | sha256sum | cut -c1-16)
DEV_STAMP := $(VENV)/installed-dev-$(shell cat pyproject.toml requirements-dev.lock | sha256sum | cut -c1-16)

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --build-deps-for editable --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help install install-dev run up test check lint imports format test-fast test-postgresql test-journeys \
	postgresql poppler pst-utils dovecot clamd provider histories migration api-table asvs-table lock audit sbom clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUN_STAMP) ## Make .venv from the locked, hashed packages

install-dev: $(DEV_STAMP)

run: install ## Start Habeas with the demo controller; Ctrl-C stops it
	@exec $(BIN)/habeas up --demo

up: install ## Start Habeas with your own settings (docs/operations.md)
	@exec $(BIN)/habeas up

test: install-dev postgresql poppler pst-utils dovecot clamd provider lint imports ## Everything: style, types, all tests on SQLite, databases on PostgreSQL, journeys
	.ci/again $(BIN)/pytest -n $(JOBS) -m "not journey" $(SLOWEST)
	@$(MAKE) --no-print-directory test-postgresql test-journeys bench-smoke

check: install-dev lint imports test-fast ## The part that breaks most, under two minutes

lint: install-dev ## Style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --python-executable $(BIN)/python .

imports: install-dev ## Who may import whom
	$(BIN)/lint-imports

format: install-dev ## Let ruff write the files as it wants them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test-fast: install-dev poppler pst-utils
	$(BIN)/pytest -q -n $(JOBS) -m "not slow" $(QUICK)

test-postgresql: install-dev postgresql poppler pst-utils dovecot clamd ## The database and activity suites on PostgreSQL
	HABEAS_TEST_DATABASE=postgresql .ci/again $(BIN)/pytest -n $(JOBS) $(wildcard tests/database tests/activities) $(SLOWEST)

test-journeys: install-dev postgresql chromium dovecot ## The real parts as processes, killed and restarted; the pages in a browser
	.ci/again $(BIN)/pytest -n $(JOBS) --dist loadfile -m "journey" tests/journeys tests/browser $(SLOWEST)
	HABEAS_TEST_DATABASE=postgresql .ci/again $(BIN)/pytest -m "journey and both_databases" tests/journeys

histories: install-dev ## Save the histories of typical cases anew, once no open case of an older release is left
	$(BIN)/python -m tests.histories

bench: install-dev postgresql ## Every figure beside its floor and its target, about four minutes; writes benchmarks/results.md
	$(BIN)/python -m benchmarks.run

bench-smoke: install-dev postgresql dovecot ## The same in small: that every benchmark works, whatever the figures
	$(BIN)/python -m benchmarks.run --smoke
	$(BIN)/python -m benchmarks.post --smoke

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || .ci/debian postgresql

poppler: # reads letters back in tests
	@command -v pdftotext >/dev/null || .ci/debian poppler-utils

pst-utils: # takes Outlook files apart, in tests as everywhere else
	@command -v readpst >/dev/null || .ci/debian pst-utils

dovecot: # the mailboxes that tests take mail in from
	@ls /usr/sbin/dovecot >/dev/null 2>&1 || command -v dovecot >/dev/null || .ci/debian dovecot-imapd

provider: install-dev # a real OpenID provider that tests sign in with; its packages are locked by hash
	@cd tests/provider && { cmp -s package-lock.json node_modules/.locked || \
		{ PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent && cp package-lock.json node_modules/.locked; }; }

clamd: # scans attachments in tests, with a signature of the tests' own; freshclam is never run
	@ls /usr/sbin/clamd >/dev/null 2>&1 || command -v clamd >/dev/null || .ci/debian clamav-daemon

chromium:
	@command -v chromium >/dev/null || .ci/debian chromium

migration: install-dev ## Write a migration from the table models: make migration m="what changes"
	$(BIN)/python -m adapters.database.migrate "$(m)"
	@$(BIN)/ruff check --quiet --fix adapters/database/migrations && $(BIN)/ruff format --quiet adapters/database/migrations

api-table: install-dev ## Write docs/api.md from the models and rules of the JSON API
	$(BIN)/python -m api.v1.table > docs/api.md.new && mv docs/api.md.new docs/api.md

lock: install-dev ## Resolve the dependencies anew, on the oldest Python that is supported
	$(COMPILE) --upgrade --extra embedded --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra embedded --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

audit: install ## Known vulnerabilities in the locked packages; says so when the public advisory data cannot be reached
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet pip-audit
	@mkdir -p build && rm -f build/audit.json
	-@$(VENV)/audit/bin/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements.lock -f json -o build/audit.json 2>build/audit.log
	@.ci/advisories build/audit.json

sbom: install-dev ## What Habeas is made of, as CycloneDX: build/sbom.json, the same bytes for the same lock
	@mkdir -p build
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o build/sbom.json requirements.lock
	@echo "build/sbom.json lists every package of requirements.lock."

asvs-table: install-dev ## Write docs/security/asvs.md from tests/data/asvs.tsv
	$(BIN)/python -m tests.asvs > docs/security/asvs.md.new && mv docs/security/asvs.md.new docs/security/asvs.md

clean: ## Remove what can be made again; the state in var/ stays
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Habeas needs Python 3.11 or newer.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/debian python3-venv
	$(PYTHON) -m venv --clear $(VENV)

$(RUN_STAMP): | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/installed-run-* && touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@rm -f $(VENV)/installed-dev-* && touch $@
