# make run | test | lint | fix | bench
#   TORCH=torch==2.13.0   chooses the torch build first (a CPU build, say); otherwise pip takes the plain one, with CUDA
#   ARGS="-k name"        goes on to pytest, or to the bench (ARGS=catalog)
PYTHON ?= python3
TORCH ?=
VENV := .venv
BIN := $(VENV)/bin
# The stamps' names say what they stand for: another TORCH is another stamp.
TORCH_STAMP := $(VENV)/installed-torch$(if $(TORCH),-$(subst /,_,$(TORCH)))
STAMP := $(VENV)/installed
PIP := $(BIN)/pip --disable-pip-version-check --quiet

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

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "dscore needs Python 3.11, 3.12 or 3.13. Name one: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python cannot make an environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(TORCH_STAMP): | $(BIN)/pip
	$(if $(TORCH),$(PIP) install "$(TORCH)")
	@touch $@

$(STAMP): requirements.txt $(TORCH_STAMP)
	$(PIP) install -r requirements.txt
	@touch $@

$(STAMP)-dev: requirements-dev.txt $(STAMP)
	$(PIP) install -r requirements-dev.txt
	@touch $@
