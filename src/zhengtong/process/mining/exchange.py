"""Event logs from other tools: XES (IEEE Std 1849-2016) and OCEL 2.0 JSON (ocel-standard.org), read as rows.

XES is streamed, so a log of any size needs the memory of one trace. Only completed activities count: events whose
`lifecycle:transition` is another than `complete` are left out, save that `start` gives the start of the next
completion of the same activity. Attributes beyond the standard extensions become the activity's data.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast
from xml.parsers import expat
from zoneinfo import ZoneInfo

from zhengtong.process.mining.contracts import LogNotReadable

BEIJING = ZoneInfo("Asia/Shanghai")
Row = tuple[str, str, datetime, str | None, str | None, datetime | None, str | None, str | None]
_KNOWN = frozenset(
    {"concept:name", "time:timestamp", "org:group", "org:resource", "lifecycle:transition", "concept:instance", "item"}
)
_CHUNK = 1 << 16


def read_xes(path: Path) -> Iterator[Row]:
    """Yield the completed events of an XES file, plain or gzipped.

    Raises:
        LogNotReadable: it is no XES, has a document type (entities are refused), or an event lacks name or moment.
    """
    trace: dict[str, Any] = {}
    starts: dict[str, datetime] = {}
    for tag, attributes in _elements(path):
        if tag == "trace":
            trace, starts = attributes, {}
            continue
        row = _xes_row(path, trace, attributes, starts)
        if row is not None:
            yield row


def _xes_row(path: Path, trace: dict[str, Any], event: dict[str, Any], starts: dict[str, datetime]) -> Row | None:
    case, activity, at = trace.get("concept:name"), event.get("concept:name"), event.get("time:timestamp")
    if not case or not activity or not at:
        missing = "concept:name of a trace" if not case else "concept:name or time:timestamp of an event"
        raise LogNotReadable(f"{path.name}: {missing} is missing in trace {case or '?'}; add it and try again")
    moment = _moment(path, at)
    transition = str(event.get("lifecycle:transition", "complete")).lower()
    if transition == "start":
        starts[activity] = moment
    if transition != "complete":
        return None
    data = {key: value for key, value in event.items() if key not in _KNOWN}
    item = event.get("item", trace.get("item"))
    text = json.dumps(data, ensure_ascii=False) if data else None
    return (
        case,
        activity,
        moment,
        event.get("org:group"),
        item,
        starts.pop(activity, None),
        event.get("org:resource"),
        text,
    )


class _Reader:
    """Turns expat's calls into ("trace" or "event", attributes); holds one trace's attributes and one event."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ready: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.trace: dict[str, Any] = {}
        self.event: dict[str, Any] = {}
        self.announced = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_: Any) -> None:
        """Refuse a document type: XES needs none, and entities can be made to grow without bound."""
        raise LogNotReadable(f"{self.path.name}: a document type (<!DOCTYPE>) is refused; remove it")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if not self.open and tag != "log":
            raise LogNotReadable(f"{self.path.name}: the root is <{tag}>, not <log>; this is no XES file")
        around = self.open[-1] if self.open else ""
        self.open.append(tag)
        if tag == "trace":
            self.trace, self.announced = {}, False
        elif tag == "event":
            self.event = {}
        elif around in {"trace", "event"} and "key" in attributes and "value" in attributes:
            place = self.trace if around == "trace" else self.event
            place[attributes["key"]] = _typed(tag, attributes["value"])

    def end(self, _name: str) -> None:
        if self.open.pop() != "event":
            return
        if not self.announced:
            self.announced = True
            self.ready.append(("trace", self.trace))
        self.ready.append(("event", self.event))

    def taken(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what is ready, once."""
        ready, self.ready = self.ready, []
        return ready


def _elements(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ("trace", its attributes) before the first event of each trace, then ("event", attributes)."""
    reader = _Reader(path)
    with cast("IO[bytes]", gzip.open(path) if path.suffix == ".gz" else path.open("rb")) as file:
        try:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk, False)  # noqa: FBT003 -- expat takes it by position
                yield from reader.taken()
            reader.parser.Parse(b"", True)  # noqa: FBT003 -- as above
        except (expat.ExpatError, OSError, EOFError) as error:
            raise LogNotReadable(f"{path.name}: {error}; the file is broken, export it again") from error
    yield from reader.taken()


def _typed(kind: str, value: str) -> Any:
    try:
        if kind == "int":
            return int(value)
        if kind == "float":
            return float(value)
    except ValueError:
        return value
    return value.lower() == "true" if kind == "boolean" else value


def _moment(path: Path, text: Any) -> datetime:
    """Return the local moment of an ISO 8601 text; one without a zone is local already."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise LogNotReadable(f"{path.name}: {text!r} is no moment (ISO 8601); correct it and try again") from None
    return moment if moment.tzinfo is None else moment.astimezone(BEIJING).replace(tzinfo=None)


def read_ocel(path: Path) -> Iterator[Row]:
    """Yield the events of an OCEL 2.0 JSON file, once for each object of the type `case` they relate to.

    Raises:
        LogNotReadable: it is no OCEL 2.0, or an event relates to no case.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        kinds = {
            entry["id"]: (entry["type"], entry["id"].partition(":")[2] or entry["id"]) for entry in document["objects"]
        }
        events = sorted(document["events"], key=lambda entry: _moment(path, entry["time"]))
        for event in events:
            yield from _ocel_rows(path, event, kinds)
    except LogNotReadable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LogNotReadable(f"{path.name}: no OCEL 2.0 JSON ({error!r}); export it again") from error


def _ocel_rows(path: Path, event: dict[str, Any], kinds: dict[str, tuple[str, str]]) -> Iterator[Row]:
    related: dict[str, list[str]] = {}
    for link in event["relationships"]:
        kind, name = kinds[link["objectId"]]
        related.setdefault(kind, []).append(name)
    data = {entry["name"]: entry["value"] for entry in event.get("attributes", ())}
    started, resource = data.pop("started_at", None), data.pop("resource", None)
    text = json.dumps(data, ensure_ascii=False) if data else None
    if "case" not in related:
        raise LogNotReadable(f"{path.name}: event {event['id']} relates to no object of the type case; name one")
    office, item = (next(iter(related.get(kind, ())), None) for kind in ("office", "item"))
    for case in related["case"]:
        moment = _moment(path, event["time"])
        yield case, event["type"], moment, office, item, _moment(path, started) if started else None, resource, text
