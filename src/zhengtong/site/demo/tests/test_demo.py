"""What a visitor of the demo finds: logins that work, rights that hold, a little history."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import override_settings

from zhengtong.data.registries import api as registries
from zhengtong.site.demo import accounts
from zhengtong.site.demo.tests.homes import import_regions, in_post, setup, subject
from zhengtong.trust.access import api as access
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, SubjectKind
from zhengtong.trust.ledger.api import looks_at

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load one demo for all tests that only look at it; taken back at the end of the module."""
    whole = transaction.atomic()
    vars(whole)["_from_testcase"] = True  # the load's durable steps may stand within, as in Django's test cases
    with django_db_blocker.unblock(), override_settings(DEMO=True), whole:
        import_regions()
        setup(scale=2).run()
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_loaded")
def test_every_published_login_signs_in() -> None:
    for login in accounts.LOGINS:
        assert authenticate(None, username=login.username, password=accounts.PASSWORD) is not None, login.username
        assert authenticate(None, username=login.username, password="wrong") is None


@pytest.mark.usefixtures("_loaded")
def test_the_owner_may_act_for_their_companies_and_the_spouse_for_the_citizen() -> None:
    at = datetime.now(UTC)
    owned = identity.mandates_held(subject("enterprise"), at=at)
    assert owned
    assert {mandate.principal_kind for mandate in owned} == {SubjectKind.LEGAL}
    [mandate] = identity.mandates_held(subject("family"), at=at)
    assert (mandate.principal, mandate.matters) == (subject("citizen"), ("social",))


@pytest.mark.usefixtures("_loaded")
def test_the_citizen_sees_who_looked_and_has_messages() -> None:
    citizen = subject("citizen")
    looks = looks_at(citizen).items
    assert {look.subject for look in looks} == {subject("window"), subject("approver")}
    assert delivery.unread_count(Actor(subject=citizen, kind=SubjectKind.NATURAL)) == 4  # two of them tell of letters


@pytest.mark.usefixtures("_loaded")
def test_the_clerk_reads_residents_of_the_county_and_the_administrators_read_none() -> None:
    assert access.allowed(in_post("window"), registries.Permission.READ_RESIDENT, region="330521001001")
    assert not access.allowed(in_post("window"), registries.Permission.READ_RESIDENT, region="330522001001")
    for username in ("auditor", "security", "admin", "leader"):
        assert not access.allowed(in_post(username), registries.Permission.READ_RESIDENT)
    assert not list(access.separation_breaches())
