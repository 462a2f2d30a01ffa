# Needs Python ≥ 3.11 and make; everything else comes into .venv and .local.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
ARGS ?=

.PHONY: run test lint fmt bench faults fuzz audit clean migrations messages pins

run: .venv/.run-stamp
	@exec $(MANAGE) up

# Everything runs in three processes, each with services of its own, for most tests wait for one
# thing or another; a part, or everything on one Redis that was given, in one.
test: .venv/.dev-stamp
	@exec $(BIN)/python -m pytest $(or $(ARGS),$(if $(REDIS_URL),,-n 3))

# Migrations are made from the models; that no database answers is of no interest.
NO_DATABASE := DJANGO_SETTINGS_MODULE=config.settings.test DB_POOL_SIZE=0 \
	$(BIN)/python -W ignore::RuntimeWarning manage.py

# Checks settings for production with throw-away values.
PROD_CHECK := SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ALLOWED_HOSTS=chat.example.com SITE_URL=https://chat.example.com \
	WS_ALLOWED_ORIGINS=https://chat.example.com DATABASE_URL=postgresql://check@localhost/check \
	REDIS_URL=redis://localhost EMAIL_URL=smtps://mail.example.com \
	DEFAULT_FROM_EMAIL=doorbell@example.com DJANGO_SETTINGS_MODULE=config.settings.prod

lint: .venv/.dev-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(NO_DATABASE) makemigrations --check --dry-run --skip-checks
	@$(PROD_CHECK) $(MANAGE) check --deploy --fail-level WARNING

fmt: .venv/.dev-stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev-stamp
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

faults: .venv/.dev-stamp
	@exec env FAULTS_LONG=1 $(BIN)/python -m pytest tests/faults -m "" --timeout 1800 $(ARGS)

# The contract with far more of what chance makes up, for every kind of caller.
fuzz: .venv/.dev-stamp
	@exec env FUZZ_EXAMPLES=100 $(BIN)/python -m pytest tests/api/schema/test_fuzzing.py $(ARGS)

# Known weaknesses of what we build on; asks the registries, so it is not part of the gate.
audit: .venv/.dev-stamp
	@$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.txt -r requirements-local.txt
	@npm audit --prefix tests

migrations: .venv/.dev-stamp
	@$(NO_DATABASE) makemigrations --skip-checks $(ARGS)

# Collects marked texts and compiles the translations; needs gettext's programs.
messages: .venv/.dev-stamp
	@$(NO_DATABASE) makemessages -l zh_Hans -e html,txt,py,subject -i tests --no-obsolete \
		--no-location --no-wrap
	@$(NO_DATABASE) compilemessages -v 0 -i .venv

# Back to a fresh clone: the data of `make run` goes too.
clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m config.local.clean; fi
	rm -rf .local .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# New pins for what the *.in files allow; no index address gets into them.
PIN := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet
pins: .venv/.dev-stamp
	$(PIN) requirements.in -o requirements.txt $(ARGS)
	$(PIN) requirements-local.in -o requirements-local.txt $(ARGS)
	$(PIN) requirements-dev.in -o requirements-dev.txt $(ARGS)
	npm update --loglevel error --package-lock-only --omit-lockfile-registry-resolved --prefix tests

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Doorbell needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python's venv module is missing (Debian: apt install python3-venv)."; exit 1; }

INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --progress-bar on

.venv/.run-stamp: requirements.txt requirements-local.txt | $(BIN)/python
	@echo "Installing what Doorbell needs (once, about a minute) …"
	@$(INSTALL) -r requirements.txt -r requirements-local.txt
	@touch $@

.venv/.dev-stamp: requirements-dev.txt tests/package-lock.json .venv/.run-stamp
	@echo "Installing the developer tools …"
	@$(INSTALL) -r requirements-dev.txt
	@if command -v npm >/dev/null; then npm ci --loglevel error --no-audit --no-fund --prefix tests; fi
	@touch $@
