# Everything is set up from Python 3.11 or newer, make and a package index. PYTHON=/path/to/python3 chooses the Python.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?=
RUN := .venv/bin/python
# The text reader's tables are small: a second thread for them costs more than it brings, above all beside other processes.
export OPENBLAS_NUM_THREADS ?= 1

# The first Python that is new enough sets things up; tools/bootstrap.py does nothing when all is in place.
define setup
@for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python); do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		exec "$$python" tools/bootstrap.py $(1); \
	fi; \
done; \
echo 'Evenlode needs Python 3.11 or newer, and found none$(if $(PYTHON), at $(PYTHON)). Install one, or say where it is: make PYTHON=/path/to/python3 run' >&2; \
exit 1
endef

.PHONY: browser help run demo doctor test lint types format bench bench-queue evaluate train catalogues confidences kills accessibility coverage-runs live-runs pictures audit clean setup setup-run

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: setup-run ## start everything on this machine (PORT, MAIL_PORT and EVENLODE_STATE move it aside)
	@EVENLODE_DEMO="$${EVENLODE_DEMO-1}" exec $(RUN) -m service.cli up

demo: setup-run ## send a realistic evening of reports to what `make run` started
	@exec $(RUN) -m service.cli demo

doctor: setup-run ## say what is right and wrong with this installation
	@EVENLODE_DEMO="$${EVENLODE_DEMO-1}" exec $(RUN) -m service.cli doctor

test: lint types browser ## check style and types, then run all tests with coverage
	@$(RUN) -m pytest -n 2 --ignore=tests/browser --cov --cov-report=term-missing:skip-covered
	@$(RUN) -m pytest -n 2 tests/browser

browser: setup ## install Chromium for the browser tests, where that can be done
	@exec $(RUN) tools/browser.py

lint: setup ## check style and formatting
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .

types: setup ## check types
	@$(RUN) -m mypy

format: setup ## put the code into the house style
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: setup ## measure intake, decisions and hand-over
	@exec $(RUN) -m bench

bench-queue: setup ## measure the queue and its search with a thousand reports and a million (some minutes)
	@exec $(RUN) -m bench.queue

evaluate: setup ## decide the judged reports and count what came out right, too low, too high
	@exec $(RUN) -m tests.corpus

train: setup ## make the text reader's weights anew: PyTorch in .venv-train, about an hour on two cores
	@test -x .venv-train/bin/python || $(RUN) -m venv .venv-train
	@.venv-train/bin/python -m pip install --quiet --requirement training/requirements.txt
	@exec .venv-train/bin/python -m training

catalogues: setup ## gather the texts of the public pages for their translation
	@$(RUN) tools/catalogues.py

confidences: setup ## choose how sure the text reader must be of each fact, on reports it did not learn from
	@exec $(RUN) -m training.confidences

kills: setup ## kill each process under load, twenty rounds, and count what was kept
	@exec $(RUN) -m tests.kills

accessibility: setup browser ## look at every page and step in every language and size with axe
	@EVERY_LANGUAGE=1 exec $(RUN) -m pytest -n 2 tests/browser/test_promise_10_the_form_is_for_everybody.py

coverage-runs: setup ## lose coverage at a random moment of sending, fifty times, in a real browser
	@COVERAGE_RUNS=$${COVERAGE_RUNS:-50} exec $(RUN) -m pytest -q -p no:randomly tests/browser/test_lost_coverage.py

pictures: setup browser ## take the README's pictures from the running product
	@exec $(RUN) -m tools.pictures

live-runs: setup browser ## time fifty P1s from sending to an open console, and tell 200 consoles of 100 reports
	@LIVE_RUNS=$${LIVE_RUNS:-50} $(RUN) -m pytest -q -s -n 0 tests/browser/test_console_queue.py -k within_a_second
	@LIVE_CONSOLES=$${LIVE_CONSOLES:-200} LIVE_REPORTS=$${LIVE_REPORTS:-100} exec $(RUN) -m pytest -q -s -n 0 tests/triage/test_live.py -k open_console_is_told

audit: setup ## look for known faults in the locked packages
	@$(RUN) -m pip_audit --skip-editable

clean: ## remove what can be made again; the state folder with its data stays
	@rm -rf .venv .venv-train .bootstrap .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov dist build

setup:
	$(call setup,test)

setup-run:
	$(call setup,run)
