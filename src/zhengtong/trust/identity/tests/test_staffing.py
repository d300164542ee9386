"""Who works where: officials in post by page and order, vacancies counted."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.pages.api import Asked
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests.builders import NOW, a_post, an_official, an_organisation

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def names(path: str, *, whole_branch: bool = False, **asked: object) -> list[str]:
    page = identity.officials_in_post(path, Asked(**asked), at=LATER, whole_branch=whole_branch)  # type: ignore[arg-type]
    return [view.official_name for view in page.rows]


def test_colleagues_are_those_in_post_now_in_the_order_asked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bureau = an_organisation(name="卫健局")
    office = an_organisation(bureau, name="办公室")
    an_official(a_post(bureau, "窗口受理"), name="乙"), an_official(a_post(bureau, "审批科长"), name="甲")
    an_official(a_post(office, "科员"), name="丙")
    path = identity.organisation(bureau).path
    with django_assert_num_queries(1):
        assert names(path, sort="name") == ["乙", "甲"]
    assert names(path, sort="name", descending=True) == ["甲", "乙"]
    assert names(path, whole_branch=True, sort="organisation") == ["乙", "甲", "丙"]
    assert names(path, whole_branch=True, text="办公室") == ["丙"]
    assert names("", whole_branch=True, text="审批") == ["甲"]
    assert names(path, text="无此人") == []


def test_pages_of_colleagues_leave_nobody_out() -> None:
    bureau = an_organisation()
    post = a_post(bureau)
    for number in range(7):
        an_official(post, name=f"同事{number}")
    path = identity.organisation(bureau).path
    seen, after = [], ""
    for _ in range(4):
        page = identity.officials_in_post(path, Asked(sort="name", after=after, size=2), at=LATER)
        seen += [view.official_name for view in page.rows]
        after = page.after
    assert (seen, after) == ([f"同事{number}" for number in range(7)], "")


def test_vacancies_and_officials_are_counted_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bureau = an_organisation()
    clerk, _vacant = a_post(bureau, "窗口受理"), a_post(bureau, "审计管理员", Duty.AUDIT)
    an_official(clerk), an_official(clerk)
    with django_assert_num_queries(1):
        found = identity.staffing(at=LATER)
    assert (found.organisations, found.posts, found.vacant, found.officials) == (1, 2, 1, 2)
    assert identity.staffing(at=NOW - timedelta(days=1)).vacant == 2


def test_organisations_are_found_by_their_place_in_the_tree() -> None:
    bureau = an_organisation(name="卫健局")
    path = identity.organisation(bureau).path
    assert {at: view.name for at, view in identity.organisations_at([path, "9999"]).items()} == {path: "卫健局"}
