"""A signed PDF 文件验证: pyHanko says what is intact and what was added since, our own paths say whom to trust."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel

from zhengtong.trust.documents.api import UnreadableDocument
from zhengtong.trust.keys.api import signature_validator
from zhengtong.trust.seals.contracts.report import Check, Coverage, Outcome, Report, SignatureReport, Step, Verdict
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.signature import CLOCKS_DIFFER
from zhengtong.trust.seals.verification.timestamps import Stamped, stamped
from zhengtong.trust.seals.verification.trust import Moment, Trust, certificate_check, subject_of

_HARMLESS = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
_WHOLE, _LATER = "PDF", "PDF +"
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")


def verify_pdf(data: bytes, trust: Trust, now: datetime) -> Report:
    """Verify a PDF file.

    Raises:
        UnreadableDocument: it is no PDF, damaged, or encrypted.
    """
    try:
        reader = PdfFileReader(BytesIO(data))
        title = _title(reader)
        found = [_judged(embedded, trust, now) for embedded in reader.embedded_regular_signatures]
        found += [_unreadable()] * _overlooked(data, reader)
    except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError, NotImplementedError) as error:
        raise UnreadableDocument(why=wording.BROKEN_PDF) from error
    signatures = tuple(report for report, _complete in found)
    if not found:
        return Report(form="pdf", verdict=Verdict.UNSIGNED, title=title, digest=sm3(data).hex())
    complete = any(whole and report.verdict is not Verdict.INVALID for report, whole in found)
    coverage = Coverage(protected=(_WHOLE,), unprotected=() if complete else (_LATER,))
    return Report(
        form="pdf",
        verdict=_verdict(signatures, coverage),
        title=title,
        digest=sm3(data).hex(),
        signatures=signatures,
        coverage=coverage,
        notes=() if complete else (wording.ADDED_LATER,),
    )


def _overlooked(data: bytes, reader: PdfFileReader) -> int:
    """Return how many signatures stand in the file that the reader left out, for a changed word that names them.

    A signature's own byte range is never compressed: its numbers are written once the file is (ISO 32000-2, 12.8.1).
    """
    read = len(reader.embedded_regular_signatures) + len(reader.embedded_timestamp_signatures)
    return max(0, len(_BYTE_RANGE.findall(data)) - read)


def _unreadable() -> tuple[SignatureReport, bool]:
    failed = Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.FAILED, note=wording.UNREADABLE_SIGNATURE)
    return SignatureReport(name="", seal_name=str(wording.UNREADABLE_SIGNATURE), checks=(failed,)), False


def _title(reader: PdfFileReader) -> str:
    try:
        return str(reader.trailer["/Info"]["/Title"])
    except KeyError:
        return ""


def _verdict(signatures: tuple[SignatureReport, ...], coverage: Coverage) -> Verdict:
    verdicts = {report.verdict for report in signatures}
    for one in (Verdict.INVALID, Verdict.UNDETERMINED):
        if one in verdicts:
            return one
    return Verdict.VALID if coverage.complete else Verdict.PARTIAL


def _judged(embedded: Any, trust: Trust, now: datetime) -> tuple[SignatureReport, bool]:
    """Return the report of one signature, and whether everything in the file is protected by it."""
    certificate = embedded.signer_cert.dump()
    status = _Integrity.of(embedded)
    claimed = embedded.self_reported_timestamp
    stamp = _stamp(embedded, trust)
    moment = Moment(
        at=(stamp.at if stamp and stamp.at else claimed) or now,
        now=now,
        proved=stamp is not None and stamp.outcome is Outcome.PASSED,
    )
    report = SignatureReport(
        name=str(embedded.field_name),
        seal_name=str(embedded.sig_object.get("/Reason", "")),
        signer=subject_of(certificate),
        signed_at=claimed,
        stamped_at=stamp.at if stamp else None,
        checks=tuple(_checks(status, certificate, trust, moment, claimed, stamp)),
        covered=frozenset({_WHOLE}),
        facts={"sub_filter": str(embedded.sig_object.get("/SubFilter", "")), "certificate": sm3(certificate).hex()},
    )
    return report, status is not None and status.complete


def _checks(
    status: "_Integrity | None",
    certificate: bytes,
    trust: Trust,
    moment: Moment,
    claimed: datetime | None,
    stamp: Stamped | None,
) -> Iterator[Check]:
    if status is None:
        yield Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.FAILED, note=wording.UNREADABLE_SIGNATURE)
        return
    yield _passed(Step.SIGNATURE_VALUE, wording.WRONG_SIGNATURE, holds=status.valid)
    yield _passed(Step.FILE_DIGESTS, wording.PDF_CHANGED, holds=status.intact)
    yield certificate_check(Step.SIGNER_CERTIFICATE, certificate, trust, moment)
    yield _time(moment, claimed, stamp)
    yield Check(
        step=Step.TIME_STAMP,
        outcome=stamp.outcome if stamp else Outcome.ABSENT,
        note=stamp.note if stamp else "",
    )


def _passed(step: Step, note: Any, *, holds: bool) -> Check:
    if holds:
        return Check(step=step, outcome=Outcome.PASSED)
    return Check(step=step, outcome=Outcome.FAILED, note=note)


def _time(moment: Moment, claimed: datetime | None, stamp: Stamped | None) -> Check:
    if claimed is None and not (stamp and stamp.at):
        return Check(step=Step.SIGNING_TIME, outcome=Outcome.FAILED, note=wording.NO_TIME)
    if moment.at > moment.now + CLOCKS_DIFFER:
        return Check(step=Step.SIGNING_TIME, outcome=Outcome.FAILED, note=wording.IN_FUTURE)
    return Check(step=Step.SIGNING_TIME, outcome=Outcome.PASSED, note="" if moment.proved else wording.CLAIMED)


def _stamp(embedded: Any, trust: Trust) -> Stamped | None:
    found = list(extract_tst_data_iter(embedded.signer_info, signed=False))
    if not found:
        return None
    token = cms.ContentInfo({"content_type": "signed_data", "content": found[0]}).dump()
    return stamped(token, embedded.signer_info["signature"].native, trust)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Integrity:
    """What pyHanko says of a signature: its value fits, its content is intact, nothing but harmless was added."""

    valid: bool
    intact: bool
    complete: bool

    @classmethod
    def of(cls, embedded: Any) -> "_Integrity | None":
        """Return it; None when the signature itself cannot be read."""
        try:
            embedded.compute_integrity_info()
            intact, valid = validate_sig_integrity(
                embedded.signer_info,
                embedded.signer_cert,
                expected_content_type="data",
                actual_digest=embedded.compute_digest(),
                sig_validator=signature_validator(),
            )
        except SignatureValidationError:
            return None
        whole = embedded.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE
        changes = embedded.diff_result
        harmless = isinstance(changes, DiffResult) and changes.modification_level in _HARMLESS
        return cls(valid=bool(valid), intact=bool(intact), complete=whole or harmless)
