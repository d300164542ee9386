"""What the rules on seals say 印章管理, as data and pure functions.

- 《电子印章管理办法》(国办发〔2025〕33号): a seal is applied for, made, filed, used, cancelled; §5: an electronic
  seal that keeps these rules has the force of the physical one. Who owns it controls it, who seals answers for it
  (谁所有、谁控制，谁签章、谁负责).
- 《国务院关于国家行政机关和企业事业单位社会团体印章管理的规定》(国发〔1999〕25号): §1: seals are round, with the
  national emblem or a star in the middle.
- 《电子签名法》(2019) §13: what makes an electronic signature reliable; §14: a reliable one has the force of
  a handwritten one.
- 国家税务总局公告2011年第7号: the invoice seal is oval, 40 by 30 millimetres.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from zhengtong.trust.seals.contracts.filing import SealKind, SealShape, SealState

MAX_STAR_SEAL_DIAMETER = 45.0
"""Millimetres: the largest seal with a star that a body below the ministries has (国发〔1999〕25号)."""

ELECTRONIC_SEALS = "国办发〔2025〕33号"
CLAUSES: Mapping[str, str] = {
    "apply": ELECTRONIC_SEALS,
    "approve": ELECTRONIC_SEALS,
    "refuse": ELECTRONIC_SEALS,
    "make": ELECTRONIC_SEALS,
    "file": ELECTRONIC_SEALS,
    "go_live": f"{ELECTRONIC_SEALS}§5",
    "give_up": ELECTRONIC_SEALS,
    "suspend": ELECTRONIC_SEALS,
    "resume": ELECTRONIC_SEALS,
    "report_lost": ELECTRONIC_SEALS,
    "cancel": ELECTRONIC_SEALS,
    "approve_use": "电子签名法§13",
    "use": "电子签名法§14",
}
"""By what right each act on a seal is done. Articles beyond §5 are not quoted: no certain text was at hand."""

FILING_PATIENCE = timedelta(days=3)
"""How long public security is waited for before both twins are destroyed: the platform's choice."""

ASK_AGAIN = timedelta(minutes=10)
"""How long until public security is asked again how a filing stands that it did not answer at once."""

VALIDITY = timedelta(days=5 * 365)
"""How long a seal may be used before it is made anew: the platform's choice, bounded by its certificate."""

_NEXT: Mapping[SealState, frozenset[SealState]] = {
    SealState.APPLIED: frozenset({SealState.APPROVED, SealState.REFUSED}),
    SealState.APPROVED: frozenset({SealState.FILING}),
    SealState.FILING: frozenset({SealState.IN_FORCE, SealState.NOT_FILED}),
    SealState.IN_FORCE: frozenset({SealState.SUSPENDED, SealState.LOST, SealState.CANCELLED}),
    SealState.SUSPENDED: frozenset({SealState.IN_FORCE, SealState.LOST, SealState.CANCELLED}),
    SealState.LOST: frozenset({SealState.CANCELLED}),
}


def may_become(before: SealState, after: SealState) -> bool:
    """Say whether a seal may go from one state to the other; both twins go together.

    >>> may_become(SealState.LOST, SealState.IN_FORCE), may_become(SealState.SUSPENDED, SealState.IN_FORCE)
    (False, True)
    """
    return after in _NEXT.get(before, frozenset())


def shape_of(kind: SealKind) -> SealShape:
    """Return the shape a seal of this kind has: only the invoice seal is oval.

    >>> shape_of(SealKind.OFFICIAL).value, shape_of(SealKind.INVOICE).value
    ('round', 'oval')
    """
    return SealShape.OVAL if kind is SealKind.INVOICE else SealShape.ROUND


AUTHORITY, BUSINESS, RESPONSIBILITY, NUMBER = _("法律依据"), _("所办事项"), _("责任人"), _("用印次数")
"""What an approval to use a seal must name 三流合一."""

PAST_VALIDITY = _("已过有效期")
