"""The joint case with viewflow as its documentation has it: a flow class, its models, each step through the ORM.

Run with the Python of an environment that has django-viewflow: `viewflow_joint.py CASES`; prints CPU ms a case.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(tempfile.mkdtemp()) / "peer.sqlite3"),
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 -- after setup, as Django asks
from django.core.management import call_command  # noqa: E402
from viewflow import this  # noqa: E402
from viewflow.workflow import flow  # noqa: E402
from viewflow.workflow.models import Process, Task  # noqa: E402

FORM = {f"field {number}": f"内容 {number} " * 5 for number in range(40)}
BOUNDS = [(n * 10, n * 10 + 10, n) for n in range(5)]


def rate(activation: Any) -> None:
    """Grade by five rules, as the decision table of the other engines does."""
    area = activation.process.data["area"]
    activation.process.data["grade"] = next(grade for low, high, grade in BOUNDS if low <= area < high)
    activation.process.save(update_fields=["data"])


# viewflow finds flows by the app their module belongs to; this script joins viewflow's own.
__name__ = "viewflow.workflow.joint"
sys.modules[__name__] = sys.modules["__main__"]


class JointFlow(flow.Flow):
    """Decision, fork, five tasks, join, one task."""

    process_class = Process
    start = flow.StartHandle(this.begin).Next(this.rate)
    rate = flow.Function(rate).Next(this.fork)
    fork = flow.Split().Next(this.office0).Next(this.office1).Next(this.office2).Next(this.office3).Next(this.office4)
    office0 = flow.View(lambda _request: None).Next(this.join)
    office1 = flow.View(lambda _request: None).Next(this.join)
    office2 = flow.View(lambda _request: None).Next(this.join)
    office3 = flow.View(lambda _request: None).Next(this.join)
    office4 = flow.View(lambda _request: None).Next(this.join)
    join = flow.Join().Next(this.decide)
    decide = flow.View(lambda _request: None).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any) -> Process:
        """Start with the form."""
        activation.process.data = {"form": FORM, "area": 25}
        return activation.process


def complete(task: Task, user: User) -> None:
    """One request: assign, start and execute the task."""
    with task.activation() as activation:
        activation.assign(user)
        activation.start(SimpleNamespace(user=user))
        activation.execute()


def one_case(user: User) -> None:
    """Start, complete five tasks, then the last one."""
    process = JointFlow.start.run()
    for _request in range(6):
        task = Task.objects.filter(process=process, status="NEW", flow_task_type="HUMAN").order_by("pk").first()
        complete(task, user)
    if Process.objects.get(pk=process.pk).status != "DONE":
        raise SystemExit("the case did not end")


def main() -> None:
    """Run the cases."""
    cases = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    user = User.objects.create(username="officer")
    one_case(user)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(cases):
        one_case(user)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"ms": cpu / cases * 1000}))


main()
