"""Static rules 静态规则.

What BPMN 2.0 demands of a model beyond being well-formed. Importing this package registers all.
"""

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.findings import Finding
from zhengtong.process.bpmn.rules import (  # noqa: F401 -- importing registers the rules
    activities,
    collaboration,
    data,
    events,
    expressions,
    flows,
    gateways,
    links,
    references,
    repetition,
    services,
    starts_and_ends,
    structure,
)
from zhengtong.process.bpmn.rules.base import RULES, Rule

__all__ = ["RULES", "Rule", "check"]


def check(document: Document) -> list[Finding]:
    """Return everything the rules find in *document*, in the order of lines."""
    found = [finding for item in RULES.values() for finding in item.findings(document)]
    return sorted(found, key=lambda finding: (finding.line, finding.code))
