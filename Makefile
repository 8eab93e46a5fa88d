# Every target makes its own environment in .venv from pinned versions; Python >= 3.11, make and the package index suffice.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
DEMO ?= demo-report

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint types docs golden wheel clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 found; name one: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.dev
	$(PIP) --editable '.[docs]'
	@touch $@

demo: $(VENV)/.run ## The bundled study, end to end, into demo-report/ (DEMO=DIR for another place)
	$(THREADS) $(BIN)/wxsat demo --out $(DEMO) --force

test: $(VENV)/.dev ## The test suite (a few minutes on two cores)
	$(THREADS) $(BIN)/python -m pytest -q -n 2 --dist loadfile

test-slow: $(VENV)/.dev ## The long recoveries and coverage simulations
	$(THREADS) $(BIN)/python -m pytest -q -n 2 --dist loadfile -m slow

lint: $(VENV)/.dev ## Style, spelling and the one-way street
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell wxsat docs README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md
	$(BIN)/lint-imports

types: $(VENV)/.dev ## mypy, strict, on the package
	$(BIN)/mypy

docs: $(VENV)/.docs ## The documentation, warnings as errors, into docs/_build/html
	$(BIN)/python docs/generate.py
	$(THREADS) $(BIN)/python docs/draw_gallery.py
	$(THREADS) $(BIN)/python docs/make_notebooks.py
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

golden: ## Make the reference values again (needs R with lavaan, psych, semTools, survey)
	for script in tests/golden/*/make_*.R; do (cd $$(dirname $$script) && Rscript $$(basename $$script)); done

wheel: $(VENV)/.dev ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist .

clean: ## Remove what the targets made
	rm -rf $(VENV) dist docs/_build docs/reference/generated demo-report .pytest_cache .mypy_cache .ruff_cache
