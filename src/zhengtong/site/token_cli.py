"""`zhengtong token`: what a holder does with their token 载体: make a container, ask for certificates, install them.

It runs on the holder's machine and needs no database: a token behind a PKCS#11 library, or a file in its stead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import django

from zhengtong.kernel.errors import Refusal

if TYPE_CHECKING:
    from zhengtong.trust.keys.api import WritableToken

PURPOSES = ("business_licence", "seal", "bank", "social_security", "tax", "sign_in")
ALGORITHMS = ("sm2", "ecdsa-p256", "rsa")


def which_token(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name a token."""
    options = (
        click.option("--module", type=click.Path(path_type=Path), help="The PKCS#11 library of a token's vendor."),
        click.option("--label", help="The token's label, with --module."),
        click.option("--file", "kept", type=click.Path(path_type=Path), help="A token in software, instead."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("token")
def token_group() -> None:
    """A holder's token 载体: containers, certificate requests, delivered keys."""
    django.setup()


@token_group.command("list")
@which_token
def listing(**which: Any) -> None:
    """List the containers; needs no PIN."""
    with _refused():
        token = _token(**which)
        for one in token.containers():
            held = "pair" if one.encrypt_certificate else "certificate" if one.sign_certificate else "-"
            purpose = one.policy.purpose if one.policy else "?"
            click.echo(f"{one.name:<16} {purpose:<16} {held}")


@token_group.command("make")
@click.argument("container")
@click.option("--name", required=True, help="The common name to ask a certificate for.")
@click.option("--purpose", type=click.Choice(PURPOSES), required=True)
@click.option(
    "--issuer", "issuers", multiple=True, required=True, type=click.Path(exists=True, path_type=Path),
    help="The certificate of an issuer that may write into it (DER or PEM); give it once for each.",
)  # fmt: skip
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="sm2", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the request goes.")
@which_token
def make(
    container: str, name: str, purpose: str, issuers: tuple[Path, ...], algorithm: str, out: Path, **which: Any
) -> None:
    """Make CONTAINER with a signing key of its own, and write a certificate request for it."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    with _refused():
        token = _opened(_token(**which, create=True))
        policy = api.ContainerPolicy(
            purpose=api.Purpose(purpose),
            issuers=frozenset(_fingerprint(one) for one in issuers),
            algorithm=api.Algorithm(algorithm),
        )
        token.make_container(container, policy)
        subject = api.DistinguishedName(common_name=name)
        out.write_bytes(api.write_request(subject, token.signer(container)))
        click.echo(f"✓ {container}: {out}, token {token.serial}")


@token_group.command("install")
@click.argument("delivery", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@which_token
def install(delivery: Path, **which: Any) -> None:
    """Install what the key desk delivered in the file DELIVERY; the token refuses what is not for its container."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    with _refused():
        brought = api.read_delivery(delivery.read_bytes())
        view = api.install_delivery(_opened(_token(**which)), brought)
        click.echo(f"✓ {view.name}: certificates and encryption key installed")


def _token(module: Path | None, label: str | None, kept: Path | None, *, create: bool = False) -> "WritableToken":
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    if (module is None) == (kept is None) or (module is not None and not label):
        raise click.UsageError("Name the token: --module LIBRARY --label LABEL, or --file FILE.")
    if kept is None:
        return api.Pkcs11Token(module=str(module), label=label or "")
    if create and not kept.exists():
        return api.SoftwareToken.create(kept, pin=_pin(confirm=True))
    if not kept.exists():
        raise click.ClickException(f"{kept}: no such file")
    try:
        return api.SoftwareToken.load(kept)
    except (ValueError, KeyError) as error:
        raise click.ClickException(f"{kept} is no token") from error


def _opened(token: "WritableToken") -> "WritableToken":
    token.unlock(_pin())
    return token


def _pin(*, confirm: bool = False) -> str:
    pin: str = click.prompt("New PIN" if confirm else "PIN", hide_input=True, confirmation_prompt=confirm)
    return pin


def _fingerprint(file: Path) -> str:
    from asn1crypto import pem  # noqa: PLC0415 -- only here

    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    written = file.read_bytes()
    try:
        der = pem.unarmor(written)[2] if pem.detect(written) else written
        return api.public_key_of(der).fingerprint
    except (ValueError, TypeError) as error:
        raise click.ClickException(f"{file} is no certificate") from error


@contextmanager
def _refused() -> Iterator[None]:
    """Turn a refusal into a sentence."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except OSError as error:
        raise click.ClickException(str(error)) from error
