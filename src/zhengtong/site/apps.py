"""The composition root as a Django app: it wires the rooms together once all of them are loaded."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Fills the registries that lower rooms own."""

    name = "zhengtong.site"
    label = "site"

    def ready(self) -> None:
        from zhengtong.site import wiring  # noqa: PLC0415 -- models must be loaded first

        wiring.wire()
