"""Published definitions 流程定义: checked before they are kept, immutable afterwards, compiled once per process."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Greatest

from zhengtong.process.bpmn.api import Definitions, EventNode, Trigger, publishable, read_definitions, read_document
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.store import arming
from zhengtong.process.store.contracts import ModelFinding, NotPublishable, Published, UnknownDefinition
from zhengtong.process.store.findings import of_decisions, of_process
from zhengtong.process.store.models import Definition, Starter, StartTimer
from zhengtong.rules.dmn.api import DecisionModel, ModelError, check_model, load_model
from zhengtong.rules.feel.api import to_python


class Compiled(NamedTuple):
    """A definition ready to run: its graphs, what evaluates its expressions, and its key."""

    library: Definitions
    evaluator: FeelEvaluator
    key: str


Decision = Callable[[Mapping[str, Any], datetime], Any]


def content_hash(bpmn: bytes, decisions: Mapping[str, bytes]) -> str:
    """Return what identifies the content: SHA-256 over the process and its decision models in order of name."""
    state = hashlib.sha256(bpmn)
    for name in sorted(decisions):
        state.update(b"\0" + name.encode() + b"\0" + decisions[name])
    return state.hexdigest()


def check(key: str, bpmn: bytes, decisions: Mapping[str, bytes], at: datetime) -> None:
    """Refuse a model the engine would not execute as drawn.

    Raises:
        NotPublishable: every problem with its place and its remedy.
    """
    problems = [found.sentence("zh") for found in lint(bpmn, decisions, at=at) if found.is_error]
    if problems:
        raise NotPublishable(key=key, problems="；".join(problems[:10]))


def lint(bpmn: bytes, decisions: Mapping[str, bytes], *, at: datetime) -> tuple[ModelFinding, ...]:
    """Return all that publishing would say of a model at *at*: the decision models first, then the process.

    Raises:
        ModelRefused: the process cannot be read at all.
    """
    found = []
    for name, source in decisions.items():
        try:
            model = load_model(source)
        except ModelError as error:
            found.append(of_decisions(name, error))
            continue
        found += [of_decisions(name, problem) for problem in check_model(model)]
    findings = publishable(
        read_definitions(read_document(bpmn)), FeelEvaluator().problem, _is_published, arming.readable(at)
    )
    return (*found, *(of_process(finding) for finding in findings))


def _is_published(key: str) -> bool:
    return Definition.objects.filter(key=key).exists()


def keep(
    key: str,
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    *,
    effective_from: datetime,
    at: datetime,
    by: UUID | None,
    anew: bool = False,
) -> Published:
    """Keep a checked model as the next version of *key*, unless its content is known; the version before it ends then.

    Content is known where a version has it; *anew*, only where the version in effect from *effective_from* has it, so
    that one may go back to what a later version or a withdrawal ended.
    """
    identity = content_hash(bpmn, decisions)
    with transaction.atomic():
        versions = Definition.objects.select_for_update().filter(key=key)
        compared = _in_effect(key, effective_from)[:1] if anew else versions.order_by("-version")
        known = next((row for row in compared if row.content_hash == identity), None)
        if known is not None:
            return _published(known, repeated=True)
        latest = versions.aggregate(latest=Max("version"))["latest"] or 0
        versions.filter(Q(effective_until=None) | Q(effective_until__gt=effective_from)).filter(
            effective_from__lt=effective_from
        ).update(effective_until=effective_from)
        row = Definition.objects.create(
            key=key,
            version=latest + 1,
            content_hash=identity,
            bpmn=bpmn.decode(),
            decisions=orjson.dumps({name: source.decode() for name, source in decisions.items()}).decode(),
            published_at=at,
            published_by=by,
            effective_from=effective_from,
        )
        model = read_definitions(read_document(bpmn))
        Starter.objects.bulk_create(_starters(row, model))
        StartTimer.objects.filter(definition__key=key, due__gte=effective_from).delete()
        StartTimer.objects.bulk_create(arming.timers_of(row, model, max(at, effective_from)))
    return _published(row, repeated=False)


def withdraw(key: str, *, at: datetime) -> int:
    """End every version of *key* that is, or would come, in effect at *at*; return how many. Their timers are disarmed.

    Raises:
        UnknownDefinition: there is none.
    """
    with transaction.atomic():
        open_ = Definition.objects.filter(Q(effective_until=None) | Q(effective_until__gt=at), key=key)
        open_ = open_.exclude(effective_until=F("effective_from"))  # withdrawn before it began
        ended = open_.update(effective_until=Greatest("effective_from", Value(at)))
        if not ended:
            raise UnknownDefinition(key=key)
        StartTimer.objects.filter(definition__key=key).delete()
    return ended


def _starters(definition: Definition, model: Definitions) -> Iterator[Starter]:
    """Return the start events of executable processes that wait for a message or signal."""
    for process in model.processes.values():
        starts = [process.nodes[key] for key in process.scopes[process.id].starts] if process.executable else []
        for node in starts:
            for position, found in enumerate(node.definitions if isinstance(node, EventNode) else ()):
                if found.trigger in {Trigger.MESSAGE, Trigger.SIGNAL}:
                    yield Starter(
                        definition=definition,
                        trigger=found.trigger,
                        name=found.name,
                        process=process.id,
                        node=node.id,
                        position=position,
                    )


def in_effect(key: str, at: datetime) -> Published:
    """Return the newest version of *key* in effect at *at*.

    Raises:
        UnknownDefinition: none is.
    """
    row = _in_effect(key, at).first()
    if row is None:
        raise UnknownDefinition(key=key)
    return _published(row, repeated=False)


def number_in_effect(key: str, at: datetime) -> int:
    """Return the id of the newest version of *key* in effect at *at*, without reading what it says.

    Raises:
        UnknownDefinition: none is.
    """
    found = _in_effect(key, at).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownDefinition(key=key)
    return found


def _in_effect(key: str, at: datetime) -> QuerySet[Definition]:
    """Return the versions of *key* in effect at *at*, the one that counts first."""
    begun = Definition.objects.filter(key=key, effective_from__lte=at)
    return begun.filter(Q(effective_until=None) | Q(effective_until__gt=at)).order_by("-version")


def version(key: str, number: int) -> Published:
    """Return the version *number* of *key*.

    Raises:
        UnknownDefinition: there is none.
    """
    row = Definition.objects.filter(key=key, version=number).first()
    if row is None:
        raise UnknownDefinition(key=f"{key} v{number}")
    return _published(row, repeated=False)


@lru_cache(maxsize=512)
def compiled(definition: int) -> Compiled:
    """Return graphs, evaluator and key of a definition; definitions never change, so the cache is never wrong."""
    row = Definition.objects.get(pk=definition)
    decisions: dict[str, Decision] = {}
    for source in orjson.loads(row.decisions).values():
        decisions |= _decisions(load_model(source.encode()))
    return Compiled(read_definitions(read_document(row.bpmn.encode())), FeelEvaluator(decisions), row.key)


def _decisions(model: DecisionModel) -> dict[str, Decision]:
    """Return the decisions and decision services of *model* by name."""

    def decision(name: str) -> Decision:
        return lambda variables, now: to_python(model.evaluate(name, variables, now=now).value)

    return {name: decision(name) for name in (*model.decision_names, *model.service_names)}


def _published(row: Definition, *, repeated: bool) -> Published:
    return Published(
        id=row.pk,
        key=row.key,
        version=row.version,
        content_hash=row.content_hash,
        effective_from=row.effective_from,
        repeated=repeated,
    )
