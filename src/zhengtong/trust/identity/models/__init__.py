"""Tables of identity 身份, by what they hold."""

from zhengtong.trust.identity.models.accounts import Account, PairwiseSubject
from zhengtong.trust.identity.models.applications import (
    Application,
    ApplicationCredential,
    ApplicationSession,
    LogoutAttempt,
)
from zhengtong.trust.identity.models.mandates import Assistance, Mandate
from zhengtong.trust.identity.models.organisations import Appointment, Organisation, Post
from zhengtong.trust.identity.models.subjects import (
    LegalEntity,
    NaturalPerson,
    OfficialProfile,
    ProofAttempt,
    ProofEvent,
    Subject,
)

__all__ = [
    "Account",
    "Application",
    "ApplicationCredential",
    "ApplicationSession",
    "Appointment",
    "Assistance",
    "LegalEntity",
    "LogoutAttempt",
    "Mandate",
    "NaturalPerson",
    "OfficialProfile",
    "Organisation",
    "PairwiseSubject",
    "Post",
    "ProofAttempt",
    "ProofEvent",
    "Subject",
]
