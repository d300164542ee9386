"""Django's entry to zhengtong.process.cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Registers the app under the label `cases`; case tables follow every step of their process."""

    name = "zhengtong.process.cases"
    label = "cases"
    verbose_name = _("办件")

    def ready(self) -> None:
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.process.cases import following, handlers  # noqa: PLC0415
        from zhengtong.process.cases.checks import CHECKING  # noqa: PLC0415
        from zhengtong.process.cases.contracts import PROCESSES  # noqa: PLC0415
        from zhengtong.process.cases.services.common import HANDLING  # noqa: PLC0415
        from zhengtong.process.store.api import follow  # noqa: PLC0415
        from zhengtong.trust.ledger.api import declare_purpose  # noqa: PLC0415

        declare_purpose(HANDLING, _("办理您的申请"))
        declare_purpose(CHECKING, _("核验您申请中的材料"))
        follow("cases", PROCESSES, following.after_step)
        subscribe("process.case.*.v1", handlers.tell_the_applicant, name="process.cases.tell_the_applicant")
        subscribe("process.case.received.v1", handlers.count_evidence, name="process.cases.count_evidence")
        subscribe("process.case.escalated.v1", handlers.tell_the_supervisors, name="process.cases.tell_the_supervisors")
        subscribe("process.leave.*.v1", handlers.tell_both_of_leave, name="process.cases.tell_both_of_leave")
