"""A notice that contradicts itself never gets in."""

import pytest

from zhengtong.kernel.calendar.notices import (
    UnreadableNotice,
    entry_of,
    festival_days,
    notice_from,
    read_notices,
    shipped_notices,
)


def test_every_year_from_2004_to_2026_has_one_base_notice() -> None:
    base = [notice.year for notice in shipped_notices() if not notice.amends]
    assert base == list(range(2004, 2027))
    assert [notice.year for notice in shipped_notices() if notice.amends] == [2015, 2019, 2020]


def test_document_numbers_are_those_of_the_year_before() -> None:
    for notice in shipped_notices():
        issued = notice.year if notice.amends else notice.year - 1
        assert not notice.citation or f"〔{issued}〕" in notice.citation


def test_a_notice_survives_being_written_and_read() -> None:
    for notice in shipped_notices():
        assert notice_from(entry_of(notice)) == notice


def test_the_moving_festivals_are_known_for_every_year_to_come() -> None:
    assert sorted(festival_days()) == list(range(2027, 2051))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[notice", "not TOML"),
        ("", "no .*notice.* entry"),
        ("notice = 3", "no .*notice.* entry"),
        ("[[notice]]\nyear = 2027\noff = []", "'work' is missing"),
        ("[[notice]]\nyear = 2027\nwork = []\noff = []", "no day off"),
        ('[[notice]]\nyear = 2027\nwork = []\noff = ["元旦 2028-01-01"]', "a day outside"),
        ('[[notice]]\nyear = 2027\nwork = []\noff = ["元旦 2027-01-03/2027-01-01"]', "not a name and"),
        ('[[notice]]\nyear = 2027\nwork = []\noff = ["2027-01-01"]', "not a name and"),
        ('[[notice]]\nyear = 2027\nwork = []\noff = ["元旦 1月1日"]', "Invalid isoformat"),
        ('[[notice]]\nyear = 2027\nwork = ["2027-01-02"]\noff = ["元旦 2027-01-01/2027-01-03"]', "both off and worked"),
        ('[[notice]]\nyear = 2027\nwork = ["2027-01-04"]\noff = ["元旦 2027-01-01"]', "worked anyway"),
        ('[[notice]]\nyear = 2027\nwork = [5]\noff = ["元旦 2027-01-01"]', "notice 2027"),
    ],
)
def test_a_faulty_file_is_refused_with_the_fault(text: str, fault: str) -> None:
    with pytest.raises(UnreadableNotice, match=fault):
        read_notices(text)
