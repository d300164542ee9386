"""`zhengtong opening`: what is open, and the proof that it is lawful."""

import sys
from typing import TYPE_CHECKING

import click
import django

if TYPE_CHECKING:
    from zhengtong.data.opening.api import Accounted


@click.group("opening")
def opening_group() -> None:
    """Open data: what is released, and who answers for it."""
    django.setup()


@opening_group.command("list")
def list_released() -> None:
    """List what is open: name, access, rows, dataset, provider."""
    from zhengtong.data.opening import api  # noqa: PLC0415 -- needs the apps that the group has set up

    found = api.all_released()
    for one in found:
        rows = one.report.measures.rows if one.report else 0
        click.echo(f"{one.slug:<28} {one.access.value:<14} {rows:>9,}  {one.dataset}  {one.provider_name}")
    click.echo(f"{len(found)} open." if found else "Nothing is open yet.")


@opening_group.command()
@click.option("--quick", is_flag=True, help="Do not compute the digests of the files again.")
def audit(*, quick: bool) -> None:
    """Prove for each release which acts, clause, report and officers stand behind it; exit with 1 where that fails."""
    from zhengtong.data.opening import api  # noqa: PLC0415 -- needs the apps that the group has set up

    for one in api.account(files=not quick):
        mark = "✓" if one.exempt else "✗"
        click.echo(f"{mark} {one.opening.slug}  {one.opening.basis}  standard {_standard(one)}")
        click.echo(f"    applied {one.applicant}  approved {one.approver}  act {one.released_act}")
    faults = api.unlawful(files=not quick)
    for fault in faults:
        click.echo(f"✗ {fault.slug}: {fault.what}", err=True)
    click.echo("Every release is proven: lawful." if not faults else f"{len(faults)} findings: unlawful.")
    if faults:
        sys.exit(1)


def _standard(one: "Accounted") -> str:
    report = one.opening.report
    return report.standard.isoformat() if report else "—"
