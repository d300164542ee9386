"""What identity shows: views, pages and results."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhengtong.trust.identity.contracts.kinds import (
    AssuranceLevel,
    Channel,
    Duty,
    MandateBasis,
    OrganisationKind,
    OrganisationLevel,
    ProofMethod,
    SubjectKind,
)


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A natural person as a reader who is not the person sees it: masked."""

    subject: UUID
    name: str
    id_number: str
    phone: str
    proof_level: AssuranceLevel


@dataclass(frozen=True, kw_only=True)
class EnterpriseView:
    """A legal entity; name and credit code are public (企业信息公示暂行条例)."""

    subject: UUID
    name: str
    name_en: str
    credit_code: str
    region: str


@dataclass(frozen=True, kw_only=True)
class OrganisationView:
    """An organisation in the six-level tree."""

    id: UUID
    name: str
    name_en: str
    code: str
    kind: OrganisationKind
    level: OrganisationLevel
    region: str
    path: str
    depth: int
    parent: UUID | None
    children: int


@dataclass(frozen=True, kw_only=True)
class OrganisationPage:
    """Some organisations; `next` is the `after` of the following page, None on the last."""

    items: tuple[OrganisationView, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class PostView:
    """A post 岗位 in an organisation, and who holds it now."""

    id: UUID
    title: str
    title_en: str
    duty: Duty
    organisation: UUID
    organisation_name: str
    organisation_name_en: str
    organisation_path: str
    region: str
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AppointmentView:
    """That an official holds a post in the half-open period [from, until)."""

    id: UUID
    official: UUID
    official_name: str
    post: PostView
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class MandateView:
    """That an agent may act for a principal in these matters, over these channels, in [from, until)."""

    id: UUID
    principal: UUID
    principal_kind: SubjectKind
    principal_name: str
    agent: UUID
    agent_name: str
    basis: MandateBasis
    matters: tuple[str, ...]
    channels: tuple[Channel, ...]
    limit_fen: int | None
    valid_from: datetime
    valid_until: datetime | None
    accepted_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """A department's application; `sector` decides by which pairwise ids it knows people."""

    subject: UUID
    name: str
    name_en: str
    organisation: UUID
    sector: str
    needs_level: AssuranceLevel


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """An account as the command line and the back office show it: nothing that identifies a person in full."""

    username: str
    kind: SubjectKind
    subject: UUID
    name: str
    active: bool
    proof_level: AssuranceLevel
    second_factors: tuple[str, ...]
    last_login: datetime | None
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a signed-in person sees about their own identity; name and number are masked on screen by default."""

    subject: UUID
    kind: SubjectKind
    username: str
    name: str
    masked_name: str
    masked_id_number: str
    masked_phone: str
    assurance: AssuranceLevel
    proof_level: AssuranceLevel
    proved_at: datetime | None
    proof_method: ProofMethod | None
    second_factors: tuple[str, ...]
    acting_for: UUID | None
    acting_for_name: str
    post_title: str = ""
    post_title_en: str = ""
    organisation_name: str = ""
    organisation_name_en: str = ""


@dataclass(frozen=True, kw_only=True)
class RealNameResult:
    """That a real name was proved; it carries no name and no number."""

    subject: UUID
    level: AssuranceLevel
    method: ProofMethod
    proved_at: datetime


@dataclass(frozen=True, kw_only=True)
class IssuedCredential:
    """A new credential of an application; the secret is shown this once and kept nowhere."""

    id: UUID
    client_id: str
    secret: str
