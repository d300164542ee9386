"""An official of another county gets nothing of a case, whatever address they try and whatever they know of it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.architecture.public_routes import reason
from tests.support.routes import Route, routes
from zhengtong.kernel.events.api import drain
from zhengtong.process.cases.api import CaseState
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import FORM, World, a_world, apply, official, seen
from zhengtong.process.systems.tests.builders import connected
from zhengtong.site.api import api
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
GUARDED = [route for route in routes() if reason(route.name) is None]
OF_OUR_COUNTY = {"reference", "identifier", "subject"}
"""Parameters that may name something of our county: the neighbour tries what they have heard of."""
OF_NO_COUNTY = {
    "app_label": "the back office lets administrators in alone",
    "content_type_id": "the back office lets administrators in alone",
    "object_id": "the back office lets administrators in alone",
    "url": "the back office lets administrators in alone",
    "after": "a version of a published process",
    "before": "a version of a published process",
    "bundle": "a published bundle",
    "code": "a published item, an authority, a ministry's interface, or a project, which has tests of its own",
    "delivery": "a message to a system; the system comes before it",
    "discipline": "a kind of drawing; the project comes before it",
    "form": "a kind of file; what it is of comes before it",
    "item": "a published item",
    "key": "a published process",
    "name": "a step, a source of the inbox, or a dataset of the catalogue",
    "number": "a version; what it is of comes before it",
    "path": "a field of a form; the item comes before it",
    "pk": "one's own second factor",
    "place": "a place in the list of trusted issuers",
    "presentation": "a code of one's own wallet",
    "proof": "a proof of a letter; the letter comes before it",
    "slug": "a released dataset",
    "step": "a step of a certificate",
    "task": "a task of a batch; the item comes before it",
    "version": "a version; what it is of comes before it",
    "way": "a way to issue a certificate",
}
"""Parameters that name nothing of a county, each with what they name instead."""


@pytest.fixture
def own(db: None) -> World:
    """Our county with a case and a connected system; and next door an official who may do everything of business."""
    del db
    world = a_world()
    access.define_role(
        actor=builders.SYSTEM, code="everything", name="everything", name_en="everything", duty=Duty.BUSINESS,
        permissions={one.permission for one in access.permissions() if one.duty is Duty.BUSINESS}, at=builders.NOW,
    )  # fmt: skip
    assert world.stranger.organisation is not None
    neighbour = official(world.stranger.organisation, "everything", "330107")
    builders.an_account(neighbour.subject, "neighbour")
    return world


def addresses(route: Route, known: dict[str, list[str]]) -> list[str]:
    """Return the route's addresses with everything the neighbour may have heard of put in."""
    names = PARAMETER.findall(route.pattern)
    if not names or "(?P" in route.pattern:
        return [route.example]
    found = []
    for turn in range(max(len(known.get(name, ["none"])) for name in names)):
        filled = route.pattern
        for name in names:
            values = known.get(name, ["none"])
            filled = re.sub(rf"<(?:\w+:)?{name}>", values[min(turn, len(values) - 1)], filled)
        found.append(filled)
    return found


def told(content: str, secrets: list[str], *, asked: str = "") -> list[str]:
    """Return the secrets that an answer holds; what stood in the address was known to whoever asked."""
    return [secret for secret in secrets if secret in content and secret not in asked]


def test_an_official_of_another_county_gets_nothing_at_any_address(own: World) -> None:
    reference = apply(own)
    drain()
    system = connected(own).system.system
    case = Case.objects.get(reference=reference)
    ids = [str(case.id), str(system), str(own.citizen.subject), str(own.clerk.organisation)]
    known = {
        "reference": [reference],
        "identifier": ids,
        "subject": ids,
    }
    assert set(known) == OF_OUR_COUNTY
    secrets = [str(case.id), str(own.citizen.subject), FORM["电话"], "养老试点"]
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get(username="neighbour"))
    before = list(Stage.objects.values_list("pk", "decision", "official"))
    revision, leaks, broken = case.revision, list[str](), list[str]()
    for route in GUARDED:
        for address in addresses(route, known):
            for method in METHODS:
                answer = getattr(client, method)(address)
                if answer.status_code >= 500:
                    broken.append(f"{method} {address} {answer.status_code}")
                if answer.status_code != 200:
                    continue
                content = "" if answer.streaming else answer.content.decode(errors="replace")
                heard = told(content, [reference, *secrets], asked=address)
                if heard or reference in address:
                    leaks.append(f"{method} {address}: {heard}")
    case.refresh_from_db()
    assert leaks == []
    assert broken == []
    assert (case.revision, case.state) == (revision, CaseState.RECEIVED)
    assert list(Stage.objects.values_list("pk", "decision", "official")) == before


def test_every_parameter_of_an_address_is_tried_or_names_nothing_of_a_county() -> None:
    found = {name for route in GUARDED for name in PARAMETER.findall(route.pattern)}
    assert found - OF_OUR_COUNTY - set(OF_NO_COUNTY) == set(), "let the neighbour try it, or say why it is nobody's"
    assert (OF_OUR_COUNTY | set(OF_NO_COUNTY)) - found == set()


def test_every_operation_of_the_api_is_among_the_addresses_that_are_tried() -> None:
    paths = set(api.get_openapi_schema()["paths"])
    tried = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.pattern) for route in routes()}
    assert paths - tried == set()


def test_what_another_county_must_not_hear_is_heard_at_home(own: World) -> None:
    reference = apply(own)
    builders.an_account(own.clerk.subject, "clerk")
    client = Client()
    client.force_login(get_user_model().objects.get(username="clerk"))
    assert told(client.get(f"/officer/cases/{reference}/").content.decode(), [reference, FORM["电话"]]) != []
    assert seen(own, reference).line.reference == reference
