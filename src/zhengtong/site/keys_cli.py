"""`zhengtong keys`: authorities, certificates, revocation lists, from the command line of the platform's own machine.

It stands in site, because the platform's own actor is known to identity, which stands above the key room.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click
import django

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal

if TYPE_CHECKING:
    from zhengtong.trust.identity.api import Actor

ALGORITHMS = ("sm2", "ecdsa-p256", "rsa", "ed25519")
REASONS = (
    "unspecified", "key_compromise", "ca_compromise", "affiliation_changed", "superseded", "cessation_of_operation",
    "privilege_withdrawn",
)  # fmt: skip


@click.group("keys")
def keys_group() -> None:
    """Keys, certificates and authorities."""
    django.setup()


@keys_group.command("establish-root")
@click.argument("code")
@click.option("--name", required=True, help="The common name in its certificate.")
@click.option("--organisation", default=None)
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="sm2", show_default=True)
@click.option("--provider", default="software", show_default=True, help="Where its key lies.")
@click.option(
    "--custodian",
    "custodians",
    multiple=True,
    metavar="SUBJECT=NAME",
    help="A custodian's subject id and name; their passphrase is asked for. Give it once for each.",
)
@click.option("--threshold", default=2, show_default=True, help="How many custodians use the key together.")
def establish_root(
    code: str, name: str, organisation: str | None, algorithm: str, provider: str, custodians: tuple[str, ...],
    threshold: int,
) -> None:  # fmt: skip
    """Establish a root authority CODE; with custodians nobody uses its key alone."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    entries = [_custodian(one) for one in custodians]
    with _refused():
        view = api.establish_root(
            by=_platform(),
            code=code,
            name=api.DistinguishedName(common_name=name, organisation=organisation),
            algorithm=api.Algorithm(algorithm),
            at=clock.system.now(),
            custodians=[api.CustodianEntry(subject=who, name=title, passphrase=word) for who, title, word in entries],
            threshold=threshold,
            provider=provider,
        )
    click.echo(f"✓ {view.code}: {view.name}, {view.algorithm}, until {view.not_after:%Y-%m-%d}")


@keys_group.command("establish")
@click.argument("code")
@click.option("--under", required=True, help="The authority that certifies it.")
@click.option("--name", required=True)
@click.option("--organisation", default=None)
@click.option("--provider", default="software", show_default=True)
def establish(code: str, under: str, name: str, organisation: str | None, provider: str) -> None:
    """Establish an authority CODE below another; where the root is in custody, ask its custodians."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    title = api.DistinguishedName(common_name=name, organisation=organisation)
    by, at = _platform(), clock.system.now()
    with _refused():
        if api.authority(under).in_custody:
            asked = api.ask_for_authority(by=by, under=under, code=code, name=title, at=at, provider=provider)
            click.echo(
                f"… {asked.id}: {asked.threshold} custodians approve it before {asked.expires_at:%Y-%m-%d %H:%M}"
            )
            return
        view = api.establish_authority(by=by, under=under, code=code, name=title, at=at, provider=provider)
    click.echo(f"✓ {view.code}: {view.name}, until {view.not_after:%Y-%m-%d}")


@keys_group.command("list")
def listing() -> None:
    """List authorities, and how many certificates of each are in which state."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    for one in api.authorities():
        held = "custody" if one.in_custody else "provider"
        click.echo(f"{one.code:<16} {one.algorithm:<11} {one.parent or '-':<16} {held:<8} CRL {one.crl_number}")


@keys_group.command("certify")
@click.argument("public_key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--authority", required=True)
@click.option("--name", required=True)
@click.option("--holder", required=True, help="A code: whose certificate it is.")
@click.option("--profile", default="device", show_default=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3660))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def certify(public_key: Path, authority: str, name: str, holder: str, profile: str, days: int, out: Path) -> None:
    """Certify the key in PUBLIC_KEY (DER SubjectPublicKeyInfo) and write the certificate to a file."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    try:
        chosen = api.Profile(profile)
    except ValueError as error:
        raise click.BadParameter(f"{profile!r} is none of {', '.join(api.Profile)}.", param_hint="--profile") from error
    entry = api.CertificateEntry(
        authority=authority,
        subject=api.DistinguishedName(common_name=name),
        holder=holder,
        profile=chosen,
        days=days,
        public_key=public_key.read_bytes(),
    )
    with _refused():
        view = api.certify(by=_platform(), entry=entry, at=clock.system.now())
    out.write_bytes(view.der)
    click.echo(f"✓ {view.id}  {view.serial}  until {view.not_after:%Y-%m-%d}")


@keys_group.command("revoke")
@click.argument("certificate", type=click.UUID)
@click.option("--reason", type=click.Choice(REASONS), default="unspecified", show_default=True)
def revoke(certificate: UUID, reason: str) -> None:
    """Revoke a CERTIFICATE, by its id."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    with _refused():
        view = api.revoke(
            by=_platform(),
            certificate=certificate,
            reason=api.RevocationReason(reason),
            at=clock.system.now(),
        )
    click.echo(f"✓ {view.serial} is revoked; publish a list with `zhengtong keys publish-crl {view.authority}`.")


@keys_group.command("publish-crl")
@click.argument("code")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write it to a file.")
def publish_crl(code: str, out: Path | None) -> None:
    """Publish the next revocation list of authority CODE; where the root is in custody, ask its custodians."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    by, at = _platform(), clock.system.now()
    with _refused():
        if api.authority(code).in_custody:
            asked = api.ask_for_crl(by=by, code=code, at=at)
            click.echo(
                f"… {asked.id}: {asked.threshold} custodians approve it before {asked.expires_at:%Y-%m-%d %H:%M}"
            )
            return
        crl = api.publish_crl(by=by, code=code, at=at)
    if out is not None:
        out.write_bytes(crl)
    click.echo(f"✓ {code}: list {api.authority(code).crl_number}, {len(crl)} bytes")


@keys_group.command("approve")
@click.argument("ceremony", type=click.UUID)
@click.option("--custodian", type=click.UUID, required=True, help="Your subject id.")
@click.password_option("--passphrase", confirmation_prompt=False, help="Asked for when not given.")
def approve(ceremony: UUID, custodian: UUID, passphrase: str) -> None:
    """Approve a use of a root key as its custodian."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    by = replace(_platform(), subject=custodian)
    with _refused():
        view = api.approve(by=by, ceremony=ceremony, passphrase=passphrase, at=clock.system.now())
    done = "done" if view.done_at else f"{len(view.approved_by)} of {view.threshold}"
    click.echo(f"✓ {view.kind}: {done}")


@keys_group.command("rotate")
@click.option("--resume", is_flag=True, help="Add no root: wrap what an interrupted rotation left.")
def rotate(resume: bool) -> None:  # noqa: FBT001 -- click passes it by name
    """Add a root key and wrap the data keys by it; rows stay as they are, and readable."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    with _refused():
        done = api.rotate(by=_platform(), at=clock.system.now(), new_root=not resume)
    click.echo(f"✓ root {done.root}: {done.wrapped} keys wrapped. Back up the folder keys now.")


@keys_group.command("reseal")
@click.argument("table")
@click.option("--new-key", is_flag=True, help="Make a new data key first, as after a leak.")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Rows of a transaction.")
def reseal(table: str, new_key: bool, batch: int) -> None:  # noqa: FBT001 -- click passes it by name
    """Seal the rows of TABLE with its newest data key; cut off, run it again without --new-key."""
    from zhengtong.trust.keys import api  # noqa: PLC0415 -- models need a configured Django

    with _refused():
        done = api.reseal(
            by=_platform(), table=table, at=clock.system.now(), new_key=new_key, batch=batch,
            progress=lambda so_far: click.echo(f"… {so_far.seen} rows, {so_far.resealed} resealed", err=True),
        )  # fmt: skip
    click.echo(f"✓ {table}: {done.resealed} of {done.seen} rows resealed")


def _platform() -> "Actor":
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415 -- models need a configured Django

    return system_actor()


def _custodian(written: str) -> tuple[UUID, str, str]:
    subject, _, name = written.partition("=")
    try:
        identifier = UUID(subject)
    except ValueError as error:
        raise click.BadParameter(f"{written!r} is not SUBJECT=NAME.", param_hint="--custodian") from error
    if not name:
        raise click.BadParameter(f"{written!r} is not SUBJECT=NAME.", param_hint="--custodian")
    passphrase = click.prompt(f"Passphrase of {name}", hide_input=True, confirmation_prompt=True)
    return identifier, name, passphrase


@contextmanager
def _refused() -> Iterator[None]:
    """Turn a refusal into a sentence."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
