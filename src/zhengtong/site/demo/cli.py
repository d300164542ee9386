"""`zhengtong demo` 演示: set a home up, start the portals, print where to go and how to sign in."""

import os
import signal
import sys
from pathlib import Path

import click

from zhengtong.site.demo.sources.cli import sources
from zhengtong.site.demo.sources.reconcile import reconcile


@click.group("demo", invoke_without_command=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1, 200), help="Times 50,000 residents.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Folder of the data. [ZHENGTONG_HOME]")
@click.option("--seed", help="Generate another province: one seed, the same people.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The division data's .tgz, where npm cannot fetch it.",
)
@click.option("--serve/--no-serve", default=True, help="Start the portals after loading.")
@click.pass_context
def demo(
    context: click.Context,
    *,
    port: int,
    host: str,
    scale: int,
    home: Path | None,
    seed: str | None,
    archive: Path | None,
    serve: bool,
) -> None:
    """Load the demo province where needed and serve it until ctrl-C."""
    if context.invoked_subcommand:
        return
    if seed is not None and (not seed.strip() or "/" in seed or len(seed) > 60):
        raise click.BadParameter("use up to 60 characters without a slash.", param_hint="--seed")
    os.environ["ZHENGTONG_DEMO"] = "1"
    if home is not None:
        os.environ["ZHENGTONG_HOME"] = str(home)
    if serve:
        from zhengtong.site.web import require_free  # noqa: PLC0415 -- keeps `--help` quick

        require_free(host, port)
    _load(scale=scale, seed=seed, archive=archive)
    if serve:
        _serve(host, port)


demo.add_command(sources)
demo.add_command(reconcile)


def _load(*, scale: int, seed: str | None, archive: Path | None) -> None:
    import django  # noqa: PLC0415 -- the settings read the environment that the options have set
    from django.db import OperationalError  # noqa: PLC0415

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from zhengtong.site.demo.load import Console, Setup  # noqa: PLC0415 -- models need a configured Django

    click.echo(f"Demo province 演示省 · {settings.HOME}")
    try:
        Setup(scale=scale, seed=seed, console=Console(), archive=archive).run()
    except KeyboardInterrupt:
        click.echo("\nStopped. The same command goes on from here. 已中止，再次运行同一命令即可继续。", err=True)
        sys.exit(130)
    except OperationalError as error:
        raise click.ClickException(
            f"The database does not answer: {str(error).strip()}\nCheck DATABASE_URL."
        ) from error


def _serve(host: str, port: int) -> None:
    from django.conf import settings  # noqa: PLC0415 -- set up by now

    from zhengtong.site.demo import ministries  # noqa: PLC0415
    from zhengtong.site.demo.load import FOLDER, Console  # noqa: PLC0415
    from zhengtong.site.demo.serve import Services  # noqa: PLC0415

    home = Path(settings.HOME)
    simulated = ministries.simulation(FOLDER / "ministries", home)
    with Services(home=home, host=host, port=port, ministries=simulated) as services:
        try:
            with Console().step("portals 门户"):
                services.wait_until_ready()
            click.echo(welcome(f"http://{host}:{port}"))
            services.begin("reconcile", ["demo", "reconcile"])
            services.wait()
        except KeyboardInterrupt:
            click.echo("\nStopping … 正在停止")


def welcome(address: str) -> str:
    """Return what the reader needs: addresses of the portals that are built, logins, the one password."""
    from django.urls import Resolver404, resolve  # noqa: PLC0415 -- set up by now

    from zhengtong.site.demo.accounts import LOGINS, PASSWORD  # noqa: PLC0415

    def built(path: str) -> bool:
        try:
            resolve(path)
        except Resolver404:
            return False
        return True

    lines = ["", f"  Open 打开  {address}/", ""]
    portals = (
        ("/", "办事门户", "Citizen and enterprise portal"),
        ("/officer/", "工作台", "Officer workbench"),
        ("/cockpit/", "驾驶舱", "Cockpit"),
        ("/open/", "数据开放", "Open data"),
        ("/developer/", "开发者", "Developer portal"),
    )
    lines += [f"    {address + path:<36} {_wide(zh, 12)} {en}" for path, zh, en in portals if built(path)]
    lines += ["", f"  Sign in 登录 · password 密码: {PASSWORD}", ""]
    lines += [f"    {login.username:<12} {_wide(login.role[0], 34)} {login.role[1]}" for login in LOGINS]
    lines += _walk()
    lines += ["", "  400 officials 四百名工作人员: d0001 … d0400. People and enterprises are synthetic 均为合成数据."]
    lines += [
        "  What departments contradict one another in 部门间的矛盾: /officer/conflicts/ (approver, civil, health …);"
    ]
    lines += ["  their files are reconciled in the first minutes after the first start 首次启动后几分钟内融合完成."]
    lines += ["  Ctrl-C stops everything 停止.", ""]
    return "\n".join(lines)


def _walk() -> list[str]:
    """Return a short walk through the newborn bundle: who signs in, where they go, what they do."""
    steps = (
        ("citizen", "/bundles/newborn/", "apply: name, date of birth and sex of the child 在线申请"),
        ("health", "/officer/", "accept and grant both cases 受理并准予：出生医学证明、预防接种证"),
        ("approver", "/officer/", "then the household registration appears 随后出现：出生登记"),
        ("insurance", "/officer/", "then the medical insurance 随后：医保参保登记"),
        ("social", "/officer/", "and the social security card 以及：社会保障卡"),
        ("citizen", "/cases/", "five of five done; who looked at my data: /me/looks/ 全部办成"),
    )
    lines = ["", "  A child is born, one application, five services 新生儿出生“一件事”:"]
    return lines + [f"    {number}. {who:<10} {path:<19} {what}" for number, (who, path, what) in enumerate(steps, 1)]


def _wide(text: str, width: int) -> str:
    """Return *text* filled with blanks to *width* columns; Chinese characters take two."""
    return text + " " * max(0, width - sum(1 if character.isascii() else 2 for character in text))
