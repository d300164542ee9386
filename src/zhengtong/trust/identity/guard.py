"""The gate before acts of a post 授权: trust.access stands above this room and fills it in `site/wiring.py`."""

from enum import StrEnum
from uuid import UUID

from zhengtong.kernel.errors import NotAllowed, SignInNeeded
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Gatekeeper, PopulationSource
from zhengtong.trust.identity.refusals import AssuranceTooLow


def _closed(actor: Actor, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None) -> None:
    """Stay shut: before access is wired, only the platform itself may act."""
    del permission, organisation, region
    if not actor.is_system:
        raise NotAllowed


_gatekeepers: list[Gatekeeper] = [_closed]
_sources: list[PopulationSource] = []


def register_gatekeeper(gatekeeper: Gatekeeper) -> None:
    """Say who decides on permissions; the last one registered decides."""
    _gatekeepers.append(gatekeeper)


def register_population_source(source: PopulationSource) -> None:
    """Say which registry answers whether number and name belong together; the last one registered answers."""
    _sources.append(source)


def population_source() -> PopulationSource:
    """Return the registry that answers.

    Raises:
        RuntimeError: the composition root registered none.
    """
    if not _sources:
        raise RuntimeError("no population source: call register_population_source in site/wiring.py")
    return _sources[-1]


def require(
    actor: Actor | None, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None
) -> Actor:
    """Return the actor when they may.

    Raises:
        SignInNeeded: nobody is signed in.
        NotAllowed: the permission is missing here.
    """
    if actor is None:
        raise SignInNeeded
    _gatekeepers[-1](actor, permission, organisation=organisation, region=region)
    return actor


def require_assurance(actor: Actor | None, level: AssuranceLevel) -> Actor:
    """Return the actor when their session has at least this assurance level.

    Raises:
        SignInNeeded: nobody is signed in.
        AssuranceTooLow: it has less.
    """
    if actor is None:
        raise SignInNeeded
    if actor.assurance < level:
        raise AssuranceTooLow(needed=level.title)
    return actor
