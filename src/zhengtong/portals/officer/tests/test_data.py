"""A department sees what it holds, what came back and how good it is; and nothing of what is another's."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.tests import builders as entries
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import api as quality
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger

COUNTY = "330521"
HEADER = "id_number,name,registered_on\n"


@pytest.fixture
def held(house: House, settings: Any, tmp_path: Path) -> collection.BatchView:
    """Give the bureau a dataset with a batch of which a row came back, and another department a second dataset."""
    settings.HOME = tmp_path / "home"
    access.define_role(
        actor=builders.SYSTEM, code="data", name="data", name_en="data", duty=Duty.BUSINESS, at=builders.NOW,
        permissions=[collection.Permission.TAKE_BACK, quality.Permission.ANSWER],
    )  # fmt: skip
    access.grant_role(actor=builders.SYSTEM, role="data", post_id=house.posts["clerk"], region=COUNTY, at=builders.NOW)
    at = builders.NOW
    for provider, entry in ((house.bureau, entries.households()), (house.government, entries.enterprises())):
        catalog.register(actor=builders.SYSTEM, provider=provider, entries=[entry], at=at)
    catalog.publish(actor=builders.SYSTEM, codes=[entries.HOUSEHOLDS, entries.ENTERPRISES], at=at)
    rule = quality.Rule(
        key="short", name="姓名至少两个字", dimension=quality.Dimension.ACCURACY, check=quality.Check.LENGTH,
        column="name", parameters={"least": 2},
    )  # fmt: skip
    quality.set_rules(actor=builders.SYSTEM, dataset=entries.HOUSEHOLDS, rules=[rule], at=at)
    (tmp_path / "a.csv").write_text(HEADER + "A1,张,2020-01-31\n,=秘密,\n", encoding="utf-8")
    given = collection.SourceEntry(
        dataset=entries.HOUSEHOLDS, name="f", kind=collection.ConnectorKind.FILE, location=str(tmp_path / "a.csv")
    )
    source = collection.set_up_source(actor=builders.SYSTEM, entry=given, at=at)
    batch = collection.collect(actor=builders.SYSTEM, source=source.id)
    quality.assess(actor=builders.SYSTEM, dataset=entries.HOUSEHOLDS, at=at)
    return batch


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", ["户籍人口登记信息", "姓名至少两个字", "已入库"]),
        ("catalog/", ["户籍人口登记信息", "企业登记信息", "有条件共享"]),
        ("catalog/?q=企业&sharing=unconditional", ["企业登记信息"]),
        ("catalog/?sharing=nonsense&page=x&grade=99", ["户籍人口登记信息"]),
        ("catalog/301001-1/", ["公民身份号码", "一般 3 级", "data.catalog.publish"]),
        ("quality/", ["行政服务中心", "户籍人口登记信息", "0.0"]),
        ("quality/301001-1/", ["姓名至少两个字", "准确性"]),
        ("lineage/301001-1/", ["<svg", "file:f", "registered_on"]),
    ],
)
def test_pages_show_what_they_promise_in_at_most_ten_statements(
    signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries, address: str, words: list[str]
) -> None:
    client = signed_in("clerk")
    client.get("/officer/data/")
    with django_assert_max_num_queries(10):
        page = client.get(f"/officer/data/{address}")
    text = page.content.decode()
    assert page.status_code == 200
    assert [word for word in words if word not in text] == []


def test_refused_rows_go_back_to_their_department_on_record_and_to_nobody_else(
    held: collection.BatchView, signed_in: SignIn
) -> None:
    client = signed_in("clerk")
    page = client.get(f"/officer/data/batches/{held.id}/").content.decode()
    assert "必填项为空" in page
    assert "秘密" not in page
    answer = client.post(f"/officer/data/batches/{held.id}/refused.csv")
    assert "'=秘密" in b"".join(answer).decode()
    acts = ledger.acts_on("data.collection.batch", str(held.id)).items
    assert acts[0].act.business.command == "data.collection.take_back"
    other = signed_in("auditor")
    assert other.post(f"/officer/data/batches/{held.id}/refused.csv").status_code == 403


@pytest.mark.usefixtures("held")
def test_an_issue_is_answered_and_an_empty_answer_is_refused(signed_in: SignIn) -> None:
    (issue,) = quality.issues()
    client = signed_in("clerk")
    address = f"/officer/data/issues/{issue.id}/"
    assert client.post(address, {"text": ""}).status_code == 422
    assert quality.issue(issue.id).state is quality.IssueState.OPEN
    assert client.post(address, {"text": "已补全"}).status_code == 302
    assert "已补全" in client.get(address).content.decode()
    assert signed_in("auditor").post(address, {"text": "x"}).status_code == 403


@pytest.mark.usefixtures("held")
def test_lists_are_exported_as_csv(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    rows = b"".join(client.get("/officer/data/catalog/?format=csv")).decode()
    assert "301001/1,户籍人口登记信息,行政服务中心" in rows
    scores = b"".join(client.get("/officer/data/quality/?format=csv")).decode()
    assert "301001/1" in scores


def test_a_draft_is_seen_by_its_department_only(house: House, signed_in: SignIn) -> None:
    draft = entries.households(code="301001/5", table="")
    catalog.register(actor=builders.SYSTEM, provider=house.government, entries=[draft], at=builders.NOW)
    for page in ("catalog", "quality", "lineage"):
        assert signed_in("clerk").get(f"/officer/data/{page}/301001-5/").status_code == 404
