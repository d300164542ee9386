"""What a log tells, checked against a hand-made log and against a plain-Python reading of random logs."""

import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TextIO, cast
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.process.mining import api as mining
from zhengtong.process.mining.cli import mining_group
from zhengtong.process.mining.log import COLUMNS

FRIDAY = datetime(2026, 9, 25, 16, 0)  # noqa: DTZ001 -- logs are in local time
HOURS = mining.OfficeHours(is_working_day=lambda day: day.weekday() < 5, intervals=((time(9), time(17)),))


def log_of(rows: list[tuple[object, ...]]) -> mining.Log:
    log = mining.Log(hours=HOURS, threads=1)
    log.add_rows(rows)
    return log


@pytest.fixture
def permits() -> mining.Log:
    """Two cases straight through, one with a correction round over the weekend."""
    hour = timedelta(hours=1)
    rows: list[tuple[object, ...]] = []
    for case in ("a", "b"):
        rows += [(case, "受理", FRIDAY, "窗口", "许可"), (case, "审查", FRIDAY + hour / 2, "审批科", "许可")]
        rows += [(case, "决定", FRIDAY + hour, "审批科", "许可")]
    monday = FRIDAY + timedelta(days=3)
    rows += [("c", "受理", FRIDAY, "窗口", "许可"), ("c", "审查", monday - 6 * hour, "审批科", "许可")]
    rows += [("c", "受理", monday - 5 * hour, "窗口", "许可"), ("c", "审查", monday, "审批科", "许可")]
    rows += [("c", "决定", monday + hour, "审批科", "许可")]
    return log_of(rows)


def test_the_graph_counts_edges_starts_and_ends(permits: mining.Log) -> None:
    found = mining.graph(permits)
    assert {(edge.source, edge.target): edge.count for edge in found.edges} == {
        ("受理", "审查"): 4,
        ("审查", "决定"): 3,
        ("审查", "受理"): 1,
    }
    assert (found.starts, found.ends, found.cases, found.events) == ({"受理": 3}, {"决定": 3}, 3, 11)


def test_a_weekend_is_not_worked_time(permits: mining.Log) -> None:
    edge = next(edge for edge in mining.graph(permits).edges if (edge.source, edge.target) == ("受理", "审查"))
    # Friday 16:00 to Monday 10:00 is 66 hours on the wall and two in the office; Monday 11:00 to 16:00 is five.
    assert edge.elapsed == (0.5 + 0.5 + 66 + 5) / 4 * 3600
    assert edge.worked.mean == (0.5 + 0.5 + 2 + 5) / 4 * 3600


def test_variants_come_most_frequent_first_with_their_share(permits: mining.Log) -> None:
    first, second = mining.variants(permits)
    assert (first.activities, first.cases, round(first.share, 4)) == (("受理", "审查", "决定"), 2, 0.6667)
    assert second.activities == ("受理", "审查", "受理", "审查", "决定")


def test_rework_names_what_was_done_again_and_its_cost(permits: mining.Log) -> None:
    again = {entry.activity: entry for entry in mining.rework(permits)}
    assert {name: (entry.cases, entry.repetitions) for name, entry in again.items()} == {"受理": (1, 1), "审查": (1, 1)}
    assert again["受理"].worked == 3 * 3600
    assert again["审查"].worked == 6 * 3600


def test_the_bottleneck_is_where_working_time_is_spent(permits: mining.Log) -> None:
    worst = mining.bottlenecks(permits)[0]
    assert (worst.activity, worst.office, worst.total_worked) == ("审查", "审批科", 8 * 3600)


def test_rows_of_one_moment_keep_their_order() -> None:
    log = log_of([("a", name, FRIDAY) for name in "丙甲乙"])
    assert mining.variants(log)[0].activities == ("丙", "甲", "乙")


def test_an_empty_log_answers_with_nothing() -> None:
    log = log_of([])
    assert mining.graph(log).edges == ()
    assert mining.variants(log) == ()
    assert mining.bottlenecks(log) == ()
    assert mining.rework(log) == ()


_events = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["A", "B", "C"]),
        st.integers(0, 14 * 86_400).map(lambda second: FRIDAY + timedelta(seconds=second)),
    ),
    max_size=40,
)


def worked_seconds(start: datetime, end: datetime) -> int:
    """Count office seconds the slow, obvious way: day by day."""
    total = 0
    day = start.date()
    while day <= end.date():
        if day.weekday() < 5:
            opens, closes = datetime.combine(day, time(9)), datetime.combine(day, time(17))
            total += max(0, int((min(end, closes) - max(start, opens)).total_seconds()))
        day += timedelta(days=1)
    return total


@settings(max_examples=60, deadline=None)
@given(_events)
def test_any_log_reads_like_the_plain_python_reading(rows: list[tuple[str, str, datetime]]) -> None:
    cases: dict[str, list[tuple[datetime, str]]] = {}
    for case, activity, at in rows:
        cases.setdefault(case, []).append((at, activity))
    edges: Counter[tuple[str, str]] = Counter()
    worked: Counter[tuple[str, str]] = Counter()
    ways: Counter[tuple[str, ...]] = Counter()
    for events in cases.values():
        events.sort(key=lambda event: event[0])
        ways[tuple(name for _at, name in events)] += 1
        for (at, name), (next_at, next_name) in pairwise(events):
            edges[name, next_name] += 1
            worked[name, next_name] += worked_seconds(at, next_at)
    log = log_of([tuple(row) for row in rows])
    found = mining.graph(log)
    assert {(edge.source, edge.target): edge.count for edge in found.edges} == edges
    assert {(edge.source, edge.target): round(edge.worked.mean * edge.count) for edge in found.edges} == worked
    assert {variant.activities: variant.cases for variant in mining.variants(log)} == ways


def test_xes_holds_every_trace_and_event(permits: mining.Log) -> None:
    target = io.StringIO()
    assert mining.write_xes(permits, target) == 11
    root = ET.fromstring(target.getvalue())  # noqa: S314 -- our own output
    assert [len(trace.findall("event")) for trace in root.findall("trace")] == [3, 3, 5]
    first = root.find("trace/event/date")
    assert first is not None
    assert first.attrib["value"] == "2026-09-25T16:00:00.000+08:00"


def test_ocel_relates_every_event_to_its_case_office_and_item(permits: mining.Log) -> None:
    target = io.StringIO()
    assert mining.write_ocel(permits, target) == 11
    document = json.loads(target.getvalue())
    objects = {entry["id"]: entry["type"] for entry in document["objects"]}
    assert Counter(objects.values()) == {"case": 3, "office": 2, "item": 1}
    assert all(link["objectId"] in objects for event in document["events"] for link in event["relationships"])
    assert {event["type"] for event in document["events"]} == {entry["name"] for entry in document["eventTypes"]}


def test_a_csv_log_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        "case_id,activity,completed_at\n1,受理,2026-09-25 16:00:00\n1,决定,2026-09-28 10:00:00\n", encoding="utf-8"
    )
    log = mining.Log(hours=HOURS)
    log.add_file(file)
    (edge,) = mining.graph(log).edges
    assert (edge.source, edge.target, edge.worked.mean) == ("受理", "决定", 2 * 3600)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.txt", "x", "only .csv, .parquet"),
        ("missing.csv", None, "no such file"),
        ("log.csv", "case_id,completed_at\n1,2026-01-01\n", "column activity is missing"),
        ("log.csv", "case_id,activity,completed_at\n1,A,yesterday\n", "correct the file"),
        ("log.parquet", "not parquet", "correct the file"),
    ],
)
def test_a_log_that_cannot_be_read_says_why_and_adds_nothing(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    log = mining.Log()
    with pytest.raises(mining.LogNotReadable, match=said):
        log.add_file(tmp_path / name)
    assert log.ask("select count(*) from event") == [(0,)]


def test_office_hours_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in order"):
        mining.OfficeHours(is_working_day=lambda _day: True, intervals=((time(14), time(9)),))


def test_a_holiday_calendar_decides_what_is_worked() -> None:
    national_day = mining.OfficeHours(
        is_working_day=lambda day: day != date(2026, 10, 1), intervals=((time(9), time(17)),)
    )
    log = mining.Log(hours=national_day)
    log.add_rows([("a", "x", datetime(2026, 9, 30, 9)), ("a", "y", datetime(2026, 10, 2, 9))])  # noqa: DTZ001
    assert mining.graph(log).edges[0].worked.mean == 8 * 3600


RICH: list[tuple[object, ...]] = [
    ("a", "受理", FRIDAY, "窗口", "许可", FRIDAY - timedelta(minutes=9), "p1", '{"amount": 12, "urgent": true}'),
    ("a", "决定", FRIDAY + timedelta(hours=1), "审批科", "许可", None, "p2", None),
    ("b", '受理 <&> "quoted"', FRIDAY, None, None, None, None, '{"note": "缺件", "share": 0.5}'),
]
EVENTS = f"select {', '.join(COLUMNS)} from event order by case_id, completed_at, activity"  # noqa: S608 -- constants


@pytest.mark.parametrize(("name", "write"), [("log.xes", mining.write_xes), ("log.json", mining.write_ocel)])
def test_what_was_exported_is_read_back_the_same(
    tmp_path: Path, name: str, write: Callable[[mining.Log, TextIO], int]
) -> None:
    log, again = log_of(RICH), mining.Log()
    with (tmp_path / name).open("w", encoding="utf-8") as file:
        write(log, file)
    again.add_file(tmp_path / name)
    assert again.ask(EVENTS) == log.ask(EVENTS)


def test_a_gzipped_xes_and_a_duckdb_file_are_read(tmp_path: Path) -> None:
    log = log_of(RICH)
    with gzip.open(tmp_path / "log.xes.gz", "wt", encoding="utf-8") as file:
        mining.write_xes(log, cast("TextIO", file))
    log.db.execute(f"attach '{tmp_path / 'log.duckdb'}' as other")
    log.db.execute("create table other.event as from event")
    log.close()
    for name in ("log.xes.gz", "log.duckdb"):
        again = mining.Log()
        again.add_file(tmp_path / name)
        assert again.ask("select count(*), count(started_at), count(data) from event") == [(3, 1, 2)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("dtd.xes", '<!DOCTYPE log [<!ENTITY a "aaaa">]><log><trace/></log>', "document type"),
        ("dtd.xes", '<!DOCTYPE log SYSTEM "file:///etc/hostname"><log/>', "document type"),
        ("other.xes", "<definitions/>", "not <log>"),
        ("cut.xes", "<log><trace><event>", "broken"),
        (
            "unnamed.xes",
            '<log><trace><event><string key="concept:name" value="x"/></event></trace></log>',
            "concept:name",
        ),
        ("when.json", '{"objects": [], "events": [{"id": "e1", "time": "later", "type": "x"}]}', "no moment"),
        ("bare.json", "{}", "no OCEL"),
        ("deep.json", "[" * 100_000, "no OCEL"),
        (
            "caseless.json",
            '{"objects": [], "events": [{"id": "e1", "time": "2026-01-05T09:00", "type": "x", "relationships": []}]}',
            "no object of the type case",
        ),
        ("not.duckdb", "duck", "correct the file"),
    ],
)
def test_an_exchange_file_that_cannot_be_read_says_why_and_adds_nothing(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    log = mining.Log()
    with pytest.raises(mining.LogNotReadable, match=said):
        log.add_file(tmp_path / name)
    assert log.ask("select count(*) from event") == [(0,)]


HAND_INS = [
    ("h1", "c1", "开办企业", "营业执照"),
    ("h1", "c1", "开办企业", "营业执照"),  # again in the same case
    ("h1", "c2", "食品经营", "营业执照"),  # again under another item
    ("h1", "c3", "食品经营", "健康证明"),
    ("h2", "c4", "食品经营", "健康证明"),
    ("h2", "c5", "食品经营", "健康证明"),  # again in another case of the same item
    ("h3", "c6", "开办企业", "营业执照"),
]


def test_evidence_asked_twice_is_found_within_a_case_across_cases_and_across_items() -> None:
    log = mining.Log()
    mining.add_evidence(log, HAND_INS)
    found = {(entry.evidence_type, entry.where): entry for entry in mining.repeated_evidence(log)}
    assert set(found) == {
        ("营业执照", mining.Where.CASE),
        ("营业执照", mining.Where.ITEMS),
        ("健康证明", mining.Where.ITEM),
    }
    across = found["营业执照", mining.Where.ITEMS]
    assert (across.first_item, across.second_item, across.holders, across.avoidable) == ("开办企业", "食品经营", 1, 1)
    total = mining.evidence_summary(log)
    assert (total.handed_in, total.needed, round(total.avoidable_share, 3)) == (7, 4, 0.429)


@given(
    st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from("123"), st.sampled_from("xyz"), st.sampled_from("ab")))
)
@settings(max_examples=40, deadline=None)
def test_every_avoidable_hand_in_is_counted_once(rows: list[tuple[str, str, str, str]]) -> None:
    log = mining.Log()
    mining.add_evidence(log, rows)
    total = mining.evidence_summary(log)
    assert sum(entry.avoidable for entry in mining.repeated_evidence(log, most=1000)) == total.handed_in - total.needed


@pytest.mark.django_db
def test_the_commands_report_edges_and_evidence(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "case_id,activity,completed_at\n1,受理,2026-02-14 16:00:00\n1,决定,2026-02-24 10:00:00\n", encoding="utf-8"
    )
    lines = "\n".join(",".join(row) for row in [("holder", "case_id", "item", "evidence_type"), *HAND_INS])
    (tmp_path / "evidence.csv").write_text(lines, encoding="utf-8")
    printed = CliRunner().invoke(mining_group, ["report", str(tmp_path / "log.csv")]).output
    # Saturday 14 February 2026 is a make-up working day before Spring Festival; offices open again on the 24th.
    assert "受理 → 决定" in printed
    assert " 2.0 " in printed
    plain = ["report", str(tmp_path / "log.csv"), "--calendar", "monday-to-friday"]
    assert " 40.0 " in CliRunner().invoke(mining_group, plain).output
    assert (
        "42.9% are avoidable" in CliRunner().invoke(mining_group, ["evidence", str(tmp_path / "evidence.csv")]).output
    )
    refused = CliRunner().invoke(mining_group, ["evidence", str(tmp_path / "log.csv")])
    assert (refused.exit_code, "column holder" in refused.output) == (1, True)
