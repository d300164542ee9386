"""An OFD file as a whole 文件验证: every signature it lists, every digest they promise, and what none of them protects.

The known attack: the digests of a signature fit, but `OFD.xml` is not among them, and now names another document. A
reader that looks at the digests alone calls it valid. Here the entry must be protected, and so must every file of the
package that is not itself part of a signature.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from zhengtong.kernel.errors import Phrase, Text
from zhengtong.trust.documents.api import Contents, UnreadableDocument, contents, read_package, resolve, xml
from zhengtong.trust.seals.contracts.report import Check, Coverage, Outcome, Report, SignatureReport, Step, Verdict
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.ses.contracts import SM3
from zhengtong.trust.seals.ses.der import NotDer
from zhengtong.trust.seals.ses.reading import read_signature
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.signature import signature_report
from zhengtong.trust.seals.verification.trust import Trust

ENTRY = "OFD.xml"
_SM3_METHODS = frozenset({SM3, f"{SM3}.2"})  # the second occurs in the field: with a key, used without one
Files = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """A signature as `Signatures.xml` lists it: its description and the file with its value."""

    name: str
    kind: str
    description: str
    value: str
    node: xml.Node


def verify_ofd(data: bytes, trust: Trust, now: datetime) -> Report:
    """Verify an OFD file.

    Raises:
        UnreadableDocument: it is no OFD package, or one built to do harm.
    """
    files = read_package(data)
    shown = contents(files)
    report = partial(Report, form="ofd", title=shown.title, digest=sm3(data).hex())
    listed = list(_listed(files, shown)) if shown.signatures else []
    if not listed:
        return report(verdict=Verdict.UNSIGNED, coverage=Coverage(unprotected=tuple(sorted(files))))
    signatures = tuple(_signature(files, one, trust, now) for one in listed)
    coverage = _coverage(files, shown, listed, signatures)
    another = not coverage.entry_protected and _shows_another(shown, signatures)
    return report(
        verdict=_verdict(signatures, coverage, another=another),
        signatures=signatures,
        coverage=coverage,
        notes=tuple(_notes(shown, coverage, another=another)),
    )


def _listed(files: Files, shown: Contents) -> Iterator[_Listed]:
    path = shown.signatures
    if path is None or path not in files:
        raise UnreadableDocument(why=wording.UNREADABLE_SIGNATURE)
    for entry in xml.read_xml(files[path], "Signatures").all("Signature"):
        description = resolve(path, entry.attributes.get("BaseLoc", ""), files)
        if description not in files:
            raise UnreadableDocument(why=wording.UNREADABLE_SIGNATURE)
        node = xml.read_xml(files[description], "Signature")
        value = resolve(description, node.needed("SignedValue").text, files)
        if value not in files:
            raise UnreadableDocument(why=wording.UNREADABLE_SIGNATURE)
        kind = entry.attributes.get("Type", "Seal")
        name = entry.attributes.get("ID", "")
        yield _Listed(name=name, kind=kind, description=description, value=value, node=node)


def _signature(files: Files, listed: _Listed, trust: Trust, now: datetime) -> SignatureReport:
    if listed.kind != "Seal":
        check = Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.UNKNOWN, note=wording.PLAIN_SIGNATURE)
        return SignatureReport(name=listed.name, checks=(check,))
    report = signature_report(listed.name, files[listed.value], files[listed.description], trust, now)
    digests, covered = _references(files, listed)
    placed = _placed(files, listed)
    return replace(report, checks=(*report.checks, digests, *placed), covered=covered)


def _references(files: Files, listed: _Listed) -> tuple[Check, frozenset[str]]:
    """Compare every file a signature names with its digest; what it covers are those that fit."""
    references = listed.node.needed("SignedInfo").needed("References")
    if references.attributes.get("CheckMethod") not in _SM3_METHODS:
        return Check(step=Step.FILE_DIGESTS, outcome=Outcome.FAILED, note=wording.METHOD), frozenset()
    covered: set[str] = set()
    note: Text | None = None
    for reference in references.all("Reference"):
        path = resolve(listed.description, reference.attributes.get("FileRef", ""), files)
        promised = reference.needed("CheckValue").text
        if path not in files:
            note = Phrase(wording.FILE_MISSING, name=path)
        elif not fits(files[path], promised):
            note = Phrase(wording.FILE_CHANGED, name=path)
        else:
            covered.add(path)
    if not covered and note is None:
        note = wording.NO_REFERENCES
    outcome = Outcome.FAILED if note is not None else Outcome.PASSED
    return Check(step=Step.FILE_DIGESTS, outcome=outcome, note=note or ""), frozenset(covered)


def fits(content: bytes, promised: str) -> bool:
    """Say whether *content* has the digest that a signature promises, in base64."""
    try:
        return b64decode(promised.strip(), validate=True) == sm3(content)
    except ValueError:
        return False


def _placed(files: Files, listed: _Listed) -> Iterator[Check]:
    """Refuse a seal beside the signature that is not the one inside of it."""
    seal = listed.node.needed("SignedInfo").child("Seal")
    if seal is None:
        return
    path = resolve(listed.description, seal.needed("BaseLoc").text, files)
    try:
        inside = read_signature(files[listed.value]).seal.encoded
    except NotDer:
        return
    if files.get(path) != inside:
        yield Check(step=Step.SEAL_FORMAT, outcome=Outcome.FAILED, note=wording.SEAL_DIFFERS)


def _coverage(
    files: Files, shown: Contents, listed: list[_Listed], signatures: tuple[SignatureReport, ...]
) -> Coverage:
    """Say which files are protected by a signature that holds, which are signatures, and which are neither."""
    protected: set[str] = set()
    machinery = {shown.signatures} if shown.signatures else set()
    for one, report in zip(listed, signatures, strict=True):
        if report.verdict is not Verdict.INVALID:
            protected |= report.covered
            machinery |= {one.description, one.value, *_seal_file(files, one)}
    return Coverage(
        protected=tuple(sorted(protected)),
        machinery=tuple(sorted(machinery - protected)),
        unprotected=tuple(sorted(set(files) - protected - machinery)),
        entry_protected=ENTRY in protected,
    )


def _seal_file(files: Files, listed: _Listed) -> Iterator[str]:
    seal = listed.node.needed("SignedInfo").child("Seal")
    if seal is not None:
        yield resolve(listed.description, seal.needed("BaseLoc").text, files)


def _shows_another(shown: Contents, signatures: tuple[SignatureReport, ...]) -> bool:
    """Say whether the signatures protect something, and the entry names something else."""
    covered = frozenset().union(*(report.covered for report in signatures))
    return bool(covered) and shown.root not in covered


def _verdict(signatures: tuple[SignatureReport, ...], coverage: Coverage, *, another: bool) -> Verdict:
    verdicts = {report.verdict for report in signatures}
    if another or Verdict.INVALID in verdicts:
        return Verdict.INVALID
    if Verdict.UNDETERMINED in verdicts:
        return Verdict.UNDETERMINED
    return Verdict.VALID if coverage.complete else Verdict.PARTIAL


def _notes(shown: Contents, coverage: Coverage, *, another: bool) -> Iterator[Text]:
    if another:
        yield wording.SHOWS_ANOTHER
    elif not coverage.entry_protected:
        yield wording.ENTRY_OPEN
    if coverage.unprotected:
        yield Phrase(wording.PARTS_OPEN, count=len(coverage.unprotected))
    if shown.bodies > 1:
        yield wording.SEVERAL_BODIES
