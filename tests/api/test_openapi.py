"""The whole API answers as its OpenAPI document says, whatever it is sent: generated calls, the same in every run."""

import json
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from zhengtong.process.cases.tests.builders import a_world, apply
from zhengtong.process.systems.tests.builders import connected
from zhengtong.site.api import api
from zhengtong.site.wsgi import application

EXAMPLES = 16
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
GENERATED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(db: None) -> dict[str, str]:
    """A world with a case, and a system that may do everything to it."""
    del db
    world = a_world()
    return {"reference": apply(world), "token": connected(world).token}


def answer_of(case: Any, token: str) -> Any:
    """Send a call with the test's connection left open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return case.call(headers={"Accept-Encoding": "identity", "Authorization": f"Bearer {token}"})
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _document() -> Any:
    found = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    found.app = application
    return found


OPERATIONS = [one.ok() for one in _document().get_all_operations()]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
IN_MODES = [
    pytest.param(one, mode, id=f"{one.label} {mode.value}")
    for one in OPERATIONS
    for mode in GenerationMode
    if mode.is_positive or one.query or one.body  # where nothing is asked, nothing can be asked wrongly
]


@pytest.mark.parametrize(("operation", "mode"), IN_MODES)
def test_generated_calls_of_a_system_are_answered_as_documented(
    operation: Any, mode: GenerationMode, known: dict[str, str]
) -> None:
    @GENERATED
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        if mode.is_positive and "reference" in case.path_parameters:
            case.path_parameters["reference"] = known["reference"]
        answer = answer_of(case, known["token"])
        case.validate_response(answer, checks=CHECKS)

    answered()


@pytest.mark.django_db
@each_operation
def test_generated_calls_of_a_stranger_give_nothing_that_is_not_open(operation: Any) -> None:
    @GENERATED
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        answer = answer_of(case, "none")
        case.validate_response(answer, checks=CHECKS)
        assert "/open/" in case.path or answer.status_code == 401

    answered()
