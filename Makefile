# The two commands of a newcomer are `make demo` and `make test`; each does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 7
# Where the demo year lies: the whole of it, or that which stops on a DAY.
PLAYED = demo$(if $(DAY),-$(DAY))
CHARTS := src/airshed/pages/kit/assets/echarts.js
# What Python has compiled it keeps, whatever the surroundings say: every process of a test run starts twice as fast.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help charts demo serve soak test quick check format bench fuzz docs pictures site lock clean
help: ## what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Airshed needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing pinned, hashed dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(CHARTS): charts/package-lock.json charts/echarts.js scripts/charts.py | $(VENV)/run.stamp
	@echo "bundling the chart library of pages and screens ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/charts.txt
	@$(BIN)/python scripts/charts.py

charts: $(CHARTS) ## the chart library of pages and screens, bundled from charts/package-lock.json

demo: $(VENV)/run.stamp $(CHARTS) ## one compliance year of the Dianzhong zone, from stack readings to penalties
	@AIRSHED_DEMO_OPENS="make serve" PYTHONPATH=src $(BIN)/python -m airshed demo --seed $(SEED) --out demo

serve: $(VENV)/run.stamp $(CHARTS) ## the demo year over HTTP, on this machine (DAY=2028-06-30: as it stood that morning, the rest is yours)
	@test -f $(PLAYED)/dianzhong.book || PYTHONPATH=src $(BIN)/python -m airshed demo --seed $(SEED) $(if $(DAY),--until $(DAY)) --out $(PLAYED)
	@PYTHONPATH=src $(BIN)/python -m airshed serve $(PLAYED)/dianzhong.book --demo-users --port $(or $(PORT),8080)

soak: $(VENV)/dev.stamp ## the writer killed under load from 64 clients, KILLS times (default 200) or MINUTES long, on both databases
	@PYTHONPATH=src:tests $(BIN)/python scripts/soak.py --kills $(or $(KILLS),200) --minutes $(or $(MINUTES),0)
	@PYTHONPATH=src:tests $(BIN)/python scripts/soak.py --kills $(or $(KILLS),200) --minutes $(or $(MINUTES),0) --dsn own --standby

test: $(VENV)/dev.stamp $(CHARTS) ## every test: properties, transcripts, simulator, crashes, browser (TIMES=1: what each costs)
	@scripts/browser
	@scripts/verifiers
	@scripts/provider
	@scripts/axe
	@scripts/in-memory $(BIN)/python -m pytest -n $(or $(JOBS),3) --dist worksteal $(if $(TIMES),--times)

quick: $(VENV)/dev.stamp $(CHARTS) ## the tests for while one works: rules and properties, no browser, no process
	@scripts/in-memory $(BIN)/python -m pytest -n $(or $(JOBS),2) --dist worksteal --quick

check: $(VENV)/dev.stamp ## format, lint, strict types
	@$(BIN)/ruff format --check src tests bench scripts examples
	@$(BIN)/ruff check src tests bench scripts examples
	@$(BIN)/mypy

format: $(VENV)/dev.stamp ## put the format right
	@$(BIN)/ruff format src tests bench scripts examples
	@$(BIN)/ruff check --fix src tests bench scripts examples

bench: $(VENV)/dev.stamp $(CHARTS) ## the numbers, as ratios measured in one run (FULL=1: also a book of 100 demo years and a sector of 4,622 stacks)
	@scripts/bench-peers
	@scripts/browser
	@PYTHONPATH=src:. $(BIN)/python -m bench $(if $(FULL),--full)

fuzz: $(VENV)/dev.stamp ## broken frames against the decoder, from SEED, for SECONDS (default 300)
	@PYTHONPATH=src $(BIN)/python scripts/fuzz.py --seed $(SEED) --seconds $(or $(SECONDS),300)

docs: $(VENV)/dev.stamp ## write the reference pages that are generated from the code
	@$(BIN)/python -m airshed.cli.reference docs/reference

pictures: $(VENV)/dev.stamp $(CHARTS) ## pictures of the portal for the guides, in pictures/, where `make site` finds them
	@scripts/browser
	@test -f demo/dianzhong.book || PYTHONPATH=src $(BIN)/python -m airshed demo --seed $(SEED) --out demo
	@for day in 2027-06-23 2028-04-20 2028-06-30; do test -f demo-$$day/dianzhong.book \
		|| PYTHONPATH=src $(BIN)/python -m airshed demo --seed $(SEED) --until $$day --out demo-$$day || exit; done
	@PYTHONPATH=src:tests $(BIN)/python scripts/pictures.py demo pictures

site: $(VENV)/dev.stamp ## the docs as a searchable site in site/
	@$(BIN)/python scripts/docs_site.py site

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/run.txt pyproject.toml --group dev -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/dev.txt --group charts -o requirements/charts.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/dev.txt --group build -o requirements/build.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/dev.txt --group postgresql -o requirements/postgresql.txt

clean: ## remove what was installed and played
	rm -rf $(VENV) $(CHARTS) demo demo-20* build dist pictures site
