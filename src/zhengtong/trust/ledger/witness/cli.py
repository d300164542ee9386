"""`zhengtong ledger witness`: be a witness of somebody's log; needs neither database nor settings."""

from pathlib import Path

import click

from zhengtong.trust.ledger.evidence.trusted import MalformedTrustedList, TrustedList, read_trusted_list
from zhengtong.trust.ledger.tree.verifiers import COSIGNATURE_TYPE, PublicNoteKey
from zhengtong.trust.ledger.witness.judging import Witness
from zhengtong.trust.ledger.witness.keyfile import UnfitKeyFile, make_key_file, read_key_file
from zhengtong.trust.ledger.witness.state import WitnessState

_KEY = click.option("--key", type=click.Path(path_type=Path), required=True, help="File of the witness's private key.")
_NAME = click.option("--name", required=True, help="The witness's name, an address without scheme: court.example/w1.")


@click.group("witness")
def witness_group() -> None:
    """Watch a log for somebody else: co-sign what continues what was seen before, nothing else."""


@witness_group.command()
@_KEY
@_NAME
def init(key: Path, name: str) -> None:
    """Make a key and print its public line, which goes into trusted lists and to the log."""
    _require_name(name)
    try:
        made = make_key_file(key)
    except FileExistsError as error:
        raise click.ClickException(f"{key} exists; a key is never overwritten.") from error
    except OSError as error:
        raise click.ClickException(f"{key}: {error.strerror}") from error
    click.echo(PublicNoteKey(name, COSIGNATURE_TYPE, made.public_key().public_bytes_raw()).written)


@witness_group.command()
@_KEY
@_NAME
@click.option("--trust", type=click.Path(path_type=Path), required=True, help="Trusted list with the logs to watch.")
@click.option("--state", type=click.Path(path_type=Path), required=True, help="File of what was seen; made if missing.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8701, show_default=True, type=click.IntRange(1, 65535))
def serve(key: Path, name: str, trust: Path, state: Path, host: str, port: int) -> None:
    """Serve the witness over HTTP until ctrl-C or SIGTERM."""
    import uvicorn  # noqa: PLC0415 -- heavy, and `init` needs none of it

    from zhengtong.trust.ledger.witness.serving import application  # noqa: PLC0415 -- see above

    witness = open_witness(key=key, name=name, trust=trust, state=state)
    click.echo(f"{witness.key.written}\nlistening on http://{host}:{port}", err=True)
    uvicorn.run(application(witness), host=host, port=port, log_level="warning")


def open_witness(*, key: Path, name: str, trust: Path, state: Path) -> Witness:
    """Open a witness's files.

    Raises:
        click.ClickException: one of them cannot be used; the text says which and why.
    """
    _require_name(name)
    try:
        private = read_key_file(key)
        trusted = _read_trusted(trust)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except UnfitKeyFile as error:
        raise click.ClickException(str(error)) from error
    public = PublicNoteKey(name, COSIGNATURE_TYPE, private.public_key().public_bytes_raw())
    return Witness(key=public, sign=private.sign, trusted=trusted, state=WitnessState(state))


def _read_trusted(path: Path) -> TrustedList:
    try:
        return read_trusted_list(path.read_bytes())
    except MalformedTrustedList as error:
        raise click.ClickException(f"{path} is no trusted list: {error}") from error


def _require_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise click.ClickException("A name has neither blanks nor plus signs.")
