"""What must be true of a generated province, whatever the seed."""

import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtong.data.registries.contracts import RegistryPart, Relation, ResidentRecord
from zhengtong.kernel.checkdigits import Sex, parse_credit_code, parse_resident_id
from zhengtong.site.demo import chance, content, marks, places, province
from zhengtong.site.demo.tests import small

SOME_SEEDS = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.text(max_size=12)


def make(seed: str = "s", number: int = 0) -> RegistryPart:
    return province.make_part(small.tree(), small.content(), seed=seed, number=number)


def years(resident: ResidentRecord) -> float:
    return (small.content().as_of - resident.born_on).days / 365.25


def families(part: RegistryPart) -> dict[object, list[ResidentRecord]]:
    found: dict[object, list[ResidentRecord]] = defaultdict(list)
    for resident in part.residents:
        found[resident.household].append(resident)
    return found


def test_one_seed_makes_the_same_bytes_and_another_makes_others() -> None:
    assert province.digest(make("a")) == province.digest(make("a"))
    assert province.digest(make("a")) != province.digest(make("b"))


def test_the_first_part_of_a_larger_scale_is_the_whole_of_scale_one() -> None:
    [alone] = province.parts(small.tree(), small.content(), seed="s", scale=1)
    first, second = province.parts(small.tree(), small.content(), seed="s", scale=2)
    assert alone == first
    assert first.name != second.name


@given(seeds)
@SOME_SEEDS
def test_households_sum_to_the_residents_that_were_ordered(seed: str) -> None:
    part = make(seed)
    assert len(part.residents) == 500
    assert len(part.households) == 180
    assert len(part.enterprises) == 80
    assert len(part.vehicles) == 150
    sizes = Counter(resident.household for resident in part.residents)
    assert {household.id: household.size for household in part.households} == sizes


@given(seeds)
@SOME_SEEDS
def test_every_household_has_one_head_who_comes_first_and_lives_in_its_village(seed: str) -> None:
    part = make(seed)
    by_household = families(part)
    for household in part.households:
        members = by_household[household.id]
        assert [member.relation for member in members].count(Relation.HEAD) == 1
        assert members[0].relation is Relation.HEAD
        assert household.head == members[0].id
        assert {member.region for member in members} == {household.region[:12]}


@given(seeds)
@SOME_SEEDS
def test_children_are_younger_than_their_parents_by_a_generation(seed: str) -> None:
    for members in families(make(seed)).values():
        adults = [member for member in members if member.relation in {Relation.HEAD, Relation.SPOUSE}]
        for child in (member for member in members if member.relation is Relation.CHILD):
            gaps = [years(adult) - years(child) for adult in adults]
            assert min(gaps) >= 18
            mothers = [gap for gap, adult in zip(gaps, adults, strict=True) if adult.sex is Sex.FEMALE]
            assert all(gap <= 46.1 for gap in mothers)
        births = sorted(member.born_on for member in members if member.relation is Relation.CHILD)
        assert all((later - earlier).days >= 300 for earlier, later in pairwise(births))


@given(seeds)
@SOME_SEEDS
def test_couples_are_of_marriageable_age_and_near_each_other(seed: str) -> None:
    for members in families(make(seed)).values():
        couple = [member for member in members if member.relation in {Relation.HEAD, Relation.SPOUSE}]
        if len(couple) != 2:
            continue
        assert {member.sex for member in couple} == {Sex.MALE, Sex.FEMALE}
        husband, wife = sorted(couple, key=lambda member: member.sex is Sex.FEMALE)
        assert years(husband) >= 22  # Civil Code, art. 1047
        assert years(wife) >= 20
        assert -7 <= years(husband) - years(wife) <= 15


@given(seeds)
@SOME_SEEDS
def test_elders_are_old_enough_to_be_parents_of_a_spouse(seed: str) -> None:
    for members in families(make(seed)).values():
        couple = [member for member in members if member.relation in {Relation.HEAD, Relation.SPOUSE}]
        elders = [member for member in members if member.relation in {Relation.PARENT, Relation.PARENT_IN_LAW}]
        for elder in elders:
            assert max(years(elder) - years(adult) for adult in couple) >= 20
            assert years(elder) <= 103


@given(seeds)
@SOME_SEEDS
def test_identity_numbers_are_unique_and_say_birth_day_and_sex(seed: str) -> None:
    part = make(seed)
    assert len({resident.id_number for resident in part.residents}) == len(part.residents)
    for resident in part.residents:
        number = parse_resident_id(resident.id_number, today=small.content().as_of)
        assert (number.born_on, number.sex) == (resident.born_on, resident.sex)
        assert number.region == "330521" or number.region.startswith("3201")
        assert number.sequence >= 900


@given(seeds)
@SOME_SEEDS
def test_a_child_takes_the_surname_of_a_parent(seed: str) -> None:
    for members in families(make(seed)).values():
        adults = [member for member in members if member.relation in {Relation.HEAD, Relation.SPOUSE}]
        for child in (member for member in members if member.relation is Relation.CHILD):
            assert child.name[0] in {adult.name[0] for adult in adults}


@given(seeds)
@SOME_SEEDS
def test_every_enterprise_has_a_living_adult_behind_it_and_a_name_of_its_own(seed: str) -> None:
    part = make(seed)
    people = {resident.id: resident for resident in part.residents}
    addresses = {address.id for address in part.addresses}
    assert len({enterprise.name for enterprise in part.enterprises}) == len(part.enterprises)
    for enterprise in part.enterprises:
        code = parse_credit_code(enterprise.credit_code)
        assert (code.region, code.organisation[:2]) == ("330521", "DM")
        owner = people[enterprise.legal_representative]
        assert (enterprise.established_on - owner.born_on).days >= 18 * 365.25
        assert enterprise.established_on <= small.content().as_of
        assert enterprise.registered_capital % 100 == 0
        assert enterprise.registered_capital > 0
        assert enterprise.employees >= 1
        assert enterprise.address in addresses


@given(seeds)
@SOME_SEEDS
def test_every_vehicle_has_one_owner_of_the_province(seed: str) -> None:
    part = make(seed)
    people = {resident.id for resident in part.residents}
    codes = {enterprise.credit_code for enterprise in part.enterprises}
    assert len({vehicle.plate for vehicle in part.vehicles}) == len(part.vehicles)
    for vehicle in part.vehicles:
        assert (vehicle.owner_resident in people) != (vehicle.owner_enterprise in codes)
        assert vehicle.plate.startswith("浙E")
        assert len(vehicle.plate) == 7


def test_addresses_stay_inside_the_county_and_name_their_reference_system() -> None:
    box = small.content().counties["330521"]
    for address in make().addresses:
        assert abs(address.longitude - box["longitude"]) <= box["half_width"] * 1.5
        assert abs(address.latitude - box["latitude"]) <= box["half_height"] * 1.5
        assert address.crs == "EPSG:4490"
        assert len(address.region) == 15


def test_no_number_is_given_twice_across_parts_even_when_a_county_is_settled_again() -> None:
    parts = list(province.parts(small.tree(2), small.content(), seed="s", scale=5))
    residents = [resident.id_number for part in parts for resident in part.residents]
    codes = [enterprise.credit_code for part in parts for enterprise in part.enterprises]
    plates = [vehicle.plate for part in parts for vehicle in part.vehicles]
    ids = [record.id for part in parts for record in part.residents]
    ids += [record.id for part in parts for record in part.households]
    ids += [record.id for part in parts for record in part.addresses]
    for values in (residents, codes, plates, ids):
        assert len(set(values)) == len(values)


@given(st.integers(0, 199), st.integers(0, 199), st.integers(0, 24_999), st.integers(0, 24_999))
def test_plates_and_credit_codes_of_different_things_differ(part: int, other: int, index: int, second: int) -> None:
    same = (part, index) == (other, second)
    assert (marks.plate("浙E", part, index) == marks.plate("浙E", other, second)) is same
    one, two = (
        marks.credit_code(authority="9", category="1", region="330521", part=p, index=i)
        for p, i in ((part, index), (other, second))
    )
    assert (one == two) is same
    parse_credit_code(one)


def test_the_age_pyramid_and_the_sex_ratio_are_plausible() -> None:
    tables = replace(small.content(), residents=20_000, households=7_200)
    people = province.make_part(small.tree(), tables, seed="pyramid", number=0).residents
    ages = [years(person) for person in people]
    assert 0.12 <= sum(age < 15 for age in ages) / len(ages) <= 0.20
    assert 0.17 <= sum(age >= 60 for age in ages) / len(ages) <= 0.27
    men = sum(person.sex is Sex.MALE for person in people)
    assert 0.94 <= men / (len(people) - men) <= 1.08


def test_a_scale_outside_the_range_is_refused() -> None:
    for scale in (0, 201):
        with pytest.raises(ValueError, match="from 1 to 200"):
            list(province.parts(small.tree(), small.content(), seed="s", scale=scale))


def test_a_region_table_without_the_home_county_is_refused() -> None:
    empty = places.RegionTree([places.RegionRow(code="33", name="浙江省")])
    with pytest.raises(ValueError, match="330521"):
        province.make_part(empty, small.content(), seed="s", number=0)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(content.ProvinceContentBroken) as caught:
        content.read_content(tmp_path)
    assert "province.toml" in caught.value.explanation


@given(st.integers(0, 5000), st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_apportioned_shares_sum_to_the_whole_and_miss_no_share_by_one(total: int, weights: list[float]) -> None:
    shares = chance.apportion(total, weights)
    assert sum(shares) == total
    assert all(
        abs(share - total * weight / sum(weights)) < 1.001 for share, weight in zip(shares, weights, strict=True)
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to see a process's own peak")
def test_a_larger_scale_runs_in_bounded_memory() -> None:
    script = (
        "import re\n"
        "from pathlib import Path\n"
        "from zhengtong.site.demo import province\n"
        "from zhengtong.site.demo.content import read_content\n"
        "from zhengtong.site.demo.tests import small\n"
        "peaks = []\n"
        "for part in province.parts(small.tree(6), read_content(small.FOLDER), seed='s', scale=5):\n"
        "    assert len(part.residents) == 50_000\n"
        # ru_maxrss would count the process that started this one
        "    peaks.append(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
        "print(peaks[1], peaks[4])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    after_two, after_five = map(int, done.stdout.split())
    assert after_five < 300
    assert after_five < after_two * 1.2


def test_grids_are_named_by_number_and_coded_under_their_village() -> None:
    grids = places.grids_of(small.content(), "330521001001", "居仁社区居委会")
    assert [(grid.code, grid.name) for grid in grids] == [
        ("330521001001001", "第一网格"),
        ("330521001001002", "第二网格"),
        ("330521001001003", "第三网格"),
    ]
    assert small.content().as_of == date(2026, 1, 1)
