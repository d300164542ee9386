"""The dispatcher 事件分发: hands waiting events to their handlers, each with exactly-once effect.

The quick way takes a batch in one transaction: claim, inbox, handlers, mark. If anything in it fails, all of it is
undone, and the batch is taken the careful way, each handler in a transaction of its own, so that the one that fails is
known and alone in being put aside. A batch ends early after a tenth of a second, so that SQLite's one writer is free
again for the web process. Where the process may die without harm is marked by `failpoint`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from django.db import transaction

from zhengtong.kernel import clock as clocks
from zhengtong.kernel.events import law, store
from zhengtong.kernel.events.contracts import HandlerName
from zhengtong.kernel.events.models import OutstandingDelivery
from zhengtong.kernel.events.store import Pair, Waiting
from zhengtong.kernel.events.subscriptions import Subscriptions, subscriptions
from zhengtong.kernel.failpoints import declare, failpoint

log = structlog.get_logger(__name__)

PLACES = declare(
    "events.claimed", "events.received", "events.handled", "events.marked", "events.committed", "events.between"
)  # fmt: skip
"""Where a test makes the worker die."""


class _BatchFailed(Exception):  # noqa: N818 -- carries the place, it is not an error of its own
    """A handler raised in the quick way, at this place in the batch."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@dataclass(kw_only=True)
class Dispatcher:
    """Hands out events. Any number may run at once, in any number of processes.

    Args:
        clock: tells when deliveries are due.
        subscribers: who hears of what.
        batch: most events in one transaction.
        budget: seconds after which a batch ends early.
        stopwatch: measures the budget.
    """

    clock: clocks.Clock = clocks.system
    subscribers: Subscriptions = field(default_factory=lambda: subscriptions)
    batch: int = 100
    budget: float = 0.1
    stopwatch: Callable[[], float] = monotonic

    def dispatch(self) -> int:
        """Hand out one batch of waiting events; return how many were dispatched or put aside."""
        if not store.anything_waits():
            return 0
        batch: list[Waiting] = []
        try:
            with transaction.atomic():
                batch = store.claim(self.batch)
                done = self._together(batch) if batch else 0
            failpoint("events.committed")
        except _BatchFailed as failed:
            suspects = batch[: failed.place + 1]
        except Exception:  # whatever it was, the careful way finds it
            if not batch:
                raise
            suspects = batch  # the commit itself failed: any of them may be the cause
        else:
            return done
        for waiting in suspects:
            self._alone(waiting)
        return len(suspects)

    def retry(self) -> bool:
        """Try the oldest delivery whose turn it is again; False when there is none."""
        if not store.anything_to_retry(self.clock.now()):
            return False
        row = attempts = None
        try:
            with transaction.atomic():
                claimed = store.claim_outstanding(self.clock.now())
                if claimed is None:
                    return False
                row, attempts, handler, waiting = claimed
                self._take(waiting, handler)
                OutstandingDelivery.objects.filter(id=row).delete()
        except Exception as error:
            if row is None or attempts is None:
                raise
            self._failed_again(row, attempts + 1, error)
        return True

    def _together(self, batch: list[Waiting]) -> int:
        """Handle as many events of the batch as the budget allows, in the transaction that claimed them."""
        failpoint("events.claimed")
        now = self.clock.now()
        deadline = self.stopwatch() + self.budget
        wanted = self._set_aside_busy_lanes(batch)
        new = store.receive([pair for pairs in wanted for pair in pairs], now)
        failpoint("events.received")
        done = 0
        for place, (waiting, pairs) in enumerate(zip(batch, wanted, strict=True)):
            if done and self.stopwatch() > deadline:
                break
            todo = [handler for event, handler in pairs if (event, handler) in new]
            try:
                event = waiting.event() if todo else None
                for handler in todo:
                    assert event is not None  # noqa: S101 -- read because there is something to do
                    self.subscribers.handler(handler)(event)
            except Exception as error:
                raise _BatchFailed(place) from error
            done = place + 1
        failpoint("events.handled")
        if done < len(batch):
            store.give_back(pair for pairs in wanted[done:] for pair in pairs if pair in new)
        store.mark_dispatched([waiting.position for waiting in batch[:done]], now)
        failpoint("events.marked")
        return done

    def _set_aside_busy_lanes(self, batch: list[Waiting]) -> list[list[Pair]]:
        """Return each event's (event, handler) pairs to run now; put those behind an outstanding one behind it."""
        busy = store.busy_lanes({waiting.subject for waiting in batch})
        wanted: list[list[Pair]] = []
        behind: list[tuple[Waiting, HandlerName]] = []
        for waiting in batch:
            handlers = self.subscribers.names_for(waiting.type)
            wanted.append([(waiting.id, name) for name in handlers if (waiting.subject, name) not in busy])
            behind += [(waiting, name) for name in handlers if (waiting.subject, name) in busy]
        if behind:
            store.leave_outstanding(behind, attempts=0, due=self.clock.now(), error="")
        return wanted

    def _alone(self, waiting: Waiting) -> None:
        """Hand one event to its handlers, each in its own transaction; put aside what fails."""
        for handler in self.subscribers.names_for(waiting.type):
            try:
                with transaction.atomic():
                    if not store.claim_one(waiting.position):
                        return  # another worker has it, or it is no longer its subject's head
                    if (waiting.subject, handler) in store.busy_lanes([waiting.subject]):
                        store.leave_outstanding([(waiting, handler)], attempts=0, due=self.clock.now(), error="")
                    else:
                        self._take(waiting, handler)
            except Exception as error:  # noqa: BLE001 -- whatever a handler raises, it is put aside and named
                self._put_aside(waiting, handler, error)
            failpoint("events.between")
        with transaction.atomic():
            if store.claim_one(waiting.position):
                store.mark_dispatched([waiting.position], self.clock.now())

    def _take(self, waiting: Waiting, handler: HandlerName) -> None:
        """Run one handler unless the inbox says it took this event."""
        failpoint("events.claimed")
        if store.receive([(waiting.id, handler)], self.clock.now()):
            failpoint("events.received")
            self.subscribers.handler(handler)(waiting.event())
            failpoint("events.handled")

    def _put_aside(self, waiting: Waiting, handler: HandlerName, error: Exception) -> None:
        log.warning("event.delivery_failed", event_id=str(waiting.id), handler=handler, reason=_reason(error))
        with transaction.atomic():
            store.leave_outstanding(
                [(waiting, handler)],
                attempts=1,
                due=self.clock.now() + law.wait_after(1),
                error=_reason(error),
            )

    def _failed_again(self, row: int, attempts: int, error: Exception) -> None:
        now = self.clock.now()
        parked_at = now if law.is_parked(attempts) else None
        log.warning("event.delivery_failed", delivery=row, attempts=attempts, reason=_reason(error))
        OutstandingDelivery.objects.filter(id=row, attempts=attempts - 1).update(
            attempts=attempts, due=now + law.wait_after(attempts), parked_at=parked_at, error=_reason(error)
        )


def _reason(error: BaseException) -> str:
    """Return where and by what class a handler failed; never the message, which may quote a person's data."""
    cause = error.__cause__ if isinstance(error, _BatchFailed) and error.__cause__ else error
    place = cause.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}" if place else ""
    return f"{type(cause).__module__}.{type(cause).__qualname__}{where}"[:300]
