# Zhengtong 政通. `make help` explains the targets; `make demo` and `make test` are the two that matter.
PYTHON ?= python3
BIN := .venv/bin
export DATABASE_URL PORT ZHENGTONG_HOME
# Compiled once and kept: without that each of the many processes of a test run spends four seconds compiling.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test check bench docs clean lock

help: ## Explain every target
	@echo "Zhengtong 政通 — a province's digital-government platform"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo "  Variables: PORT=8000  ZHENGTONG_HOME=./var  DATABASE_URL=postgres://user:password@host/name  SCALE=1"

setup: ## Create .venv with locked dependencies, the zhengtong command and the web assets
	@$(PYTHON) scripts/bootstrap.py run

setup-dev: ## The same, with what tests, checks and docs need
	@$(PYTHON) scripts/bootstrap.py dev

demo: setup ## Set everything up and start the demo province; ctrl-C stops it
	@exec $(BIN)/zhengtong demo $(if $(SCALE),--scale $(SCALE))

test: setup-dev ## Set up and run every test, on SQLite and PostgreSQL, with real-browser journeys
	@$(BIN)/python scripts/run_tests.py $(ARGS)

check: setup-dev ## Lint, format, types, architecture contracts, migrations, spelling, translations
	@$(BIN)/python scripts/run_checks.py $(ARGS)

bench: setup-dev ## Run the benchmarks and print their figures
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup-dev ## Build the documentation site into site-docs/
	@$(BIN)/python scripts/build_docs.py

lock: setup-dev ## Recompile the locked requirements after editing requirements/*.in
	@$(BIN)/python scripts/lock.py

clean: ## Remove the environment and everything built (never the data in ZHENGTONG_HOME)
	rm -rf .venv build dist site-docs node_modules src/*.egg-info src/zhengtong/portals/static/vendor
