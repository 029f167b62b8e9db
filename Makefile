# Needs make and Python 3.11 or newer with venv; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po locale/brazil/*/LC_MESSAGES/django.po)
# One more than cores: one process at a time waits for leases, clocks and mail servers (tests/faults).
WORKERS ?= 3
MINUTES ?= 30

.DEFAULT_GOAL := help
.PHONY: help run stack test check bench soak browser faults faketime nginx

help:
	@echo "make run     start everything on this machine, until Ctrl-C (PORT, VAR_DIR, DEMO=0)"
	@echo "make stack   run production's processes on this machine: PostgreSQL, Redis, web servers, workers, beat, nginx"
	@echo "make test    run the whole suite (ARGS='-k reminder' for a part)"
	@echo "make check   lint, types, layers, templates, migrations, catalogues, deployment settings"
	@echo "make faults  run the whole table of faults at length (docs/faults.md)"
	@echo "make soak    half an hour of mixed traffic: do memory, latency and queue stay flat? (MINUTES=30)"
	@echo "make bench   measure pages and mails beside the barest ones (python -m bench mail for a part)"

run: .venv/installed .venv/catalogues
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python -m iatp_events.run

stack: .venv/installed-dev .venv/catalogues nginx
	@exec $(BIN)/python -m iatp_events.stack

test: .venv/installed-dev .venv/catalogues browser faketime nginx
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: .venv/installed-dev .venv/catalogues
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile
	$(BIN)/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	SITE_URL=https://events.example.org SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	ALLOWED_HOSTS=events.example.org DEBUG=0 TRUSTED_PROXY_COUNT=1 PRODUCTION=1 MACHINES=2 \
	DATABASE_URL=postgres://iatp@db.example.org/iatp REDIS_URL=redis://redis.example.org:6379/0 \
	EMAIL_URL=smtp+tls://mail.example.org DEFAULT_FROM_EMAIL=workshops@example.org \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

faults: .venv/installed-dev .venv/catalogues faketime nginx
	FAULTS="at length" $(BIN)/python -m pytest tests/faults $(ARGS)
	FAULTS="at length" $(BIN)/python -m pytest tests --ignore=tests/faults -m at_length $(ARGS)

bench: .venv/installed-dev .venv/catalogues
	$(BIN)/python -m bench

soak: .venv/installed-dev .venv/catalogues
	$(BIN)/python -m bench.soak $(MINUTES)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 run")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

# By Babel, so that a fresh machine needs no gettext.
.venv/catalogues: $(CATALOGUES) .venv/installed
	@$(BIN)/pybabel --quiet compile --directory locale --domain django
	@$(BIN)/pybabel --quiet compile --directory locale/brazil --domain django
	@touch $@

# A missing browser is a failure that names the command, never a skipped test.
browser: .venv/installed-dev
	@command -v chromium > /dev/null \
	|| { test "$$(id -u)" = 0 && command -v apt-get > /dev/null \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium > /dev/null; } \
	|| $(BIN)/python -c 'import os, sys; from playwright.sync_api import sync_playwright as p; w = p().start(); path = w.chromium.executable_path; w.stop(); sys.exit(not os.path.exists(path))' \
	|| { echo "The browser tests need Chromium: apt-get install --no-install-recommends chromium, or $(BIN)/playwright install chromium" >&2; exit 1; }

# Clocks that are a day off need libfaketime; without it those tests fail and say so.
faketime:
	@ls /usr/lib/*/faketime/libfaketimeMT.so.1 > /dev/null 2>&1 \
	|| { test "$$(id -u)" = 0 && command -v apt-get > /dev/null \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends faketime > /dev/null; } \
	|| { echo "The tests of clocks need libfaketime: apt-get install --no-install-recommends faketime" >&2; exit 1; }

# The proxy of the stack. RUNLEVEL keeps Debian from starting one of its own.
nginx:
	@command -v nginx > /dev/null || test -x /usr/sbin/nginx \
	|| { test "$$(id -u)" = 0 && command -v apt-get > /dev/null \
		&& apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends nginx-light > /dev/null; } \
	|| { echo "The stack needs nginx: apt-get install --no-install-recommends nginx-light" >&2; exit 1; }
