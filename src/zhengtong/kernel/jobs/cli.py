"""`zhengtong worker`: start a worker and stop it in order."""

import signal
from types import FrameType

import click
import django


@click.command()
@click.option("--once", is_flag=True, help="Hand out what waits now, run one job, and end.")
@click.option("--until-idle", is_flag=True, help="Work until nothing is due, and end.")
def worker(*, once: bool, until_idle: bool) -> None:
    """Hand out events, fire timers and run jobs, until ctrl-C or SIGTERM."""
    django.setup()
    from zhengtong.kernel.jobs.worker import WorkerProcess  # noqa: PLC0415 -- models need a configured Django
    from zhengtong.kernel.observability.api import require_migrated  # noqa: PLC0415

    require_migrated()
    process = WorkerProcess()

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)  # asked twice, it ends at once
        process.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if once or until_idle:
        handled = process.run_once() if once else process.run_until_idle()
        click.echo(f"{handled} handled")
    else:
        process.run()
