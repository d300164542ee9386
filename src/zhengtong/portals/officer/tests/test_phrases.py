"""Phrases at the desk: kept on pages of their own, used on a decision without losing what was typed."""

import pytest

from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.models import Phrase
from zhengtong.process.cases.tests.builders import a_world, apply, official, seen

pytestmark = pytest.mark.django_db


def test_a_phrase_is_put_into_the_reason_and_nothing_typed_is_lost() -> None:
    world = a_world()
    reference, client = apply(world), client_of(world.clerk.subject, "clerk")
    form = client.get("/officer/phrases/new/").context["form"]
    assert "shared" not in form.fields
    asked = {"phrase": form["phrase"].value(), "version": 0, "title": "补照片", "text": "“{{事项}}”请补照片。"}
    assert client.post("/officer/phrases/new/", asked).status_code == 302
    assert "补照片" in client.get("/officer/phrases/").content.decode()
    path = f"/officer/cases/{reference}/"
    shown = client.get(path).context["form"]
    typed = {
        "decision": "return", "reason": "另请核对姓名。", "phrase": asked["phrase"], "use": "1",
        "missing": [seen(world, reference).evidence[0].key],
        "task": shown["task"].value(), "revision": shown["revision"].value(),
    }  # fmt: skip
    used = client.post(path, typed)
    again = used.context["form"]
    assert (used.status_code, again["reason"].value()) == (200, "另请核对姓名。\n“老年人优待证办理”请补照片。")
    assert [again[name].value() for name in ("decision", "missing", "phrase")] == ["return", typed["missing"], ""]
    assert 'aria-invalid="true"' not in used.content.decode()
    assert seen(world, reference).line.state is cases.CaseState.RECEIVED
    del typed["use"]
    assert client.post(path, typed).status_code == 302  # chosen, not pressed: it is in the reason all the same
    assert seen(world, reference).timeline[-1].reason == "“老年人优待证办理”请补照片。另请核对姓名。"


def test_who_keeps_the_organisations_phrases_changes_and_withdraws_them() -> None:
    world = a_world()
    assert world.clerk.organisation is not None
    head = client_of(official(world.clerk.organisation, "keeping", "330106", cases.DeskPermission).subject, "head")
    asked = {"phrase": head.get("/officer/phrases/new/").context["form"]["phrase"].value(), "title": "共用"}
    shared = {**asked, "version": 0, "shared": "on"}
    for text, item, told in (("{{银行卡号}}", "", "银行卡号"), ("同意", "000000000000", "000000000000")):
        refused = head.post("/officer/phrases/new/", {**shared, "text": text, "item": item})
        assert (refused.status_code, told in refused.content.decode()) == (422, True)
    assert not Phrase.objects.exists()
    assert head.post("/officer/phrases/new/", {**shared, "text": "同意"}).status_code == 302
    page = f"/officer/phrases/{asked['phrase']}/"
    assert head.post(page, {**asked, "version": 1, "text": "同意。"}).status_code == 302
    clerk = client_of(world.clerk.subject, "clerk")
    seen_by_clerk = clerk.get(page).content.decode()
    assert ("第 2 版" in seen_by_clerk, "停用这条意见" in seen_by_clerk) == (True, False)
    assert clerk.post(page, {**asked, "version": 2, "text": "不同意"}).status_code == 403
    assert head.post(page, {**asked, "version": 1, "text": "晚了"}).status_code == 409
    assert clerk.post(f"{page}withdraw/", {"version": 2}).status_code == 403
    assert head.post(f"{page}withdraw/", {"version": 2}).status_code == 302
    assert clerk.get(page).status_code == 404
