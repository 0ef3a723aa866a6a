# Two commands do everything on a fresh machine: `make demo` and `make test`.
ifndef PYTHON
# The system's own before one that lies in somebody's home: a service reaches it, it is kept safe by the system's updates,
# and distributions build it for speed.
PYTHON := $(shell for one in "$$(command -pv python3)" python3; do \
            "$$one" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$one" && exit; \
          done; echo python3)
endif
VENV   := .venv
BIN    := $(VENV)/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
              --no-emit-index-url --no-header --override requirements/excluded.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit check deb debtest bench chaos model picture terminal panelpictures scalepicture cards format lock clean

help:            ## say what can be made
	@echo "Begin with 'make demo'. Each command installs what it needs into $(VENV) by itself."
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: $(VENV)/.dev  ## only install: .venv with the locked, hashed requirements

demo: $(VENV)/.run  ## watch the bot live through a working day of a provincial group (under two minutes)
	$(BIN)/zalo-governor demo

test: $(VENV)/.dev  ## every test (about half an hour on two cores; PostgreSQL too where its server is installed)
	$(BIN)/pytest $(PYTEST_OPTIONS)

unit: $(VENV)/.dev  ## the tests of single modules, and of the rules (about four minutes on two cores)
	$(BIN)/pytest -m unit

check: $(VENV)/.dev  ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

deb: $(VENV)/.dev  ## the Debian package below build/ (needs debhelper; half a minute to a minute)
	$(BIN)/python packaging/build_deb.py $(DEB_OPTIONS)

debtest: deb  ## install, upgrade and purge the package on a small Debian without network (as root; needs mmdebstrap, lintian)
	$(BIN)/python packaging/build_deb.py --program-only
	lintian --fail-on error --allow-root build/deb-program-only/*.deb
	DEB=$$(ls -t build/*.deb | head -1) $(BIN)/pytest -n0 -s --basetemp=build/debtest tests/packaging

bench: $(VENV)/.run  ## measure; prints and writes build/bench.json
	$(BIN)/python -m tests.bench

chaos: $(VENV)/.dev  ## everything goes wrong at once: kills, cuts, full disks; prints a table (under ten minutes on two cores)
	$(BIN)/python -m tests.chaos

model: requirements/training.txt requirements/run.txt  ## make the model of Vietnamese anew from training/ (some minutes; see training/README.md)
	$(PYTHON) -m venv $(VENV)-training
	$(VENV)-training/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt -r requirements/training.txt
	$(VENV)-training/bin/python -m training.train

picture: $(VENV)/.run  ## run the demo and take its picture anew: docs/images/demo.svg
	$(BIN)/python docs/images/take_picture.py

terminal: $(VENV)/.run  ## log in, set up and examine beside the simulator, and take the pictures of docs/cai-dat.md anew
	$(BIN)/python -m docs.images.take_terminal

panelpictures: $(VENV)/.dev  ## run the demo and take the pictures of docs/bang-dieu-khien.md anew (needs chromium)
	$(BIN)/python -m docs.images.take_panel

scalepicture: $(VENV)/.dev  ## draw the curves of docs/quy-mo.md anew from build/bench.json (python -m tests.bench scale)
	$(BIN)/python -m docs.images.take_scale

cards: $(VENV)/.dev  ## print the one-page guides of admin, leader and member to build/cards/*.pdf
	$(BIN)/python -m docs.cards.make_cards

format: $(VENV)/.dev  ## rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev  ## resolve the requirements anew
	$(UV_COMPILE) --upgrade pyproject.toml requirements/build.in --extra postgresql -o requirements/run.txt
	$(UV_COMPILE) --upgrade pyproject.toml requirements/build.in --extra postgresql --group dev -c requirements/run.txt -o requirements/dev.txt
	$(UV_COMPILE) --upgrade --group training --group peers -c requirements/run.txt -o requirements/training.txt

clean:           ## remove what was made
	rm -rf $(VENV) $(VENV)-training build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# --no-deps: zlapi 1.0.3 names the stray packages `attr` and `datetime`, which must never be installed
# (requirements/excluded.txt says why); the locked files hold everything that is really needed.
$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing the locked requirements into $(VENV) (once, about half a minute)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "installing the locked requirements and the tools into $(VENV) (once, about a minute)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.run

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; call: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
