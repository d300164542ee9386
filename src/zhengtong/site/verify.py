"""`zhengtong verify`: check an evidence bundle, a letter or a licence offline 离线核验; no database, no log.

It lies here because the composition root may reach into the key room's libraries, whose door would need Django's
tables.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from zhengtong.site.verify_letter import LONGEST_LETTER_FILE, compare
from zhengtong.trust.ledger.evidence import reports
from zhengtong.trust.ledger.evidence.bundle import LONGEST_BUNDLE, TimeStampEvidence
from zhengtong.trust.ledger.evidence.trusted import MalformedTrustedList, read_trusted_list
from zhengtong.trust.ledger.evidence.verifying import Outcome, StampProof, verify

EXIT_CODES = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.INDETERMINATE: 3}


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path), required=True, help="The trusted list you keep yourself.")
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="For a licence: whose signature on trusted lists you accept, a certificate (PEM or DER).",
)
@click.option("--letter", type=click.Path(path_type=Path), help="With a registered letter's evidence: its data file.")
@click.option("--document", type=click.Path(path_type=Path), help="The document in that letter.")
@click.option("--report", type=click.Choice(["simple", "detailed", "diagnostic"]), default="simple", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def verify_command(
    file: Path, trust: Path, roots: tuple[Path, ...], letter: Path | None, document: Path | None, report: str, lang: str
) -> None:
    """Verify FILE, an evidence bundle or a licence. Exit code 0 if it holds, 1 if not, 3 if that cannot be told.

    Of a registered letter's evidence it says which step it proves, and with --letter and --document whether these are
    the letter that was sent.

    A licence (OFD, PDF, JSON, SD-JWT VC) is judged by the signed list of issuers that --trust names; the answer says
    which entry carries it.
    """
    if is_licence(file):
        from zhengtong.site.verify_licence import verify_licence  # noqa: PLC0415 -- needs the apps, bundles do not

        with explained(trust), explained(file):
            sys.exit(verify_licence(file, trust, roots, lang))
    with explained(trust):
        trusted = read_trusted_list(trust.read_bytes())
    with explained(file), file.open("rb") as opened:
        written = opened.read(LONGEST_BUNDLE + 1)
    verdict = verify(written, trusted, check_stamp)
    written_report = {"simple": reports.simple, "detailed": reports.detailed}.get(report)
    click.echo(written_report(verdict, lang) if written_report else reports.diagnostic(verdict), nl=False)
    lines = compare(verdict.act, letter=_content(letter), document=_content(document))
    for line in lines:
        click.echo(line.written(lang), err=written_report is None)  # a diagnostic report is one JSON document
    sys.exit(EXIT_CODES[Outcome.FAILED if any(one.holds is False for one in lines) else verdict.outcome])


def _content(path: Path | None) -> bytes | None:
    if path is None:
        return None
    with explained(path), path.open("rb") as opened:
        return opened.read(LONGEST_LETTER_FILE + 1)


def is_licence(file: Path) -> bool:
    """Say whether a file looks like a licence: a sealed file, a signed data file, a credential."""
    try:
        with file.open("rb") as opened:
            head = opened.read(LONGEST_BUNDLE)
        return head.startswith((b"PK", b"%PDF-")) or head.rstrip().endswith(b"~") or "protected" in json.loads(head)
    except (OSError, ValueError, TypeError):
        return False


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what may go wrong with a file into a sentence."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except MalformedTrustedList as error:
        raise click.ClickException(f"{path} is no trusted list: {error}") from error


def check_stamp(stamp: TimeStampEvidence, data: bytes, roots: tuple[bytes, ...]) -> StampProof:
    """Check a time stamp; the library for certificates is loaded only where there is one."""
    from zhengtong.trust.keys.timestamps import verify_time_stamp  # noqa: PLC0415 -- see above
    from zhengtong.trust.ledger.evidence.stamps import stamp_checker  # noqa: PLC0415

    return stamp_checker(verify_time_stamp)(stamp, data, roots)
