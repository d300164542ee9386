"""`zhengtong quality`: set rules, assess a dataset, see scores."""

from pathlib import Path

import click
import django


@click.group("quality")
def quality_group() -> None:
    """Judge the quality of collected data."""
    django.setup()


@quality_group.command()
@click.argument("dataset")
@click.option(
    "--contract", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Take the rules of an ODCS file."
)
def rules(dataset: str, contract: Path | None) -> None:
    """Set the rules of DATASET: those that follow from the catalogue, or those of a data contract."""
    from zhengtong.data.catalog import api as catalog  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.data.quality import api  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    wanted = api.suggested(catalog.dataset(dataset).entry.elements)
    if contract is not None:
        found = api.read_rules(contract.read_bytes())
        if dataset not in found:
            raise click.ClickException(f"The file has no contract with the id {dataset}.")
        wanted = found[dataset].rules
        for one in found[dataset].passed_over:
            click.echo(f"  passed over: {one}")
    count = api.set_rules(actor=system_actor(), dataset=dataset, rules=wanted, at=system.now())
    click.echo(f"✓ {count} rules.")


@quality_group.command()
@click.argument("dataset")
def assess(dataset: str) -> None:
    """Assess the latest version of DATASET and open issues for what is broken."""
    from zhengtong.data.quality import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    found = api.assess(actor=system_actor(), dataset=dataset, at=system.now())
    for result in found.results:
        click.echo(f"{result.failing:>9,}  {result.percent:6.2f} %  {result.rule.name}")
    click.echo(f"✓ {found.score:.2f} of 100 over {found.rows:,} rows.")


@quality_group.command()
def scores() -> None:
    """List the latest scores, department by department, the worst first."""
    from zhengtong.data.quality import api  # noqa: PLC0415 -- needs the apps that the group has set up

    for one in api.department_scores():
        click.echo(f"{one.score:6.2f}  {one.datasets:>4} datasets  {one.issues:>4} issues  {one.name}")
