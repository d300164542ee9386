"""Officials extend the calendar; what that changes is told, and a mistake changes nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from zhengtong.kernel.calendar import api, queries
from zhengtong.kernel.calendar.cli import calendar_group
from zhengtong.kernel.calendar.models import CalendarYear
from zhengtong.kernel.calendar.tests.test_law import NOTICE_2027
from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events import api as events

AT = datetime(2026, 11, 22, tzinfo=UTC)
AMENDMENT = '[[notice]]\nyear = 2027\namends = true\noff = ["国庆节 2027-10-01/2027-10-08"]\nwork = []\n'


@pytest.fixture(autouse=True)
def _fresh_calendar() -> Iterator[None]:
    api.forget()
    yield
    api.forget()


@pytest.mark.django_db
def test_adopting_a_year_settles_it_and_names_the_days_affected() -> None:
    before = api.current().due_on(date(2026, 12, 18), 6)
    adoption = api.adopt_text(text=NOTICE_2027, at=AT)
    assert adoption.affected == (date(2026, 12, 25), date(2027, 12, 24))
    assert [notice.year for notice in adoption.adopted] == [2027]
    assert api.current().recompute(before).on == date(2026, 12, 26)
    assert api.current().version == adoption.version
    row = CalendarYear.objects.get()
    assert (row.year, row.version, row.amends, row.citation, row.adopted_at) == (2027, 1, False, "演示〔2026〕1号", AT)


@pytest.mark.django_db
def test_other_rooms_hear_of_an_adoption_and_of_the_days_to_recompute() -> None:
    heard: list[events.Event[api.CalendarAdopted]] = []
    subscriptions = events.Subscriptions()
    subscriptions.subscribe("kernel.calendar.*", heard.append, name="kernel.calendar.tests.hear")
    adoption = api.adopt_text(text=NOTICE_2027, at=AT)
    events.drain(events.Dispatcher(clock=ManualClock(at=AT), subscribers=subscriptions))
    assert [event.data for event in heard] == [
        api.CalendarAdopted(first_on=date(2026, 12, 25), last_on=date(2027, 12, 24), version=adoption.version)
    ]


@pytest.mark.django_db
def test_an_amendment_becomes_the_next_version_and_overrides_the_days_it_names() -> None:
    api.adopt_text(text=NOTICE_2027, at=AT)
    assert api.current().is_working_day(date(2027, 10, 8))
    adoption = api.adopt_text(text=AMENDMENT, at=AT)
    assert not api.current().is_working_day(date(2027, 10, 8))
    assert adoption.affected == (date(2027, 10, 1), date(2027, 10, 8))
    assert list(CalendarYear.objects.values_list("year", "version")) == [(2027, 1), (2027, 2)]


@pytest.mark.django_db
def test_adopting_the_same_notice_again_changes_nothing() -> None:
    api.adopt_text(text=NOTICE_2027, at=AT)
    assert events.depth().waiting == 1
    repeat = api.adopt_text(text=NOTICE_2027, at=AT)
    assert events.depth().waiting == 1
    assert (repeat.adopted, repeat.affected) == ((), None)
    assert CalendarYear.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('[[notice]]\nyear = 2026\noff = ["元旦 2026-01-01"]\nwork = []', api.YearAlreadyAnnounced),
        (AMENDMENT, api.YearNotAnnounced),
        ("[[notice]]\nyear = 2027", api.InvalidNotice),
        (NOTICE_2027 + NOTICE_2027.replace("春节", "新春"), api.YearAlreadyAnnounced),
    ],
)
def test_a_notice_that_does_not_fit_is_refused_and_nothing_changes(text: str, refusal: type[Exception]) -> None:
    version = api.current().version
    with pytest.raises(refusal):
        api.adopt_text(text=text, at=AT)
    assert CalendarYear.objects.count() == 0
    assert events.depth().waiting == 0
    assert api.current().version == version


@pytest.mark.django_db(transaction=True)
def test_an_adoption_that_is_rolled_back_leaves_the_calendar_as_it_was() -> None:
    version = api.current().version
    with transaction.atomic():
        api.adopt_text(text=NOTICE_2027, at=AT)
        assert api.current().version != version
        transaction.set_rollback(True)
    assert api.current().version == version


@pytest.mark.django_db(transaction=True)
def test_of_two_officials_who_adopt_the_same_notice_at_once_one_finds_it_done() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    start = Barrier(4)

    def adopt(_official: int) -> int:
        try:
            start.wait()
            return len(api.adopt_text(text=NOTICE_2027, at=AT).adopted)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as officials:
        assert sorted(officials.map(adopt, range(4))) == [0, 0, 0, 1]
    assert CalendarYear.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_another_process_learns_of_an_adoption_when_it_next_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    version = api.current().version
    CalendarYear.objects.create(  # as another process would, without telling this one
        year=2027, version=1, amends=False, off=["元旦 2027-01-01"], work=[], adopted_at=AT
    )
    assert api.current().version == version
    monkeypatch.setattr(queries, "RECHECK_SECONDS", 0)
    assert api.current().version != version


@pytest.mark.django_db
def test_the_command_line_answers_imports_and_shows(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert "2026-12-28 Monday (provisional" in run(calendar_group, ["due", "2026-12-18", "6"]).output
    file = tmp_path / "2027.toml"
    file.write_text(NOTICE_2027, encoding="utf-8")
    imported = run(calendar_group, ["import", str(file)])
    assert "Adopted 2027 演示〔2026〕1号" in imported.output
    assert "2026-12-25…2027-12-24 must be recomputed" in imported.output
    assert "Nothing new" in run(calendar_group, ["import", str(file)]).output
    assert "2026-12-26 Saturday (certain" in run(calendar_group, ["due", "2026-12-18", "6"]).output
    shown = run(calendar_group, ["show", "2027"]).output
    assert "2027: announced" in shown
    assert "2027-02-20 Sat  work" in shown
    assert "2027-02-05 Fri  off   春节" in shown


def test_a_wrong_argument_gets_a_sentence() -> None:
    for arguments, sentence in (
        (["due", "tomorrow", "3"], "does not match the format"),
        (["show", "1999"], "is not in the range"),
        (["import", "/nowhere.toml"], "does not exist"),
    ):
        result = CliRunner().invoke(calendar_group, arguments)
        assert result.exit_code == 2
        assert sentence in result.output
