# Everything that anyone needs to type. Plain `make` lists the verbs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
PROCESSES ?= 2
DURATION ?= 600
BIN := .venv/bin
PY := $(BIN)/python
INSTALLED := .venv/.installed
BUNDLE := build/vega.js
BOTS := .cache/bots

help:  ## list these verbs
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/make \1\t\2/p' Makefile | expand -t 16

install: $(INSTALLED) $(BUNDLE)  ## build .venv and the browser bundle; the other verbs do it when needed

demo: install  ## run everything on this machine, with the essay and a rehearsal; PORT=8000; Ctrl-C stops it
	@PATH="$(CURDIR)/$(BIN):$$PATH" PORT=$(PORT) SITE_URL=http://127.0.0.1:$(PORT) LOG_LEVEL=$${LOG_LEVEL:-WARNING} $(PY) -m config.embedded exec \
		sh -c 'python manage.py demo && exec honcho --env /dev/null start --port $(PORT)'

test: install chromium  ## run all tests on their own PostgreSQL and Valkey; ARGS="-k word tests/house", PROCESSES=0 for one
	@$(PY) -m config.embedded fresh $(PY) -m pytest --numprocesses $(PROCESSES) $(ARGS)

soak: install  ## break a running site at random, for DURATION=600 seconds at least, and send 20,000 requests by chance; SEED repeats the order of the faults
	@DURATION=$(DURATION) $(PY) -m config.embedded fresh $(PY) -m pytest tests/faults/soaking.py tests/soak/as_described.py $(ARGS)

shots: install chromium  ## take a picture of every page, wide and narrow, light and dark, on paper and by mail, into shots/
	@SHOTS=yes $(PY) -m config.embedded fresh $(PY) -m pytest tests/browser/shooting.py tests/browser/test_every_page.py --quiet $(ARGS)

check: install  ## check format, lint, types, imports, migrations and the settings of production
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run
	@ENVIRONMENT=production SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') DEBUG=false \
		ALLOWED_HOSTS=tracker.example DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 \
		$(PY) manage.py check --deploy --fail-level WARNING

bench: install  ## measure speed, memory and coverage beside a reference, as a table and build/bench.json; ONLY="kernel coverage"
	@$(PY) -m config.embedded fresh $(PY) -m benchmarks $(ONLY) $(ARGS)

fix: $(INSTALLED)  ## format, and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(INSTALLED)  ## pin every requirement by hash, after a change of pyproject.toml; UPGRADE=--upgrade takes newer ones
	@$(COMPILE) pyproject.toml --output-file requirements.txt
	@$(COMPILE) pyproject.toml --all-extras --output-file requirements-dev.txt
	@$(COMPILE) --group bots --output-file requirements-bots.txt

audit: $(INSTALLED)  ## ask the advisory database of osv.dev about every pinned package; needs a way to it, and is no part of check
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && { \
		printf '[project]\nname = "audited"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [\n'; \
		sed -n "s/^\([a-z0-9][^\\]*[^\\ ]\) *\\\\*$$/    \"\"\"\1\"\"\",/p" requirements-dev.txt; echo ']'; } > "$$folder/pyproject.toml"; \
	$(BIN)/uv audit --quiet --preview-features audit --directory "$$folder"; status=$$?; \
	if test $$status -gt 1; then echo "Nothing was learned: the advisory database could not be asked, for the reason above." \
		"Run make audit again where https://api.osv.dev can be reached." >&2; fi; exit $$status

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header $(UPGRADE)

# A Python of the right age: the one named in PYTHON, or the first of these that runs (a name on the PATH may be hollow).
PYTHON ?= python3.11 python3 python3.12 python3.13
FIND_PYTHON = for python in $(PYTHON); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; done; \
	test "$$python" || { echo "Forecast Tracker needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }

# uv does not read pip's configuration: where only that knows a way to the packages, pip goes it.
$(INSTALLED): requirements-dev.txt
	@echo "Installing into .venv"
	@$(FIND_PYTHON); $(PY) -c '' 2>/dev/null || $$python -m venv --clear .venv
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet uv
	@$(PY) -m uv pip sync --quiet --python $(PY) --require-hashes requirements-dev.txt \
		|| $(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# The test that drives the adapter with somebody else's client asks for it; the same in two ways, as above.
$(BOTS)/.installed: requirements-bots.txt | $(INSTALLED)
	@{ $(PY) -m uv venv --quiet --clear --python $(PY) $(BOTS) \
		&& $(PY) -m uv pip sync --quiet --python $(BOTS)/bin/python --require-hashes requirements-bots.txt; } \
		|| { $(PY) -m venv --clear $(BOTS) && $(BOTS)/bin/python -m pip install --quiet --require-hashes -r requirements-bots.txt; }
	@touch $@

$(BUNDLE): $(INSTALLED) $(wildcard tracker/charts/*)
	@mkdir -p $(@D)
	@$(PY) -m tracker.charts.bundle $@

BROWSERS = "$$CHROMIUM" chromium chromium-browser google-chrome
chromium: $(INSTALLED)
	@for browser in $(BROWSERS); do command -v "$$browser" >/dev/null 2>&1 && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium fonts-dejavu-core >/dev/null && exit 0; \
	fi; \
	$(PY) -m playwright install chromium \
		|| { echo "The browser tests need Chromium: install the package chromium, or name one in CHROMIUM." >&2; exit 1; }

.PHONY: help install demo test soak shots check bench fix lock audit chromium
