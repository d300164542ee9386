"""Event logs for other tools: XES (IEEE Std 1849-2016) and OCEL 2.0 (ocel-standard.org, JSON), streamed.

Moments carry the zone they are written in: Beijing time.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from zhengtong.process.mining.exchange import Row
from zhengtong.process.mining.log import Log

_CHUNK = 10_000
_ZONE = "+08:00"
_ROWS = """
    select case_id, activity, completed_at, office, item, started_at, resource, data
    from event order by case_id, completed_at, rowid
"""
_KINDS = {bool: "boolean", int: "int", float: "float"}

_XES_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <classifier name="Activity" keys="concept:name"/>
"""


def write_xes(log: Log, target: TextIO) -> int:
    """Write *log* as XES and return the number of completed activities; a known start is an event of its own."""
    target.write(_XES_HEAD)
    current, count = None, 0
    for case_id, activity, at, office, item, started_at, resource, data in _rows(log):
        if case_id != current:
            target.write("" if current is None else "  </trace>\n")
            target.write("  <trace>\n" + _attribute("string", "concept:name", case_id, 4))
            current = case_id
        fields = {"org:group": office, "org:resource": resource, "item": item}
        if started_at is not None:
            _write_event(target, activity, started_at, {**fields, "lifecycle:transition": "start"}, None)
            fields["lifecycle:transition"] = "complete"
        _write_event(target, activity, at, fields, data)
        count += 1
    target.write("" if current is None else "  </trace>\n")
    target.write("</log>\n")
    return count


def _write_event(target: TextIO, activity: str, at: datetime, fields: dict[str, str | None], data: str | None) -> None:
    target.write("    <event>\n" + _attribute("string", "concept:name", activity, 6))
    target.write(_attribute("date", "time:timestamp", _moment(at), 6))
    target.writelines(_attribute("string", key, value, 6) for key, value in fields.items() if value is not None)
    for key, value in (json.loads(data) if data else {}).items():
        kind = _KINDS.get(type(value), "string")
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        target.write(_attribute(kind, key, text, 6))
    target.write("    </event>\n")


def write_ocel(log: Log, target: TextIO) -> int:
    """Write *log* as OCEL 2.0 JSON with the object types case, office and item; return the number of events."""
    activities = [name for (name,) in log.ask("select distinct activity from event order by 1")]
    attributes = _event_attributes(log)
    head = {
        "eventTypes": [{"name": name, "attributes": attributes} for name in activities],
        "objectTypes": [{"name": name, "attributes": []} for name in ("case", "office", "item")],
    }
    target.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "objects": [')
    _write_list(target, _ocel_objects(log))
    target.write('], "events": [')
    count = _write_list(target, _ocel_events(log))
    target.write("]}\n")
    return count


def _rows(log: Log) -> Iterator[Row]:
    cursor = log.cursor(_ROWS)
    while rows := cursor.fetchmany(_CHUNK):
        yield from rows


def _event_attributes(log: Log) -> list[dict[str, str]]:
    """Declare what events carry, as OCEL 2.0 asks: a name and one of its five types."""
    declared = [{"name": "started_at", "type": "time"}, {"name": "resource", "type": "string"}]
    names = log.ask(
        "select distinct key, json_type(data, '$.\"' || key || '\"') from"
        " (select data, unnest(json_keys(data)) as key from event where data is not null) order by 1"
    )
    types = {"BOOLEAN": "boolean", "BIGINT": "integer", "UBIGINT": "integer", "DOUBLE": "float"}
    declared += [{"name": name, "type": types.get(kind, "string")} for name, kind in dict(names).items()]
    return declared


def _ocel_objects(log: Log) -> Iterator[dict[str, Any]]:
    for kind, column in (("case", "case_id"), ("office", "office"), ("item", "item")):
        cursor = log.cursor(f"select distinct {column} from event where {column} is not null order by 1")  # noqa: S608 -- constants
        while rows := cursor.fetchmany(_CHUNK):
            for (name,) in rows:
                yield {"id": f"{kind}:{name}", "type": kind, "attributes": [], "relationships": []}


def _ocel_events(log: Log) -> Iterator[dict[str, Any]]:
    for number, (case_id, activity, at, office, item, started_at, resource, data) in enumerate(_rows(log), start=1):
        related = (("case", case_id), ("office", office), ("item", item))
        known = {"started_at": None if started_at is None else _moment(started_at), "resource": resource}
        attributes = {**known, **(json.loads(data) if data else {})}
        yield {
            "id": f"e{number}",
            "type": activity,
            "time": _moment(at),
            "attributes": [{"name": name, "value": value} for name, value in attributes.items() if value is not None],
            "relationships": [
                {"objectId": f"{kind}:{name}", "qualifier": kind} for kind, name in related if name is not None
            ],
        }


def _write_list(target: TextIO, entries: Iterator[dict[str, Any]]) -> int:
    count = 0
    for entry in entries:
        target.write((",\n" if count else "\n") + json.dumps(entry, ensure_ascii=False))
        count += 1
    return count


def _attribute(kind: str, key: str, value: str, indent: int) -> str:
    return f'{" " * indent}<{kind} key="{key}" value={quoteattr(value)}/>\n'


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + _ZONE
