"""Who hears of what 订阅: handlers by event name, filled in each app's `ready()` or in `site/wiring.py`."""

from fnmatch import fnmatchcase
from functools import cache

from zhengtong.kernel.events.contracts import Handler, HandlerName, event_types


class Subscriptions:
    """A registry of handlers. Names are stored with every delivery, so they never change once released."""

    def __init__(self) -> None:
        self._handlers: dict[HandlerName, tuple[str, Handler]] = {}
        self.names_for = cache(self._names_for)

    def subscribe(self, pattern: str, handler: Handler, *, name: HandlerName) -> None:
        """Have *handler* called for every event whose name fits *pattern* (`*` stands for any characters).

        Subscribing the same handler again under its name changes nothing.

        Raises:
            ValueError: the name is taken by another handler, or is longer than 120 characters.
        """
        if self._handlers.get(name, (pattern, handler)) != (pattern, handler):
            raise ValueError(f"handler name {name!r} is taken")
        if not 0 < len(name) <= 120:
            raise ValueError(f"handler name {name!r}: 1 to 120 characters")
        self._handlers[name] = (pattern, handler)
        self.names_for.cache_clear()

    def handler(self, name: HandlerName) -> Handler:
        """Return the handler of that name.

        Raises:
            LookupError: no handler has this name any more.
        """
        try:
            return self._handlers[name][1]
        except KeyError:
            raise LookupError(f"no handler is called {name!r}") from None

    def _names_for(self, event: str) -> tuple[HandlerName, ...]:
        """Return the names of the handlers of the event called *event*, sorted."""
        return tuple(sorted(name for name, (pattern, _) in self._handlers.items() if fnmatchcase(event, pattern)))

    def deaf(self) -> tuple[HandlerName, ...]:
        """Return the handlers whose pattern fits no declared event: most likely a misspelt name."""
        declared = [event.name for event in event_types()]
        return tuple(
            name
            for name, (pattern, _) in sorted(self._handlers.items())
            if not any(fnmatchcase(event, pattern) for event in declared)
        )


subscriptions = Subscriptions()
subscribe = subscriptions.subscribe
