"""The pages of a department check: asked from the dossier, answered at another desk, read by who asked."""

import pytest

from zhengtong.kernel import clock
from zhengtong.kernel.observability.statements import count_statements
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.tests.builders import a_world, apply, official, seen

pytestmark = pytest.mark.django_db


def test_a_check_is_asked_answered_and_shown_beside_the_evidence() -> None:
    world = a_world()
    assert world.clerk.organisation is not None
    keeps = official(world.clerk.organisation, "checking", "330106", {cases.DeskPermission.ANSWER_CHECKS})
    reference = apply(world, clock.system.now())
    clerk, keeper = client_of(world.clerk.subject, "clerk"), client_of(keeps.subject, "keeper")
    dossier, ask = f"/officer/cases/{reference}/", f"/officer/cases/{reference}/check/"
    assert ask in clerk.get(dossier).content.decode()
    form = clerk.get(ask).context["form"]
    asked = {"evidence": "id_card", "department": "civil_affairs", "revision": form["revision"].value()}
    assert clerk.post(ask, asked).status_code == 422
    assert clerk.post(ask, asked | {"question": "是否有效"}).status_code == 302
    assert clerk.post(ask, asked | {"question": "是否有效"}).status_code in {409, 422}
    assert "已请求核验" in clerk.get(dossier).content.decode()
    assert keeper.get(dossier).status_code == 404
    listed = keeper.get("/officer/checks/").content.decode()
    check = seen(world, reference).evidence[0].check
    assert f"/officer/checks/{check}/" in listed
    with count_statements() as counted:
        shown = keeper.get(f"/officer/checks/{check}/").content.decode()
    assert ("是否有效" in shown, "13800000000" in shown) == (True, False)
    assert counted.total <= 11  # the test's own savepoint stands beside BEGIN
    assert keeper.post(f"/officer/checks/{check}/", {"answer": "cannot_say", "reason": ""}).status_code == 422
    assert keeper.post(f"/officer/checks/{check}/", {"answer": "confirmed"}).status_code == 302
    assert keeper.post(f"/officer/checks/{check}/", {"answer": "confirmed"}).status_code == 409
    assert "核验属实" in clerk.get(dossier).content.decode()
    assert "提交答复" not in clerk.get(f"/officer/checks/{check}/").content.decode()
    assert "核验属实" in keeper.get("/officer/checks/?show=answered").content.decode()
    assert clerk.get("/officer/checks/").status_code == 403
    assert client_of(world.stranger.subject, "stranger").get(f"/officer/checks/{check}/").status_code == 404
