"""`zhengtong manage …`: Django's own management commands, for administrators."""

import click
from django.core.management import execute_from_command_line


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command, for example `zhengtong manage migrate`."""
    execute_from_command_line(["zhengtong manage", *arguments])
