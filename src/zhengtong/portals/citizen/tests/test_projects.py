"""An enterprise registers a project, follows its stages, uploads one set of drawings and applies from its page."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel import clock
from zhengtong.process.cases import api as cases
from zhengtong.process.projects import api as projects
from zhengtong.process.projects.models import Project, ProjectApplication
from zhengtong.process.projects.tests.builders import FILING, LAND, WORKS, Town, a_town, granted, registered
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests import builders

pytestmark = pytest.mark.django_db
MOST = 10
SAID = {
    "name": "智能装备厂房", "kind": "filing", "type": "construction", "industry": "manufacturing", "region": "北山街道",
    "investment": "120000000", "starts_on_0": "2027", "starts_on_1": "3", "starts_on_2": "1",
    "finishes_on_0": "2028", "finishes_on_1": "6", "finishes_on_2": "30",
}  # fmt: skip


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def owner(client: Client, town: Town) -> Client:
    builders.an_account(town.owner.subject, "owner", ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username="owner"))
    held = identity.principals_of(replace(town.owner, on_behalf_of=None, mandate=None), at=clock.system.now())
    client.post("/me/act-for/", {"mandate": str(held[0].id)})
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_person_is_told_to_act_for_an_enterprise(client: Client, town: Town) -> None:
    builders.an_account(town.owner.subject, "owner", ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username="owner"))
    assert "切换身份" in text(client.get("/projects/"))
    assert client.get("/projects/new/").status_code == 403


def test_registering_gives_a_code_at_the_county_of_the_place_and_once_only(owner: Client) -> None:
    assert "还没有登记项目" in text(owner.get("/projects/"))
    said = SAID | {"key": hidden(text(owner.get("/projects/new/")), "key")}
    first = owner.post("/projects/new/", said)
    assert first.status_code == 302
    assert owner.post("/projects/new/", said)["Location"] == first["Location"]
    row = Project.objects.get()
    assert (row.region_id, row.investment.fen) == ("330106", 12_000_000_000)
    page = text(owner.get(first["Location"]))
    told = (
        row.code,
        "¥120,000,000.00",
        "立项用地规划许可",
        "工程建设许可",
        "施工许可",
        "竣工验收",
        "企业投资项目备案",
        "还没有图纸",
    )
    assert [word for word in told if word not in page] == []
    assert row.code in text(owner.get("/projects/"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"region": "杭州市"}, "请填写到县、市、区"),
        ({"investment": "0"}, "总投资应大于零"),
        ({"finishes_on_0": "2026"}, "拟竣工不能早于拟开工"),
    ],
    ids=["a city", "nothing invested", "finished before it starts"],
)
def test_what_does_not_fit_is_said_and_nothing_is_registered(owner: Client, wrong: dict[str, str], told: str) -> None:
    said = SAID | wrong | {"key": hidden(text(owner.get("/projects/new/")), "key")}
    answer = owner.post("/projects/new/", said)
    assert (answer.status_code, told in text(answer), Project.objects.count()) == (422, True, 0)


def test_an_item_is_applied_for_from_the_projects_page_without_its_code(
    town: Town, owner: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    code = registered(town)
    owner.get(f"/projects/{code}/")
    with django_assert_max_num_queries(MOST):
        page = text(owner.get(f"/projects/{code}/"))
    (address, *_others) = re.findall(r'href="(/projects/[^"]+/items/[^"]+/apply/)"', page)
    assert address == f"/projects/{code}/items/{FILING}/apply/"
    form = text(owner.get(address))
    assert code in form
    sent = {"case": hidden(form, "case"), "phone": "13800000000"}
    arrived = owner.post(address, sent)
    assert arrived.status_code == 302
    assert owner.post(address, sent)["Location"] == arrived["Location"]
    assert ProjectApplication.objects.count() == 1
    assert owner.get(address).status_code == 409
    page = text(owner.get(f"/projects/{code}/"))
    assert arrived["Location"] in page
    assert f"/projects/{code}/items/{LAND}/apply/" not in page


def test_drawings_are_uploaded_by_discipline_and_handed_out_to_their_owner(town: Town, owner: Client) -> None:
    code = registered(town)
    granted(town, code, FILING, LAND)
    assert owner.get(f"/projects/{code}/items/{WORKS}/apply/").status_code == 409
    address = f"/projects/{code}/drawings/"
    said = {"key": hidden(text(owner.get(address)), "key"), "note": "初版"}
    assert owner.post(address, said).status_code == 422
    plan = SimpleUploadedFile("a.pdf", b"%PDF-1.7 plan", content_type="application/pdf")
    assert owner.post(address, said | {"site": plan}).status_code == 302
    page = text(owner.get(f"/projects/{code}/"))
    assert "第 1 版" in page
    got = owner.get(f"/projects/{code}/drawings/1/site/")
    assert (got.content, got["Content-Type"]) == (b"%PDF-1.7 plan", "application/pdf")
    assert got["Content-Disposition"] == f'attachment; filename="{code}-v1-site.pdf"'
    assert owner.get(f"/projects/{code}/drawings/2/site/").status_code == 404
    form = text(owner.get(f"/projects/{code}/items/{WORKS}/apply/"))
    assert "项目已有，不用提交" in form
    assert "file-design_drawings" not in form
    stranger = Client()
    builders.an_account(town.rival.subject, "rival", ProofMethod.POPULATION_CHECK)
    stranger.force_login(Account.objects.get(username="rival"))
    for path in (f"/projects/{code}/", f"/projects/{code}/drawings/1/site/"):
        assert stranger.get(path).status_code == 404


def test_a_bundle_is_applied_for_from_its_stage(town: Town, owner: Client) -> None:
    code = registered(town)
    granted(town, code, FILING, LAND)
    plan = SimpleUploadedFile("a.pdf", b"%PDF-1.7 plan", content_type="application/pdf")
    address = f"/projects/{code}/drawings/"
    owner.post(address, {"key": hidden(text(owner.get(address)), "key"), "site": plan})
    apply = f"/projects/{code}/bundles/construction_start/apply/"
    assert apply in text(owner.get(f"/projects/{code}/"))
    form = text(owner.get(apply))
    wanted = re.findall(r'name="(file-[^"]+)"', form)
    sent: dict[str, Any] = {"case": hidden(form, "case"), "phone": "13800000000"}
    sent |= {name: SimpleUploadedFile("b.pdf", b"%PDF-1.7 x", content_type="application/pdf") for name in wanted}
    arrived = owner.post(apply, sent)
    assert arrived.status_code == 302
    assert arrived["Location"].startswith("/cases/bundles/")
    states = {
        step.item.code: step.state
        for stage in projects.own_project(town.owner, code, at=clock.system.now()).stages
        for step in stage.steps
    }
    assert (states[WORKS], states["909001000000"]) == (projects.StepState.OPEN, projects.StepState.WAITING)
    assert len(cases.cases_of(town.owner, at=clock.system.now()).items) == 5
