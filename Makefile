# The commands of the project; `make help` lists them. What they do is in .ci/setup.sh and `gridpatrol --help`.
# HOST, PORT, VAR_DIR, DATABASE_URL, DEMO_PASSWORD: from the environment or as `make run PORT=9000`.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
BIN := .venv/bin
# As many test processes as a small machine has cores; each has a throw-away database of its own.
TEST_PROCESSES ?= 2
PYTEST_OPTIONS ?=
BROWSER_OPTIONS ?=
export SOAK_MINUTES SOAK_PHONES SOAK_SEED

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

.PHONY: setup
setup: ## Debian packages, virtual environment, locked dependencies (the other commands do it by themselves)
	@.ci/setup.sh

.PHONY: web
web: setup ## build the console (Node.js from PyPI where the machine has none)
	@.ci/web.sh

.PHONY: run
run: web ## set everything up and serve on http://HOST:PORT until Ctrl-C
	@exec $(BIN)/gridpatrol serve --follow-parent

.PHONY: test
test: web checks ## style, types, import contracts, house rules and all tests but the console's in a browser
	@echo "== tests"
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) $(PYTEST_OPTIONS)

.PHONY: test-browser
test-browser: web ## the console in Debian's Chromium (installed when missing); SCREENS=1 writes api_docs/screens anew
	@.ci/browser.sh $(BROWSER_OPTIONS)

.PHONY: properties
properties: setup ## of the tests: random days against an oracle, and faults put in on purpose that it must find
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) tests/properties $(PYTEST_OPTIONS)

.PHONY: test-s3
test-s3: setup ## the photo stores against a real S3 service (Debian's radosgw, installed when missing)
	@.ci/test-s3.sh

.PHONY: lint
lint: web checks ## style, types and import contracts alone

.PHONY: checks
checks:
	@echo "== the console: types, style, logic"
	@PATH="$$(.ci/web.sh node):$$PATH" && cd web && npm run --silent check && npm run --silent test
	@echo "== style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== import contracts"
	@$(BIN)/lint-imports --no-logo

.PHONY: bench
bench: setup ## measure; results go to benchmarks/results
	@$(BIN)/python -m benchmarks

.PHONY: soak
soak: setup ## phones, a bad network, kills and a restore, then long random days: SOAK_MINUTES (30), SOAK_PHONES (60), SOAK_SEED (1)
	@PYTHONPATH=clients/python $(BIN)/python -m benchmarks.soak
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --hypothesis-profile=soak tests/properties/test_sync_invariants.py

.PHONY: docs
docs: setup ## write api_docs/openapi.yaml anew
	@$(BIN)/gridpatrol docs write

.PHONY: reset
reset: setup ## stop and delete the database and everything else in VAR_DIR (asks, unless YES=1)
	@$(BIN)/gridpatrol reset $(if $(filter 1,$(YES)),--yes)
