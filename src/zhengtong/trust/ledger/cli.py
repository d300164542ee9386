"""`zhengtong ledger`: show what was recorded, and verify that it is still what was recorded."""

import json
import signal
import sys
import threading
from pathlib import Path
from uuid import UUID

import click
import django

from zhengtong.trust.ledger.tree.conformance import UnreadableCase, run_suite
from zhengtong.trust.ledger.tree.hashing import HashName
from zhengtong.trust.ledger.tree.notes import MalformedNote, NoteRefused
from zhengtong.trust.ledger.witness.cli import witness_group


@click.group("ledger")
@click.pass_context
def ledger_group(context: click.Context) -> None:
    """Show recorded acts and verify them; run the log; be a witness of one."""
    if context.invoked_subcommand != "witness":  # which needs neither our database nor our settings
        django.setup()


ledger_group.add_command(witness_group)


@ledger_group.command()
@click.argument("identifier", metavar="ACT", type=click.UUID, required=False)
@click.option("--by", type=click.UUID, help="The acts of this subject.")
@click.option("--concerning", type=click.UUID, help="The acts that touched this subject's data.")
@click.option("--before", type=click.UUID, help="Go on behind this act of the page before.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def show(identifier: UUID | None, by: UUID | None, concerning: UUID | None, before: UUID | None, limit: int) -> None:
    """Show one ACT, or the acts of a subject, the newest first, as JSON lines."""
    from zhengtong.trust.ledger import api, law  # noqa: PLC0415 -- models need a configured Django

    if sum(choice is not None for choice in (identifier, by, concerning)) != 1:
        raise click.UsageError("Name one act, or --by a subject, or --concerning a subject.")
    if identifier is not None:
        page = api.ActPage(items=(api.act(identifier),), next=None)
    elif by is not None:
        page = api.acts_by(by, before=before, limit=limit)
    else:
        assert concerning is not None  # noqa: S101 -- one of the three was given
        page = api.acts_concerning(concerning, before=before, limit=limit)
    for item in page.items:
        written = json.loads(law.leaf(item.id, item.act))
        click.echo(json.dumps({**written, "leaf_hash": item.leaf_hash}, ensure_ascii=False))
    if page.next:
        click.echo(f"more: --before {page.next}", err=True)


@ledger_group.command()
@click.option("--after", type=click.UUID, help="Begin behind this act.")
def verify(after: UUID | None) -> None:
    """Hash every act again; tell which rows are no longer what was recorded. Exit code 1 if there are any."""
    from zhengtong.trust.ledger import api  # noqa: PLC0415 -- models need a configured Django

    flaws = 0
    for finding in api.verify(after=after):
        flaws += 1
        click.echo(f"✗ {finding.act}  {finding.flaw.value}")
    click.echo(f"{api.count_acts()} acts recorded, {flaws} no longer as recorded")
    sys.exit(1 if flaws else 0)


@ledger_group.command("sequence")
@click.option("--once", is_flag=True, help="Sequence what waits, sign, ask the witnesses, and end.")
def sequence_command(once: bool) -> None:  # noqa: FBT001 -- click passes options by name
    """Give acts their places in the log and sign it, until ctrl-C or SIGTERM; the worker does so too, in between."""
    from zhengtong.kernel.observability.api import require_migrated  # noqa: PLC0415 -- models need a configured Django
    from zhengtong.trust.ledger.log import running  # noqa: PLC0415

    require_migrated()
    if once:
        click.echo(f"{running.run_once()} done")
        return
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    running.run(stopped)


@ledger_group.command("check")
@click.option(
    "--checkpoint", "kept", multiple=True, type=click.Path(path_type=Path), help="One kept elsewhere, to compare with."
)
def check_command(kept: tuple[Path, ...]) -> None:
    """Hash every entry again, rebuild the tiles, compare the checkpoints. Exit code 1 if anything differs."""
    from zhengtong.trust.ledger import api  # noqa: PLC0415 -- models need a configured Django
    from zhengtong.trust.ledger.log.checking import checkpoint_of  # noqa: PLC0415

    known = []
    for path in kept:
        try:
            known.append(checkpoint_of(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, MalformedNote, NoteRefused) as error:
            raise click.ClickException(f"{path}: {error}") from error
    flaws = 0
    for finding in api.check_log(known):
        flaws += 1
        place = "" if finding.number is None else f"  {finding.number}"
        click.echo(f"✗ {finding.flaw.value}{place}  {finding.act or finding.what}".rstrip())
    click.echo(f"{api.log_size()} entries in the log, {flaws} findings")
    sys.exit(1 if flaws else 0)


@ledger_group.command("evidence")
@click.argument("act", type=click.UUID)
@click.option("--to", type=click.Path(path_type=Path), help="Write it to this file instead of the screen.")
def evidence_command(act: UUID, to: Path | None) -> None:
    """Print the evidence bundle of ACT."""
    from zhengtong.trust.ledger import api  # noqa: PLC0415 -- models need a configured Django

    written = api.evidence_of(act)
    if to is None:
        click.echo(written, nl=False)
        return
    try:
        to.write_text(written, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{to}: {error.strerror}") from error


@ledger_group.command("trusted-list")
def trusted_list_command() -> None:
    """Print the list by which this log, its witnesses and its authorities are believed."""
    from zhengtong.trust.ledger import api  # noqa: PLC0415 -- models need a configured Django

    click.echo(api.own_trusted_list(), nl=False)


@ledger_group.command("witnesses")
def witnesses_command() -> None:
    """Show each witness of this log: what it co-signed last, and what it said when it would not."""
    from zhengtong.trust.ledger import api  # noqa: PLC0415 -- models need a configured Django

    for state in api.witness_states():
        click.echo(f"{state.name}  {state.size} entries  {state.asked_at or 'never asked'}  {state.trouble}".rstrip())


@click.command("merkle")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--hash", "name", type=click.Choice(list(HashName)), default=HashName.SHA256, help="The suite's hash.")
def conformance_merkle(folder: Path, name: str) -> None:
    """Check the inclusion and consistency proofs below FOLDER; prints a line for each failing case."""
    total = passed = 0
    try:
        for result in run_suite(folder, HashName(name)):
            total, passed = total + 1, passed + result.passed
            if not result.passed:
                click.echo(f"FAILED {result.name}: {result.said}")
    except (OSError, UnreadableCase) as error:
        raise click.ClickException(f"the suite cannot be read: {error}") from error
    if not total:
        raise click.ClickException(f"{folder} holds no cases (inclusion/…/*.json, consistency/…/*.json).")
    click.echo(f"passed {passed} of {total}")
    sys.exit(passed != total)
