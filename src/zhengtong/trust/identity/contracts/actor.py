"""Who acts, and what identity asks of rooms above it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from zhengtong.trust.identity.contracts.kinds import (
    SYSTEM_SUBJECT,
    AssuranceLevel,
    Channel,
    Duty,
    SubjectKind,
)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does an act, from which post, for whom: resolved once per request.

    `subject` is always the one who signed in. Acting for somebody else never changes it: then `on_behalf_of` names the
    principal, and `mandate` (a representative) or `assistance` (a window clerk helping, 帮办代办) the right to do so.
    """

    subject: UUID
    kind: SubjectKind
    account: int | None = None
    on_behalf_of: UUID | None = None
    on_behalf_of_kind: SubjectKind | None = None
    mandate: UUID | None = None
    assistance: UUID | None = None
    post: UUID | None = None
    posts: tuple[UUID, ...] = ()
    organisation: UUID | None = None
    organisation_path: str = ""
    region: str | None = None
    duty: Duty | None = None
    assurance: AssuranceLevel = AssuranceLevel.NONE
    channel: Channel = Channel.WEB
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What other rooms remember about this actor for the length of one request; not part of its identity."""

    @property
    def party(self) -> UUID:
        """Whose matter it is: the principal when acting for somebody, else the subject itself."""
        return self.on_behalf_of or self.subject

    @property
    def party_kind(self) -> SubjectKind:
        """The kind of `party`."""
        return self.on_behalf_of_kind or self.kind

    @property
    def clerk(self) -> UUID | None:
        """The official at the keyboard while helping a person, else nobody."""
        return self.subject if self.assistance else None

    @property
    def is_official(self) -> bool:
        """Whether the actor holds a post and acts from it."""
        return self.kind is SubjectKind.OFFICIAL and self.post is not None

    @property
    def is_system(self) -> bool:
        """Whether the platform itself acts; no request can bring this about."""
        return self.subject == SYSTEM_SUBJECT


def system_actor(channel: Channel = Channel.SYSTEM) -> Actor:
    """Return the actor for what the platform does by itself: set-up, timers, the command line."""
    return Actor(subject=SYSTEM_SUBJECT, kind=SubjectKind.APPLICATION, assurance=AssuranceLevel.HIGH, channel=channel)


class PopulationSource(Protocol):
    """The population registry as identity may use it: it answers yes or no and hands out nothing (PIPL §6)."""

    def matches(self, id_number: str, name: str) -> bool:
        """Say whether the registry holds a living person with this number and this name."""
        ...


class Gatekeeper(Protocol):
    """Decides on permissions; filled by trust.access, which stands above this room."""

    def __call__(
        self, actor: Actor, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None
    ) -> None:
        """Return when the actor may, else raise NotAllowed."""
        ...


Progress = Callable[[int], None]
"""Called during bulk loading with the number of rows done so far."""
