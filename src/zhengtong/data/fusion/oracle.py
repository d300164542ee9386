"""The oracle 判准: fusion in plain Python, a row at a time, to judge every engine by. Slow, and short."""

from collections.abc import Iterable, Mapping
from typing import Any

from zhengtong.data.fusion import law
from zhengtong.data.fusion.declaration import Registry

Record = dict[str, Any]


def golden(rows: Iterable[Mapping[str, Any]], registry: Registry) -> list[Record]:
    """Return the golden records of standard *rows*, by key; the same columns as `expression.golden` gives."""
    places = {one.name: place for place, one in enumerate(registry.sources)}
    level = {name: {places[source]: rank for source, rank in of.items()} for name, of in law.levels(registry).items()}
    words: dict[tuple[int, str], dict[str, dict[int, str]]] = {}
    for row in rows:
        record = words.setdefault((row["bucket"], row["key"]), {name: {} for name in level})
        for name, of in level.items():
            if row[name] is not None:
                rank = law.ANSWER_LEVEL if row["source"] == law.ANSWERS else of.get(row["source"], 0)
                standing = law.standing(level=rank, minute=row["minute"], source=row["source"], row=row["row"])
                record[name][standing] = row[name]
    return [_record(bucket, key, words[bucket, key]) for bucket, key in sorted(words, key=lambda place: place[1])]


def _record(bucket: int, key: str, words: Mapping[str, Mapping[int, str]]) -> Record:
    record: Record = {"bucket": bucket, "key": key}
    for name, said in words.items():
        best = max(said, default=None)
        source = None if best is None else best // law.SOURCE_UNIT % law.MAX_SOURCES
        record[name] = None if best is None else said[best]
        record[f"{name}_source"] = source
        record[f"{name}_at"] = None if best is None else best // law.MINUTE_UNIT % (1 << law.MINUTE_BITS)
        record[f"{name}_conflict"] = len(set(said.values())) > 1 and source != law.ANSWERS
    return record
