"""A payload carries ids, codes, numbers and dates across, and nothing else."""

import doctest
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.events import api, law, payloads
from zhengtong.kernel.events.payloads import UnfitPayload


class Light(StrEnum):
    """A code."""

    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, kw_only=True)
class Everything:
    """Every type a payload may have."""

    case: UUID
    code: str
    number: int
    flag: bool
    on: date
    at: datetime
    light: Light
    people: tuple[UUID, ...]
    until: date | None = None
    steps: tuple[str, ...] = ()


codes = st.from_regex(r"[A-Za-z][A-Za-z0-9:._/-]{0,40}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))
everything = st.builds(
    Everything,
    case=st.uuids(),
    code=codes,
    number=st.integers(-(2**53), 2**53),
    flag=st.booleans(),
    on=st.dates(),
    at=moments,
    light=st.sampled_from(Light),
    people=st.lists(st.uuids(), max_size=3).map(tuple),
    until=st.none() | st.dates(),
    steps=st.lists(codes, max_size=3).map(tuple),
)


@given(everything)
def test_what_is_written_is_read_back(payload: Everything) -> None:
    assert payloads.load(Everything, payloads.dump(payload)) == payload


@pytest.mark.parametrize(
    "words",
    ["王小明", "two words", "", "13800138000", "+8613800138000", "11010519491231002X", "11010519491231002x", "a" * 201],
)
def test_words_and_personal_numbers_cannot_travel(words: str) -> None:
    @dataclass(frozen=True)
    class Said:
        """Something was said."""

        words: str

    with pytest.raises(UnfitPayload, match="words"):
        payloads.dump(Said(words))


@pytest.mark.parametrize(
    "code", ["330105002500", "92330105MA2XABCD1Q", "110105194912310021", "process.case", "1380013800"]
)
def test_codes_that_only_look_long_may_travel(code: str) -> None:
    assert api.is_code(code)


@pytest.mark.parametrize(
    "annotation", [dict, list[str], float, bytes, tuple[str, int], tuple[tuple[str, ...], ...], object]
)
def test_a_class_with_a_field_that_could_hold_anything_is_refused(annotation: Any) -> None:
    made: Any = dataclass(frozen=True)(
        type("Loose", (), {"__annotations__": {"field": annotation}, "__doc__": "It was."})
    )
    with pytest.raises(UnfitPayload, match=r"Loose\.field"):
        payloads.check_class(made)


def test_a_payload_that_can_change_is_refused() -> None:
    @dataclass
    class Soft:
        """Something soft happened."""

        number: int

    with pytest.raises(UnfitPayload, match="frozen"):
        api.event("kernel.test.soft.v1")(Soft)


@pytest.mark.parametrize("name", ["accepted", "process.case.accepted", "Process.Case.accepted.v1", "process.case.x.v0"])
def test_a_name_that_does_not_say_room_thing_happening_and_version_is_refused(name: str) -> None:
    with pytest.raises(UnfitPayload, match="event name"):
        api.event(name)(Everything)


def test_a_payload_whose_docstring_says_nothing_is_refused() -> None:
    @dataclass(frozen=True)
    class Silent:
        number: int

    with pytest.raises(UnfitPayload, match="docstring"):
        api.event("kernel.test.silent.v1")(Silent)


def test_a_name_that_is_taken_is_refused() -> None:
    @dataclass(frozen=True)
    class One:
        """One happened."""

    @dataclass(frozen=True)
    class Other:
        """Another happened."""

    api.event("kernel.test.taken.v1")(One)
    api.event("kernel.test.taken.v1")(One)
    with pytest.raises(UnfitPayload, match="already declared"):
        api.event("kernel.test.taken.v1")(Other)
    assert api.event_type("kernel.test.taken.v1").payload is One


def test_a_newer_senders_extra_field_is_passed_over_and_a_missing_one_is_not() -> None:
    @dataclass(frozen=True)
    class Known:
        """Something is known."""

        number: int
        until: date | None

    assert payloads.load(Known, {"number": 1, "later": "x"}) == Known(1, None)
    with pytest.raises(UnfitPayload, match="number is missing"):
        payloads.load(Known, {})
    with pytest.raises(UnfitPayload, match="until"):
        payloads.load(Known, {"number": 1, "until": "soon"})


def test_an_event_is_a_cloudevents_document() -> None:
    identifier, case = uuid4(), uuid4()

    @api.event("kernel.test.documented.v1")
    @dataclass(frozen=True)
    class Documented:
        """Something was documented."""

        case: UUID

    at = datetime(2026, 11, 22, 4, tzinfo=UTC)
    event = api.Event(
        id=identifier,
        type="kernel.test.documented.v1",
        source=api.event_type("kernel.test.documented.v1").source,
        subject="c1",
        time=at,
        data=Documented(case),
    )
    assert event.document() == {
        "specversion": "1.0",
        "id": str(identifier),
        "source": "/zhengtong/kernel",
        "type": "kernel.test.documented.v1",
        "subject": "c1",
        "time": "2026-11-22T04:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {"case": str(case)},
    }


@pytest.mark.parametrize("module", [law, payloads])
def test_the_examples_in_the_documentation_hold(module: Any) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
