"""Acts of the registries: load a delivery; read a resident, for a purpose, on the record."""

import hmac
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zhengtong.data.registries import loading
from zhengtong.data.registries.contracts import (
    Permission,
    PurposeMissing,
    RegistryPart,
    Relation,
    ResidentUnknown,
    ResidentView,
)
from zhengtong.data.registries.models import ID_NUMBER_INDEX, LoadedPart, Resident
from zhengtong.kernel.checkdigits import Sex
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.keys.api import normalise
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, record, record_reading

_LOAD_CLAUSE = "国发〔2016〕51号"
_READ_CLAUSE = "个人信息保护法§34"


def load(part: RegistryPart, *, responsibility: Responsibility, at: datetime) -> bool:
    """Load a delivery, wholly or not at all; return False when it was in already.

    Raises:
        IntegrityError: a row contradicts what is there; nothing of the part is kept.
    """
    with transaction.atomic():
        if LoadedPart.objects.filter(name=part.name).exists():
            return False
        loading.write(part)
        LoadedPart.objects.create(name=part.name, rows=part.rows(), loaded_at=at)
        record(
            Act(
                authority=Authority(clause=_LOAD_CLAUSE),
                business=Business(
                    command="data.registries.load", object_type="data.registries.part", object_id=part.name
                ),
                responsibility=responsibility,
                at=at,
            )
        )
    return True


def resident_of(subject: UUID, *, actor: Actor, purpose: str, at: datetime) -> ResidentView:
    """Return the registered resident with the id *subject*, and record that *actor* read it for *purpose*.

    People read their own entry; an official needs `Permission.READ_RESIDENT` where the resident lives.

    Raises:
        PurposeMissing: no purpose was given.
        NotAllowed: the actor may not read residents at all.
        ResidentUnknown: there is none, or not for this reader.
    """
    return _read(_residents().filter(id=subject).first(), actor=actor, purpose=purpose, at=at)


def resident_by_number(id_number: str, *, actor: Actor, purpose: str, at: datetime) -> ResidentView:
    """Return the resident with this identity number; the same rules and the same record as `resident_of`.

    Raises:
        PurposeMissing, NotAllowed, ResidentUnknown: as `resident_of`.
    """
    found = _residents().filter(id_index=ID_NUMBER_INDEX.of(id_number)).first()
    return _read(found, actor=actor, purpose=purpose, at=at)


def household_of(subject: UUID, *, actor: Actor, purpose: str, at: datetime) -> tuple[ResidentView, ...]:
    """Return everybody in the household of *subject*, the head first, each reading on the record.

    Raises:
        PurposeMissing, NotAllowed, ResidentUnknown: as `resident_of`.
    """
    with transaction.atomic():
        me = resident_of(subject, actor=actor, purpose=purpose, at=at)
        rows = list(_residents().filter(household=me.household).order_by("id"))
        if others := [row for row in rows if row.id != me.id]:
            _record_look(others, actor, purpose, at)
        return tuple(map(_view, rows))


def matches_person(id_number: str, name: str) -> bool:
    """Say whether the registry holds a resident with this number and this name (二要素核验): yes or no."""
    found = Resident.objects.filter(id_index=ID_NUMBER_INDEX.of(id_number)).only("name").first()
    wanted = normalise(name).encode()
    return hmac.compare_digest(normalise(found.name).encode() if found else b"", wanted) and found is not None


def subject_of(id_number: str) -> UUID | None:
    """Return the subject id of whoever has this number, so that what is asked elsewhere can be told to them.

    Nothing of the person is read; None where the registry does not know the number.
    """
    return Resident.objects.filter(id_index=ID_NUMBER_INDEX.of(id_number)).values_list("id", flat=True).first()


class PopulationRegistry:
    """The registry as identity's `PopulationSource`: wired in by the composition root."""

    def matches(self, id_number: str, name: str) -> bool:
        """Say whether number and name belong together."""
        return matches_person(id_number, name)


def _read(row: Resident | None, *, actor: Actor, purpose: str, at: datetime) -> ResidentView:
    if not purpose.strip():
        raise PurposeMissing(what="purpose", field="purpose")
    own = row is not None and row.id in {actor.subject, actor.party} and not actor.is_official
    if not own:
        if not access.allowed(actor, Permission.READ_RESIDENT):
            raise NotAllowed
        if row is None or not access.allowed(actor, Permission.READ_RESIDENT, region=row.region_id):
            raise ResidentUnknown
    assert row is not None  # noqa: S101 -- either it is the reader's own or the scope covers its region
    with transaction.atomic():
        _record_look([row], actor, purpose, at)
    return _view(row)


def _record_look(rows: list[Resident], actor: Actor, purpose: str, at: datetime) -> None:
    record_reading(
        responsibility=responsibility_of(actor),
        authority=Authority(clause=_READ_CLAUSE, permission=Permission.READ_RESIDENT),
        concerns=[row.id for row in rows],
        object_type="data.registries.resident",
        object_id=str(rows[0].id),
        purpose=purpose,
        at=at,
    )


def _residents() -> QuerySet[Resident]:
    return Resident.objects.select_related("household__address", "region")


def _view(row: Resident) -> ResidentView:
    return ResidentView(
        id=row.id,
        name=row.name,
        id_number=row.id_number,
        sex=Sex(row.sex),
        birth_year=row.birth_year,
        relation=Relation(row.relation),
        household=row.household_id,
        household_size=row.household.size,
        region=row.region_id,
        region_name=row.region.full_name,
        address=row.household.address.text,
    )
