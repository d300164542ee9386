"""The pages of a case, in every state: few statements for citizen and official."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from zhengtong.kernel.observability.statements import count_statements
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.tests.builders import DAY, FORM, MONDAY, World, a_world, apply, handle, seen
from zhengtong.trust.identity.tests import builders

pytestmark = pytest.mark.django_db
MOST = 10


def client_of(subject: object, username: str) -> Client:
    builders.an_account(subject, username)  # type: ignore[arg-type]
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


def brought_to(world: World, state: CaseState) -> str:
    """Return a case that went a long way to *state*."""
    reference = apply(world)
    case = seen(world, reference).line.id
    handle(world.clerk, reference, Decision.RETURN, reason="缺少照片")
    if state is CaseState.CORRECTION:
        return reference
    cases.supplement(actor=world.citizen, case=case, form=FORM, at=MONDAY + DAY)
    if state is CaseState.NOT_ACCEPTED:
        handle(world.clerk, reference, Decision.REFUSE, at=MONDAY + DAY, reason="不属于本机关")
    elif state is CaseState.WITHDRAWN:
        cases.withdraw(actor=world.citizen, case=case, at=MONDAY + DAY)
    elif state is not CaseState.RECEIVED:
        handle(world.clerk, reference, Decision.ACCEPT, at=MONDAY + DAY)
        if state is CaseState.GRANTED:
            handle(world.approver, reference, Decision.GRANT, at=MONDAY + DAY + timedelta(hours=1))
        elif state is CaseState.DENIED:
            handle(world.approver, reference, Decision.DENY, at=MONDAY + DAY, reason="不符合条件")
    return reference


@pytest.mark.parametrize("state", list(CaseState))
def test_the_pages_of_a_case_take_few_statements_in_every_state(state: CaseState) -> None:
    world = a_world()
    reference = brought_to(world, state)
    assert seen(world, reference).line.state is state
    for subject, name, path in (
        (world.citizen.subject, "citizen", f"/cases/{reference}/"),
        (world.clerk.subject, "clerk", f"/officer/cases/{reference}/"),
        (world.approver.subject, "approver", f"/officer/cases/{reference}/"),
    ):
        client = client_of(subject, name)
        with count_statements(keep=True) as counted:
            assert client.get(path).status_code == 200
        texts = [text for text in counted.texts or () if "SAVEPOINT" not in text]
        # A request opens its own transaction where the test is inside of one: BEGIN stands for the savepoint.
        opened = any("SAVEPOINT" in text for text in counted.texts or ())
        assert len(texts) + opened <= MOST, "\n".join(texts)


def test_a_decision_on_what_was_read_before_a_change_is_refused_and_says_why() -> None:
    world = a_world()
    reference = apply(world)
    client, path = client_of(world.clerk.subject, "clerk"), f"/officer/cases/{reference}/"
    shown = client.get(path).context["form"]
    asked = {"decision": "accept", "task": shown["task"].value(), "revision": shown["revision"].value(), "reason": ""}
    case = seen(world, reference).line.id
    cases.delegate(actor=world.clerk, case=case, task=asked["task"], to=world.clerk.subject, at=MONDAY)
    refused = client.post(path, asked)
    assert (refused.status_code, seen(world, reference).line.state) == (409, CaseState.RECEIVED)
    assert "这个办件在您阅读之后有了变化" in refused.content.decode()
    assert client.post(path, asked | {"revision": seen(world, reference).revision}).status_code == 302
    assert seen(world, reference).line.state is CaseState.ACCEPTED


def test_a_dossier_bears_its_reader_and_the_minute_and_the_citizens_page_does_not() -> None:
    world = a_world()
    reference = apply(world)
    dossier = client_of(world.clerk.subject, "clerk").get(f"/officer/cases/{reference}/").content.decode()
    mark = dossier.partition('<div class="watermark" aria-hidden="true">')[2].partition("</div>")[0]
    assert re.fullmatch(r'(<span data-mark="李科长 \d{4}-\d\d-\d\d \d\d:\d\d"></span>){24}', mark)
    own = client_of(world.citizen.subject, "citizen").get(f"/cases/{reference}/").content.decode()
    assert "watermark" not in own
