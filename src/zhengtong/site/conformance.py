"""`zhengtong conformance SUITE FOLDER`: one runner per public suite, each in the room it tests."""

from importlib import import_module

import click

SUITES = {
    "dmn": "zhengtong.rules.cli:conformance_dmn",
    "bpmn-execution": "zhengtong.process.cli:conformance_bpmn_execution",
    "bpmn-static": "zhengtong.process.cli:conformance_bpmn_static",
    "bpmn-miwg": "zhengtong.process.cli:conformance_bpmn_miwg",
    "merkle": "zhengtong.trust.ledger.cli:conformance_merkle",
}


class Suites(click.Group):
    """The suites, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the suites."""
        del ctx
        return list(SUITES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the runner of *cmd_name*."""
        del ctx
        if cmd_name not in SUITES:
            return None
        module, _, attribute = SUITES[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


conformance = Suites(name="conformance", help="Run a public conformance suite over a folder.")
