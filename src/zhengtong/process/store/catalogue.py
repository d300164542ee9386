"""Reads about definitions 流程定义查询: which there are, their versions and their sources."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.db.models import Count, Q

from zhengtong.process.bpmn.api import Definitions, read_definitions, read_document
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.store import definitions
from zhengtong.process.store.contracts import DefinitionLine, InstanceState, Source, UnknownDefinition, VersionLine
from zhengtong.process.store.models import Definition, Instance

_LIGHT = ("bpmn", "decisions")
_known_names: dict[str, str] = {}  # by content hash: what a model calls itself never changes


def definitions_known(at: datetime) -> tuple[DefinitionLine, ...]:
    """Return every definition, by key."""
    found: dict[str, list[Definition]] = {}
    for row in Definition.objects.defer(*_LIGHT).order_by("key", "version"):
        found.setdefault(row.key, []).append(row)
    running = _running(Q())
    names = _names([versions[-1].content_hash for versions in found.values()])
    return tuple(
        DefinitionLine(
            key=key,
            name=names[versions[-1].content_hash],
            versions=len(versions),
            in_effect=next((row.version for row in reversed(versions) if _holds(row, at)), None),
            running=sum(running.get(row.pk, 0) for row in versions),
            published_at=versions[-1].published_at,
        )
        for key, versions in found.items()
    )


def versions_of(key: str, at: datetime) -> tuple[VersionLine, ...]:
    """Return the versions of *key*, the newest first.

    Raises:
        UnknownDefinition: there is none.
    """
    found = list(Definition.objects.defer(*_LIGHT).filter(key=key).order_by("-version"))
    if not found:
        raise UnknownDefinition(key=key)
    running = _running(Q(definition__key=key))
    current = next((row.pk for row in found if _holds(row, at)), None)
    return tuple(
        VersionLine(
            id=row.pk,
            key=row.key,
            version=row.version,
            published_at=row.published_at,
            effective_from=row.effective_from,
            effective_until=row.effective_until,
            is_in_effect=row.pk == current,
            running=running.get(row.pk, 0),
        )
        for row in found
    )


def source_of(definition: int) -> Source:
    """Return what the version was published from.

    Raises:
        UnknownDefinition: there is none.
    """
    row = Definition.objects.filter(pk=definition).first()
    if row is None:
        raise UnknownDefinition(key=str(definition))
    decisions = {name: text.encode() for name, text in orjson.loads(row.decisions).items()}
    return Source(bpmn=row.bpmn.encode(), decisions=decisions)


def graph_of(definition: int) -> Definitions:
    """Return the graphs of a version."""
    return definitions.compiled(definition).library


def evaluator_of(definition: int) -> FeelEvaluator:
    """Return what evaluates the expressions and decisions of a version."""
    return definitions.compiled(definition).evaluator


def name_of(definition: int) -> str:
    """Return what the model calls itself, or an empty text."""
    return _name_in(definitions.compiled(definition).library)


def _names(wanted: Sequence[str]) -> dict[str, str]:
    """Return the names of models by content hash, reading at once those that nobody asked for before."""
    missing = [one for one in wanted if one not in _known_names]
    found = Definition.objects.filter(content_hash__in=missing).values_list("content_hash", "bpmn")
    for content, text in found if missing else ():
        _known_names[content] = _name_in(read_definitions(read_document(text.encode())))
    return {one: _known_names[one] for one in wanted}


def _name_in(model: Definitions) -> str:
    named = [process.name for process in model.processes.values() if process.executable and process.name]
    return named[0] if named else model.name


def _holds(row: Definition, at: datetime) -> bool:
    return row.effective_from <= at and (row.effective_until is None or row.effective_until > at)


def _running(which: Q) -> dict[int, int]:
    counted = Instance.objects.filter(which, state=InstanceState.RUNNING).values("definition_id")
    return {row["definition_id"]: row["n"] for row in counted.annotate(n=Count("pk"))}
