"""How a rule is written 规则写法: one small function that yields the elements which break it; the rest is data.

A rule has a code, the BPMN 2.0 clause it comes from, and a message and a remedy in Chinese and English. A function may
yield an element alone, or an element with the details its texts name in braces.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.findings import Finding, Severity, Text
from zhengtong.process.bpmn.xmltree import XmlElement

Breach = XmlElement | tuple[XmlElement, Mapping[str, object]]
Check = Callable[[Document], Iterator[Breach]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One static rule."""

    code: str
    clause: str
    severity: Severity
    message: Text
    remedy: Text
    check: Check

    def findings(self, document: Document) -> Iterator[Finding]:
        """Yield a finding for each element that breaks the rule."""
        for breach in self.check(document):
            element, details = breach if isinstance(breach, tuple) else (breach, {})
            yield Finding(
                code=self.code,
                clause=self.clause,
                severity=self.severity,
                element=element.local,
                element_id=element.get("id"),
                name=element.get("name"),
                line=element.line,
                message=self.message.fill(**details),
                remedy=self.remedy.fill(**details),
            )


RULES: dict[str, Rule] = {}


def rule(
    code: str, clause: str, message: tuple[str, str], remedy: tuple[str, str], severity: Severity = Severity.ERROR
) -> Callable[[Check], Check]:
    """Register the decorated function as the rule *code*; texts are pairs of Chinese and English."""

    def register(check: Check) -> Check:
        if code in RULES:
            raise ValueError(code)
        RULES[code] = Rule(
            code=code,
            clause=clause,
            severity=severity,
            message=Text(zh=message[0], en=message[1]),
            remedy=Text(zh=remedy[0], en=remedy[1]),
            check=check,
        )
        return check

    return register
