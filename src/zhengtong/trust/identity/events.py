"""What identity tells the other rooms 领域事件: ids and codes, never a name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhengtong.kernel.events.contracts import event

PERSON_REGISTERED = "trust.identity.person.registered.v1"
REAL_NAME_PROVED = "trust.identity.real_name.proved.v1"
MANDATE_GRANTED = "trust.identity.mandate.granted.v1"
MANDATE_ACCEPTED = "trust.identity.mandate.accepted.v1"
MANDATE_REVOKED = "trust.identity.mandate.revoked.v1"
ORGANISATION_ESTABLISHED = "trust.identity.organisation.established.v1"
OFFICIAL_APPOINTED = "trust.identity.official.appointed.v1"
OFFICIAL_RELIEVED = "trust.identity.official.relieved.v1"
ASSISTANCE_BEGAN = "trust.identity.assistance.began.v1"
ASSISTANCE_ENDED = "trust.identity.assistance.ended.v1"
APPLICATION_REGISTERED = "trust.identity.application.registered.v1"
CREDENTIAL_ISSUED = "trust.identity.credential.issued.v1"
CREDENTIAL_REVOKED = "trust.identity.credential.revoked.v1"


@event(PERSON_REGISTERED)
@dataclass(frozen=True, kw_only=True)
class PersonRegistered:
    """A natural person was registered."""

    subject: UUID


@event(REAL_NAME_PROVED)
@dataclass(frozen=True, kw_only=True)
class RealNameProved:
    """An account proved its real name; `provisional` is the subject it had before, when it was another."""

    subject: UUID
    provisional: UUID | None
    method: str
    level: str


@event(MANDATE_GRANTED)
@dataclass(frozen=True, kw_only=True)
class MandateGranted:
    """A principal let an agent act; it counts once the agent has accepted."""

    mandate: UUID
    principal: UUID
    agent: UUID
    valid_from: datetime
    valid_until: datetime | None


@event(MANDATE_ACCEPTED)
@dataclass(frozen=True, kw_only=True)
class MandateAccepted:
    """An agent accepted a mandate."""

    mandate: UUID
    principal: UUID
    agent: UUID


@event(MANDATE_REVOKED)
@dataclass(frozen=True, kw_only=True)
class MandateRevoked:
    """A mandate was taken back by its principal or given up by its agent."""

    mandate: UUID
    principal: UUID
    agent: UUID


@event(ORGANISATION_ESTABLISHED)
@dataclass(frozen=True, kw_only=True)
class OrganisationEstablished:
    """An organisation was established under another."""

    organisation: UUID
    parent: UUID


@event(OFFICIAL_APPOINTED)
@dataclass(frozen=True, kw_only=True)
class OfficialAppointed:
    """An official was appointed to a post."""

    official: UUID
    post: UUID
    valid_from: datetime


@event(OFFICIAL_RELIEVED)
@dataclass(frozen=True, kw_only=True)
class OfficialRelieved:
    """An official was relieved of a post."""

    official: UUID
    post: UUID
    valid_until: datetime


@event(ASSISTANCE_BEGAN)
@dataclass(frozen=True, kw_only=True)
class AssistanceBegan:
    """A clerk began to help a person, who had agreed."""

    assistance: UUID
    clerk: UUID
    person: UUID
    post: UUID


@event(ASSISTANCE_ENDED)
@dataclass(frozen=True, kw_only=True)
class AssistanceEnded:
    """A clerk's help of a person ended."""

    assistance: UUID
    clerk: UUID
    person: UUID


@event(APPLICATION_REGISTERED)
@dataclass(frozen=True, kw_only=True)
class ApplicationRegistered:
    """A department's application was registered."""

    application: UUID
    organisation: UUID


@event(CREDENTIAL_ISSUED)
@dataclass(frozen=True, kw_only=True)
class CredentialIssued:
    """An application received a credential."""

    credential: UUID
    application: UUID
    expires_at: datetime


@event(CREDENTIAL_REVOKED)
@dataclass(frozen=True, kw_only=True)
class CredentialRevoked:
    """A credential of an application was revoked."""

    credential: UUID
    application: UUID
