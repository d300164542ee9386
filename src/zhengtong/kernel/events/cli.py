"""`zhengtong events`: what waits, what is parked, and what to do with it."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click
import django

from zhengtong.kernel import clock
from zhengtong.kernel.events.contracts import Delivery


@click.group("events")
def events_group() -> None:
    """Show events that wait; replay or discard parked ones."""
    django.setup()


@events_group.command()
def status() -> None:
    """Show how much waits."""
    from zhengtong.kernel.events import api, presence  # noqa: PLC0415 -- models need a configured Django

    now, waiting = clock.system.now(), api.depth()
    click.echo(
        f"waiting   {waiting.waiting}" + (f"  (the oldest since {waiting.oldest:%F %T})" if waiting.oldest else "")
    )
    click.echo(f"retrying  {waiting.retrying}")
    click.echo(f"parked    {waiting.parked}")
    click.echo(f"timers    {waiting.timers}")
    click.echo(f"workers   {len(presence.alive(now))}")


@events_group.command("types")
def types_() -> None:
    """List every kind of event and what it says."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- models need a configured Django

    for kind in api.event_types():
        click.echo(f"{kind.name}\n    {kind.meaning}")


@events_group.command()
@click.option("--write", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A file to write to.")
def reference(write: Path | None) -> None:
    """Print the reference page of all events, or write it to a file."""
    from zhengtong.kernel.events import reference as page  # noqa: PLC0415 -- models need a configured Django

    if write is None:
        click.echo(page.reference(), nl=False)
    else:
        write.write_text(page.reference())


@events_group.command()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
def parked(limit: int) -> None:
    """List deliveries that failed so often that a person must decide."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- models need a configured Django

    _write(api.parked(limit))


@events_group.command()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
def outstanding(limit: int) -> None:
    """List all deliveries not made yet: retried, parked, or behind one of these."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- models need a configured Django

    _write(api.outstanding(limit))


@events_group.command()
@click.argument("event", type=click.UUID)
@click.option("--handler", help="Only this handler; by default all that parked it.")
def replay(event: UUID, handler: str | None) -> None:
    """Try a parked EVENT again, and then what waits behind it."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- models need a configured Django

    released = api.replay(event, at=clock.system.now(), handler=handler)
    click.echo(f"{released} released; a worker tries again at once")


@events_group.command()
@click.argument("event", type=click.UUID)
@click.argument("handler")
@click.confirmation_option(prompt="The handler will never take this event. Go on?")
def discard(event: UUID, handler: str) -> None:
    """Give up a parked EVENT for HANDLER, so that the events behind it go on."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- models need a configured Django

    api.discard(event, at=clock.system.now(), handler=handler)
    click.echo("discarded")


def _write(deliveries: Iterable[Delivery]) -> None:
    count = 0
    for count, delivery in enumerate(deliveries, start=1):  # noqa: B007 -- the last number is the count
        state = "parked" if delivery.parked_at else f"next {delivery.due:%F %T}"
        click.echo(f"{delivery.event}  {delivery.type}  {delivery.subject}")
        click.echo(f"    {delivery.handler}  attempts {delivery.attempts}  {state}  {delivery.error}")
    if not count:
        click.echo("none")
