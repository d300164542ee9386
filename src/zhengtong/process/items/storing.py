"""Items and bundles to JSON and back: what a version said is kept whole, as it was."""

import hashlib
from dataclasses import asdict
from typing import Any

import orjson

from zhengtong.process.items.contracts import (
    Audience,
    Basis,
    Batching,
    Bundle,
    Channel,
    Condition,
    DayUnit,
    Eligibility,
    Evidence,
    EvidenceRoute,
    Item,
    ItemKind,
    LifeEvent,
    Output,
    Period,
    Words,
)

# The search collection of the catalogue, and how its keys begin.
COLLECTION = "items"
ITEM, BUNDLE = "item:", "bundle:"


def dump(thing: Item | Bundle) -> dict[str, Any]:
    """Return *thing* as plain JSON values."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(thing)))
    _keep_order(document)
    for gained in ("eligibility", "batching"):
        # Left out, so that an item which gained nothing keeps the digest it was published with, and its version.
        if document.get(gained, ...) is None:
            del document[gained]
    return document


def _keep_order(document: dict[str, Any]) -> None:
    """Write schemas as text: PostgreSQL orders the keys of JSON by length, and fields are asked in their order."""
    if document.get("form") is not None:
        document["form"] = orjson.dumps(document["form"]).decode()
    if document.get("eligibility") is not None:
        document["eligibility"]["form"] = orjson.dumps(document["eligibility"]["form"]).decode()
    if document.get("forms"):
        document["forms"] = {code: orjson.dumps(form).decode() for code, form in document["forms"].items()}


def _schema(value: Any) -> Any:
    """Return a schema as it was; rows of earlier releases hold it unwritten."""
    return orjson.loads(value) if isinstance(value, str) else value


def digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a dumped thing: equal digests are equal contents."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def load_item(row: dict[str, Any]) -> Item:
    """Return the item that `dump` wrote."""
    plain = {key: row[key] for key in ("code", "department_key", "fee", "visits", "keywords", "rank")}
    return Item(
        **plain,
        name=Words(**row["name"]),
        department=Words(**row["department"]),
        kind=ItemKind(row["kind"]),
        audiences=tuple(Audience(value) for value in row["audiences"]),
        basis=tuple(_basis(value) for value in row["basis"]),
        statutory=_period(row["statutory"]) if row["statutory"] else None,
        promised=_period(row["promised"]),
        channels=tuple(Channel(value) for value in row["channels"]),
        evidence=tuple(_evidence(value) for value in row["evidence"]),
        criteria=tuple(Words(**value) for value in row["criteria"]),
        output=Output(**{**row["output"], "name": Words(**row["output"]["name"])}),
        levels=tuple(row["levels"]),
        life_events=_life_events(row),
        process=row.get("process", "single_item"),
        joins=tuple(row.get("joins", ())),
        any_one=row.get("any_one", False),
        form=_schema(row.get("form")),
        eligibility=_eligibility(row["eligibility"]) if "eligibility" in row else None,
        batching=load_batching(row["batching"]) if "batching" in row else None,
    )


def load_bundle(row: dict[str, Any]) -> Bundle:
    """Return the bundle that `dump` wrote."""
    plain = {key: row[key] for key in ("code", "lead_key", "national", "rank")}
    return Bundle(
        **plain,
        name=Words(**row["name"]),
        lead=Words(**row["lead"]),
        items=tuple(row["items"]),
        life_events=_life_events(row),
        waits={code: tuple(others) for code, others in row.get("waits", {}).items()},
        forms={code: _schema(form) for code, form in row.get("forms", {}).items()},
    )


def load_batching(row: dict[str, Any]) -> Batching:
    """Return the rule that `dump` wrote."""
    return Batching(tasks=tuple(row["tasks"]), basis=Words(**row["basis"]))


def _eligibility(row: dict[str, Any]) -> Eligibility:
    conditions = (
        Condition(criterion=Words(**one["criterion"]), holds=one["holds"], otherwise=Words(**one["otherwise"]))
        for one in row["conditions"]
    )
    return Eligibility(form=_schema(row["form"]), conditions=tuple(conditions))


def _basis(row: dict[str, Any]) -> Basis:
    return Basis(law=Words(**row["law"]), articles=tuple(row["articles"]))


def _period(row: dict[str, Any]) -> Period:
    return Period(days=row["days"], unit=DayUnit(row["unit"]), basis=_basis(row["basis"]) if row["basis"] else None)


def _evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(key=row["key"], name=Words(**row["name"]), served=EvidenceRoute(row["served"]))


def _life_events(row: dict[str, Any]) -> tuple[LifeEvent, ...]:
    return tuple(LifeEvent(key=event["key"], name=Words(**event["name"])) for event in row["life_events"])
