"""Acts on instances 流程指令: each is one transaction, carried out once however often the client asks."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from zhengtong.kernel.errors import Refusal
from zhengtong.process.engine.api import (
    Command,
    FireTimer,
    StartProcess,
    What,
    step,
)
from zhengtong.process.store import codec, definitions, rows, statements
from zhengtong.process.store.contracts import (
    InstanceEnded,
    InstanceState,
    KeyReused,
    Published,
    Receipt,
    UnknownInstance,
)
from zhengtong.process.store.keeping import keep
from zhengtong.process.store.session import Session, Transaction, session
from zhengtong.process.store.statements import NewStep
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record

log = structlog.get_logger(__name__)

RETRY = timedelta(hours=1)
_FINGERPRINT = 32  # hexadecimal digits, 128 bits: tells one client's commands apart, and keeps the log's rows short


def publish(
    key: str,
    bpmn: bytes,
    decisions: Mapping[str, bytes] | None = None,
    *,
    effective_from: datetime,
    at: datetime,
    authority: Authority,
    responsibility: Responsibility,
    anew: bool = False,
) -> Published:
    """Check a model and keep it as the next version of *key*: the act of publishing.

    Content that a version of *key* has already is not published again.

    Args:
        key: under which cases ask for it.
        bpmn: the process, BPMN 2.0 XML.
        decisions: DMN models its business rule tasks use, by file name.
        effective_from: from when new instances take this version; running ones keep theirs.
        at: the present moment, aware.
        authority: by what right, for the ledger.
        responsibility: who publishes.
        anew: publish what an overtaken or withdrawn version had once more; what is in effect is still not repeated.

    Raises:
        NotPublishable: the model breaks a rule or uses what is not executed; nothing was published.
        ModelRefused: it cannot be read at all.
    """
    models = dict(decisions or {})
    definitions.check(key, bpmn, models, at)
    with transaction.atomic():
        published = definitions.keep(
            key, bpmn, models, effective_from=effective_from, at=at, by=responsibility.subject, anew=anew
        )
        if not published.repeated:
            record(
                Act(
                    authority=authority,
                    business=Business(
                        command="process.definition:publish",
                        object_type="process.definition",
                        object_id=f"{key}:{published.version}",
                        after=digest({"content": published.content_hash}),
                    ),
                    responsibility=responsibility,
                    at=at,
                )
            )
    return published


def withdraw(key: str, *, at: datetime, authority: Authority, responsibility: Responsibility) -> None:
    """Withdraw a definition: from *at* no new case begins under it and no timer starts one; running cases go on.

    Raises:
        UnknownDefinition: none of its versions is in effect, or will be.
    """
    with transaction.atomic():
        definitions.withdraw(key, at=at)
        business = Business(command="process.definition:withdraw", object_type="process.definition", object_id=key)
        record(Act(authority=authority, business=business, responsibility=responsibility, at=at))


def start(
    instance: UUID, definition: int, command: StartProcess, *, at: datetime, actor: UUID | None = None
) -> Receipt:
    """Start a process under the id the caller chose, so that a retried request finds the instance it already started.

    Raises:
        StepRefused: the model or the data do not allow it; nothing was written.
        KeyReused: the instance exists and was started otherwise.
    """
    with Transaction() as db:
        if not statements.insert_instance(db, instance, definition, InstanceState.RUNNING, at):
            return _carry_out(db, instance, command, "start", at, actor)
        compiled, new = definitions.compiled(definition), statements.Locked(definition, "running", 1, 0, None)
        outcome = step(compiled.library, rows.StoredRows((), 1), command, at, compiled.evaluator)
        made = NewStep("start", type(command).__name__, _fingerprint(command), actor, at)
        return keep(db, instance, new, outcome, made, compiled)


def carry_out(instance: UUID, command: Command, *, key: str, at: datetime, actor: UUID | None = None) -> Receipt:
    """Carry out *command* once.

    Args:
        instance: whose case it is.
        command: what to do.
        key: the client's idempotency key; the same key with the same command gives the first receipt again.
        at: the present moment, aware.
        actor: the subject responsible, None for the clock.

    Raises:
        UnknownInstance: there is no such instance.
        InstanceEnded: it has ended.
        KeyReused: the key belongs to another command.
        StepRefused, WorkItemGone: the engine refuses; nothing was written.
    """
    with Transaction() as db:
        return _carry_out(db, instance, command, key, at, actor)


def offer(instance: UUID, command: Command, *, key: str, at: datetime) -> Receipt | None:
    """Carry out *command* once if it concerns the instance; None, and nothing written, if nobody there listens.

    An instance that has ended listens to nothing.
    """
    try:
        with Transaction() as db:
            return _carry_out(db, instance, command, key, at, None, unless=What.NOBODY_LISTENED)
    except _NotForIt:
        return None
    except (InstanceEnded, UnknownInstance):
        return None


class _NotForIt(Exception):  # noqa: N818 -- no error: the answer is no
    """The outcome is what it was not to be."""


def _carry_out(
    db: Session,
    instance: UUID,
    command: Command,
    key: str,
    at: datetime,
    actor: UUID | None,
    unless: What | None = None,
) -> Receipt:
    """Carry out *command* in the transaction that is open."""
    fingerprint = _fingerprint(command)
    locked = statements.lock(db, instance, key)
    if locked is None:
        raise UnknownInstance
    if locked.earlier is not None:
        return _earlier(instance, locked, fingerprint)
    if locked.state != "running":
        raise InstanceEnded(state=locked.state)
    compiled = definitions.compiled(locked.definition)
    stored = rows.StoredRows(statements.read_rows(db, instance, locked), locked.next_id)
    outcome = step(compiled.library, stored, command, at, compiled.evaluator)
    if unless is not None and outcome.has(unless):
        raise _NotForIt
    return keep(db, instance, locked, outcome, NewStep(key, type(command).__name__, fingerprint, actor, at), compiled)


def fire_due_timers(at: datetime, *, limit: int = 100) -> int:
    """Fire up to *limit* timers due at *at*, each in a transaction of its own; return how many fired.

    Two dispatchers may pick the same timer: the key of its firing lets only one take effect. A timer whose process
    refuses the step is tried again after `RETRY`, so that it holds up no other.
    """
    return _fire(statements.due_timers(session(), at, limit), at)


def fire_due_timers_of(instance: UUID, at: datetime) -> int:
    """Fire the timers of one instance that are due at *at*, for whoever comes before the dispatcher; how many."""
    return _fire(statements.due_timers_of(session(), instance, at), at)


def hold(instance: UUID) -> None:
    """Hold *instance* until the transaction ends: whoever locks rows of their own beside it takes this lock first."""
    statements.hold(session(), instance)


def _fire(due: Iterable[tuple[UUID, int, datetime]], at: datetime) -> int:
    fired = 0
    for instance, timer, moment in due:
        try:
            carry_out(instance, FireTimer(timer=timer), key=f"timer:{timer}:{moment.isoformat()}", at=at)
            fired += 1
        except Refusal as refusal:
            log.warning("process.timer_refused", instance=str(instance), timer=timer, code=refusal.code)
            with Transaction() as db:
                statements.postpone(db, instance, timer, at + RETRY)
    return fired


def _earlier(instance: UUID, locked: statements.Locked, fingerprint: str) -> Receipt:
    assert locked.earlier is not None  # noqa: S101 -- the caller has just looked
    sequence, known, text = locked.earlier
    if known[:_FINGERPRINT] != fingerprint:
        raise KeyReused
    entries = rows.read_entries(text)
    return Receipt(
        instance=instance, sequence=sequence, state=InstanceState(locked.state), entries=entries, repeated=True
    )


def _fingerprint(command: Command) -> str:
    digest = hashlib.sha256(type(command).__name__.encode() + codec.dump_command(command)).hexdigest()
    return digest[:_FINGERPRINT]
