"""What I may do, what I did; what an auditor finds within their bounds, and that reading a trail leaves one."""

import csv
import io
from datetime import timedelta

from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from zhengtong.data.registries import api as registries
from zhengtong.data.registries.tests import builders as registry
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger import guards
from zhengtong.trust.ledger.models import RecordedActRow

HANDLING = "portals.officer.handling"


def look(house: House) -> ledger.RecordedAct:
    """Let the clerk look somebody up, and return the act."""
    clerk = builders.in_post(house.officials["clerk"], house.posts["clerk"])
    registries.resident_of(registry.resident_id(1), actor=clerk, purpose=HANDLING, at=clock.system.now())
    return ledger.acts_by(clerk.subject, limit=1).items[0]


def somewhere_else() -> ledger.ActReceipt:
    """Record an act of an organisation in another county."""
    with transaction.atomic():
        return ledger.record(
            ledger.Act(
                authority=ledger.Authority(clause="测试"),
                business=ledger.Business(command="other.county.act", object_type="other.county", object_id="1"),
                responsibility=ledger.Responsibility(
                    subject=new_id(), organisation=builders.an_organisation(name="长兴局", region="330522")
                ),
                concerns=(registry.resident_id(1),),
                at=builders.NOW,
            )
        )


def table(client: Client, path: str) -> list[list[str]]:
    answer = client.get(path)
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]


def test_my_rights_are_told_in_sentences_with_their_bounds(house: House, signed_in: SignIn) -> None:
    page = signed_in("clerk").get("/officer/rights/").content.decode()
    assert "经本人同意帮办代办" in page
    assert "浙江省湖州市德清县" in page
    assert "查阅和校验存证记录" not in page
    builders.an_account(builders.an_official(builders.a_post(house.bureau, "闲岗"), name="闲"), "idle")
    assert "这个岗位还没有角色" in signed_in("idle").get("/officer/rights/").content.decode()


def test_my_acts_are_mine_alone(house: House, signed_in: SignIn) -> None:
    mine = look(house)
    rows = table(signed_in("clerk"), "/officer/acts/?format=csv")
    assert rows[1][1:] == ["查阅个人信息", "办理本人申请的事项", "沈*国", ""]
    assert "您还没有留下记录。" in signed_in("administrator").get("/officer/acts/").content.decode()
    page = signed_in("clerk").get(f"/officer/acts/{mine.id}/").content.decode()
    assert "已校验：记录与存证散列一致。" in page
    assert "个人信息保护法§34" in page
    assert signed_in("administrator").get(f"/officer/acts/{mine.id}/").status_code == 404


def test_an_auditor_finds_acts_within_their_bounds_only(house: House, signed_in: SignIn) -> None:
    mine, foreign = look(house), somewhere_else()
    client = signed_in("auditor")
    found = client.get("/officer/audit/").content.decode()
    assert str(mine.id) in found
    assert str(foreign.id) not in found
    assert client.get(f"/officer/acts/{mine.id}/").status_code == 200
    assert client.get(f"/officer/acts/{foreign.id}/").status_code == 404
    assert str(foreign.id) not in client.get("/officer/audit/?object_type=other.county").content.decode()
    assert str(foreign.id) not in client.get("/officer/audit/?organisation=长兴").content.decode()


def test_the_search_narrows_by_who_where_what_and_when(house: House, signed_in: SignIn) -> None:
    mine = str(look(house).id)
    client = signed_in("auditor")

    def finds(**wanted: str) -> bool:
        return mine in client.get("/officer/audit/", wanted, follow=True).content.decode()

    today = clock.on_day(clock.system.now())
    assert finds(who="clerk", organisation="服务中心", object_type="data.registries.resident", kind="read")
    assert finds(since=today.isoformat(), until=today.isoformat(), who=str(house.officials["clerk"]))
    assert not finds(who="auditor")
    assert not finds(kind="write")
    assert not finds(organisation="人民政府")
    assert not finds(until=(today - timedelta(days=1)).isoformat())


def test_a_search_that_cannot_be_understood_says_so_and_shows_nothing(house: House, signed_in: SignIn) -> None:
    mine = str(look(house).id)
    for wanted, sentence in (
        ({"who": "nobody"}, "没有这个账号。"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "结束日期早于开始日期。"),
    ):
        page = signed_in("auditor").get("/officer/audit/", wanted).content.decode()
        assert sentence in page
        assert mine not in page
    assert signed_in("auditor").get("/officer/audit/?after=nonsense").status_code == 400


def test_pages_and_csv_of_a_search_keep_its_conditions(house: House, signed_in: SignIn) -> None:
    for _ in range(27):
        look(house)
    client, who = signed_in("auditor"), house.officials["clerk"]
    first = client.get(f"/officer/audit/?who={who}&kind=read")
    assert f"who={who}" in first.context["next_page"]
    assert "kind=read" in first.context["next_page"]
    second = client.get("/officer/audit/" + first.context["next_page"])
    assert len(first.context["rows"]) + len(second.context["rows"]) == 27
    assert len(table(client, f"/officer/audit/?who={who}&kind=read&format=csv")) == 28


def test_a_page_can_be_checked_and_a_forged_act_is_named(house: House, signed_in: SignIn) -> None:
    mine = look(house)
    client = signed_in("auditor")
    assert "全部与存证散列一致" in client.get("/officer/audit/check/?who=clerk").content.decode()
    guards.lift(connection)
    RecordedActRow.objects.filter(id=mine.id).update(object_id="forged")
    guards.install(connection)
    page = client.get("/officer/audit/check/?who=clerk", headers={"HX-Request": "true"}).content.decode()
    assert str(mine.id) in page
    assert "<html" not in page
    assert "可能被改动过" in client.get(f"/officer/acts/{mine.id}/").content.decode()


def test_reading_a_persons_trail_is_itself_on_record(house: House, signed_in: SignIn) -> None:
    mine, foreign = look(house), somewhere_else()
    path = f"/officer/audit/trails/{registry.resident_id(1)}/"
    client = signed_in("auditor")
    before = ledger.count_acts()
    asked = client.get(path).content.decode()
    assert "留痕并查看" in asked
    assert str(mine.id) not in asked
    assert ledger.count_acts() == before
    page = client.post(path, follow=True).content.decode()
    assert str(mine.id) in page
    assert str(foreign.id) not in page
    newest = ledger.looks_at(registry.resident_id(1)).items[0]
    assert (newest.subject, str(newest.purpose_title)) == (house.officials["auditor"], "审计监督")
    assert signed_in("auditor").get(f"/officer/audit/trails/{new_id()}/").status_code == 404


def test_only_auditors_audit(house: House, signed_in: SignIn) -> None:
    before = ledger.count_acts()
    for username in ("clerk", "administrator"):
        client = signed_in(username)
        path = f"/officer/audit/trails/{registry.resident_id(1)}/"
        answers = [client.get("/officer/audit/"), client.get("/officer/audit/check/"), client.post(path)]
        assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert ledger.count_acts() == before


def test_auditors_and_administrators_need_two_factors(house: House, signed_in: SignIn, settings: Settings) -> None:
    settings.ADMINISTRATION_NEEDS_TWO_FACTORS = True
    mine = look(house)
    paths = {"auditor": ["/officer/audit/", f"/officer/acts/{mine.id}/"], "administrator": ["/officer/administration/"]}
    for username, wanted in paths.items():
        for path in wanted:
            assert signed_in(username).get(path).status_code == 403
        assert signed_in(username).get("/officer/").status_code == 200


def test_the_administrator_sees_figures_and_health_and_others_do_not(house: House, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    answer = client.get("/officer/administration/")
    assert [(str(one.label), one.value) for one in answer.context["figures"]] == [
        ("机构", 2), ("岗位", 4), ("空缺岗位", 0), ("在岗人员", 4),
    ]  # fmt: skip
    assert "没有进程在岗" in answer.content.decode()
    part = client.get("/officer/administration/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "没有停放的事件。" in client.get("/officer/administration/parked/").content.decode()
    for path in ("/officer/administration/", "/officer/administration/parked/"):
        assert signed_in("clerk").get(path).status_code == 403


def test_pages_of_records_cost_ten_statements_at_most(
    house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    mine = look(house)
    trail = f"/officer/audit/trails/{registry.resident_id(1)}/"
    auditor = signed_in("auditor")
    auditor.post(trail)
    narrow = f"/officer/audit/?who={house.officials['clerk']}&organisation=中心"
    pages = {
        "clerk": ["/officer/rights/", "/officer/acts/", f"/officer/acts/{mine.id}/"],
        "administrator": ["/officer/administration/", "/officer/administration/parked/"],
    }
    visits = [(signed_in(name), path) for name, paths in pages.items() for path in paths]
    visits += [(auditor, path) for path in ("/officer/audit/", narrow, trail)]
    visits += [(auditor, "/officer/audit/check/"), (auditor, f"/officer/acts/{mine.id}/")]
    for client, path in visits:
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
