"""Drain 清空: hand out everything that is due now, in this process; for tests, commands and loading the demo."""

from collections.abc import Callable

from zhengtong.kernel.events.dispatcher import Dispatcher
from zhengtong.kernel.events.services import fire_due


def drain(dispatcher: Dispatcher | None = None, *, stopped: Callable[[], bool] = lambda: False) -> int:
    """Fire due timers and hand out events until none is due; return how many events and retries were handled."""
    dispatcher = dispatcher or Dispatcher()
    handled = 0
    while not stopped():
        fired = fire_due(dispatcher.clock.now())
        dispatched = dispatcher.dispatch()
        retried = dispatcher.retry()
        handled += dispatched + retried
        if not (fired or dispatched or retried):
            break
    return handled
