"""`zhengtong seals`: verify a sealed file; list the seals and how they were used."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import django
import orjson

from zhengtong.kernel import clock

if TYPE_CHECKING:
    from zhengtong.trust.seals.contracts import Report

_MARKS = {"passed": "✓", "failed": "✗", "unknown": "?", "absent": "–"}


@click.group("seals")
def seals_group() -> None:
    """Verify sealed files; list seals and their uses."""
    django.setup()


@seals_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--depth", type=click.Choice(["simple", "detailed", "diagnostic"]), default="detailed", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(file: Path, depth: str, *, as_json: bool) -> None:
    """Verify FILE, an OFD or a PDF: every check, and what of it no signature protects.

    Exit code 0 when it is valid, 3 for any other verdict.
    """
    from zhengtong.trust.seals import api as seals  # noqa: PLC0415 -- needs the apps that the group has set up

    report = seals.verify(file.read_bytes(), at=clock.system.now())
    if as_json:
        click.echo(orjson.dumps(seals.told(report, seals.Depth(depth)), option=orjson.OPT_INDENT_2))
    else:
        _tell(report, depth)
    if report.verdict is not seals.Verdict.VALID:
        raise SystemExit(3)


def _tell(report: "Report", depth: str) -> None:
    click.echo(f"{report.verdict.label}: {report.verdict.sentence}")
    for note in report.notes:
        click.echo(f"  ! {note}")
    for signature in report.signatures:
        stamped = f", time stamp {signature.stamped_at:%Y-%m-%d %H:%M:%S %Z}" if signature.stamped_at else ""
        click.echo(f"{signature.seal_name or signature.signer} {signature.signed_at or ''}{stamped}")
        for check in signature.checks if depth != "simple" else ():
            note = f": {check.note}" if check.note else ""
            click.echo(f"  {_MARKS[check.outcome.value]} {check.step.label} ({check.step.clause}){note}")
        if depth == "diagnostic":
            for name, value in signature.facts.items():
                click.echo(f"    {name} {value}")
    for path in report.coverage.unprotected:
        click.echo(f"  unprotected: {path}")


@seals_group.command("list")
@click.option("--limit", default=50, show_default=True)
def listed(limit: int) -> None:
    """List the seals, the newest first."""
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415 -- needs the apps
    from zhengtong.trust.seals import api as seals  # noqa: PLC0415 -- the same

    for one in seals.seals(system_actor(), limit=limit).items:
        click.echo(f"{one.reference}  {one.filing_number or '-':14}  {one.state.value:10}  {one.uses:6}  {one.name}")


@seals_group.command("uses")
@click.argument("reference")
@click.option("--limit", default=50, show_default=True)
def uses(reference: str, limit: int) -> None:
    """List how the seal REFERENCE was used, the latest first."""
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415 -- needs the apps
    from zhengtong.trust.seals import api as seals  # noqa: PLC0415 -- the same

    one = seals.seal(system_actor(), reference)
    for use in seals.uses_of(one.id, limit=limit).items:
        click.echo(f"{use.number:6}  {use.at:%Y-%m-%d %H:%M}  {use.object_type} {use.object_id}  {use.document[:16]}")
