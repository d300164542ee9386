"""What the rules of identity say, as pure functions: assurance, mandates, paths in the tree of organisations."""

from collections.abc import Iterable
from datetime import datetime

from zhengtong.trust.identity.contracts import AssuranceLevel, Channel, MandateView, covers
from zhengtong.trust.identity.refusals import (
    MandateExpired,
    MandateNotAccepted,
    MandateOutsideMatter,
    MandateRevoked,
)

STEP = 4
"""Digits of one step of an organisation's path."""


def assurance(*, proof: AssuranceLevel, factors: int) -> AssuranceLevel:
    """Return the level of a session: the weaker of proof and login decides (eIDAS 2015/1502, Annex, 2.1 and 2.3).

    Without a proof a session is low, however strong the login; a proved person is substantial with one factor and high
    with two.

    Args:
        proof: the highest level of the subject's proofs.
        factors: how many independent factors the login used; 0 is no login.

    >>> [assurance(proof=AssuranceLevel.SUBSTANTIAL, factors=n).name for n in (0, 1, 2)]
    ['NONE', 'SUBSTANTIAL', 'HIGH']
    >>> assurance(proof=AssuranceLevel.NONE, factors=2).name
    'LOW'
    """
    if factors == 0:
        return AssuranceLevel.NONE
    if proof < AssuranceLevel.SUBSTANTIAL:
        return AssuranceLevel.LOW
    return AssuranceLevel.HIGH if factors > 1 else AssuranceLevel.SUBSTANTIAL


def factors_of(methods: Iterable[tuple[str, str]]) -> int:
    """Count the factors of a login; a passkey verifies its user and so brings two (possession, and a PIN or finger).

    Args:
        methods: pairs of method and type as django-allauth records them.

    >>> factors_of([("password", "")]), factors_of([("password", ""), ("mfa", "totp")])
    (1, 2)
    >>> factors_of([("mfa", "webauthn")]), factors_of([])
    (2, 0)
    """
    kinds = set(methods)
    if ("mfa", "webauthn") in kinds:
        return 2
    return len({"possession" if method == "mfa" else "knowledge" for method, _type in kinds})


def live(mandate: MandateView, *, at: datetime) -> None:
    """Return when *mandate* holds at this moment.

    Raises:
        MandateRevoked, MandateNotAccepted, MandateExpired: why it does not.
    """
    if mandate.revoked_at is not None and mandate.revoked_at <= at:
        raise MandateRevoked
    if mandate.accepted_at is None or mandate.accepted_at > at:
        raise MandateNotAccepted
    if at < mandate.valid_from or (mandate.valid_until is not None and at >= mandate.valid_until):
        raise MandateExpired


def permits(
    mandate: MandateView, *, matter: str, channel: Channel, at: datetime, amount_fen: int | None = None
) -> None:
    """Return when *mandate* lets its agent act in this matter, over this channel, up to this amount.

    Raises:
        MandateRevoked, MandateNotAccepted, MandateExpired: it does not hold now.
        MandateOutsideMatter: it holds, but not for this.
    """
    live(mandate, at=at)
    if not covers(mandate.matters, matter):
        raise MandateOutsideMatter
    if mandate.channels and channel not in mandate.channels:
        raise MandateOutsideMatter
    if mandate.limit_fen is not None and amount_fen is not None and amount_fen > mandate.limit_fen:
        raise MandateOutsideMatter


def child_path(parent: str, last: str | None) -> str:
    """Return the path of the next child under *parent*, after the path of its *last* child.

    Raises:
        ValueError: *parent* has 9,998 children already.

    >>> child_path("", None), child_path("0001", None), child_path("0001", "00010009")
    ('0001', '00010001', '00010010')
    """
    number = int(last[-STEP:]) + 1 if last else 1
    if number > 10**STEP - 2:
        raise ValueError(f"organisation {parent} cannot have more than {10**STEP - 2} children")
    return f"{parent}{number:0{STEP}d}"


def subtree(path: str) -> tuple[str, str]:
    """Return the half-open interval of paths that holds *path* and all below it.

    >>> subtree("00010009")
    ('00010009', '00010010')
    """
    return path, f"{int(path) + 1:0{len(path)}d}"
