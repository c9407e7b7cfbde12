# make install | demo | demo-console | test | lint | bench
# Both `demo` and `test` do all the set-up: a .venv with pinned, hashed dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
COMPILE := -q --universal --generate-hashes --no-header --python-version 3.11
FOUND := $(shell deploy/find-python $(PYTHON))

.PHONY: install demo demo-console test lint format bench servers lock clean

install: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(FOUND)" || { echo "syncd needs Python 3.11 or newer with venv: apt install python3-venv (or make PYTHON=/path/to/python3.12)"; exit 1; }
	test -x $(BIN)/python || $(FOUND) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	$(BIN)/syncd demo

demo-console: install
	$(BIN)/syncd demo --console

servers:
	deploy/install-test-servers

test: install servers $(VENV)/.kerberos
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Signing in to Active Directory by ticket is an extra: built from source, which takes the headers of
# libkrb5 that `servers` installs. pip keeps what it built.
$(VENV)/.kerberos: requirements-kerberos.lock $(STAMP) | servers
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@ || \
		echo "tests: gssapi could not be built (libkrb5-dev, gcc): the tests of Kerberos will fail" >&2

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install servers
	$(BIN)/python -m bench

# For developers: resolve again. The files hold hashes and no addresses.
lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile $(COMPILE) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(COMPILE) --no-strip-extras pyproject.toml -o requirements.extras
	$(BIN)/python deploy/pin-extras requirements.lock requirements.extras
	$(BIN)/uv pip compile $(COMPILE) --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/python deploy/pin-extras requirements-dev.lock requirements.extras
	@rm -f requirements.extras
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['kerberos'], sep='\n')" | $(BIN)/uv pip compile $(COMPILE) - -o requirements-kerberos.lock

clean:
	rm -rf $(VENV) build dist
