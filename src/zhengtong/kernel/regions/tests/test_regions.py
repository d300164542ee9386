"""The tree answers without recursion, remembers former names and successors, and takes a wrong import back whole."""

from datetime import date
from itertools import pairwise

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.regions import api, law
from zhengtong.kernel.regions.contracts import RegionLevel, RegionRow
from zhengtong.kernel.regions.models import Region
from zhengtong.kernel.regions.tests.builders import COUNTRY, TODAY, build_country, villages

pytestmark = pytest.mark.django_db

NEXT_YEAR = date(2027, 1, 1)


def codes(views: tuple[api.RegionView, ...]) -> list[str]:
    return [view.code for view in views]


def test_an_import_builds_the_tree_and_a_repeat_changes_nothing() -> None:
    assert build_country() == api.ImportReport(added=12, renamed=0, unchanged=0)
    before = list(Region.objects.values())
    assert build_country() == api.ImportReport(added=0, renamed=0, unchanged=12)
    assert list(Region.objects.values()) == before
    assert api.region("330106001051").full_name == "甲省东市湖区古荡街道古荡社区"


def test_children_lie_inside_their_parent_and_siblings_do_not_overlap() -> None:
    build_country()
    api.import_regions(rows=villages(30), on=TODAY)
    for region in Region.objects.select_related("parent"):
        if region.parent:
            assert region.parent.low < region.low <= region.high <= region.parent.high
        siblings = Region.objects.filter(parent=region.parent_id).order_by("low").values_list("low", "high")
        for (_low, high), (next_low, _high) in pairwise(siblings):
            assert high < next_low


def test_ancestors_children_and_within_agree_with_the_parents() -> None:
    build_country()
    parents = {row.code: row.parent_code for row in COUNTRY}
    for code, parent in parents.items():
        chain, above = [code], parent
        while above:
            chain.append(above)
            above = parents[above]
        assert codes(api.ancestors(code)) == chain[:0:-1]
        for other in parents:
            assert api.is_within(code, other) == (other in chain)
        assert sorted(codes(api.children(code))) == sorted(row.code for row in COUNTRY if row.parent_code == code)
    assert codes(api.children(None)) == ["33", "32"]


def test_a_town_right_under_a_city_is_in_the_city() -> None:
    build_country()
    assert api.region("330200101").level is RegionLevel.TOWN
    assert codes(api.ancestors("330200101")) == ["33", "3302"]
    api.import_regions(rows=[RegionRow("330201", "县", RegionLevel.COUNTY, "3302")], on=TODAY)
    assert not api.is_within("330200101", "330201")


def test_a_walk_visits_all_that_lies_in_a_region_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    build_country()
    with django_assert_num_queries(1):
        everything = list(api.walk(down_to=RegionLevel.GRID))
    assert [one.low for one in everything] == sorted(Region.objects.values_list("low", flat=True))
    assert {one.code for one in api.walk("3301", down_to=RegionLevel.COUNTY)} == {
        one.code for one in everything if one.level <= RegionLevel.COUNTY and api.is_within(one.code, "3301")
    }


def test_each_question_costs_one_or_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    build_country()
    with django_assert_num_queries(1):
        api.is_within("330106001051001", "33")
    with django_assert_num_queries(2):
        api.ancestors("330106001051001")
    with django_assert_num_queries(1):
        api.regions(["33", "3301"])


def test_all_rows_under_a_region_are_found_through_an_index() -> None:
    build_country()
    condition = api.codes_under("330106", "r.code")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT r.code FROM regions_region r WHERE {condition.sql} ORDER BY 1", condition.params)  # noqa: S608 -- ours
        found = [row[0] for row in cursor.fetchall()]
    inside = sorted(row.code for row in COUNTRY if row.code.startswith("330106"))
    assert found == inside
    assert sorted(Region.objects.filter(api.under("330106", "parent")).values_list("code", flat=True)) == inside[1:]
    plan = Region.objects.filter(low__range=(1, 2)).explain().upper()
    assert "INDEX" in plan or connection.vendor == "postgresql"  # PostgreSQL scans a table this small


@pytest.mark.parametrize("column", ["region_id; DROP TABLE x", "a.b.c", "", "1x", "region_id) OR (1=1"])
def test_a_column_that_is_no_column_name_is_refused(column: str) -> None:
    build_country()
    with pytest.raises(ValueError, match="not a column name"):
        api.codes_under("33", column)


def test_padded_codes_of_forms_are_understood() -> None:
    build_country()
    assert api.region("330000").code == "33"
    assert api.region("330100").code == "3301"
    assert api.region("330106000000").code == "330106"
    assert api.is_within("330106000000", "330000")


def test_an_unknown_code_is_refused() -> None:
    build_country()
    for ask in (api.region, api.ancestors, api.codes_under, api.under, lambda code: api.is_within("33", code)):
        with pytest.raises(api.RegionNotFound):
            ask("99")


def test_a_renamed_region_keeps_its_old_name_for_earlier_days_and_gives_the_new_one_to_all_under_it() -> None:
    build_country()
    api.rename(code="330106", name="西湖区", on=NEXT_YEAR)
    api.rename(code="330106", name="新湖区", on=date(2028, 1, 1))
    assert api.region("330106").name == "新湖区"
    assert api.region("330106001").full_name == "甲省东市新湖区古荡街道"
    assert api.region("330106001", at=TODAY).full_name == "甲省东市湖区古荡街道"
    assert api.region("330106001", at=NEXT_YEAR).full_name == "甲省东市西湖区古荡街道"
    assert api.region("330110").full_name == "甲省东市杭区"


def test_an_import_with_a_new_name_renames() -> None:
    build_country()
    renamed = [row._replace(name="江市") if row.code == "3301" else row for row in COUNTRY]
    added = RegionRow("330199", "新县", RegionLevel.COUNTY, "3301")
    report = api.import_regions(rows=[*renamed, added], on=NEXT_YEAR)
    assert report == api.ImportReport(added=1, renamed=1, unchanged=11)
    assert api.region("330106001051").full_name == "甲省江市湖区古荡街道古荡社区"
    assert api.region("330199").full_name == "甲省江市新县"
    assert api.region("3301", at=TODAY).name == "东市"


def test_an_abolished_region_ends_with_all_that_lies_in_it_and_names_its_successors() -> None:
    build_country()
    assert api.abolish(code="330106", on=NEXT_YEAR, successors=["330110"]) == 6
    assert api.region("330106001051", at=TODAY).name == "古荡社区"
    with pytest.raises(api.RegionNotInForce) as refusal:
        api.region("330106", at=NEXT_YEAR)
    assert "330110" in refusal.value.advice
    assert codes(api.children("3301")) == ["330110"]
    assert codes(api.children("3301", at=TODAY)) == ["330106", "330110"]
    assert api.search("古荡") == ()
    assert api.successors("330106") == ("330110",)


def test_a_region_is_not_abolished_twice_nor_succeeded_by_itself_or_by_nothing() -> None:
    build_country()
    api.abolish(code="330110", on=NEXT_YEAR)
    before = list(Region.objects.values())
    with pytest.raises(api.RegionStillHeld):
        api.abolish(code="330110", on=NEXT_YEAR)
    with pytest.raises(api.RegionStillHeld):
        api.abolish(code="330106", on=NEXT_YEAR, successors=["330106"])
    with pytest.raises(api.RegionNotFound):
        api.abolish(code="330106", on=NEXT_YEAR, successors=["99"])
    assert list(Region.objects.values()) == before


def test_a_region_established_later_is_not_in_force_before() -> None:
    build_country()
    api.import_regions(
        rows=[RegionRow("330111", "新区", RegionLevel.COUNTY, "3301")], on=NEXT_YEAR, valid_from=NEXT_YEAR
    )
    assert api.region("330111", at=NEXT_YEAR).name == "新区"
    with pytest.raises(api.RegionNotInForce):
        api.region("330111", at=TODAY)
    with pytest.raises(api.RegionStillHeld):
        api.abolish(code="330111", on=NEXT_YEAR)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (RegionRow("330199", "县", RegionLevel.COUNTY, "3399"), "上级区划不存在"),
        (RegionRow("330199", "市", RegionLevel.CITY, "3301"), "级别不低于上级"),
        (RegionRow("33010a", "县", RegionLevel.COUNTY, "3301"), "代码应为"),
        (RegionRow("330199", " ", RegionLevel.COUNTY, "3301"), "名称为空"),
        (RegionRow("330106", "湖区", RegionLevel.COUNTY, "3302"), "应使用新代码"),
        (RegionRow("330198", "又一县", RegionLevel.COUNTY, "3301"), "代码重复"),
    ],
)
def test_a_row_that_does_not_fit_takes_the_whole_import_back(row: RegionRow, complaint: str) -> None:
    build_country()
    before = list(Region.objects.values())
    good = RegionRow("330198", "好县", RegionLevel.COUNTY, "3301")
    with pytest.raises(api.InvalidRegionRow, match=complaint) as refusal:
        api.import_regions(rows=[good, row], on=TODAY)
    assert refusal.value.details["line"] == 2
    assert list(Region.objects.values()) == before


def test_a_parent_without_room_refuses_one_child_too_many() -> None:
    build_country()
    most = law.CAPACITY[RegionLevel.VILLAGE]
    api.import_regions(rows=villages(most), on=TODAY)
    assert len(api.children("330106002")) == most
    with pytest.raises(api.InvalidRegionRow, match="已无编排余地"):
        api.import_regions(rows=[RegionRow("330106002XXX", "村", RegionLevel.VILLAGE, "330106002")], on=TODAY)


def test_a_stream_is_read_once_and_tells_its_progress() -> None:
    build_country()
    grids = (
        RegionRow(f"330106001052{place:04d}", f"网格{place}", RegionLevel.GRID, "330106001052")
        for place in range(1, 5_001)
    )
    seen: list[int] = []
    report = api.import_regions(rows=grids, on=TODAY, on_progress=seen.append)
    assert (report.added, seen) == (5_000, [2_000, 4_000, 5_000])
    assert Region.objects.filter(api.under("330106001052", "parent")).count() == 5_000


def test_search_finds_by_name_by_words_by_full_name_and_by_code() -> None:
    build_country()
    assert codes(api.search("古荡")) == ["330106001", "330106001051"]
    assert codes(api.search("湖区 古荡社区")) == ["330106001051"]
    assert codes(api.search("杭区 古荡")) == []
    assert codes(api.search("湖区嘉绿")) == []
    assert codes(api.search("古荡街道嘉绿")) == ["330106001052"]
    assert codes(api.search("330106001")) == ["330106001", "330106001051", "330106001051001", "330106001052"]
    assert codes(api.search("330106000000"))[0] == "330106"
    assert codes(api.search("街道", within="330106", level=RegionLevel.TOWN, limit=1)) == ["330106001"]
    assert codes(api.search("街道", within="32")) == []
    assert api.search("  ") == ()
    assert api.search("100%") == ()
