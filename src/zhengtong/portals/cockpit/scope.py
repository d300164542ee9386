"""Whose figures a reader sees: their own region and what lies in it, never more than their post reaches."""

from dataclasses import dataclass

from django.http import HttpRequest

from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.regions import api as regions
from zhengtong.kernel.regions.api import RegionView
from zhengtong.portals.cockpit.contracts import Permission
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, SubjectKind, actor_of


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Who reads and which region is shown; `home` is the region they begin with."""

    actor: Actor
    region: RegionView
    home: str

    @property
    def below_home(self) -> bool:
        """Whether the reader has gone down into a part of their region."""
        return self.region.code != self.home


def reader(request: HttpRequest) -> Actor:
    """Return the official who may see a cockpit.

    Raises:
        SignInNeeded: nobody is signed in.
        NotAllowed: the reader is no official, or their post may not.
    """
    actor = actor_of(request)
    if actor.kind is not SubjectKind.OFFICIAL or actor.post is None:
        raise NotAllowed
    access.require(actor, Permission.VIEW)
    return actor


def viewed(request: HttpRequest) -> View:
    """Return what is shown: `?region=` if the post reaches it, else the region of the post.

    Raises:
        SignInNeeded: nobody is signed in.
        NotAllowed: the reader may see no cockpit, or not this region's.
        NotFound: there is no such region.
    """
    actor = reader(request)
    own = regions.canonical_code(actor.region or "")
    wanted = regions.canonical_code(request.GET.get("region", "").strip()) or own
    found, home = map(regions.regions([wanted, own]).get, (wanted, own))
    if found is None or home is None:
        raise NotFound
    scope = access.scope_filter(actor, Permission.VIEW)
    inside = actor.organisation_path if home.contains(found) else None
    if not scope.covers(organisation=inside, place=found.low):
        raise NotAllowed
    return View(actor=actor, region=found, home=home.code)
