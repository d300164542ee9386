"""The tree opens level by level, with script and without; colleagues are listed, sorted and exported."""

import csv
import io

from pytest_django import DjangoAssertNumQueries

from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.identity.tests import builders


def test_my_organisation_stands_in_its_branch_with_its_posts(house: House, signed_in: SignIn) -> None:
    page = signed_in("clerk").get("/officer/organisations/").content.decode()
    assert page.rindex("德清县人民政府") < page.rindex("行政服务中心")
    assert "我的单位" in page
    assert "clerk甲" in page


def test_a_level_is_fetched_when_its_branch_is_opened_and_its_link_works_without_script(
    house: House, signed_in: SignIn
) -> None:
    deep = builders.an_organisation(house.bureau, name="综合科", region="330521")
    client = signed_in("clerk")
    page = client.get(f"/officer/organisations/{house.government}/").content.decode()
    assert f'hx-get="/officer/organisations/{house.bureau}/below/"' in page
    assert f'href="/officer/organisations/{house.bureau}/"' in page
    assert "综合科" not in page
    below = client.get(f"/officer/organisations/{house.bureau}/below/").content.decode()
    assert "综合科" in below
    assert f'href="/officer/organisations/{house.bureau}/"' in below
    assert "<html" not in below
    assert client.get(f"/officer/organisations/{deep}/").status_code == 200
    assert client.get(f"/officer/organisations/{house.posts['clerk']}/").status_code == 404


def test_a_long_level_is_shown_in_pages(house: House, signed_in: SignIn) -> None:
    for number in range(53):
        builders.an_organisation(house.bureau, name=f"第{number:02}科", region="330521")
    client = signed_in("clerk")
    first = client.get(f"/officer/organisations/{house.bureau}/")
    assert "第49科" in first.content.decode()
    assert "第50科" not in first.content.decode()
    second = client.get(f"/officer/organisations/{house.bureau}/", {"after": first.context["children"].next})
    assert "第52科" in second.content.decode()


def test_organisations_are_found_by_name_or_the_search_says_what_to_do(house: House, signed_in: SignIn) -> None:
    client = signed_in("clerk")
    assert str(house.bureau) in client.get("/officer/organisations/", {"q": "服务中心"}).content.decode()
    assert "没有找到机构" in client.get("/officer/organisations/", {"q": "不存在"}).content.decode()


def test_colleagues_are_those_of_my_organisation_and_can_be_taken_as_csv(house: House, signed_in: SignIn) -> None:
    builders.an_official(builders.a_post(house.government, "秘书"), name="外单位")
    client = signed_in("clerk")
    page = client.get("/officer/colleagues/", {"sort": "-name"}).content.decode()
    assert page.index("clerk甲") < page.index("auditor甲") < page.index("administrator甲")
    assert "外单位" not in page
    answer = client.get("/officer/colleagues/", {"format": "csv", "sort": "name"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert rows[0] == ["姓名", "岗位", "任职起始"]
    assert [row[0] for row in rows[1:]] == ["administrator甲", "auditor甲", "clerk甲", "security甲"]


def test_only_an_administrator_lists_everybody(house: House, signed_in: SignIn) -> None:
    builders.an_official(builders.a_post(house.government, "秘书"), name="外单位")
    assert signed_in("clerk").get("/officer/administration/officials/").status_code == 403
    page = signed_in("administrator").get("/officer/administration/officials/").content.decode()
    assert "外单位" in page
    assert "clerk甲" in page


def test_pages_of_the_tree_cost_ten_statements_at_most(
    house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("clerk")
    client.get("/officer/organisations/")  # paths never change and are remembered
    for path in ("/officer/organisations/", "/officer/organisations/?q=县", "/officer/colleagues/"):
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
