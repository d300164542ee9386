"""`zhengtong verify` for a licence of any region 异地证照核验: by the signed trusted list, without a database."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import click
import django
from django.utils.translation import override

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal

if TYPE_CHECKING:
    from zhengtong.trust.licenses.api import Verification

IN_FORCE, REFUSED, NOT_IN_FORCE = 0, 1, 3


def verify_licence(file: Path, trust: Path, roots: tuple[Path, ...], language: str) -> int:
    """Print what a licence file says and which entry of the list carries it; return the exit code.

    Args:
        file: the licence.
        trust: the signed list of issuers, as the key room publishes it.
        roots: certificates whose signature on lists is accepted.
        language: `zh` or `en`.
    """
    if not roots:
        raise click.ClickException("a licence needs --root: whose signature on trusted lists you accept")
    django.setup()
    from zhengtong.trust.keys import api as keys  # noqa: PLC0415 -- needs the apps
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- the same

    now, data = clock.system.now(), file.read_bytes()
    with override("zh-hans" if language == "zh" else "en"):
        try:
            listed = keys.open_trusted_list(
                trust.read_bytes(), roots=map(certificate_in, roots), at=now, revocation=keys.NO_REVOCATION
            )
            sealed = data.startswith((b"PK", b"%PDF-"))
            recognise = licenses.recognise_sealed_file if sealed else licenses.recognise_data_file
            told = recognise(data, listed=listed, at=now)
        except Refusal as refusal:
            click.echo(f"✗ {refusal.explanation}\n  {refusal.advice}")
            return REFUSED
        tell(told, language)
    return IN_FORCE if told.in_force else NOT_IN_FORCE


def tell(told: "Verification", language: str) -> None:
    """Print what a verification found."""
    carried = told.carried_by
    click.echo(f"{'✓' if told.in_force else '✗'} {told.type_name.in_language(language)}: {told.state.label}")
    dates = f"{told.valid_from} – {told.valid_until or ''}" if told.valid_from else ""
    click.echo(f"  {told.number}\n  {told.issuer_name.in_language(language)}  {dates}".rstrip())
    if carried:
        click.echo(f"  {carried.entry} #{carried.list_number}: {carried.purpose}, {carried.assurance}")
    for one in told.fields:
        click.echo(f"  {one.name.in_language(language)}: {one.value}")


def certificate_in(path: Path) -> bytes:
    """Return the DER certificate in a PEM or DER file."""
    written = path.read_bytes()
    if not written.startswith(b"-----BEGIN"):
        return written
    return base64.b64decode(b"".join(line for line in written.split(b"\n") if not line.startswith(b"-----")))
