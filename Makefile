# Tongcun 通村. `make run` and `make test` do all set-up by themselves.

# Tried in this order; the first that is 3.11 or newer is taken. Say PYTHON=/path/to/python to choose.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
# Where `make run` listens. It carries no password: other machines only on purpose, HOST=0.0.0.0.
HOST ?= localhost
PORT ?= 8501

VENV := .venv
BIN := $(VENV)/bin
NODE_MODULES := static/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
	--annotation-style line --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-js test-mutation lint lint-js format audit docs wheel coverage bench data lock clean

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(VENV)/.runtime $(VENV)/.loops ## Set up .venv for the application

setup-dev: $(VENV)/.dev $(VENV)/.loops

run: setup ## Set up and open the application on the embedded data
	$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT) \
		--server.showEmailPrompt false

test: setup-dev ## Set up and run the whole suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup

test-mutation: setup-dev ## Change the code in small ways, see whether a test notices
	$(BIN)/python -m tools.mutation

test-js: $(NODE_MODULES) ## Test the browser files; needs Node.js 18.18 or newer and npm
	node --test tests/static/*.test.mjs

lint: setup-dev ## Check style, format, types, docstrings and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tools.docstrings
	$(BIN)/lint-imports

lint-js: $(NODE_MODULES) ## Check the browser files with ESLint
	static/node_modules/.bin/eslint --config static/eslint.config.mjs --max-warnings 0 static tests/static

format: setup-dev ## Format the code and repair what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: setup-dev ## Check the licences and known faults of all pinned packages
	$(BIN)/python -m tools.audit

docs: setup-dev ## Build the documents into site/; a dead link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: setup-dev ## Build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

coverage: setup-dev ## Run the suite and list the branches that no test takes
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage report

bench: setup-dev ## Measure and rewrite docs/benchmarks.md
	$(BIN)/python -m bench

data: setup-dev ## Rebuild the embedded packs from their packages
	$(BIN)/python -m tools.packs

lock: setup-dev ## Choose the pins anew from requirements*.in
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## Remove .venv and caches; a planner's own files stay
	rm -rf $(VENV) site dist .coverage static/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	$(PIP) install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(PIP) install --quiet --requirement requirements-dev.txt
	@touch $@

# All is compiled once, here, so that neither the first page or plan nor a test waits for it.
$(VENV)/.loops: $(wildcard geo/*.py geo/*/*.py) | $(VENV)/.runtime
	$(BIN)/python -m compileall -q app.py cli.py commands data geo layers planning ui
	$(BIN)/python cli.py compile
	@touch $@

$(NODE_MODULES): static/package-lock.json
	cd static && npm ci --no-progress --loglevel=error
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$python; continue; }; \
		echo "$$("$$python" --version) -> $(VENV)"; \
		exec "$$python" -m venv --clear $(VENV); \
	done; \
	if [ -n "$$bare" ]; then \
		echo "$$bare cannot make a virtual environment: install its venv package" \
			"(Debian, Ubuntu: sudo apt-get install python3-venv)"; \
	else \
		echo "no Python 3.11 or newer among: $(PYTHON)." \
			"Install one, or run make PYTHON=/path/to/python"; \
	fi >&2; exit 1
