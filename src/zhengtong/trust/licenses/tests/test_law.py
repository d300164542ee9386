"""The identifier, the moves of a licence, its dates, and what may be written in it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.trust.licenses import law
from zhengtong.trust.licenses.content import dump_type, load_type, read_types
from zhengtong.trust.licenses.contracts import (
    AttributesUnfit,
    InvalidLicenseNumber,
    LicenseNumber,
    LicenseState,
    LicenseTypesBroken,
)
from zhengtong.trust.licenses.tests.builders import ATTRIBUTES, FOLDER

KNOWN = "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0"
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
numbers = st.builds(
    LicenseNumber,
    type_code=st.text(ALNUM, min_size=21, max_size=21),
    issuer=st.text(ALNUM, min_size=18, max_size=18),
    serial=st.text(ALNUM, min_size=1, max_size=40),
    version=st.text("0123456789", min_size=3, max_size=3),
)
TYPES = {kind.key: kind for kind in read_types(FOLDER)}


def test_the_published_identifier_has_the_check_character_of_its_parts() -> None:
    number = law.parse(KNOWN)
    assert (number.type_code, number.issuer, number.version) == ("11100000000013338W009", "11330105002500287C", "002")
    assert law.compose(number) == KNOWN


@given(numbers)
def test_what_is_composed_is_read_back(number: LicenseNumber) -> None:
    assert law.parse(law.compose(number)) == number
    assert law.parse(f"  {law.compose(number).lower()} ") == number


@given(numbers, st.data())
def test_one_wrong_character_is_always_found(number: LicenseNumber, data: st.DataObject) -> None:
    text = law.compose(number)
    places = [place for place in range(len(law.ROOT) + 1, len(text)) if text[place] != "."]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([letter for letter in ALNUM if letter != text[place]]))
    with pytest.raises(InvalidLicenseNumber):
        law.parse(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "1.2.156.3005.2", KNOWN[:-2], KNOWN.replace(".2025", ".-2025"), "9" + KNOWN])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(InvalidLicenseNumber):
        law.parse(text)


def test_what_ended_stays_ended() -> None:
    for state in (LicenseState.REVOKED, LicenseState.REPLACED):
        assert not any(law.may_become(state, to) for to in LicenseState)


@given(st.sampled_from([*law.MOVES]), st.dates(), st.dates())
def test_only_what_would_be_usable_expires(state: LicenseState, until: date, today: date) -> None:
    stands = law.standing(state, until, today)
    ended = state in {LicenseState.REVOKED, LicenseState.REPLACED}
    assert (stands is LicenseState.EXPIRED) == (today > until and not ended)


@given(st.integers(1, 100), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_period_of_years_ends_within_a_day_or_two_of_its_anniversary(years: int, first: date) -> None:
    last = law.last_day(years, first)
    assert last is not None
    assert -3 <= (last - first).days - round(years * 365.2425) <= 2


def test_attributes_keep_the_order_of_the_type() -> None:
    kept = law.check_attributes(TYPES["senior_card"], dict(reversed(ATTRIBUTES.items())))
    assert list(kept) == ["name", "id_number", "born_on"]


@pytest.mark.parametrize("changes", [{"name": " "}, {"surprise": "x"}, {"name": "长" * 501}, {"born_on": 19550307}])
def test_attributes_that_do_not_fit_are_refused_by_field(changes: dict[str, str]) -> None:
    with pytest.raises(AttributesUnfit) as refused:
        law.check_attributes(TYPES["senior_card"], ATTRIBUTES | changes)
    assert refused.value.field in changes


def test_an_issue_from_a_case_takes_the_first_source_that_speaks() -> None:
    facts = {"applicant_name": "旧名", "resident.name": "沈一帆", "resident.born_on": date(1955, 3, 7)}
    assert law.gather(TYPES["senior_card"], facts) == {"name": "沈一帆", "born_on": "1955-03-07"}


def test_the_province_publishes_the_types_of_a_childs_birth_and_of_enterprises() -> None:
    wanted = {"birth_certificate", "household_entry", "social_security_card", "insurance_entry", "vaccination_record"}
    assert wanted | {"senior_card", "business_licence"} <= set(TYPES)
    assert all(load_type(dump_type(kind)) == kind for kind in TYPES.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "licences: [",
        "licences: {}",
        "licences: {a: {number: 1}}",
        "licences: {a: {number: '1', name: [证, Card], holder: person, department: d, basis: b, fields: {}}}",
        "licences: {a: {number: '001', name: [证, Card], holder: cat, department: d, basis: b, fields: {}}}",
        "licences: {a: {number: '001', name: 证, holder: person, department: d, basis: b, fields: {}}}",
        "licences: {a: {number: '001', name: [证, Card], holder: person, department: d, basis: b, fields: {x: 1}}}",
    ],
)
def test_types_that_are_written_wrongly_are_refused_with_their_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LicenseTypesBroken) as refused:
        read_types(tmp_path)
    assert refused.value.details["place"]
