"""`zhengtong accounts`: the first administrators, lost passwords, who holds which post.

It stands in access and not in identity, because an administrator is an official in a post *with a role*.
"""

from typing import TYPE_CHECKING

import click
import django

from zhengtong.kernel import clock

if TYPE_CHECKING:
    from uuid import UUID

DUTIES = ("administration", "security", "audit")


@click.group("accounts")
def accounts_group() -> None:
    """Administrators, passwords and posts."""
    django.setup()


@accounts_group.command("create-admin")
@click.argument("username")
@click.option("--duty", type=click.Choice(DUTIES), default="administration", show_default=True)
@click.option("--name", default="", help="The official's name. Default: the user name.")
@click.option("--organisation", metavar="ID", help="Which organisation they administer. Default: the first root.")
@click.password_option(help="Asked for when not given.")
def create_admin(username: str, duty: str, name: str, organisation: str | None, password: str) -> None:
    """Create an administrator USERNAME: an official, a post with its role, and a login.

    The three duties (system, security and audit administration) must be in the hands of three people.
    """
    from zhengtong.trust.access.founding import found_administrator  # noqa: PLC0415 -- the same
    from zhengtong.trust.access.standard import STANDARD_ROLES  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.identity.api import Duty  # noqa: PLC0415 -- the same

    post = found_administrator(
        username=username,
        name=name or username,
        duty=Duty(duty),
        organisation=_identifier(organisation),
        password=password,
        at=clock.system.now(),
    )
    click.echo(f"✓ {username}: {STANDARD_ROLES[Duty(duty)][2]} of {post.organisation_name} ({post.title})")
    click.echo("  Sign in and add a second factor under /accounts/2fa/ first.")


@accounts_group.command("show")
@click.argument("username")
def show(username: str) -> None:
    """Show an account: kind, level, second factors, posts. Names of citizens are masked."""
    from zhengtong.trust.identity.api import account  # noqa: PLC0415 -- needs the apps that the group has set up

    view = account(username)
    last = view.last_login.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M") if view.last_login else "never"
    for label, value in (
        ("user name", view.username),
        ("subject", f"{view.kind} {view.subject}"),
        ("name", view.name or "(not proved)"),
        ("active", "yes" if view.active else "no"),
        ("proof", view.proof_level.name.lower()),
        ("second factors", ", ".join(view.second_factors) or "none"),
        ("last login", last),
        ("posts", "; ".join(view.posts) or "none"),
    ):
        click.echo(f"{label:>15}: {value}")


@accounts_group.command("reset-password")
@click.argument("username")
@click.password_option(help="Asked for when not given.")
def reset(username: str, password: str) -> None:
    """Give USERNAME a new password; every session of the account ends."""
    from zhengtong.trust.identity.api import reset_password, system_actor  # noqa: PLC0415 -- needs the apps that the group has set up

    reset_password(actor=system_actor(), username=username, password=password, at=clock.system.now())
    click.echo(f"✓ {username} has a new password.")


@accounts_group.command("list-posts")
@click.option("--limit", default=100, show_default=True)
def list_posts(limit: int) -> None:
    """List posts with their organisation and duty."""
    from zhengtong.trust.identity.api import all_posts  # noqa: PLC0415 -- needs the apps that the group has set up

    for post in all_posts(limit=limit):
        click.echo(f"{post.id}  {post.duty:<14}  {post.organisation_name} {post.title}")


def _identifier(text: str | None) -> "UUID | None":
    from uuid import UUID  # noqa: PLC0415 -- keeps `--help` quick

    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not the id of an organisation.", param_hint="--organisation") from error
