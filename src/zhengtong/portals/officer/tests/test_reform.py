"""The reform desk: steps for everybody; checking, publishing, rehearsing and migrating for those who may."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions.models import Region
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions
from zhengtong.process.store.tests import models
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger

COUNTY = "330521"
AT = clock.system.now() - timedelta(days=60)


def task(name: str, who: str = "process.case:accept", title: str = "") -> str:
    owner = (
        f'<potentialOwner id="{name}_o"><resourceAssignmentExpression id="{name}_r">'
        f'<formalExpression id="{name}_e">"{who}"</formalExpression></resourceAssignmentExpression></potentialOwner>'
    )
    return f'<userTask id="{name}" name="{title or name}">{owner}</userTask>'


def model(*tasks: str) -> bytes:
    names = [re.findall(r'id="(\w+)"', text)[0] for text in tasks]
    flows = list(zip(["begin", *names], [*names, "end"], strict=True))
    parts = ['<startEvent id="begin" name="收件"/>', *tasks, '<endEvent id="end" name="办结"/>']
    return models.process(parts, flows).replace(b'<process id="main"', '<process id="main" name="试办流程"'.encode())


ACCEPT = task("accept", title="受理审查")
DECIDE = task("decide", "process.case:decide", title="作出决定")
CHECK = task("check", "process.case:decide", title="现场核查")
KIND = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="kind" namespace="urn:m">
<decision id="d" name="kind"><variable name="kind"/>
<literalExpression><text>"simple"</text></literalExpression></decision>
</definitions>
"""
FIRST, SECOND = model(ACCEPT, DECIDE), model(ACCEPT, CHECK, DECIDE)


@pytest.fixture
def published(house: House) -> list[UUID]:
    """Publish a first version under which two cases run, and let the clerk reform."""
    definitions.compiled.cache_clear()
    at = builders.NOW
    permissions = list(store.Permission)
    access.define_role(
        actor=builders.SYSTEM, code="reformer", name="改革", name_en="Reform", duty=Duty.BUSINESS,
        permissions=permissions, at=at,
    )  # fmt: skip
    access.grant_role(actor=builders.SYSTEM, role="reformer", post_id=house.posts["clerk"], region=COUNTY, at=at)
    made = publish(FIRST)
    cases = [new_id(), new_id()]
    for case in cases:
        store.start(case, made.id, store.StartProcess(process="main"), at=AT)
    return cases


def publish(bpmn: bytes) -> store.Published:
    return store.publish(
        "trial", bpmn, effective_from=AT, at=AT, authority=ledger.Authority(clause="test"),
        responsibility=identity.responsibility_of(builders.SYSTEM),
    )  # fmt: skip


def text(client: Client, address: str, **asked: str) -> str:
    answer = client.get(f"/officer/reform/{address}", asked)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


@pytest.mark.usefixtures("published")
def test_every_official_reads_the_steps_in_words_and_may_change_nothing(signed_in: SignIn) -> None:
    client = signed_in("auditor")
    assert "试办流程" in text(client, "")
    assert "没有这样的流程" in text(client, "", q="别的")
    page = text(client, "trial/")
    for words in ("受理审查", "人工办理", "作出决定", "生效中"):
        assert words in page
    assert "process.case:accept" not in page
    assert "改流程" not in page
    assert client.get("/officer/reform/trial/v1/model.bpmn").content == FIRST
    for address in ("trial/edit/", "trial/withdraw/", "trial/mining/", "trial/simulate/", "evidence/", "new/?key=x"):
        assert client.get(f"/officer/reform/{address}").status_code == 403
    publish(SECOND)
    assert client.post("/officer/reform/trial/edit/", {"bpmn": "x", "step": "publish"}).status_code == 403
    assert client.post("/officer/reform/trial/withdraw/").status_code == 403
    assert client.post("/officer/reform/trial/migrate/1/2/", {"step": "move"}).status_code == 403


@pytest.mark.usefixtures("published")
def test_citizens_and_unknown_definitions_get_nothing(signed_in: SignIn) -> None:
    assert signed_in("citizen").get("/officer/reform/").status_code == 403
    client = signed_in("clerk")
    assert client.get("/officer/reform/nothing/").status_code == 404
    assert client.get("/officer/reform/trial/v9/").status_code == 404
    assert client.get("/officer/reform/trial/migrate/1/9/").status_code == 404


@pytest.mark.usefixtures("published")
def test_a_version_is_checked_seen_and_then_published_once(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    address = "/officer/reform/trial/edit/"
    assert "受理审查" in client.get(address).content.decode()
    given = {"bpmn": SECOND.decode(), "step": "publish", "seen": "guessed"}
    page = client.post(address, given)
    assert page.status_code == 200
    assert len(store.versions_of("trial", clock.system.now())) == 1, "nobody publishes what was not shown"
    shown = page.content.decode()
    assert "现场核查" in shown
    assert "新增的步骤" in shown
    assert "不能修改或撤回" in shown
    seen = re.findall(r'name="seen" value="(\w+)"', shown)[0]
    answer = client.post(address, given | {"seen": seen})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/officer/reform/trial/v2/")
    acts = ledger.acts_on("process.definition", "trial:2").items
    assert acts[0].act.authority.permission == store.Permission.PUBLISH
    again = client.post(address, given | {"seen": seen}, follow=True).content.decode()
    assert "没有重复发布" in again
    assert ">2</td>" in text(client, "")


@pytest.mark.usefixtures("published")
def test_an_overtaken_version_comes_back_as_a_new_one(signed_in: SignIn) -> None:
    publish(SECOND)
    assert publish(FIRST).repeated, "what is shipped with the platform stays overtaken"
    client = signed_in("clerk")
    assert "回到这一版" in text(client, "trial/v1/")
    assert "回到这一版" not in text(client, "trial/v2/")
    address = "/officer/reform/trial/edit/?from=1"
    assert "现场核查" not in client.get(address).content.decode()
    given = {"bpmn": FIRST.decode(), "step": "check"}
    seen = re.findall(r'name="seen" value="(\w+)"', client.post(address, given).content.decode())[0]
    given |= {"seen": seen, "step": "publish"}
    assert client.post(address, given).headers["Location"] == "/officer/reform/trial/v3/"
    assert client.post(address, given).headers["Location"] == "/officer/reform/trial/v3/"
    assert store.in_effect("trial", clock.system.now()).version == 3
    assert [one.version for one in store.versions_of("trial", clock.system.now())] == [3, 2, 1]


@pytest.mark.usefixtures("published")
def test_uploaded_files_are_published_as_they_were_checked(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    address = "/officer/reform/trial/edit/"
    lines = SECOND.replace(b"><", b">\n<")
    files = {"file": SimpleUploadedFile("trial.bpmn", lines), "decision_file": SimpleUploadedFile("kind.dmn", KIND)}
    page = client.post(address, {"step": "check", **files})
    assert page.status_code == 200, page.content.decode()[-2000:]
    fields = re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', page.content.decode(), re.DOTALL)
    sent = {name: unescape(words).removeprefix("\n").replace("\n", "\r\n") for name, words in fields}  # as browsers do
    assert set(sent) == {"bpmn", "decisions-kind.dmn"}
    seen = re.findall(r'name="seen" value="(\w+)"', page.content.decode())[0]
    answer = client.post(address, {**sent, "step": "publish", "seen": seen})
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/officer/reform/trial/v2/")
    newest = store.source_of(store.versions_of("trial", clock.system.now())[0].id)
    assert newest == store.Source(bpmn=lines, decisions={"kind.dmn": KIND})


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("bpmn", "words"),
    [
        (SECOND.decode().replace('<endEvent id="end" name="办结"/>', ""), "怎么改"),
        (SECOND.decode().replace('name="现场核查"', 'name="现场核查" zt:called="x"'), "填写有误"),
        ("<broken", "XML"),
        ("", "请填写流程模型或上传文件"),
    ],
)
def test_a_wrong_model_is_refused_with_place_and_remedy_and_nothing_is_published(
    signed_in: SignIn, bpmn: str, words: str
) -> None:
    answer = signed_in("clerk").post("/officer/reform/trial/edit/", {"bpmn": bpmn, "step": "check"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="publish"' not in answer.content.decode()
    assert len(store.versions_of("trial", clock.system.now())) == 1


@pytest.mark.usefixtures("published")
def test_a_version_may_begin_later_but_not_in_the_past(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    given = {
        "bpmn": SECOND.decode(),
        "step": "check",
        "effective_on_0": "2020",
        "effective_on_1": "1",
        "effective_on_2": "1",
    }
    assert "不能早于今天" in client.post("/officer/reform/trial/edit/", given).content.decode()
    given["effective_on_0"] = str(clock.on_day(clock.system.now()).year + 1)
    seen = re.findall(r'name="seen" value="(\w+)"', client.post("/officer/reform/trial/edit/", given).content.decode())[
        0
    ]
    client.post("/officer/reform/trial/edit/", given | {"seen": seen, "step": "publish"})
    newest, oldest = store.versions_of("trial", clock.system.now())
    assert (newest.is_in_effect, oldest.is_in_effect) == (False, True)
    assert newest.effective_from.astimezone(clock.BEIJING).day == 1


@pytest.mark.usefixtures("published")
def test_a_new_name_is_written_from_an_empty_page(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    assert client.get("/officer/reform/new/?key=Bad name").headers["Location"] == "/officer/reform/"
    assert client.get("/officer/reform/new/?key=fresh").headers["Location"] == "/officer/reform/fresh/edit/"
    page = client.post("/officer/reform/fresh/edit/", {"bpmn": FIRST.decode(), "step": "check"}).content.decode()
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    client.post("/officer/reform/fresh/edit/", {"bpmn": FIRST.decode(), "step": "publish", "seen": seen})
    assert len(store.versions_of("fresh", clock.system.now())) == 1


@pytest.mark.usefixtures("published")
def test_two_versions_are_compared_step_by_step(signed_in: SignIn) -> None:
    publish(model(task("accept", title="收件审查"), CHECK))
    page = text(signed_in("auditor"), "trial/compare/", before="1", after="2")
    for words in ("新增的步骤", "现场核查", "取消的步骤", "作出决定", "变化的步骤", "受理审查", "收件审查"):
        assert words in page
    assert signed_in("auditor").get("/officer/reform/trial/compare/?before=1&after=7").status_code == 422


def test_running_cases_move_after_a_preview_and_those_without_a_place_stay(
    signed_in: SignIn, published: list[UUID]
) -> None:
    (work,) = store.open_work(published[0])
    done = store.CompleteWorkItem(work_item=work.work_item)
    store.carry_out(published[0], done, key="k", at=AT)
    publish(model(ACCEPT, CHECK))
    client = signed_in("clerk")
    page = text(client, "trial/migrate/1/2/")
    assert "作出决定" in page
    assert "不能迁移" in page
    assert [one.running for one in store.versions_of("trial", clock.system.now())] == [0, 2]
    given = {"node-decide": "check"}
    assert (
        "迁移 2 件" in client.post("/officer/reform/trial/migrate/1/2/", given | {"step": "preview"}).content.decode()
    )
    assert [one.running for one in store.versions_of("trial", clock.system.now())] == [0, 2], "a preview moves nothing"
    answer = client.post("/officer/reform/trial/migrate/1/2/", given | {"step": "move"}, follow=True)
    assert "已迁移 2 件" in answer.content.decode()
    assert [work.node for case in published for work in store.open_work(case)] == ["check", "accept"]


@pytest.mark.usefixtures("published")
def test_a_definition_is_withdrawn_after_a_warning(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    assert "不能撤销" in text(client, "trial/withdraw/")
    client.post("/officer/reform/trial/withdraw/")
    with pytest.raises(store.UnknownDefinition):
        store.in_effect("trial", clock.system.now())
    assert "未生效" in text(client, "")
    rows = b"".join(client.get("/officer/reform/?format=csv")).decode()
    assert "试办流程,trial" in rows


def record(house: House, count: int = 12) -> None:
    """Record cases that were accepted on one day and decided days later, some of them twice."""
    clerk = house.officials["clerk"]
    for number in range(count):
        applicant = new_id() if number > 3 else UUID(int=7)
        begun = AT + timedelta(days=number, hours=2)
        photo = {"key": "photo", "name": "照片", "name_en": "Photo", "route": "upload", "source": ""}
        case = Case.objects.create(
            id=new_id(), reference=f"R{number}", item=f"I{number % 2}", item_version=1, item_name=f"事项{number % 2}",
            item_name_en="x", region=_region(), organisation_id=house.bureau, applicant=applicant, state="granted",
            form={}, received_at=begun, process="trial", evidence=[photo], concluded_at=begun + timedelta(days=9),
        )  # fmt: skip
        ways = ["accept", "accept", "decide"] if number % 4 == 0 else ["accept", "decide"]
        for place, node in enumerate(ways):
            Stage.objects.create(
                case=case, number=place, kind=node, permission="process.case:accept", organisation_id=house.bureau,
                region=_region(), opened_at=begun, closed_at=begun + timedelta(days=2 * place + 1), decision="agree",
                official=clerk,
            )  # fmt: skip


def _region() -> Region:
    return Region.objects.get(code=COUNTY)


@pytest.mark.usefixtures("published")
def test_the_board_shows_where_cases_wait_repeat_and_what_is_asked_twice(
    house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("clerk")
    assert "没有办件记录" in text(client, "trial/mining/")
    assert "没有人交过材料" in text(client, "evidence/")
    record(house)
    with django_assert_max_num_queries(10):
        page = text(client, "trial/mining/", days="365")
    for words in ("行政服务中心", "作出决定", "重复的环节", "受理审查 → 作出决定"):
        assert words in page
    page = text(client, "evidence/")
    for words in ("照片", "事项0", "事项1", "可以合并成一件事的事项"):
        assert words in page
    assert str(UUID(int=7).hex) not in page


@pytest.mark.usefixtures("published")
def test_acceptance_and_decision_side_by_side_are_rehearsed_on_recorded_cases(house: House, signed_in: SignIn) -> None:
    client = signed_in("clerk")
    assert "推演不了" in text(client, "trial/simulate/")
    record(house)
    assert "“受理审查”和“作出决定”同时进行" in text(client, "trial/simulate/")
    asked = {
        "candidate": "parallel:accept:decide",
        "days": "90",
        "people-0": "1",
        "after-0": "1",
        "minutes-accept": "30",
    }
    page = text(client, "trial/simulate/", **asked)
    for words in ("平均办理工作日", "根据 12 件", "各岗位"):
        assert words in page
    days = re.findall(r'平均办理工作日</th><td class="number">([\d.]+)</td><td class="number">([\d.]+)', page)[0]
    assert float(days[1]) < float(days[0]), "two at the same time take less than one after the other"
    publish(SECOND)
    assert client.get("/officer/reform/trial/simulate/", {"candidate": "nonsense", "days": "90"}).status_code == 422


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "address", ["", "trial/", "trial/edit/", "trial/compare/?before=1&after=2", "trial/migrate/1/2/"]
)
def test_pages_take_at_most_ten_statements(
    signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    publish(SECOND)
    client = signed_in("clerk")
    client.get(f"/officer/reform/{address}")  # compiles both versions, once for the process
    with django_assert_max_num_queries(10):
        assert client.get(f"/officer/reform/{address}").status_code == 200
