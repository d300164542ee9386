"""Whatever people, the worker and the network do to a case, in whatever order: the law, the clock, one decision."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from zhengtong.process.cases.tests.machine import CaseMachine
from zhengtong.process.cases.tests.town import a_town

# The suite walks the same histories each time; `python -m benchmarks case_state_machine` walks new ones.
_REPEATABLE = settings(max_examples=15, stateful_step_count=20, deadline=None, derandomize=True)


@pytest.mark.django_db
def test_the_law_holds_in_every_history() -> None:
    CaseMachine.town = a_town()
    run_state_machine_as_test(CaseMachine, settings=_REPEATABLE)
