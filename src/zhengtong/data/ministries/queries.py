"""Reads of ministries: the catalogue in force, grants, queries on record, how interfaces do."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from zhengtong.data.exchange.api import Algorithm
from zhengtong.data.ministries import reading
from zhengtong.data.ministries.contracts import (
    Catalogue,
    GrantEntry,
    GrantState,
    GrantUnknown,
    GrantView,
    Health,
    Interface,
    InterfaceDesk,
    InterfaceStatus,
    InterfaceUnknown,
    LineMissing,
    Outcome,
    QueryView,
)
from zhengtong.data.ministries.line import HttpLine
from zhengtong.data.ministries.models import Condition, Edition, Grant, Line, Query, QueryCount
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase

PAGE = 20
_NOTHING = Catalogue(name="", note="", note_en="", ministries=(), interfaces=())
_loaded: dict[tuple[int, str], Catalogue] = {}


def catalogue() -> Catalogue:
    """Return the catalogue in force; an empty one before any was published. One statement, two where it has changed."""
    if not _loaded:
        row = Edition.objects.order_by("-number").first()
        if row is None:
            return _NOTHING
        return _loaded.setdefault((row.number, row.digest), reading.loaded(row.content, row.number))
    found = Edition.objects.order_by("-number").values_list("number", "digest").first()
    if found is None:
        return _NOTHING
    known = _loaded.get(found)
    if known is None:
        content = Edition.objects.values_list("content", flat=True).get(pk=found[0])
        _loaded.clear()
        known = _loaded[found] = reading.loaded(content, found[0])
    return known


def interface_in(found: Catalogue, code: str) -> Interface:
    """Return an interface of a catalogue.

    Raises:
        InterfaceUnknown: there is none.
    """
    one = next((one for one in found.interfaces if one.code == code), None)
    if one is None:
        raise InterfaceUnknown(interface=code)
    return one


def interface(code: str) -> Interface:
    """Return an interface of the catalogue in force.

    Raises:
        InterfaceUnknown: there is none.
    """
    return interface_in(catalogue(), code)


def line() -> HttpLine:
    """Return the line to the ministries.

    Raises:
        LineMissing: none was set up.
    """
    row = Line.objects.first()
    if row is None:
        raise LineMissing
    return HttpLine(
        row.address, key_id=row.key_id, algorithm=Algorithm(row.algorithm), key=bytes.fromhex(row.key)
    )  # fmt: skip


def address() -> str:
    """Return where the line leads; empty where none was set up."""
    return Line.objects.values_list("address", flat=True).first() or ""


def statuses(found: Catalogue, *, at: datetime) -> tuple[InterfaceStatus, ...]:
    """Return how every interface of a catalogue does, in its order. Two statements."""
    conditions = {row.interface: row for row in Condition.objects.all()}
    counts = _counts((one.code for one in found.interfaces), on_day(at))
    return tuple(_status(one, conditions.get(one.code), counts.get(one.code, 0), at) for one in found.interfaces)


def status(code: str, *, at: datetime) -> InterfaceStatus:
    """Return how an interface does. Three statements.

    Raises:
        InterfaceUnknown: there is none.
    """
    one = interface(code)
    used = _counts((code,), on_day(at)).get(code, 0)
    return _status(one, Condition.objects.filter(pk=code).first(), used, at)


def desk(code: str, *, at: datetime) -> InterfaceDesk:
    """Return an interface with its ministry, how it does and who was granted it. Four statements.

    Raises:
        InterfaceUnknown: there is none.
    """
    found = catalogue()
    one = interface_in(found, code)
    rows, today = list(_grants().filter(interface=code)), on_day(at)
    counts = _counts((code, *(str(row.id) for row in rows)), today)
    return InterfaceDesk(
        status=_status(one, Condition.objects.filter(pk=code).first(), counts.get(code, 0), at),
        ministry=next(ministry for ministry in found.ministries if ministry.key == one.ministry),
        grants=_ordered(grant_view(row, today, counts.get(str(row.id), 0)) for row in rows),
    )


def grants(*, at: datetime, interface: str | None = None, organisation: UUID | None = None) -> tuple[GrantView, ...]:
    """Return grants with their use of the day, those in force first. Two statements."""
    rows = _grants()
    if interface is not None:
        rows = rows.filter(interface=interface)
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    found, today = list(rows), on_day(at)
    counts = _counts((str(row.id) for row in found), today)
    return _ordered(grant_view(row, today, counts.get(str(row.id), 0)) for row in found)


def held_by(organisation: UUID, *, at: datetime) -> dict[str, GrantState]:
    """Return by interface where the latest grant of a department stands. One statement."""
    today = on_day(at)
    rows = Grant.objects.filter(organisation=organisation).order_by("starts_at", "id")
    return {row.interface: state_of(row, today) for row in rows}


def grant_of(identifier: UUID, *, at: datetime) -> GrantView:
    """Return one grant.

    Raises:
        GrantUnknown: there is none.
    """
    row = _grants().filter(pk=identifier).first()
    if row is None:
        raise GrantUnknown
    today = on_day(at)
    return grant_view(row, today, _counts((str(row.id),), today).get(str(row.id), 0))


def queries_of(organisation: UUID, interface: str, *, most: int = PAGE) -> tuple[QueryView, ...]:
    """Return what a department asked an interface, the newest first; they name no person. One statement."""
    return _views(Query.objects.filter(grant__organisation=organisation, grant__interface=interface), most)


def queries_about(person: UUID, *, most: int = PAGE) -> tuple[QueryView, ...]:
    """Return what ministries were asked about a person, the newest first (个人信息保护法 §45). One statement."""
    return _views(Query.objects.filter(subject=person), most)


def grant_view(row: Grant, today: date, used: int) -> GrantView:
    """Return *row*, whose organisation is loaded, as a contract."""
    return GrantView(
        id=row.id,
        entry=GrantEntry(
            interface=row.interface, organisation=row.organisation_id, items=tuple(row.items), purpose=row.purpose,
            basis=row.basis, daily_quota=row.daily_quota, expires_on=row.expires_on, for_applicants=row.for_applicants,
        ),
        organisation_name=row.organisation.name,
        organisation_name_en=row.organisation.name_en,
        state=state_of(row, today),
        starts_at=row.starts_at,
        used_today=used,
        reason=row.reason,
    )  # fmt: skip


def state_of(row: Grant, today: date) -> GrantState:
    """Return where a grant stands on a day."""
    if row.ended_at is not None:
        return GrantState.ENDED
    return GrantState.EXPIRED if today > row.expires_on else GrantState.ACTIVE


def _ordered(views: Iterable[GrantView]) -> tuple[GrantView, ...]:
    """Return grants, those in force first, then the latest first."""
    return tuple(sorted(views, key=lambda one: (one.state is not GrantState.ACTIVE, -one.starts_at.timestamp())))


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("organisation").order_by("-starts_at", "id")


def _counts(counted: Iterable[str], day: date) -> dict[str, int]:
    rows = QueryCount.objects.filter(counted__in=list(counted), day=day)
    return dict(rows.values_list("counted", "count"))


def _views(rows: QuerySet[Query], most: int) -> tuple[QueryView, ...]:
    found = rows.select_related("grant__organisation").order_by("-at", "-id")[:most]
    return tuple(
        QueryView(
            id=row.id, at=row.at, interface=row.grant.interface, organisation_name=row.grant.organisation.name,
            organisation_name_en=row.grant.organisation.name_en, business=row.business, purpose=row.grant.purpose,
            basis=row.grant.basis, is_cached=row.is_cached, outcome=Outcome(row.outcome),
        )
        for row in found
    )  # fmt: skip


def _status(one: Interface, row: Condition | None, used: int, at: datetime) -> InterfaceStatus:
    if row is None:
        return InterfaceStatus(
            interface=one, health=Health.UNTRIED, used_today=used, failures=0, resting_until=None, answered_at=None,
            failed_at=None, failure="", milliseconds=None,
        )  # fmt: skip
    rests = row.resting_until is not None and row.resting_until > at
    health = Health.RESTING if rests else Health.FALTERING if row.failures else Health.WELL
    return InterfaceStatus(
        interface=one, health=health, used_today=used, failures=row.failures,
        resting_until=row.resting_until if rests else None, answered_at=row.answered_at, failed_at=row.failed_at,
        failure=Phrase(row.failure["template"], **row.failure["values"]) if row.failure else "",
        milliseconds=row.milliseconds,
    )  # fmt: skip
