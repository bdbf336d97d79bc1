# Everything a developer types. Needs Python 3.11 or newer, git and make; the rest is installed into .venv from the lock.

BIN := .venv/bin
READY := .venv/made-from
SOURCES := release_tools tests benchmarks docs examples
# Name another interpreter with `make PYTHON=/path/to/python3`.
export PYTHON
# Where Python may not keep what it compiled, every process of a test compiles the program again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format types lock schema reference pictures bench clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

$(READY): requirements/dev.lock requirements/uv.lock pyproject.toml .ci/environment
	@.ci/environment

demo: $(READY) ## walk through a release's whole life in a place made for it
	$(BIN)/release-tools demo

test: $(READY) ## run the quick tests
	$(BIN)/pytest -m "not slow" -n auto --dist worksteal

test-all: $(READY) ## run all tests, those with many processes included
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile thorough

lint: $(READY) types ## check style, formatting and types
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(READY) ## check types
	$(BIN)/mypy

format: $(READY) ## mend what can be mended
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

schema: $(READY) ## write release-tools.schema.json anew
	$(BIN)/python -m release_tools.config.schema > release-tools.schema.json.new
	mv release-tools.schema.json.new release-tools.schema.json

reference: $(READY) ## write docs/configuration.md anew
	$(BIN)/python -m release_tools.config.reference > docs/configuration.md.new
	mv docs/configuration.md.new docs/configuration.md

pictures: $(READY) ## draw the README's pictures anew from the demo's real output
	$(BIN)/python docs/pictures/render.py

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
	--python-version 3.11 --custom-compile-command "make lock"

lock: $(READY) ## compile the locks anew; `make lock UPGRADE=--upgrade` takes newer versions
	$(COMPILE) $(UPGRADE) --group dev -o requirements/dev.lock pyproject.toml requirements/build.in
	$(COMPILE) $(UPGRADE) -o requirements/run.lock pyproject.toml requirements/build.in
	$(COMPILE) $(UPGRADE) -o requirements/uv.lock requirements/uv.in
	$(COMPILE) $(UPGRADE) -o requirements/peers.lock requirements/peers.in

bench: $(READY) ## measure what the README says about speed
	$(BIN)/python -m benchmarks

clean: ## remove the environment and every cache
	rm -rf .venv .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis
