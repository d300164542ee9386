"""Three reports 三种核验报告: simple for who decides, detailed for who argues, diagnostic for who repeats it."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zhengtong.trust.ledger.evidence.verifying import Check, Outcome, Verdict
from zhengtong.trust.ledger.evidence.wording import OUTCOMES, REASONS, SUBJECTS, VERDICTS
from zhengtong.trust.ledger.law import leaf

KINDS = {Outcome.PASSED: "good", Outcome.FAILED: "bad", Outcome.INDETERMINATE: "warn"}
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.INDETERMINATE: "?"}


def sentence(check: Check, lang: str) -> str:
    """Return one check's result as a sentence; *lang* is `zh` or `en`."""
    return REASONS[check.reason][_column(lang)].format_map(check.details)


def subject(check: Check, lang: str) -> str:
    """Return what was checked."""
    return SUBJECTS[check.subject][_column(lang)]


def outcome(one: Outcome, lang: str) -> str:
    """Return an outcome's word."""
    return OUTCOMES[one][_column(lang)]


def conclusion(verdict: Verdict, lang: str) -> str:
    """Return what the evidence shows, as one sentence."""
    return VERDICTS[verdict.outcome][_column(lang)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One check, in words; `kind` is how a page marks it: good, bad or warn."""

    subject: str
    outcome: str
    sentence: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the evidence shows, in words, for a page."""

    conclusion: str
    lines: tuple[Line, ...]


def report(verdict: Verdict, lang: str) -> Report:
    """Return the detailed report in parts."""
    lines = (
        Line(
            subject=subject(one, lang),
            outcome=outcome(one.outcome, lang),
            sentence=sentence(one, lang),
            kind=KINDS[one.outcome],
        )
        for one in verdict.checks
    )
    return Report(conclusion=conclusion(verdict, lang), lines=tuple(lines))


def simple(verdict: Verdict, lang: str) -> str:
    """Return the conclusion, and below it what did not pass."""
    lines = [f"{MARKS[verdict.outcome]} {conclusion(verdict, lang)}"]
    open_checks = [check for check in verdict.checks if check.outcome is not Outcome.PASSED]
    return "\n".join([*lines, *(f"  {subject(check, lang)}: {sentence(check, lang)}" for check in open_checks)]) + "\n"


def detailed(verdict: Verdict, lang: str) -> str:
    """Return the conclusion, then every check."""
    lines = [f"{MARKS[verdict.outcome]} {conclusion(verdict, lang)}"]
    checks = (f"  {MARKS[one.outcome]} {subject(one, lang)}: {sentence(one, lang)}" for one in verdict.checks)
    return "\n".join([*lines, *checks]) + "\n"


def diagnostic(verdict: Verdict) -> str:
    """Return everything that was read and found, as JSON."""
    document: dict[str, Any] = {
        "outcome": verdict.outcome.value,
        "proven_at": verdict.proven_at and verdict.proven_at.isoformat(),
        "checks": [
            {"subject": one.subject, "outcome": one.outcome, "reason": one.reason, "details": one.details}
            for one in verdict.checks
        ],
    }
    if verdict.checkpoint is not None:
        document["number"] = verdict.number
        document["checkpoint"] = {
            "origin": verdict.checkpoint.origin,
            "size": verdict.checkpoint.size,
            "root": base64.b64encode(verdict.checkpoint.root).decode(),
        }
    if verdict.act is not None:
        document["act"] = json.loads(leaf(UUID(verdict.act_id), verdict.act))
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _column(lang: str) -> int:
    return 1 if lang == "en" else 0
