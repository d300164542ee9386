"""The `zhengtong` command 命令行: one entry; every room brings its own commands, loaded only when they are called."""

import os
import re
import sys
from importlib import import_module
from typing import NoReturn

import click

# name → (module:attribute, what it does). The help text stands here so that `zhengtong --help` imports no room.
COMMANDS: dict[str, tuple[str, str]] = {
    "rules": ("zhengtong.rules.cli:rules_group", "Evaluate FEEL expressions."),
    "dmn": ("zhengtong.rules.cli:dmn_group", "Check and test DMN decision tables."),
    "bpmn": ("zhengtong.process.cli:bpmn_group", "Check, run, replay and simulate BPMN processes."),
    "conformance": ("zhengtong.site.conformance:conformance", "Run a public conformance suite over a folder."),
    "accounts": ("zhengtong.trust.access.cli:accounts_group", "Administrators, passwords and posts."),
    "catalog": ("zhengtong.data.catalog.cli:catalog_group", "Keep the data catalogue: import, export, search, count."),
    "collect": ("zhengtong.data.collection.cli:collect_group", "Collect departments' data into the lake."),
    "quality": ("zhengtong.data.quality.cli:quality_group", "Judge the quality of collected data."),
    "bundles": ("zhengtong.process.bundles.cli:bundles_group", "Rehearse bundles against what is published."),
    "systems": ("zhengtong.process.systems.cli:systems_group", "Connect departments' own systems."),
    "calendar": ("zhengtong.kernel.calendar.cli:calendar_group", "Working days and due dates."),
    "regions": ("zhengtong.kernel.regions.cli:regions_group", "Import, show and search regions."),
    "mining": ("zhengtong.process.mining.cli:mining_group", "Read an event log: variants, waiting, rework, evidence."),
    "worker": ("zhengtong.kernel.jobs.cli:worker", "Hand out events, fire timers and run jobs."),
    "demo": ("zhengtong.site.demo.cli:demo", "Load the demo province and serve it."),
    "fusion": ("zhengtong.data.fusion.cli:fusion_group", "Make golden records; contradictions, changes, scores."),
    "opening": ("zhengtong.data.opening.cli:opening_group", "Open data: what is released, and who answers for it."),
    "items": ("zhengtong.process.items.cli:items_group", "Check a service catalogue; search the published one."),
    "exchange": ("zhengtong.data.exchange.cli:exchange_group", "Fetch what is shared in batches; follow changes."),
    "cascade": ("zhengtong.data.cascade.cli:cascade_group", "Take data from nodes of upper and lower levels."),
    "ministries": ("zhengtong.data.ministries.cli:ministries_group", "Ask the ministries' interfaces; simulate them."),
    "gateway": ("zhengtong.data.exchange.cli:gateway_group", "Answer departments' signed point queries."),
    "seals": ("zhengtong.trust.seals.cli:seals_group", "Verify sealed files; list seals and their uses."),
    "web": ("zhengtong.site.web:web", "Serve the portals."),
    "events": ("zhengtong.kernel.events.cli:events_group", "Show events that wait; replay or discard parked ones."),
    "keys": ("zhengtong.site.keys_cli:keys_group", "Authorities, certificates, revocation lists."),
    "token": ("zhengtong.site.token_cli:token_group", "A holder's token: containers, requests, delivered keys."),
    "licences": ("zhengtong.trust.licenses.cli:licences_group", "Verify licences; issue a back catalogue."),
    "ledger": ("zhengtong.trust.ledger.cli:ledger_group", "Show recorded acts and verify them."),
    "tsa": ("zhengtong.site.tsa_cli:tsa_group", "Be a time-stamp authority, for demos and tests."),
    "verify": ("zhengtong.site.verify:verify_command", "Verify an evidence bundle offline."),
    "manage": ("zhengtong.site.manage:manage", "Run a Django management command."),
}


_NO_TABLE = re.compile(r'no such table|relation ".*" does not exist')
"""What SQLite and PostgreSQL say of a database nobody has migrated."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, sorted."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command behind *cmd_name*."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 -- a wrong table entry is a programming error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhengtong")
def zhengtong() -> None:
    """Zhengtong 政通: the digital-government platform of a province."""


def main() -> None:
    """Run the command line; a refusal, or a database that is not ready, becomes a sentence, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
    from django.db import OperationalError, ProgrammingError  # noqa: PLC0415 -- keeps the import of this module quick

    from zhengtong.kernel.errors import Refusal  # noqa: PLC0415 -- the same

    try:
        zhengtong()
    except Refusal as refusal:
        _stop(refusal.explanation, refusal.advice)
    except (OperationalError, ProgrammingError) as error:
        said = str(error).strip()
        if _NO_TABLE.search(said):
            _stop("The database is not set up yet.", "Run `zhengtong manage migrate` first, or `zhengtong demo`.")
        if isinstance(error, ProgrammingError):
            raise
        _stop(f"The database does not answer: {said}", "Check DATABASE_URL and ZHENGTONG_HOME, then try again.")


def _stop(what: object, remedy: object) -> NoReturn:
    click.echo(f"✗ {what}\n  {remedy}", err=True)
    sys.exit(1)
