"""What is loaded in bulk 批量登记: one entry a row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhengtong.trust.identity.contracts.kinds import Duty, OrganisationKind, OrganisationLevel, ProofMethod


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """One natural person to load in bulk; `subject` may be chosen by the loader so that runs repeat."""

    subject: UUID
    name: str
    id_number: str
    phone: str = ""
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class EnterpriseEntry:
    """One legal entity to load in bulk; `representative` is a natural person's subject, loaded before."""

    subject: UUID
    name: str
    credit_code: str
    region: str
    name_en: str = ""
    representative: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrganisationEntry:
    """One organisation to load in bulk; a parent stands before its children."""

    id: UUID
    parent: UUID | None
    name: str
    name_en: str
    code: str
    kind: OrganisationKind
    level: OrganisationLevel
    region: str


@dataclass(frozen=True, kw_only=True)
class PostEntry:
    """One post to load in bulk."""

    id: UUID
    organisation: UUID
    title: str
    title_en: str
    duty: Duty = Duty.BUSINESS


@dataclass(frozen=True, kw_only=True)
class OfficialEntry:
    """One official to load in bulk, appointed to *posts* from *appointed_at* on."""

    subject: UUID
    name: str
    staff_number: str
    name_en: str = ""
    duty: Duty = Duty.BUSINESS
    person: UUID | None = None
    posts: tuple[UUID, ...] = ()
    appointed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AccountEntry:
    """One login to load in bulk. Argon2 is slow on purpose: give many accounts a ready-made `password_hash`."""

    username: str
    subject: UUID
    password: str = ""
    password_hash: str = ""
    proved_by: ProofMethod | None = None
    staff: bool = False
