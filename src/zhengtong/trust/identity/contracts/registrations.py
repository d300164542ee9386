"""What developers register about their applications 应用接入登记, and how they see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text
from zhengtong.trust.identity.contracts.kinds import LogoutOutcome, Scope

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
"""The grant of RFC 8693, for applications that call others on behalf of a person."""
DEVELOPING = "platform.application"
"""The matter in which an agent registers applications for an enterprise."""
PERSONAL = frozenset({Scope.PROFILE, Scope.ORGANISATION, Scope.MANDATES})
"""Scopes that tell personal data: they work only once an administrator has approved them."""


class RegistrationKind(StrEnum):
    """What an application does."""

    WEB = "web"  # people sign in to it
    SERVICE = "service"  # it calls interfaces in its own name

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return {"web": _("用户登录"), "service": _("接口调用")}[self.value]


class RegistrationState(StrEnum):
    """What may be done with a registration now."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return {"active": _("正常"), "suspended": _("已暂停"), "expired": _("密钥已过期")}[self.value]


@dataclass(frozen=True, kw_only=True)
class RegistrationEntry:
    """What a developer asks for; `exchanges` is the right to call others on behalf of people (RFC 8693)."""

    name: str
    kind: RegistrationKind
    name_en: str = ""
    redirect_uris: tuple[str, ...] = ()
    logout_uri: str = ""
    scopes: frozenset[Scope] = frozenset()
    exchanges: bool = False


@dataclass(frozen=True, kw_only=True)
class AttemptView:
    """One attempt to tell the application of a sign-out; it names nobody."""

    at: datetime
    number: int
    outcome: LogoutOutcome
    status: int | None


@dataclass(frozen=True, kw_only=True)
class RegistrationView:
    """A registered application as its developer and the administrator see it; the secret is nowhere in it."""

    id: UUID
    client_id: str
    name: str
    name_en: str
    owner_name: str
    kind: RegistrationKind
    state: RegistrationState
    redirect_uris: tuple[str, ...]
    logout_uri: str
    granted: frozenset[Scope]
    wanted: frozenset[Scope]
    exchanges: bool
    wants_exchange: bool
    note: str
    issued_at: datetime
    expires_at: datetime
    revision: int

    @property
    def waits(self) -> bool:
        """Whether an administrator has to decide."""
        return bool(self.wanted) or self.wants_exchange
