"""A batch becomes a version; what does not fit is refused with its reason; nothing is read or written twice."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from django.db import connection

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.tests import builders
from zhengtong.data.collection import api, gates, lake, services
from zhengtong.data.collection.models import Batch, LineageEdge, Source
from zhengtong.data.collection.tests.conftest import a_source, collect, ids
from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.usefixtures("house")
HEADER = "公民身份号码,姓名,登记日期\n"
GOOD = HEADER + "A1,张三,2020-01-31\nA2,李四,20200201\nA3,王五,2020年2月3日\n"


def csv_file(folder: Path, text: str = GOOD, encoding: str = "utf-8", name: str = "a.csv") -> str:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_encoding_of_offices_becomes_a_version(tmp_path: Path, encoding: str) -> None:
    batch = collect(a_source(csv_file(tmp_path, encoding=encoding)))
    assert (batch.state, batch.version, batch.rows_read, batch.rows_refused) == (api.BatchState.LANDED, 0, 3, 0)
    rows = api.rows("police_households")
    assert rows is not None
    assert sorted(zip(rows["registered_on"].to_pylist(), rows["name"].to_pylist(), strict=True)) == [
        (date(2020, 1, 31), "张三"), (date(2020, 2, 1), "李四"), (date(2020, 2, 3), "王五"),
    ]  # fmt: skip


def test_excel_json_and_parquet_bring_the_same_rows(tmp_path: Path) -> None:
    from openpyxl import Workbook

    rows = [{"id_number": "A1", "name": "张三", "registered_on": "2020-01-31"},
            {"id_number": "12", "name": "李四", "registered_on": ""}]  # fmt: skip
    book = Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row.values()])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for suffix in ("xlsx", "json", "parquet"):
        batch = collect(a_source(str(tmp_path / f"a.{suffix}"), name=suffix))
        assert batch.error == ""
        assert ids() == ["12", "A1"]
    assert lake.version_of("police_households") == 0  # the second and the third changed nothing


def test_rows_that_do_not_fit_are_kept_with_their_reasons_and_sent_back(house: builders.House, tmp_path: Path) -> None:
    text = (
        HEADER + "A1,旧,2020-01-01\nA1,新,2020-01-02\n,无号,2020-01-01\nA4,赵六,某日\nA5,缺列\n" + "9" * 19 + ",长,\n"
    )
    batch = collect(a_source(csv_file(tmp_path, text)))
    assert batch.reasons == {
        "key:duplicate": 1, "id_number:missing": 1, "registered_on:type": 1, "id_number:length": 1, ":structure": 1,
    }  # fmt: skip
    assert (batch.rows_read, batch.rows_landed, batch.rows_refused) == (6, 1, 5)
    assert batch.returned_at is not None
    rows = api.rows("police_households")
    assert rows is not None
    assert rows["name"].to_pylist() == ["新"]
    access_denied = house.stranger
    with pytest.raises(NotAllowed):
        api.take_back(actor=access_denied, batch=batch.id, at=NOW)
    back = api.take_back(actor=SYSTEM, batch=batch.id, at=NOW)
    assert {row.cells.get("姓名") for row in back} >= {"旧", "无号", "赵六"}
    assert len(back) == 5
    assert [one.act.business.command for one in ledger.acts_on("data.collection.batch", str(batch.id)).items] == [
        "data.collection.take_back", "data.collection.collect",
    ]  # fmt: skip


def test_a_file_that_has_not_changed_brings_nothing(tmp_path: Path) -> None:
    source = a_source(csv_file(tmp_path))
    collect(source)
    again = collect(source)
    assert (again.state, again.version, again.rows_read) == (api.BatchState.UNCHANGED, None, 0)
    assert api.version_of("police_households") == 0


def test_a_whole_delivery_changes_only_what_differs_and_the_feed_tells(tmp_path: Path) -> None:
    source = a_source(csv_file(tmp_path))
    collect(source)
    csv_file(tmp_path, HEADER + "A1,张三,2020-01-31\nA2,李斯,2020-02-01\nA4,新人,\n")
    batch = collect(source)
    assert (batch.version, batch.rows_landed, ids()) == (1, 3, ["A1", "A2", "A4"])
    feed = api.changes("police_households", after=0).to_pylist()
    assert sorted((row["_change_type"], row["id_number"]) for row in feed) == [
        ("delete", "A3"), ("insert", "A4"), ("update_postimage", "A2"), ("update_preimage", "A2"),
    ]  # fmt: skip
    assert ids(version=0) == ["A1", "A2", "A3"]
    assert api.changes("police_households", after=1).num_rows == 0


def test_a_source_that_cannot_be_read_fails_the_batch_and_keeps_what_is_there(tmp_path: Path) -> None:
    source = a_source(csv_file(tmp_path))
    collect(source)
    for text in ("", "姓名\n张三\n"):
        csv_file(tmp_path, text)
        batch = collect(source)
        assert (batch.state, batch.version) == (api.BatchState.FAILED, None)
        assert "读取数据源失败" in batch.error
    (tmp_path / "a.csv").unlink()
    assert collect(source).state is api.BatchState.FAILED
    assert ids() == ["A1", "A2", "A3"]


def test_a_gate_stops_a_bad_batch_and_the_version_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = a_source(csv_file(tmp_path))
    collect(source)
    monkeypatch.setattr(gates, "_gates", [lambda *_args, **_more: api.Verdict(passes=False, why="太差")])
    csv_file(tmp_path, HEADER + "B1,坏,\n")
    batch = collect(source)
    assert (batch.state, batch.error, ids()) == (api.BatchState.STOPPED, "太差", ["A1", "A2", "A3"])
    monkeypatch.setattr(gates, "_gates", [])
    assert collect(source).state is api.BatchState.LANDED  # the same file is taken once the gate lets it pass
    assert ids() == ["B1"]


def people_database(folder: Path) -> str:
    path = folder / "people.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE people (id TEXT, full_name TEXT, changed INTEGER)")
        theirs.executemany("INSERT INTO people VALUES (?, ?, ?)", [(f"A{n}", f"人{n}", n // 2) for n in range(10)])
    return f"sqlite://{path}"


@pytest.fixture
def watched(house: builders.House) -> None:
    """Give the dataset a data element to read on from."""
    element = catalog.DataElement(name="changed", title="变更序号", type=catalog.ElementType.INTEGER)
    entry = builders.households(elements=(*builders.households().elements, element))
    catalog.register(actor=SYSTEM, provider=house.police, entries=[entry], at=NOW)


def watching(location: str, **options: Any) -> api.SourceView:
    columns = {"id": "id_number", "full_name": "name"}
    return a_source(
        location, name="db", kind=api.ConnectorKind.DATABASE, mode=api.Mode.UPSERT, watermark="changed",
        options={"table": "people", "columns": columns, **options},
    )  # fmt: skip


@pytest.mark.usefixtures("watched")
def test_a_database_is_read_on_from_its_watermark(tmp_path: Path) -> None:
    location = people_database(tmp_path)
    source = watching(location)
    assert collect(source).rows_landed == 10
    assert collect(source).state is api.BatchState.UNCHANGED
    with sqlite3.connect(location.removeprefix("sqlite://")) as theirs:
        theirs.execute("UPDATE people SET full_name = '改名', changed = 99 WHERE id = 'A3'")
    batch = collect(source)
    assert (batch.rows_read, batch.rows_landed, len(ids())) == (1, 1, 10)


@pytest.mark.usefixtures("watched")
def test_a_batch_that_died_goes_on_where_it_was_and_writes_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = watching(people_database(tmp_path))
    monkeypatch.setattr(services, "Reading", _small)
    advance = services._Run._advance

    def die(run: Any, piece: Any, landed: int) -> None:
        if run._source.sequence == 1:
            raise KeyboardInterrupt  # the piece is in the lake, the database does not know
        advance(run, piece, landed)

    monkeypatch.setattr(services._Run, "_advance", die)
    with pytest.raises(KeyboardInterrupt):
        collect(source)
    monkeypatch.setattr(services._Run, "_advance", advance)
    versions = api.version_of("police_households")
    clock = ManualClock(at=NOW + timedelta(days=9999))
    with pytest.raises(api.AlreadyCollecting):
        collect(source)
    batch = api.collect(actor=SYSTEM, source=source.id, clock=clock)
    assert (batch.state, batch.number, len(ids())) == (api.BatchState.LANDED, 1, 10)
    assert Batch.objects.count() == 1
    assert versions is not None
    assert lake.version_of("police_households") == versions + 1


def _small(**given: Any) -> Any:
    from zhengtong.data.collection.connectors import Reading

    return Reading(**given, size=4)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.django_db(transaction=True)  # the extension reads over a connection of its own
def test_a_postgresql_table_is_read(house: builders.House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE their_people (id_number text, name text)")
        cursor.execute("INSERT INTO their_people VALUES ('A1', '张三')")
    given = connection.settings_dict
    server = quote(given["OPTIONS"].get("host") or given["HOST"], safe="")
    address = (
        f"postgresql://{given['USER']}:{given['PASSWORD']}@/{given['NAME']}?host={server}&port={given['PORT'] or 5432}"
    )
    try:
        source = a_source(address, name="pg", kind=api.ConnectorKind.DATABASE, options={"table": "public.their_people"})
        assert collect(source).error == ""
        assert ids() == ["A1"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE their_people")


def test_a_change_feed_is_followed_deletions_included(tmp_path: Path) -> None:
    theirs = str(tmp_path / "theirs")
    write_deltalake(
        theirs, pa.table({"id_number": ["A1", "A2"], "name": ["张三", "李四"]}),
        configuration={"delta.enableChangeDataFeed": "true"},
    )  # fmt: skip
    source = a_source(theirs, name="feed", kind=api.ConnectorKind.FEED, mode=api.Mode.UPSERT)
    assert collect(source).rows_refused == 0
    assert ids() == ["A1", "A2"]
    table = DeltaTable(theirs)
    table.delete("id_number = 'A1'")
    write_deltalake(theirs, pa.table({"id_number": ["A3"], "name": ["王五"]}), mode="append")
    DeltaTable(theirs).update({"name": "'改名'"}, predicate="id_number = 'A3'")
    batch = collect(source)
    assert (batch.rows_refused, ids()) == (0, ["A2", "A3"])
    assert collect(source).state is api.BatchState.UNCHANGED


class _Pages(BaseHTTPRequestHandler):
    """Three pages of rows; the second is broken once."""

    broken = True

    def do_GET(self) -> None:
        number = int(parse_qs(urlsplit(self.path).query).get("p", ["1"])[0])
        if number == 2 and _Pages.broken:
            _Pages.broken = False
            self.send_response(503)
            self.end_headers()
            return
        rows = [{"id_number": f"P{number}{n}", "name": "页"} for n in range(2)] if number < 4 else []
        body = json.dumps({"data": {"items": rows}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    _Pages.broken = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/people"
    server.shutdown()
    thread.join()


def test_http_pages_are_read_to_the_end_through_a_passing_fault(pages: str) -> None:
    source = a_source(pages, name="http", kind=api.ConnectorKind.HTTP, options={"rows": "data.items", "page": "p"})
    batch = collect(source)
    assert (batch.error, batch.rows_read, len(ids())) == ("", 6, 6)
    assert Source.objects.get().position is None
    unfit = a_source(pages, name="other", kind=api.ConnectorKind.HTTP, options={"rows": "nothing", "page": "p"})
    assert "nothing" in collect(unfit).error


@pytest.mark.parametrize(
    "changed",
    [
        {"location": " "},
        {"kind": api.ConnectorKind.DATABASE, "location": "oracle://x", "options": {"table": "t"}},
        {"kind": api.ConnectorKind.DATABASE, "location": "sqlite:///x"},
        {"watermark": "nothing", "mode": api.Mode.UPSERT},
        {"watermark": "name"},
        {"every_minutes": 0},
    ],
)
def test_a_source_that_cannot_work_is_refused_and_not_set_up(changed: dict[str, Any]) -> None:
    with pytest.raises(api.SourceUnfit):
        a_source(**({"location": "/x.csv"} | changed))
    assert not Source.objects.exists()


def test_an_address_with_a_password_lies_sealed(tmp_path: Path) -> None:
    location = "postgresql://reader:secret-word@db.example/census"
    a_source(location, kind=api.ConnectorKind.DATABASE, options={"table": "t"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT location FROM collection_source")
        assert "secret-word" not in str(cursor.fetchone())


def test_a_source_is_claimed_once_when_its_turn_comes(tmp_path: Path) -> None:
    source = a_source(csv_file(tmp_path), every_minutes=30)
    assert api.claim_due(NOW, until=NOW) == []
    later = NOW + timedelta(minutes=31)
    assert api.claim_due(later, until=later + timedelta(minutes=15)) == [source.id]
    assert api.claim_due(later, until=later) == []
    api.collect_by_schedule(source.id)
    assert ids() == ["A1", "A2", "A3"]


def test_what_landed_stands_in_the_lineage_column_by_column(tmp_path: Path) -> None:
    batch = collect(a_source(csv_file(tmp_path)))
    edges = api.lineage_of(builders.HOUSEHOLDS)
    assert {(edge.source, edge.target_column) for edge in edges} == {
        ("file:file", "id_number"), ("file:file", "name"), ("file:file", "registered_on"),
    }  # fmt: skip
    complete, start = api.lineage_events()
    assert (complete["eventType"], start["eventType"]) == ("COMPLETE", "START")
    assert complete["run"]["runId"] == str(batch.id)
    fields = complete["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert fields["name"]["inputFields"][0]["name"] == "file:file"
    assert LineageEdge.objects.count() == 3


def test_lineage_is_followed_across_datasets_both_ways() -> None:
    for number, (source, target) in enumerate([("a", "b"), ("b", "c"), ("c", "d"), ("x", "y")]):
        line = api.ColumnLineage(column="n", inputs=((source, "m"),))
        run = api.LineageRun(
            run=new_id(), job=f"j{number}", inputs=(source,), output=target, columns=(line,), started_at=NOW,
            ended_at=NOW,
        )  # fmt: skip
        api.record_lineage(run)
        api.record_lineage(run)
    assert {(edge.source, edge.target) for edge in api.lineage_of("b")} == {("a", "b"), ("b", "c"), ("c", "d")}
    assert {(edge.source, edge.target) for edge in api.lineage_of("b", depth=1)} == {("a", "b"), ("b", "c")}
