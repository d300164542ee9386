"""Running the log 日志运行: what the worker does on its rounds, and what a process of its own does all the time.

Sequencing and signing touch this database only and take a fraction of a second. Witnesses and time-stamp authorities
are other houses: asking them is a job, so that nobody waits for them.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connections
from django.db.models import Q
from django_tasks import task

from zhengtong.kernel import clock
from zhengtong.trust.ledger.contracts import LogForked
from zhengtong.trust.ledger.log import rows
from zhengtong.trust.ledger.log.beginning import begin_log
from zhengtong.trust.ledger.log.keys import signers_of
from zhengtong.trust.ledger.log.sequencing import append_waiting
from zhengtong.trust.ledger.log.signing import sign_checkpoint
from zhengtong.trust.ledger.log.stamping import known_authorities, stamp_newest
from zhengtong.trust.ledger.log.witnessing import ask_witnesses, known_witnesses
from zhengtong.trust.ledger.models import CheckpointRow, LogRow
from zhengtong.trust.ledger.tree.notes import NoteSigner

PUBLISH_EVERY = timedelta(seconds=10)
"""How often witnesses are asked while acts come in."""
REST = 0.25
log = structlog.get_logger(__name__)


def sequence(at: datetime) -> int:
    """Give a batch of waiting acts their place and sign where that is due; return how much was done."""
    if rows.anything_waits():
        begin_log()
    elif not _unsigned():
        return 0
    appended = append_waiting()
    checkpoint = sign_checkpoint(open_signers, at)
    return appended.entries + (checkpoint is not None)


def round_of_worker(at: datetime) -> int:
    """Sequence, and queue the asking of witnesses where that is due. A fork stops the log, not the worker."""
    try:
        done = sequence(at)
    except LogForked as refusal:
        log.critical("ledger.forked", **{name: str(value) for name, value in refusal.details.items()})
        return 0
    if done and _claim_publishing(at):
        publish_log.enqueue()
    return done


def run_once() -> int:
    """Sequence all that waits, sign, ask the other houses; return how much was sequenced and signed."""
    total = 0
    while done := sequence(clock.system.now()):
        total += done
    publish(clock.system.now())
    return total


def publish(at: datetime) -> int:
    """Have the newest checkpoint co-signed, and stamped once an hour; return how much was got."""
    return ask_witnesses(known_witnesses(), at) + stamp_newest(known_authorities(), at)


@task
def publish_log() -> None:
    """Ask the other houses, as a job."""
    publish(clock.system.now())


def open_signers(current: rows.Log) -> tuple[NoteSigner, ...]:
    """Open the log's keys."""
    return signers_of(current.origin, current.keys)


def run(stopped: threading.Event) -> None:
    """Sequence and sign until *stopped*; a second thread asks the other houses."""
    asking = threading.Thread(target=_loop, args=(_publish_now, PUBLISH_EVERY.total_seconds(), stopped), daemon=True)
    asking.start()
    _loop(lambda: sequence(clock.system.now()), REST, stopped)
    asking.join(10)


def _publish_now() -> int:
    publish(clock.system.now())
    return 0


def _loop(step: Callable[[], int], rest: float, stopped: threading.Event) -> None:
    failures = 0
    while not stopped.is_set():
        try:
            done = step()
            failures = 0
        except Exception:
            failures, done = failures + 1, 0
            log.exception("ledger.step_failed", failures=failures)
        if not done:
            connections.close_all()
            stopped.wait(min(rest * 2**failures, 30.0))
    connections.close_all()


def _unsigned() -> bool:
    size = LogRow.objects.filter(id=rows.LOG).values_list("size", flat=True).first()
    return size is not None and size > 0 and not CheckpointRow.objects.filter(size=size).exists()


def _claim_publishing(at: datetime) -> bool:
    """Tell whether it is this process's turn to ask: of several workers one succeeds."""
    due = Q(published_at=None) | Q(published_at__lte=at - PUBLISH_EVERY)
    return bool(LogRow.objects.filter(due, id=rows.LOG).update(published_at=at))
