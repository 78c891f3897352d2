# Two commands are all a newcomer needs: `make demo` and `make test`.
# Each sets up what it uses in .venv and says what it does.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8765

# The tests start hundreds of processes; compiling all modules in each would take most of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test tests lint check soak bench pictures lock clean python

demo: $(VENV)/.runtime
	@$(BIN)/touchbase sandbox --port $(PORT) --no-open

# The checks beside the tests: neither keeps two cores busy to its end.
test: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 lint tests

tests: $(VENV)/.dev
	@echo "==> Running the tests (SQLite, PostgreSQL from pip, Chromium where there is one)"
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not soak"

soak: $(VENV)/.dev
	@echo "==> Running the long proofs whole"
	@$(BIN)/python -m pytest -n 2 -m soak

lint: $(VENV)/.dev
	@echo "==> Checking style, types and import directions"
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/imports.log 2>&1 || (cat $(VENV)/imports.log; exit 1)

bench: $(VENV)/.dev
	@echo "==> Measuring, each figure beside its floor"
	@$(BIN)/python -m bench.parse
	@$(BIN)/python -m bench.capture
	@$(BIN)/python -m bench.guard
	@$(BIN)/python -m bench.import_
	@$(BIN)/python -m bench.ack
	@$(BIN)/python -m bench.numbers
	@$(BIN)/python -m bench.clock
	@$(BIN)/python -m bench.page

pictures: $(VENV)/.dev
	@echo "==> Taking the pictures of the docs from the sandbox"
	@$(BIN)/python -m docs.pictures.make

lock: $(VENV)/.dev
	@echo "==> Writing the locks anew from pyproject.toml"
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header --no-emit-index-url --no-emit-find-links --upgrade pyproject.toml --group build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header --no-emit-index-url --no-emit-find-links --upgrade pyproject.toml --group build --group dev \
	  --group lock -o requirements-dev.lock

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build

python:
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or later is needed: $(PYTHON) was not found."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; set PYTHON=/path/to/it."; exit 1; }

# Only names behind the bar: an order-only prerequisite does not make the environment old.
$(VENV)/bin/python: | python
	@echo "==> Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "==> Installing what Touchbase runs on"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "==> Installing what the tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
