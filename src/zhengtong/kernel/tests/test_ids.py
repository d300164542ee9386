"""Ids sort in the order they were made; references survive the telephone."""

import random
import threading
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.checkdigits import CREDIT_CODE_ALPHABET
from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.ids import IdSource, InvalidReference, made_at, new_id, new_reference, read_reference

NOON = datetime(2026, 11, 22, 4, 0, 0, 123_000, tzinfo=UTC)


def test_the_example_of_rfc_9562_tells_its_time() -> None:
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert made_at(example) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_the_bits_are_laid_out_as_the_standard_draws_them() -> None:
    identifier = IdSource(ManualClock(at=NOON), lambda bits: (1 << bits) - 1).new()
    milliseconds = round(NOON.timestamp() * 1000)
    assert identifier.int >> 80 == milliseconds
    assert (identifier.version, identifier.variant) == (7, RFC_4122)
    assert identifier.int & 0xFFF << 64 == 0x7FF << 64  # the top counter bit starts clear
    assert identifier.int & (1 << 62) - 1 == (1 << 62) - 1


def test_another_version_is_not_asked_for_its_time() -> None:
    with pytest.raises(ValueError, match="version 4"):
        made_at(UUID("00000000-0000-4000-8000-000000000000"))


@given(steps=st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=60), seed=st.integers())
def test_ids_increase_even_when_the_clock_steps_back(steps: list[int], seed: int) -> None:
    clock = ManualClock(at=NOON)
    source = IdSource(clock, random.Random(seed).getrandbits)  # noqa: S311 -- repeatable, no secret
    made = [source.new()]
    for step in steps:
        clock.advance(timedelta(milliseconds=step))
        made.append(source.new())
    assert made == sorted(set(made))


def test_a_full_counter_borrows_the_next_millisecond() -> None:
    source = IdSource(ManualClock(at=NOON), lambda bits: (1 << bits) - 1)
    source._start(source._millisecond)
    source._counter = (1 << 74) - 1
    source._millisecond = round(NOON.timestamp() * 1000)
    assert made_at(source.new()) == NOON + timedelta(milliseconds=1)


def test_threads_never_share_an_id() -> None:
    source = IdSource()
    made: list[UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(source.new() for _ in range(500))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2_000


def test_the_process_source_uses_the_present() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= made_at(new_id()) <= datetime.now(UTC) + timedelta(milliseconds=1)


references = st.builds(lambda seed: new_reference("BJ", choice=random.Random(seed).choice), st.integers())  # noqa: S311


@given(reference=references)
def test_a_reference_is_read_however_it_is_typed(reference: str) -> None:
    sloppy = reference.replace("-", " ").lower().replace("0", "o").replace("1", "i").replace("5", "s").replace("u", "v")
    assert read_reference(sloppy, "BJ") == reference
    assert [len(group) for group in reference.split("-")] == [2, 4, 4, 4]


@given(reference=references, place=st.integers(0, 11), character=st.sampled_from(CREDIT_CODE_ALPHABET))
def test_one_wrong_character_is_noticed(reference: str, place: int, character: str) -> None:
    body = reference.replace("-", "")[2:]
    wrong = body[:place] + character + body[place + 1 :]
    if wrong == body:
        assert read_reference("BJ" + wrong, "BJ") == reference
    else:
        with pytest.raises(InvalidReference, match="校验位不符"):
            read_reference("BJ" + wrong, "BJ")


@given(reference=references, first=st.integers(0, 11), second=st.integers(0, 11))
def test_two_exchanged_characters_are_noticed(reference: str, first: int, second: int) -> None:
    body = list(reference.replace("-", "")[2:])
    body[first], body[second] = body[second], body[first]
    wrong = "".join(body)
    if "BJ" + wrong == reference.replace("-", ""):
        return
    with pytest.raises(InvalidReference, match="校验位不符"):
        read_reference("BJ" + wrong, "BJ")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "应为 BJ-XXXX-XXXX-XXXX 的样式"),
        ("BJ-0000-0000", "应为 BJ-XXXX-XXXX-XXXX 的样式"),
        ("WX-0000-0000-0000", "应为 BJ-XXXX-XXXX-XXXX 的样式"),
        ("BJ-0000-0?00-0000", "第 8 位“?”不是编号用字"),
    ],
)
def test_a_foreign_text_is_refused_with_the_reason(typed: str, complaint: str) -> None:
    with pytest.raises(InvalidReference, match=complaint.replace("?", r"\?")):
        read_reference(typed, "BJ")


def test_a_reference_of_another_kind_is_refused_by_its_prefix_check() -> None:
    other = "WX" + new_reference("BJ").removeprefix("BJ")
    with pytest.raises(InvalidReference, match="校验位不符"):
        read_reference(other, "WX")


def test_a_prefix_outside_the_alphabet_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="prefix"):
        new_reference("ZT")
