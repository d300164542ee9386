"""Django's entry to zhengtong.data.quality."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    """Registers the app under the label `quality`; what lands is assessed, and a gate stands before it."""

    name = "zhengtong.data.quality"
    label = "quality"
    verbose_name = _("数据质量")

    def ready(self) -> None:
        from zhengtong.data.collection.api import register_gate  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.data.quality import api, handlers  # noqa: PLC0415
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415

        register_gate(api.gate)
        subscribe("data.collection.batch.landed.v1", handlers.assess_landed, name="data.quality.assess_landed")
