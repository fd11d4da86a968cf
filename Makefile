# make run | test | lint | fix | bench      TORCH=torch==2.13.0+cpu chooses the torch build first
PYTHON ?= python3
TORCH ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: run test lint fix bench
run: $(STAMP)
	$(BIN)/streamlit run Home.py

test: $(STAMP)-dev
	$(BIN)/pytest $(ARGS)

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)-dev
	$(BIN)/python -m tests.bench $(ARGS)

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/torch: | $(VENV)/bin/pip
	$(if $(TORCH),$(BIN)/pip install --disable-pip-version-check -q "$(TORCH)")
	touch $@

$(STAMP): requirements.txt $(VENV)/torch
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.txt
	touch $@

$(STAMP)-dev: requirements-dev.txt $(STAMP)
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.txt
	touch $@
