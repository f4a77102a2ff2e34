# Campaign Desk: everything a person runs. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
REQUIREMENTS := requirements.txt requirements-dev.txt constraints.txt

# PORT=8600 and DATABASE_URL=… work on the command line and from the environment alike.
export PORT DATABASE_URL
ifeq ($(strip $(PORT)),)
unexport PORT
endif
ifeq ($(strip $(DATABASE_URL)),)
unexport DATABASE_URL
endif

.DEFAULT_GOAL := help
.PHONY: help setup run worker backup restore test test-long test-fast fuzz power lint format audit screenshots roles bench load lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv and install what is missing

$(STAMP): $(REQUIREMENTS) | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo "$(VENV) has no pip: remove $(VENV) and run 'make setup' again." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -r requirements.txt -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "There is no $(PYTHON) on this machine: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Campaign Desk needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; \
		echo "Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

run: setup ## Serve the desk (PORT=8501, DATABASE_URL=sqlite:///…)
	@exec $(BIN)/python -m lib.cli serve

worker: setup ## Run scheduled changes beside the desk (a desk on SQLite does so by itself)
	@exec $(BIN)/python -m lib.cli worker

backup: setup ## Write everything to one file while people work (FILE=…, else data/backups/)
	@$(BIN)/python -m lib.cli backup $(if $(FILE),"$(FILE)")

restore: setup ## Replace everything by a backup (FILE=…; OVERWRITE=1 where something is there)
	@test -n "$(FILE)" || { echo "Say which backup: make restore FILE=…" >&2; exit 1; }
	@$(BIN)/python -m lib.cli restore $(if $(OVERWRITE),--overwrite) "$(FILE)"

# Each check runs whatever the others say; one failure makes the whole a failure.
test: setup ## Lint, types, contracts and the test suite
	@failed=""; \
	check() { echo "== $$1"; shift; "$$@"; }; \
	check "lint" $(BIN)/ruff check . || failed="$$failed lint"; \
	check "format" $(BIN)/ruff format --check . || failed="$$failed format"; \
	check "types" $(BIN)/mypy || failed="$$failed types"; \
	check "contracts" $(BIN)/lint-imports --no-logo || failed="$$failed contracts"; \
	check "bandit" $(BIN)/bandit --quiet --severity-level medium --recursive lib app.py pages || failed="$$failed bandit"; \
	check "tests" $(BIN)/python -m pytest -n 2 --dist worksteal -m "not long" || failed="$$failed tests"; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed" >&2; exit 1; fi; \
	echo "All checks passed."

test-long: setup ## What repeats for minutes: races of a thousand changes, more kills, every role
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m long

test-fast: setup ## The tests that need no browser and no PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser and not postgresql and not slow and not long"

fuzz: setup ## 100,000 generated hostile inputs, in-process (COUNT=…, SEED=…)
	@$(BIN)/python -m tests.fuzz --count $(or $(COUNT),100000) $(if $(SEED),--seed $(SEED))

# Needs root, loop devices and namespaces: says what is missing and ends with 77 where it cannot.
power: setup ## Cut the power of both databases on a disk that forgets (root; CUTS=20, SEED=…)
	@$(BIN)/python -m tests.power --cuts $(or $(CUTS),20) $(if $(SEED),--seed $(SEED))

lint: setup ## Lint, format check, types and contracts, without tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo

format: setup ## Put the code into the one format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

screenshots: setup ## Take the pictures in docs/ again (SIZE=L: at a label's full size)
	@$(BIN)/python -m $(if $(SIZE),tests.bench.pictures $(SIZE),tests.browser.screenshots)
	@$(if $(SIZE),,$(BIN)/python -m tests.browser.walk)

roles: setup ## Sign in as each role in a Chromium and write what it meets to docs/roles.md
	@$(BIN)/python -m tests.browser.looking

# 0: looked and found nothing; 1: something was found; 77: could not look, which is no pass.
audit: setup ## Look the pinned packages up for known vulnerabilities
	@$(BIN)/python .ci/audit.py

# Its databases are kept in .bench/ for a day; a page is visited ROUNDS times.
bench: setup ## Measure the pages against bare Streamlit (SIZE=S, M or L; both S and L without)
	@ROUNDS="$(ROUNDS)" $(BIN)/python -m tests.bench $(SIZE)

load: setup ## Fifty, then a hundred people at once over real websockets (SECONDS=300 each, DATABASE=postgresql)
	@SECONDS="$(SECONDS)" DATABASE="$(DATABASE)" $(BIN)/python -m tests.bench.load

# A fresh environment, so that nothing installed by hand gets pinned.
lock: ## Pin what the requirements need in turn (constraints.txt)
	@rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check \
		-r requirements.txt -r requirements-dev.txt
	@{ echo "# Made by 'make lock': every package that requirements*.txt bring in, exactly."; \
		$(VENV)-lock/bin/python -m pip freeze --disable-pip-version-check; } > constraints.txt
	@rm -rf $(VENV)-lock
	@echo "constraints.txt: $$(grep -c == constraints.txt) packages"

clean: ## Remove .venv and what the tools made; never data
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results .bench
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
