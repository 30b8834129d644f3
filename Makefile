# Two commands do everything on a fresh machine: make plan, make test. Both call make setup.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= out
EFFORT ?= quick
SEED ?= 7
OPERATION ?= data/samples/child_safety/operation.toml
BENCH_DATA ?=
# One thread per process: solvers and BLAS then repeat their results and do not fight for cores.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup plan plan-dsa compare test test-oldest lint types imports unit bench samples clean

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@echo "set-up: creating .venv and installing (once)"; start=$$(date +%s); \
	$(PYTHON) -m venv .venv && \
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet -c constraints.txt -e ".[all,dev]" && \
	touch $@ && echo "set-up: done in $$(( $$(date +%s) - start )) s"

plan: setup
	$(BIN)/capacity plan $(OPERATION) --out $(OUT) --effort $(EFFORT) --seed $(SEED)

plan-dsa: setup
	$(BIN)/capacity plan data/samples/dsa/operation.toml --out $(OUT)/dsa --effort $(EFFORT) --seed $(SEED)

compare: setup
	$(BIN)/capacity compare data/samples/child_safety/scenarios.toml --out $(OUT)/scenarios --seed $(SEED)

test: setup lint types imports unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal --doctest-modules src/capacity tests

# The oldest supported versions; their own deprecation warnings are no fault of ours.
test-oldest:
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet -c constraints-oldest.txt -e ".[excel,parquet,holidays,ical,parallel,dask,notebook]" pytest pytest-xdist hypothesis mpmath
	.venv-oldest/bin/python -m pytest -n 2 --dist worksteal tests -W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning -W ignore::FutureWarning

bench: setup
	$(BIN)/python -m benchmarks $(BENCH_DATA)

samples: setup
	$(BIN)/python tools/make_samples.py

clean:
	rm -rf .venv .venv-oldest $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
