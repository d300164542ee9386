"""The form designer: a draft, its fields, two officials at once, the preview, the check, publishing."""

import re
from typing import Any

import orjson
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases.tests.desk import Desk, a_desk
from zhengtong.process.forms import api as forms
from zhengtong.process.forms.models import Attachment, Draft, FormRevision
from zhengtong.trust.identity.api import ProofMethod
from zhengtong.trust.identity.tests import builders as people
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def editor(desk: Desk) -> Client:
    return client_of(desk.editor.subject, "editor")


@pytest.fixture
def publisher(desk: Desk) -> Client:
    return client_of(desk.publisher.subject, "publisher")


def citizen_of(desk: Desk) -> Client:
    """Return a citizen whose real name is proved, so that they may apply."""
    people.an_account(desk.world.citizen.subject, "citizen", proved_by=ProofMethod.COUNTER)
    client = Client()
    client.force_login(get_user_model().objects.get(username="citizen"))
    return client


def begun(desk: Desk, client: Client) -> str:
    base = f"/officer/forms/{desk.item}/"
    assert client.post(f"{base}begin/").headers["Location"] == f"{base}draft/"
    return base


def revision(client: Client, base: str) -> str:
    page = client.get(f"{base}draft/").content.decode()
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found is not None
    return found[1]


def add(client: Client, base: str, **asked: str) -> Any:
    known = {"title": "到期日", "title_en": "Expires on", "kind": "date", "revision": revision(client, base)}
    return client.post(f"{base}draft/", known | asked)


def saved(client: Client, base: str, path: str, **asked: str) -> Any:
    known = {"title": "到期日", "title_en": "Expires on", "revision": revision(client, base)}
    return client.post(f"{base}draft/fields/{path}/", known | asked)


def test_an_official_finds_the_forms_of_the_body_and_begins_a_draft(desk: Desk, editor: Client) -> None:
    listed = editor.get("/officer/forms/").content.decode()
    assert desk.item in listed
    assert "没有这样的表单" in editor.get("/officer/forms/?q=nothing").content.decode()
    base = begun(desk, editor)
    page = editor.get(f"{base}draft/").content.decode()
    assert [line.path for line in forms.fields_of(desk.draft().schema) if f"<code>{line.path}</code>" not in page] == []
    assert "修改草稿（第 1 版）" in editor.get(base).content.decode()


def test_who_keeps_no_forms_is_shown_none(desk: Desk, editor: Client) -> None:
    base = begun(desk, editor)
    clerk = client_of(desk.world.clerk.subject, "clerk")
    outsider = client_of(desk.outsider.subject, "outsider")
    for path in ("", "draft/", "draft/check/", "v1/", "v1/form.json", "v1/preview/", "compare/"):
        assert (path, clerk.get(base + path).status_code) == (path, 403)
        assert (path, outsider.get(base + path).status_code) == (path, 404)
    assert desk.item not in outsider.get("/officer/forms/").content.decode()
    assert outsider.post(f"{base}draft/step/", {"undo": "yes", "revision": "1"}).status_code == 403


def test_a_field_is_added_described_moved_removed_and_brought_back(desk: Desk, editor: Client) -> None:
    base = begun(desk, editor)
    assert add(editor, base).headers["Location"] == f"{base}draft/fields/expires_on/"
    done = saved(
        editor, base, "expires_on", required="on", description="证件上的日期", description_en="As printed",
        show_if='delivery = "post"', section="证件", section_en="Document", back="yes",
    )  # fmt: skip
    assert done.headers["Location"] == f"{base}draft/"
    assert desk.draft().schema["properties"]["expires_on"] == {
        "type": "string", "format": "date", "title": "到期日", "title_en": "Expires on",
        "description": "证件上的日期", "description_en": "As printed", "showIf": 'delivery = "post"',
        "section": ["证件", "Document"],
    }  # fmt: skip

    def step(**asked: str) -> list[str]:
        editor.post(f"{base}draft/step/", {"revision": revision(editor, base), **asked})
        return list(desk.draft().schema["properties"])

    assert step(up="expires_on")[-2] == "expires_on"
    assert "expires_on" not in step(remove="expires_on")
    assert "可以撤销" in editor.get(f"{base}draft/").content.decode()
    assert step(undo="yes")[-2] == "expires_on"


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"show_if": 'delivery = "post'}, "第 12 个字符"),
        ({"title": ""}, "中文名称"),
    ],
)
def test_what_cannot_be_is_said_at_its_place_and_not_saved(
    desk: Desk, editor: Client, asked: dict[str, str], word: str
) -> None:
    base = begun(desk, editor)
    add(editor, base)
    answer = saved(editor, base, "expires_on", **asked)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert desk.revision() == 2


@pytest.mark.parametrize(
    ("kind", "asked", "made"),
    [
        ("text", {"most_length": "8", "pattern": "^[A-Z]+$", "error": "大写", "error_en": "Capitals"},
         {"type": "string", "maxLength": 8, "pattern": "^[A-Z]+$", "error": ["大写", "Capitals"]}),
        ("money", {"least": "0.5", "most": "100"},
         {"type": "integer", "format": "money", "minimum": 50, "maximum": 10000}),
        ("number", {"least": "0.5"}, {"type": "number", "minimum": 0.5}),
        ("choice", {"options": "a | 甲 | A\nb | 乙 | B"},
         {"type": "string", "enum": ["a", "b"], "enum_titles": {"a": ["甲", "A"], "b": ["乙", "B"]}}),
        ("several", {"options": "a | 甲\nb | 乙"},
         {"type": "array", "items": {"type": "string", "enum": ["a", "b"],
                                     "enum_titles": {"a": ["甲", ""], "b": ["乙", ""]}}}),
        ("text", {"source": "population.address", "sensitive": "on", "purpose": "核对", "purpose_en": "To check"},
         {"type": "string", "source": "population.address", "sensitive": True, "purpose": "核对",
          "purpose_en": "To check"}),
    ],
)  # fmt: skip
def test_each_kind_keeps_what_suits_it(
    desk: Desk, editor: Client, kind: str, asked: dict[str, str], made: dict[str, Any]
) -> None:
    base = begun(desk, editor)
    add(editor, base, kind=kind)
    assert saved(editor, base, "expires_on", **asked).status_code == 302
    found = desk.draft().schema["properties"]["expires_on"]
    assert found == {"title": "到期日", "title_en": "Expires on", **made}


def test_who_saves_later_keeps_what_was_typed_and_is_told_what_changed(
    desk: Desk, editor: Client, publisher: Client
) -> None:
    base = begun(desk, editor)
    add(editor, base)
    seen = revision(editor, base)
    publisher.post(f"{base}draft/step/", {"revision": seen, "up": "expires_on"})
    asked = {"title": "有效期至", "title_en": "Valid until", "revision": seen}
    late = editor.post(f"{base}draft/fields/expires_on/", asked)
    page = late.content.decode()
    assert late.status_code == 409
    assert [word for word in ("已被他人修改", "调整先后 expires_on", 'value="有效期至"') if word not in page] == []
    assert desk.draft().schema["properties"]["expires_on"]["title"] == "到期日"
    again = dict(re.findall(r'name="(title|title_en|revision)"[^>]* value="([^"]*)"', page)) | {
        "revision": revision(editor, base)
    }
    assert editor.post(f"{base}draft/fields/expires_on/", again).status_code == 302
    assert desk.draft().schema["properties"]["expires_on"]["title"] == "有效期至"
    assert list(desk.draft().schema["properties"])[-2] == "expires_on"


def test_a_condition_is_judged_at_once_and_nothing_is_saved(desk: Desk, editor: Client) -> None:
    base = begun(desk, editor)
    add(editor, base)
    add(editor, base, title="后面", title_en="Later", kind="yes_no")

    def told(condition: str) -> str:
        path = f"{base}draft/fields/expires_on/condition/"
        return editor.post(path, {"show_if": condition}).content.decode()

    assert told('delivery = "post"') == "条件读得懂。"
    assert "第 11 个字符" in told("delivery = ")
    assert "排在后面" in told("later")
    assert "不是这份表单的字段" in told("<b>") or "&lt;" in told("<b>")
    assert "永远不成立" in told('delivery = "pigeon"')
    assert desk.revision() == 3


def test_the_preview_shows_what_applies_in_the_language_and_edition_asked_and_stores_nothing(
    desk: Desk, editor: Client
) -> None:
    base = begun(desk, editor)
    add(editor, base)
    saved(editor, base, "expires_on", show_if='delivery = "post"')
    acts, revisions = ledger.count_acts(), FormRevision.objects.count()
    frame = f"{base}v1/preview/"
    page = editor.get(f"{frame}?language=en&edition=elder")
    assert 'lang="en"' in page.content.decode()
    assert 'data-edition="elder"' in page.content.decode()
    assert "Telephone" in page.content.decode()
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "到期日" not in editor.get(frame).content.decode()
    shown = editor.post(frame, {"delivery": "post", "phone": "1", "show": "yes"}).content.decode()
    assert "到期日" in shown
    assert "请填写 11 位手机号" not in shown
    assert "请填写 11 位手机号" in editor.post(frame, {"delivery": "post", "phone": "1", "try": "yes"}).content.decode()
    assert (ledger.count_acts(), FormRevision.objects.count()) == (acts, revisions)
    assert Draft.objects.count() == Attachment.objects.count() == 0


def test_a_draft_is_checked_published_and_asked_of_citizens(desk: Desk, editor: Client, publisher: Client) -> None:
    base = begun(desk, editor)
    add(editor, base, title_en="!")
    saved(editor, base, "field", title_en="")
    check = editor.get(f"{base}draft/check/").content.decode()
    assert [word for word in ("没有英文名称", "没有写明用途", "新增，选填") if word not in check] == []
    today = clock.on_day(clock.system.now())
    day = {f"effective_on_{part}": str(number) for part, number in enumerate((today.year, today.month, today.day))}
    refused = publisher.post(f"{base}draft/check/", {**day, "revision": revision(editor, base)})
    assert refused.status_code == 422
    saved(editor, base, "field", title_en="Valid until")
    desk.mend()
    assert editor.post(f"{base}draft/check/", {**day, "revision": revision(editor, base)}).status_code == 403
    assert publisher.post(f"{base}draft/check/", {**day, "revision": "1"}).status_code == 409
    done = publisher.post(f"{base}draft/check/", {**day, "revision": revision(editor, base)})
    assert (done.status_code, done.headers["Location"]) == (302, base)
    assert "现在用" in publisher.get(base).content.decode()
    citizen = citizen_of(desk)
    assert "到期日" in citizen.get(f"/services/{desk.item}/apply/").content.decode()
    compared = publisher.get(f"{base}compare/?before=0&after=1").content.decode()
    assert "新增" in compared
    assert publisher.post(f"{base}v1/withdraw/").status_code == 302
    assert "到期日" not in citizen.get(f"/services/{desk.item}/apply/").content.decode()


def test_a_form_leaves_as_a_file_and_comes_back(desk: Desk, editor: Client) -> None:
    base = begun(desk, editor)
    taken = editor.get(f"{base}v1/form.json")
    assert taken.headers["Content-Type"] == "application/schema+json"
    schema = orjson.loads(taken.content)
    schema["properties"]["extra"] = {"type": "boolean", "title": "另外", "title_en": "Extra"}
    given = SimpleUploadedFile("form.json", orjson.dumps(schema))
    editor.post(f"{base}draft/step/", {"revision": "1", "file": given})
    assert "extra" in desk.draft().schema["properties"]
    editor.post(f"{base}draft/step/", {"revision": "2", "file": SimpleUploadedFile("form.json", b"nonsense")})
    assert "不是表单定义" in editor.get(f"{base}draft/").content.decode()
    assert desk.revision() == 2


def test_a_citizens_draft_goes_on_under_the_new_form_with_what_still_fits(
    desk: Desk, editor: Client, publisher: Client
) -> None:
    citizen, apply = citizen_of(desk), f"/services/{desk.item}/apply/"
    citizen.post(apply, {"phone": "13800000000", "delivery": "post", "save": "yes"})
    assert "这份表单改过" not in citizen.get(apply).content.decode()
    base = begun(desk, editor)
    saved(
        editor, base, "delivery", title="领取方式", title_en="Delivery", required="on",
        options="window | 窗口 | Window\nlocker | 自助柜 | Locker",
    )  # fmt: skip
    desk.mend()
    desk.publish()
    page = citizen.get(apply).content.decode()
    assert [word for word in ("这份表单改过", "请重新填写：领取方式", 'value="13800000000"') if word not in page] == []
    citizen.post(apply, {"phone": "13800000000", "delivery": "locker", "save": "yes"})
    assert "这份表单改过" not in citizen.get(apply).content.decode()
