"""The pages of a batch: choose, confirm, read what happened; without a script."""

import re

import pytest

from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.observability.statements import count_statements
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState
from zhengtong.process.cases.tests.builders import FORM, ITEM, a_world, seen
from zhengtong.process.cases.tests.test_batches import PROVEN

pytestmark = pytest.mark.django_db


def test_cases_are_chosen_confirmed_and_decided() -> None:
    world, now = a_world(), clock.system.now()
    found = {"id_card": PROVEN}
    one, two = (
        cases.receive(actor=world.citizen, case=new_id(), item=ITEM, form=FORM, at=now, found=found) for _ in range(2)
    )
    clerk = client_of(world.clerk.subject, "clerk")
    with count_statements() as counted:
        assert "老年人优待证办理" in clerk.get("/officer/batches/").content.decode()
    assert counted.total <= 10
    path = f"/officer/batches/{ITEM}/1/accept/"
    values = re.findall(r'name="case" value="(\w+)"', clerk.get(path).content.decode())
    assert clerk.get(f"{path}?all=1").content.decode().count("checked") == 2
    assert (len(values), clerk.post(path, {}).status_code) == (2, 422)
    confirmation = clerk.post(path, {"case": values[:1]}).content.decode()
    assert re.findall(r'name="case" value="(\w+)"', confirmation) == values[:1]
    assert seen(world, one).line.state is CaseState.RECEIVED
    told = clerk.post(path, {"case": values[:1], "decide": "1"}).content.decode()
    assert "1 件中办理了 1 件" in told
    assert "1 件中办理了 0 件" in clerk.post(path, {"case": values[:1], "decide": "1"}).content.decode()
    assert sorted(seen(world, case).line.state for case in (one, two)) == [CaseState.ACCEPTED, CaseState.RECEIVED]
    assert clerk.get(f"/officer/batches/{ITEM}/1/opine/").status_code == 422
    assert clerk.post(path, {"case": ["x_1", "1", "9" * 40], "decide": "1"}).status_code == 422
