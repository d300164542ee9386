"""`zhengtong bpmn migrate`: move running cases to another version of their process, after a dry run."""

from datetime import UTC, datetime
from uuid import UUID

import click

from zhengtong.kernel.errors import Refusal

_STEP = 500  # cases between two lines of progress


@click.command("migrate")
@click.argument("key")
@click.option("--from", "source", type=click.IntRange(min=1), required=True, help="The version the cases follow now.")
@click.option("--to", "target", type=click.IntRange(min=1), required=True, help="The version they are to follow.")
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="Where a node has gone; may be repeated.")
@click.option("--accept-suggestions", is_flag=True, help="Map what has no place as suggested, by name or neighbours.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--revert", type=click.UUID, help="Take back what this earlier migration moved (its id).")
@click.option("--clause", help="By what right: the clause or the decision, for the ledger.")
@click.option("--subject", type=click.UUID, help="Who is responsible: the id of the person, for the ledger.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of messages.")
def migrate_command(  # noqa: PLR0913, PLR0917 -- one argument an option
    key: str,
    source: int,
    target: int,
    pairs: tuple[str, ...],
    accept_suggestions: bool,  # noqa: FBT001 -- click passes options by name
    dry_run: bool,  # noqa: FBT001
    revert: UUID | None,
    clause: str | None,
    subject: UUID | None,
    lang: str,
) -> None:
    """Move the running cases of process KEY to another version.

    Each case moves by itself while officials go on working; what cannot move stays and is named. A run that was
    interrupted is finished by the worker.
    """
    import django  # noqa: PLC0415 -- other commands of the group need no database

    django.setup()
    try:
        if dry_run:
            _try(key, source, target, _read(pairs), accept_suggestions, lang)
        elif not clause or not subject:
            raise click.UsageError("Moving cases is an act: name --clause and --subject, or use --dry-run.")
        else:
            _move(key, source, target, _read(pairs), accept_suggestions, revert, clause, subject)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _read(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not equals or not old:
            raise click.BadParameter(f"{pair!r} is not OLD=NEW", param_hint="--map")
        found[old] = new
    return found


def _try(key: str, source: int, target: int, pairs: dict[str, str], accept: bool, lang: str) -> None:  # noqa: FBT001
    """Print the dry run; fail if a case could not move."""
    from zhengtong.process.store import api as store  # noqa: PLC0415 -- needs Django

    old, new = store.version(key, source).id, store.version(key, target).id
    if accept:
        pairs = store.migration_suggestions(old, new, pairs) | pairs
    report = store.dry_run_migration(old, new, pairs, lang=lang)
    for place in report.unplaced:
        idea = f"suggested: {place.suggestion} (same {place.reason})" if place.suggestion else "no suggestion"
        click.echo(f"no place: {place.node} {place.name} – {idea}")
    for blocked in report.blocked:
        click.echo(f"blocked: {blocked.count} at {blocked.node} [{blocked.code}] {blocked.message} {blocked.remedy}")
        click.echo(f"  for example {', '.join(str(example) for example in blocked.examples)}")
    click.echo(f"{report.movable} of {report.total} running cases can move; nothing was changed")
    if report.movable < report.total:
        raise SystemExit(1)


def _move(
    key: str,
    source: int,
    target: int,
    pairs: dict[str, str],
    accept: bool,  # noqa: FBT001
    revert: UUID | None,
    clause: str,
    subject: UUID,
) -> None:
    from zhengtong.process.store import api as store  # noqa: PLC0415 -- needs Django
    from zhengtong.trust.ledger.api import Authority, Responsibility  # noqa: PLC0415 -- needs Django

    now = datetime.now(UTC)
    authority, responsibility = Authority(clause=clause), Responsibility(subject=subject)
    old, new = store.version(key, source).id, store.version(key, target).id
    if revert is not None:
        batch = store.revert_migration(revert, at=now, authority=authority, responsibility=responsibility)
    else:
        if accept:
            pairs = store.migration_suggestions(old, new, pairs) | pairs
        batch = store.begin_migration(old, new, pairs, at=now, authority=authority, responsibility=responsibility)
    click.echo(f"migration {batch.id}: {batch.total} running cases")
    while batch.finished_at is None:
        batch = store.proceed_with_migration(batch.id, at=datetime.now(UTC), limit=_STEP)
        click.echo(f"{batch.moved} moved, {batch.blocked} blocked")
    for instance, obstacles in store.blocked_cases(batch.id):
        click.echo(f"blocked: {instance} {'; '.join(f'{code} at {node}' for code, node in obstacles)}")
