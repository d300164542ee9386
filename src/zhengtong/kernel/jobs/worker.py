"""The worker 工作进程: one process that hands out events, fires timers and runs jobs, until it is told to stop.

Events and jobs each have a thread, so that a long job does not hold up events; the main thread shows that the worker is
alive and tidies up. Any number of workers may run. A worker may be killed at any moment: events lose nothing and double
nothing, jobs start again.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import close_old_connections, connections

from zhengtong.kernel import clock as clocks
from zhengtong.kernel.events.api import RETENTION, Dispatcher, drain, forget_before, presence
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.jobs import queue
from zhengtong.kernel.jobs.rounds import make_rounds

log = structlog.get_logger(__name__)

HEARTBEAT = 5.0
"""Seconds between two signs of life."""
REST = 0.2
"""Seconds to rest when there is nothing to do; an event waits this long at most before it is taken."""
TIDY_EVERY = timedelta(hours=1)


@dataclass(kw_only=True)
class WorkerProcess:
    """One worker. `stop` asks it to end after what it has in hand."""

    clock: clocks.Clock = clocks.system
    dispatcher: Dispatcher = field(default_factory=Dispatcher)
    id: UUID = field(default_factory=new_id)
    patience: float = 30.0
    """Seconds that a job in hand may take to end after `stop`."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """End after the batch and the job in hand; may be called from a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Work until stopped."""
        presence.arrive(self.id, host=socket.gethostname(), pid=os.getpid(), at=self.clock.now())
        log.info("worker.started", worker=str(self.id), pid=os.getpid())
        threads = [
            threading.Thread(target=self._loop, args=(self._hand_out_events,), name="events", daemon=True),
            threading.Thread(target=self._loop, args=(self._run_a_job,), name="jobs", daemon=True),
        ]
        for thread in threads:
            thread.start()
        tidied_at: datetime | None = None
        while not self._stopped.is_set():
            tidied_at = self._show_life(tidied_at)
            self._stopped.wait(HEARTBEAT)
        for thread in threads:
            thread.join(self.patience)
        self._leave()
        log.info("worker.stopped", worker=str(self.id))

    def run_until_idle(self) -> int:
        """Do everything that is due now, in this thread; return how many events and jobs were handled."""
        handled = 0
        while not self._stopped.is_set() and (step := self.run_once()):
            handled += step
        return handled

    def run_once(self) -> int:
        """Hand out what waits now and run one job; return how many were handled."""
        return self._hand_out_events() + self._run_a_job()

    def _hand_out_events(self) -> int:
        return drain(self.dispatcher, stopped=self._stopped.is_set) + make_rounds(self.clock.now())

    def _run_a_job(self) -> int:
        return int(queue.run_next(self.id))

    def _loop(self, step: Callable[[], int]) -> None:
        """Repeat *step*; rest when it had nothing to do, rest longer when the database does not answer."""
        failures = 0
        while not self._stopped.is_set():
            try:
                done = step()
                failures = 0
            except Exception:
                failures += 1
                done = 0
                log.exception("worker.step_failed", step=step.__name__, failures=failures)
                connections.close_all()
            if not done:
                close_old_connections()
                self._stopped.wait(min(REST * 2**failures, 30.0))
        connections.close_all()

    def _show_life(self, tidied_at: datetime | None) -> datetime | None:
        """Note that this worker is alive, free what dead ones held, tidy up once an hour."""
        now = self.clock.now()
        try:
            presence.show(self.id, host=socket.gethostname(), pid=os.getpid(), at=now)
            queue.take_back(presence.alive(now), now)
            if tidied_at is None or now - tidied_at >= TIDY_EVERY:
                while forget_before(now - RETENTION) and not self._stopped.is_set():
                    pass
                queue.forget_before(now - RETENTION)
                presence.forget(now)
                tidied_at = now
        except Exception:
            log.exception("worker.heartbeat_failed")
            connections.close_all()
        return tidied_at

    def _leave(self) -> None:
        try:
            presence.leave(self.id)
        except Exception:
            log.exception("worker.farewell_failed")
