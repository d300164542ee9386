"""What happens to licences 事件."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.events.contracts import event
from zhengtong.trust.licenses.contracts.kinds import LicenseState


@event("trust.licenses.license.issued.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseIssued:
    """A licence was issued; `replaces` names the version before it."""

    license: UUID
    type: str
    issuer: UUID
    case: UUID | None
    replaces: UUID | None


@event("trust.licenses.license.changed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseChanged:
    """A licence was suspended, resumed, revoked or replaced."""

    license: UUID
    state: LicenseState
