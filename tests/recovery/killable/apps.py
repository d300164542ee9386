"""Django's entry to the traces app."""

from django.apps import AppConfig

from zhengtong.kernel.events.subscriptions import subscribe


class KillableConfig(AppConfig):
    """Subscribes two handlers that work and one that fails on purpose."""

    name = "killable"

    def ready(self) -> None:
        from killable import handlers

        subscribe("killable.step.*", handlers.trace("first"), name="killable.first")
        subscribe("killable.step.*", handlers.trace("second"), name="killable.second")
        subscribe("killable.step.*", handlers.fragile, name="killable.fragile")
