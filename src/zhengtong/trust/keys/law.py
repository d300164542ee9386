"""What the standards say about keys 密钥管理规则, as pure functions: who may follow whom, and for how long."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from zhengtong.trust.keys.contracts import (
    PROFILE_NAMES,
    CertificateState,
    HolderKind,
    KeyState,
    Profile,
    RevocationReason,
    ValidityBeyondPolicy,
)

KEY_STEPS: Mapping[KeyState, frozenset[KeyState]] = {
    KeyState.PRE_ACTIVE: frozenset({KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.ACTIVE: frozenset({KeyState.SUSPENDED, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.SUSPENDED: frozenset({KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.COMPROMISED: frozenset({KeyState.DESTROYED}),
    KeyState.DESTROYED: frozenset(),
}
"""From each state, the states it may go to (NIST SP 800-57 part 1 §7.2–7.5; GB/T 39786-2021 annex A)."""

CERTIFICATE_STEPS: Mapping[CertificateState, frozenset[CertificateState]] = {
    CertificateState.VALID: frozenset({CertificateState.SUSPENDED, CertificateState.REVOKED}),
    CertificateState.SUSPENDED: frozenset({CertificateState.VALID, CertificateState.REVOKED}),
    CertificateState.REVOKED: frozenset(),
}
"""Only a hold can be lifted (RFC 5280 §5.3.1)."""

MOST_DAYS: Mapping[Profile, int] = {
    Profile.ROOT: 30 * 366,
    Profile.INTERMEDIATE: 20 * 366,
    Profile.SIGNING: 5 * 366,
    Profile.ENCRYPTION: 5 * 366,
    Profile.DEVICE: 5 * 366,
    Profile.SERVER: 398,
    Profile.TIME_STAMPING: 10 * 366,
    Profile.OCSP: 366,
}
"""The longest validity we issue, in days: our own policy, to be tightened by each installation."""

PROFILES_OF: Mapping[HolderKind, frozenset[Profile]] = {
    HolderKind.APPLICATION: frozenset(
        {Profile.SIGNING, Profile.DEVICE, Profile.SERVER, Profile.TIME_STAMPING, Profile.OCSP}
    ),
    HolderKind.DEVICE: frozenset({Profile.DEVICE, Profile.SERVER}),
    HolderKind.TOKEN: frozenset({Profile.SIGNING}),
}
"""What may be issued to whom, one certificate at a time: our own policy. A pair is for applications and devices."""

PAIR = (Profile.SIGNING, Profile.ENCRYPTION)

CRL_LASTS = timedelta(days=7)
CRL_EVERY = timedelta(days=1)
OCSP_LASTS = timedelta(hours=12)
CEREMONY_LASTS = timedelta(days=3)
FINAL_REASONS = frozenset(RevocationReason) - {RevocationReason.CERTIFICATE_HOLD}

CUSTODIANS = range(2, 10)
LEAST_PASSPHRASE = 12
WRONG_PASSPHRASES = 5
CLOSED_FOR = timedelta(minutes=30)
"""After so many wrong passphrases a custodian's share is closed for so long: our own choice, no standard's number."""
FORGOTTEN_AFTER = timedelta(hours=24)
"""Wrong passphrases count no longer, this long after the last of them."""


def may_step(state: KeyState, to: KeyState) -> bool:
    """Tell whether a key may go from one state to another.

    >>> may_step(KeyState.ACTIVE, KeyState.SUSPENDED), may_step(KeyState.DESTROYED, KeyState.ACTIVE)
    (True, False)
    """
    return to in KEY_STEPS[state]


def may_turn(state: CertificateState, to: CertificateState) -> bool:
    """Tell whether a certificate may go from one state to another.

    >>> may_turn(CertificateState.SUSPENDED, CertificateState.VALID)
    True
    >>> may_turn(CertificateState.REVOKED, CertificateState.VALID)
    False
    """
    return to in CERTIFICATE_STEPS[state]


def may_try(wrong: int, last_at: datetime | None, at: datetime) -> bool:
    """Tell whether a custodian may try a passphrase, after so many wrong ones of which the last was at *last_at*.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> may_try(4, noon, noon), may_try(5, noon, noon), may_try(5, noon, noon + CLOSED_FOR)
    (True, False, True)
    """
    return wrong < WRONG_PASSPHRASES or last_at is None or at >= last_at + CLOSED_FOR


def tries_after(wrong: int, last_at: datetime | None, at: datetime) -> int:
    """Return how many tries count once one more is allowed; after a closed time or a day of none they count anew.

    Forgetting gives nobody more tries than the closed time does: five in half an hour are more than four in a day.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> tries_after(0, None, noon), tries_after(4, noon, noon), tries_after(WRONG_PASSPHRASES, noon, noon + CLOSED_FOR)
    (1, 5, 1)
    >>> tries_after(4, noon, noon + FORGOTTEN_AFTER)
    1
    """
    if last_at is None or wrong >= WRONG_PASSPHRASES or at >= last_at + FORGOTTEN_AFTER:
        return 1
    return wrong + 1


def can_still_be_approved(*, custodians: int, threshold: int, refusals: int) -> bool:
    """Tell whether enough custodians are left who have not refused.

    >>> can_still_be_approved(custodians=3, threshold=2, refusals=1)
    True
    >>> can_still_be_approved(custodians=3, threshold=2, refusals=2)
    False
    """
    return custodians - refusals >= threshold


def check_days(profile: Profile, days: int) -> None:
    """Return when a certificate of this use may be asked for so many days.

    Raises:
        ValidityBeyondPolicy: it may not.

    >>> check_days(Profile.SERVER, 398)
    """
    if not 0 < days <= MOST_DAYS[profile]:
        raise ValidityBeyondPolicy(profile=PROFILE_NAMES[profile], most=MOST_DAYS[profile], field="days")


def last_moment(profile: Profile, *, days: int, at: datetime, issuer_ends: datetime) -> datetime:
    """Return until when a certificate issued *at* is valid: as asked, within our policy and the issuer's own end.

    >>> from datetime import UTC
    >>> start = datetime(2026, 1, 1, tzinfo=UTC)
    >>> last_moment(Profile.OCSP, days=4000, at=start, issuer_ends=datetime(2040, 1, 1, tzinfo=UTC)).date().isoformat()
    '2027-01-02'
    """
    return min(at + timedelta(days=min(days, MOST_DAYS[profile])), issuer_ends)
