# setup  make .venv            demo   brief -> finished ads      test   lint, types, floors, tests
# lint   the gates alone       train  make the bundled model     clean  remove what make made
# bench             how fast it is, against diffusers on the same weights (BENCH=--quick for a look)
# bench-watermark   how well the watermark is found, and how often where there is none
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
RUNS   ?= runs/mini
# Where torch comes from, if not from pip's own indexes, such as https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=

.PHONY: setup demo test lint bench bench-watermark train train-base clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==2.13.0
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

setup: $(VENV)/.installed

demo: setup
	$(BIN)/adfusion campaign examples/oddleaf/brief.yaml -o out/demo --resume
	@echo "Gallery: $(CURDIR)/out/demo/index.html"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check src tests docs benchmarks recipes
	$(BIN)/ruff format --check src tests docs benchmarks recipes
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/speed $(BENCH)

bench-watermark: setup
	$(BIN)/python benchmarks/watermark.py $(BENCH)

train: setup
	for part in autoencoder-1 autoencoder decoder-1 decoder denoiser-1 denoiser-2 denoiser-3 denoiser-4 denoiser-5 denoiser-6 denoiser-7 denoiser-8 denoiser-9 denoiser-10 denoiser-11 denoiser-12 denoiser \
	  student-1 student-2 student-3 student-4 student-5 student-6 student-7 student-8 student-9 student-10 student-11 student-12 student-13 student reader upsampler; do \
	  $(BIN)/adfusion train recipes/mini/$$part.yaml -o $(RUNS)/$$part --resume || exit 1; done

train-base: setup
	$(BIN)/pip install --quiet --editable '.[gpu]'
	for part in autoencoder denoiser student upsampler reader; do \
	  $(BIN)/adfusion train recipes/base/$$part.yaml -o runs/base/$$part --resume || exit 1; done

clean:
	rm -rf $(VENV) out
