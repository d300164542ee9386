"""What a granted case gives 办理结果: a registry of issuers, asked in the transaction of the decision.

Without an issuer for it the output keeps the case's own number: the decision itself is the document.
"""

from datetime import datetime

from zhengtong.process.cases.contracts import IssueOrder, OutputIssuer

_issuers: list[OutputIssuer] = []


def register_output_issuer(issuer: OutputIssuer) -> None:
    """Have *issuer* asked for the output of every granted case; the first that issues one wins."""
    if issuer not in _issuers:
        _issuers.append(issuer)


def issue(order: IssueOrder, *, at: datetime) -> str:
    """Return the number of what was issued."""
    for issuer in _issuers:
        if number := issuer.issue(order, at=at):
            return number
    return order.reference
