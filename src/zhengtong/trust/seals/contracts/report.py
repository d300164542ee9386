"""What a verification tells 验证报告, in three depths: the verdict, the checks behind it, every fact that was seen.

The three depths follow the EU's DSS. A verdict is only as good as the coverage: a file of which a part is protected
by no signature is never called valid, because that part may be anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class Verdict(StrEnum):
    """What may be relied on."""

    VALID = "valid"
    PARTIAL = "partial"
    UNDETERMINED = "undetermined"
    INVALID = "invalid"
    UNSIGNED = "unsigned"

    @property
    def label(self) -> Text:
        """The verdict in two words."""
        return _VERDICTS[self][0]

    @property
    def sentence(self) -> Text:
        """What it means to whoever holds the file."""
        return _VERDICTS[self][1]


_VERDICTS: Mapping[Verdict, tuple[Text, Text]] = {
    Verdict.VALID: (_("验证通过"), _("签章有效，文件全部内容受签章保护，自签章以来没有改动。")),
    Verdict.PARTIAL: (_("保护不完整"), _("签章本身正确，但文件有一部分不受签章保护，可能已被改动，请勿据此办事。")),
    Verdict.UNDETERMINED: (_("无法判定"), _("内容没有发现改动，但本平台无法确认签章者的身份或其证书的状态。")),
    Verdict.INVALID: (_("验证不通过"), _("签章无效，或文件在签章后被改动，请勿采信。")),
    Verdict.UNSIGNED: (_("没有签章"), _("这个文件没有电子签章，无法证明由谁出具、是否改动。")),
}


class Step(StrEnum):
    """A check of GB/T 38540-2020 (6.3 of the seal, 7.3 of the signature) or of the file around it."""

    SIGNATURE_FORMAT = "signature_format"
    SIGNATURE_VALUE = "signature_value"
    SIGNER_CERTIFICATE = "signer_certificate"
    SIGNER_IN_SEAL = "signer_in_seal"
    SIGNING_TIME = "signing_time"
    TIME_STAMP = "time_stamp"
    DATA_DIGEST = "data_digest"
    FILE_DIGESTS = "file_digests"
    SEAL_FORMAT = "seal_format"
    MAKER_SIGNATURE = "maker_signature"
    MAKER_CERTIFICATE = "maker_certificate"
    SEAL_DATES = "seal_dates"
    COVERAGE = "coverage"

    @property
    def clause(self) -> str:
        """Where it is asked for."""
        if self in {Step.SEAL_FORMAT, Step.MAKER_SIGNATURE, Step.MAKER_CERTIFICATE, Step.SEAL_DATES}:
            return "GB/T 38540-2020 6.3"
        return "GB/T 33190-2016 18" if self in {Step.FILE_DIGESTS, Step.COVERAGE} else "GB/T 38540-2020 7.3"

    @property
    def label(self) -> Text:
        """What is checked."""
        return _STEPS[self]


_STEPS: Mapping[Step, Text] = {
    Step.SIGNATURE_FORMAT: _("签章数据格式"),
    Step.SIGNATURE_VALUE: _("签章签名值"),
    Step.SIGNER_CERTIFICATE: _("签章者证书"),
    Step.SIGNER_IN_SEAL: _("签章者与印章相符"),
    Step.SIGNING_TIME: _("签章时间"),
    Step.TIME_STAMP: _("时间戳"),
    Step.DATA_DIGEST: _("签章原文摘要"),
    Step.FILE_DIGESTS: _("文件内容摘要"),
    Step.SEAL_FORMAT: _("印章数据格式"),
    Step.MAKER_SIGNATURE: _("制章者签名"),
    Step.MAKER_CERTIFICATE: _("制章者证书"),
    Step.SEAL_DATES: _("印章有效期"),
    Step.COVERAGE: _("保护范围"),
}


class Outcome(StrEnum):
    """How a check went."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABSENT = "absent"

    @property
    def label(self) -> Text:
        """The outcome in a word."""
        return _OUTCOMES[self]


_OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.PASSED: _("通过"),
    Outcome.FAILED: _("不通过"),
    Outcome.UNKNOWN: _("无法确认"),
    Outcome.ABSENT: _("没有"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check and how it went; `note` says why, in words for the reader."""

    step: Step
    outcome: Outcome
    note: Text = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureReport:
    """One signature in the file: who, by which seal, when, and every check. `facts` are for experts."""

    name: str
    seal_name: str = ""
    seal_number: str = ""
    signer: str = ""
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    covered: frozenset[str] = frozenset()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What the checks of this signature alone amount to."""
        outcomes = {check.outcome for check in self.checks}
        if Outcome.FAILED in outcomes:
            return Verdict.INVALID
        return Verdict.UNDETERMINED if Outcome.UNKNOWN in outcomes else Verdict.VALID


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Which parts of the file are protected. `unprotected` may have been changed by anybody without a trace."""

    protected: tuple[str, ...] = ()
    machinery: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    entry_protected: bool = True

    @property
    def complete(self) -> bool:
        """Whether nothing is unprotected."""
        return not self.unprotected and self.entry_protected


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The whole of a verification."""

    form: str
    verdict: Verdict
    title: str = ""
    digest: str = ""
    signatures: tuple[SignatureReport, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    notes: tuple[Text, ...] = ()


class Depth(StrEnum):
    """How much of a report is told."""

    SIMPLE = "simple"
    DETAILED = "detailed"
    DIAGNOSTIC = "diagnostic"


def told(report: Report, depth: Depth = Depth.SIMPLE) -> dict[str, Any]:
    """Return *report* as values for JSON, in this depth."""
    answer: dict[str, Any] = {
        "verdict": report.verdict.value,
        "label": str(report.verdict.label),
        "meaning": str(report.verdict.sentence),
        "title": report.title,
        "signatures": [_told_signature(signature, depth, report.form) for signature in report.signatures],
        "unprotected": list(report.coverage.unprotected),
        "notes": [str(note) for note in report.notes],
    }
    if depth is Depth.DIAGNOSTIC:
        answer |= {
            "form": report.form,
            "digest": report.digest,
            "protected": list(report.coverage.protected),
            "machinery": list(report.coverage.machinery),
        }
    return answer


def _told_signature(signature: SignatureReport, depth: Depth, form: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "verdict": signature.verdict.value,
        "seal": signature.seal_name,
        "signer": signature.signer,
        "signed_at": _told_moment(signature.signed_at),
        "stamped_at": _told_moment(signature.stamped_at),
    }
    if depth is not Depth.SIMPLE:
        answer["seal_number"] = signature.seal_number
        answer["checks"] = [
            {
                "step": check.step.value,
                "label": str(check.step.label),
                "outcome": check.outcome.value,
                "clause": check.step.clause if form == "ofd" else "ETSI EN 319 102-1",
                "note": str(check.note),
            }
            for check in signature.checks
        ]
    if depth is Depth.DIAGNOSTIC:
        answer |= {"name": signature.name, "covered": sorted(signature.covered), "facts": dict(signature.facts)}
    return answer


def _told_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
