"""A form is filled from a ministry under a grant for applicants; without grant, line or answer the field is asked."""

from datetime import timedelta
from typing import Any

import pytest

from zhengtong.data.exchange.api import Algorithm
from zhengtong.data.ministries import api as ministries
from zhengtong.data.ministries.tests import builders
from zhengtong.data.registries.tests import builders as county
from zhengtong.kernel.clock import on_day, system
from zhengtong.process.forms import api as forms
from zhengtong.trust.identity.contracts import Actor, SubjectKind

pytestmark = pytest.mark.django_db
SCHEMA: Any = {
    "type": "object",
    "properties": {"marital": {"type": "string", "title": "婚姻状况", "source": "marriage.marriage_status"}},
}
ME = Actor(subject=county.resident_id(1), kind=SubjectKind.NATURAL)


def filled() -> dict[str, forms.Prefilled]:
    return forms.prefill(SCHEMA, actor=ME, purpose="process.case.handling", at=system.now())


def granted(*, for_applicants: bool) -> None:
    lasting = on_day(system.now()) + timedelta(days=30)
    builders.a_house(for_applicants=for_applicants, expires_on=lasting)


def test_what_the_ministry_says_fills_the_field_and_is_on_record() -> None:
    granted(for_applicants=True)
    with builders.served() as address:
        ministries.connect(
            actor=builders.SYSTEM, address=address, key_id="demo", algorithm=Algorithm.HMAC_SM3, key=builders.SECRET,
            at=builders.AT,
        )  # fmt: skip
        found = filled()["marital"]
    assert (found.value, found.shown, found.source) == ("已婚", "已婚", "marriage.marriage_status")
    (asked,) = ministries.queries_about(county.resident_id(1))
    assert (asked.outcome, asked.business) == (ministries.Outcome.FOUND, "process.case.handling")


def test_a_ministry_that_is_away_leaves_the_field_to_be_asked() -> None:
    granted(for_applicants=True)
    assert filled() == {}
    ministries.connect(
        actor=builders.SYSTEM, address="http://127.0.0.1:9", key_id="demo", algorithm=Algorithm.HMAC_SM3,
        key=builders.SECRET, at=builders.AT,
    )  # fmt: skip
    assert filled() == {}
    (asked,) = ministries.queries_about(county.resident_id(1))
    assert asked.outcome is ministries.Outcome.FAILED


def test_without_a_grant_for_applicants_nothing_is_asked() -> None:
    granted(for_applicants=False)
    assert filled() == {}
    assert ministries.queries_about(county.resident_id(1)) == ()
