"""`zhengtong gateway`: answer queries and record them; `zhengtong exchange`: fetch batches, follow a subscription."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import django

from zhengtong.data.exchange.contracts import Algorithm, Format

if TYPE_CHECKING:
    from zhengtong.data.exchange import consumer


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, envvar="GATEWAY_PORT", type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.pass_context
def gateway_group(ctx: click.Context, host: str, port: int, workers: int) -> None:
    """Serve signed point queries to departments' applications until ctrl-C or SIGTERM."""
    django.setup()
    from zhengtong.data.exchange.gateway import serve  # noqa: PLC0415 -- models need a configured Django
    from zhengtong.kernel.observability.api import require_migrated  # noqa: PLC0415

    if ctx.invoked_subcommand is None:
        require_migrated()
        click.echo(f"http://{host}:{port}/v1/query  ({workers})")
        serve.run(host, port, workers)


@gateway_group.command()
def scribe() -> None:
    """Put looks on record for the workers of this node; `zhengtong gateway` starts it by itself."""
    from zhengtong.data.exchange.gateway.serve import run_scribe  # noqa: PLC0415

    run_scribe()


@click.group("exchange")
def exchange_group() -> None:
    """Use what other departments share."""
    django.setup()


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what `fetch` and `follow` are both told."""
    options = (
        click.argument("gateway"),
        click.argument("folder", type=click.Path(file_okay=False, path_type=Path)),
        click.option("--agreement", required=True, help="The agreement's id."),
        click.option("--item", required=True, help="Code of the item it is for."),
        click.option("--key", required=True, help="The access key's id."),
        click.option(
            "--secret", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A file with the key's secret in hexadecimal digits.",
        ),
        click.option(
            "--algorithm", default=Algorithm.HMAC_SHA256.value, show_default=True,
            type=click.Choice([one.value for one in Algorithm]),
        ),
        click.option(
            "--format", "form", default=Format.PARQUET.value, show_default=True,
            type=click.Choice([one.value for one in Format]),
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _wanted(*, agreement: str, item: str, key: str, secret: Path, algorithm: str, form: str) -> "consumer.Wanted":
    from zhengtong.data.exchange import consumer  # noqa: PLC0415 -- needs the apps that the group has set up

    return consumer.Wanted(
        agreement=agreement, business=item, format=Format(form), key_id=key,
        algorithm=Algorithm(algorithm), key=bytes.fromhex(secret.read_text().strip()),
    )  # fmt: skip


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a cut line and a refusal into a message."""
    from zhengtong.data.exchange import consumer  # noqa: PLC0415 -- needs the apps that the group has set up

    try:
        yield
    except OSError as cut:
        raise _CutError(f"the line was cut ({type(cut).__name__}); run the command again") from None
    except consumer.GatewayRefused as refusal:
        raise click.ClickException(f"{refusal.explanation} {refusal.advice}") from None


class _CutError(click.ClickException):
    """The line was cut: worth another try, other than a refusal."""


def _progress(done: int, of: int) -> None:
    click.echo(f"{done}/{of}")


@exchange_group.command()
@_options
def fetch(gateway: str, folder: Path, **told: Any) -> None:
    """Fetch the latest version from GATEWAY (https://…) into FOLDER; run again, it goes on where it was cut."""
    from zhengtong.data.exchange import consumer  # noqa: PLC0415 -- needs the apps that the group has set up

    with _explained():
        found = consumer.fetch(_wanted(**told), folder, _post_to(gateway), told=_progress)
    click.echo(f"version {found.version}: {found.rows} rows; {found.new} parts fetched, {found.kept} lay there")


@exchange_group.command()
@_options
@click.option("--every", type=click.IntRange(1), help="Go on, asking again after so many seconds; ends with ctrl-C.")
@click.option("--anew", is_flag=True, help="Begin with all rows again, because changes were cleared away.")
def follow(gateway: str, folder: Path, every: int | None, anew: bool, **told: Any) -> None:  # noqa: FBT001 -- click's
    """Follow a subscription at GATEWAY (https://…) in FOLDER from the version reached the last time."""
    from zhengtong.data.exchange import follower  # noqa: PLC0415 -- needs the apps that the group has set up

    wanted, post = _wanted(**told), _post_to(gateway)

    def reached(name: str, found: "consumer.Fetched") -> None:
        click.echo(f"{name}: {found.rows} change rows; {found.new} parts fetched, {found.kept} lay there")

    while True:
        try:
            with _explained():
                state = follower.follow(wanted, folder, post, anew=anew, told=_progress, reached=reached)
        except _CutError as cut:
            if every is None:
                raise
            cut.show()
        else:
            anew = False
            click.echo("nothing was announced yet" if state.version is None else f"version {state.version}")
        if every is None:
            return
        time.sleep(every)


def _post_to(gateway: str) -> "consumer.Post":
    from zhengtong.data.exchange import consumer  # noqa: PLC0415 -- needs the apps that the group has set up

    return consumer.line_to(gateway)
