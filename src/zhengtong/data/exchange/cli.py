"""`zhengtong gateway`: serve point queries, and the scribe that puts each on record."""

import click
import django


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
