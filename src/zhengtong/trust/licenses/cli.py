"""`zhengtong licences`: verify a licence file, with or without our database; issue a back catalogue; check types."""

import csv
import json
from pathlib import Path

import click
import django


@click.group("licences")
def licences_group() -> None:
    """Verify electronic licences, issue a back catalogue, check licence types."""
    django.setup()


@licences_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--issuers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public keys as `issuers` prints them: verify the signature without a database.",
)
def verify(file: Path, issuers: Path | None) -> None:
    """Verify FILE, a downloaded licence (JSON, OFD or PDF): who issued it, and how it stands now.

    Exit code 0 when it may be relied on, 3 when not. With --issuers only the signature of a JSON file is verified: how
    the licence stands now, only its issuer can tell.
    """
    from zhengtong.kernel import clock  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- the same

    if issuers is not None:
        _verify_offline(file, issuers)
        return
    told = licenses.verify_file(file.read_bytes(), at=clock.system.now())
    click.echo(f"{told.type_name.zh} {told.type_name.en}: {told.state.value}")
    click.echo(f"{told.number}\n{told.issuer_name.zh}  {told.valid_from or ''} – {told.valid_until or ''}")
    if told.carried_by:
        click.echo(f"recognised by {told.carried_by.entry}, trusted list {told.carried_by.list_number}")
    for one in told.fields:
        click.echo(f"  {one.name.zh} {one.name.en}: {one.value}")
    if not told.in_force:
        raise SystemExit(3)


def _verify_offline(file: Path, issuers: Path) -> None:
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- needs the apps

    try:
        keys = json.loads(issuers.read_text(encoding="utf-8"))["issuers"]
        known = {str(row["kid"]): (str(row["name"]), bytes.fromhex(row["spki"])) for row in keys}
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"{issuers} is no list of issuers: take it from `zhengtong licences issuers`."
        ) from error
    payload, name = licenses.verify_signature(file.read_bytes(), known)
    click.echo(f"signed by {name}\n{json.dumps(payload, ensure_ascii=False, indent=2)}")


@licences_group.command()
def issuers() -> None:
    """Print the public keys of all issuing bodies as JSON, for verifying elsewhere."""
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- needs the apps

    rows = [
        {"kid": one.fingerprint, "code": one.code, "name": one.name, "spki": one.spki.hex()}
        for one in licenses.issuing_keys()
    ]
    click.echo(json.dumps({"issuers": rows}, ensure_ascii=False, indent=2))


@licences_group.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path) -> None:
    """Read the licence types in FOLDER and say whether they can be published; nothing is changed."""
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- needs the apps

    click.echo(f"✓ {len(licenses.read_types(folder))} licence types can be published.")


@licences_group.command()
@click.option("--type", "type_key", required=True, help="Key of a published licence type.")
@click.option("--issuer", required=True, help="Unified social credit code of the issuing body.")
@click.option(
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV (UTF-8): holder, valid_from and the type's fields.",
)
def issue(type_key: str, issuer: str, file: Path) -> None:
    """Issue licences for what was issued on paper; a second run takes up where the first ended.

    Exit code 3 when rows were refused; each is named with its number and the reason.
    """
    from zhengtong.kernel import clock  # noqa: PLC0415 -- needs the apps
    from zhengtong.trust.identity.api import organisation_of_code, system_actor  # noqa: PLC0415 -- the same
    from zhengtong.trust.licenses import api as licenses  # noqa: PLC0415 -- the same

    body, done, refused = organisation_of_code(issuer), 0, 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, restkey="", restval="")
            for outcome in licenses.issue_back_catalogue(
                rows, actor=system_actor(), type_key=type_key, issuer=body.id, at=clock.system.now()
            ):
                done, refused = done + bool(outcome.number), refused + bool(outcome.trouble)
                if outcome.trouble:
                    click.echo(f"✗ row {outcome.row}: {outcome.trouble}", err=True)
                if outcome.row % 500 == 0:
                    click.echo(f"… {outcome.row:,}", err=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file} is no CSV in UTF-8: {error}") from error
    click.echo(f"{done:,} issued or there already, {refused:,} refused.")
    if refused:
        raise SystemExit(3)
