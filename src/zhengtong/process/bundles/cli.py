"""`zhengtong bundles`: rehearse the whole catalogue against what is published."""

import sys

import click
import django


@click.group("bundles")
def bundles_group() -> None:
    """Rehearse bundles: apply for each and conclude it, keeping nothing."""
    django.setup()


@bundles_group.command()
@click.argument("codes", nargs=-1)
def rehearse(codes: tuple[str, ...]) -> None:
    """Apply for bundles CODES (all of them when none is named), let every department grant, roll everything back."""
    from zhengtong.kernel import clock  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.process.bundles import api  # noqa: PLC0415
    from zhengtong.process.items import api as items  # noqa: PLC0415

    failed = 0
    for code in codes or tuple(entry.code for entry in items.bundles()):
        report = api.rehearse_bundle(code, at=clock.system.now())
        done = report.granted == report.parts
        failed += not done
        click.echo(
            f"{'✓' if done else '✗'} {code:<24} {report.granted} of {report.parts} granted,"
            f" {report.acts} decisions, {report.typed} fields to type  {report.name}"
        )
    if failed:
        sys.exit(1)
