# What each target needs is Python (3.11 to 3.13), make and git: the rest is installed into .venv.
# `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench load chaos audit audit-where-offered lock lock-check clean
SHELL := /bin/sh

# The first Python that fits; one named on the command line is taken as it is.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(FITS)' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv
UV_VERSION = $(shell sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)
# Runs in an environment of its own: it is no part of Ragtime. AUDIT_OPTIONS may name another database.
AUDIT = $(UV) tool run --from pip-audit==2.10.1 pip-audit --disable-pip --progress-spinner off $(AUDIT_OPTIONS)
# A version with holes that every advisory database knows, to try whether it can be asked.
HOLE := pyyaml==5.3
COMPILE = $(UV) pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --excludes .ci/excludes.txt

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST) | awk '{name = $$1; sub(/^[^ ]* /, ""); sub(/:$$/, "", name); printf "  make %-11s %s\n", name, $$0}'

run: $(VENV)/run.stamp ## Start Ragtime: the playground, or Slack when tokens are set.
	@exec $(BIN)/python -m bot run

test: $(VENV)/dev.stamp ## Run every test.
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/dev.stamp ## Check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(VENV)/dev.stamp ## Mend style.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## Measure speed and quality, side by side with LangChain's tutorial RAG.
	$(BIN)/python -m tests.bench

load: $(VENV)/dev.stamp ## Measure a bot under 50 events a second for five minutes.
	$(BIN)/python -m tests.load

chaos: $(VENV)/dev.stamp ## Kill processes at random under a stream of questions, and count replies.
	$(BIN)/python -m tests.chaos

audit: $(VENV)/run.stamp ## Look the locked packages up among known vulnerabilities.
	$(AUDIT) --strict --require-hashes -r requirements.lock

# Whether it cannot look or has found something, pip-audit's exit status is the same.
audit-where-offered: $(VENV)/run.stamp ## The same, left out where the advisory database cannot be asked.
	@echo '$(HOLE)' > $(VENV)/hole.txt
	@if $(AUDIT) --no-deps --format json -r $(VENV)/hole.txt 2>/dev/null | grep -q '"id":'; then \
	  $(MAKE) --no-print-directory audit; \
	else echo "No audit: the advisory database cannot be asked from here"; fi

lock: $(VENV)/dev.stamp ## Renew the locks to the newest versions that resolve together.
	$(COMPILE) --upgrade --output-file requirements.lock
	$(COMPILE) --upgrade --group dev --constraints requirements.lock --output-file requirements-dev.lock

lock-check: $(VENV)/dev.stamp ## Fail where the locks no longer fit pyproject.toml.
	@cp requirements.lock $(VENV)/run.lock && cp requirements-dev.lock $(VENV)/dev.lock
	@$(COMPILE) --output-file $(VENV)/run.lock
	@$(COMPILE) --group dev --constraints requirements.lock --output-file $(VENV)/dev.lock
	@cmp $(VENV)/run.lock requirements.lock && cmp $(VENV)/dev.lock requirements-dev.lock || { \
	  echo "The locks do not fit pyproject.toml: run make lock" >&2; exit 1; }

clean: ## Remove the environment (data in RAGTIME_HOME stays).
	rm -rf $(VENV)

# Where development tools were installed, they stay when only the run-time lock is asked for.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/uv
	@if [ -f $(VENV)/dev.stamp ]; then lock=requirements-dev.lock; else lock=requirements.lock; fi; \
	echo "Installing what Ragtime needs into $(VENV) ($$lock): the first time it may take a minute or two…"; \
	$(UV) pip sync --quiet --require-hashes $$lock && $(UV) pip install --quiet --offline --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what Ragtime and its tests need into $(VENV): the first time it may take a minute or two…"
	@$(UV) pip sync --quiet --require-hashes requirements-dev.lock && $(UV) pip install --quiet --offline --no-deps --editable .
	@touch $@ $(VENV)/run.stamp

$(BIN)/uv:
	@$(PYTHON) -c '$(FITS)' 2>/dev/null || { \
	  echo "Ragtime needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo "not there"): install one, then: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv: install it (Debian, Ubuntu: apt-get install python3-venv), then: make $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making the environment in $(VENV)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
