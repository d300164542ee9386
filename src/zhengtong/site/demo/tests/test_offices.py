"""Sixty bodies, four hundred officials, duties apart."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from zhengtong.kernel.checkdigits import parse_credit_code
from zhengtong.site.demo import offices, places, province
from zhengtong.site.demo.content import ProvinceContentBroken
from zhengtong.site.demo.tests import small
from zhengtong.trust.identity.contracts import Duty, OrganisationLevel

SINCE = datetime(2025, 1, 1, tzinfo=UTC)


@cache
def planned(seed: str = "s") -> offices.Offices:
    tables = replace(small.content(), residents=2000, households=720)
    part = province.make_part(small.tree(), tables, seed=seed, number=0)
    county = places.lay_out(small.tree(), tables, "330521")
    return offices.plan(small.FOLDER, tables, county, part.residents, seed=seed, since=SINCE)


def test_all_six_levels_have_bodies_and_parents_come_first() -> None:
    bodies = planned().bodies
    assert {body.entry.level for body in bodies} == set(OrganisationLevel)
    seen = set()
    for body in bodies:
        assert body.entry.parent is None or body.entry.parent in seen
        seen.add(body.entry.id)
    assert sum(body.entry.parent is None for body in bodies) == 1


def test_with_thirteen_towns_there_are_sixty_bodies_and_four_hundred_officials() -> None:
    made = planned()
    staff = Counter(body.staff for body in made.bodies)
    sizes = {"town": 7, "village": 2, "grid": 1}
    fixed = len(made.bodies) - sum(staff[kind] for kind in sizes)
    assert fixed + 13 + 5 + 4 == 60
    officials = len(made.officials) - sum(staff[kind] * size for kind, size in sizes.items())
    assert officials + 13 * 7 + 5 * 2 + 4 * 1 == 400


def test_every_official_is_a_resident_of_their_own_and_holds_a_post_of_their_duty() -> None:
    made = planned()
    duty = {post.entry.id: post.entry.duty for post in made.posts}
    assert len({official.person for official in made.officials}) == len(made.officials)
    for official in made.officials:
        assert [duty[post] for post in official.posts] == [official.duty]
        assert made.people[official.subject].name == official.name
    assert {official.duty for official in made.officials} == set(Duty)


def test_bodies_down_to_the_town_have_credit_codes_of_their_own() -> None:
    codes = [body.entry.code for body in planned().bodies if body.entry.level <= OrganisationLevel.TOWN]
    assert len(set(codes)) == len(codes)
    assert all(parse_credit_code(code).authority == "1" for code in codes)


def test_every_department_of_the_catalogue_has_a_body() -> None:
    from zhengtong.process.items import api as items

    catalogue = items.read_catalogue(small.FOLDER / "items")
    departments = {body.department for body in planned().bodies}
    assert {item.department_key for item in catalogue.items} <= departments


def test_the_same_seed_appoints_the_same_people() -> None:
    again = planned.__wrapped__("s")
    assert again == planned()


def test_too_few_people_are_refused() -> None:
    tables = small.content()
    part = province.make_part(small.tree(), tables, seed="s", number=0)
    county = places.lay_out(small.tree(), tables, "330521")
    with pytest.raises(ProvinceContentBroken):
        offices.plan(small.FOLDER, tables, county, part.residents[:50], seed="s", since=SINCE)


def test_names_in_english_are_pinyin() -> None:
    assert offices.town_en("乾元镇") == "Qianyuan Town"
    assert offices.person_en("王芳") == "Wang Fang"
