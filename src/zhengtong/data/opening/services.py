"""Acts of opening: apply, revise, freeze, approve, refuse, release, withdraw. Each is one transaction and one act."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.opening import buffer, entries, law, queries, storing
from zhengtong.data.opening.contracts import (
    RELEASED,
    WITHDRAWN,
    ChangedMeanwhile,
    EmbargoNotOver,
    NoRowsToOpen,
    OpeningReasonNeeded,
    OpeningReleased,
    OpeningState,
    OpeningUnknown,
    OpeningView,
    OpeningWithdrawn,
    Permission,
    PlanUnfit,
    Risk,
    RiskTooHigh,
    SameOfficer,
    Wanted,
    WrongState,
)
from zhengtong.data.opening.counting import report_of
from zhengtong.data.opening.models import OpeningApplication
from zhengtong.data.opening.plans import require_as_open, require_fit
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import NotAllowed, Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

THING = "data.opening.application"
PERMISSIONS = {
    "apply": Permission.APPLY, "revise": Permission.APPLY, "freeze": Permission.APPLY, "withdraw": Permission.APPLY,
    "approve": Permission.DECIDE, "refuse": Permission.DECIDE, "release": Permission.DECIDE,
}  # fmt: skip


def apply(*, actor: Actor, application: UUID, wanted: Wanted, at: datetime) -> OpeningView:
    """Apply to open a version of a dataset 申请开放.

    Args:
        actor: an official of the department that provides it.
        application: an id chosen with the form, so that sending it twice makes one application.
        wanted: what is to be opened, how, to whom, on which basis.
        at: now.

    Raises:
        NotAllowed: the actor may not apply for this department.
        NoRowsToOpen: there is no such version.
        PlanUnfit: the plan contradicts itself, the catalogue or the basis.
    """
    found = catalog.dataset(wanted.dataset)
    _require(actor, "apply", found.provider)
    if not actor.is_system and actor.organisation != found.provider:
        raise NotAllowed
    wanted = _settled(wanted, found, at)
    with transaction.atomic():
        known = queries.rows().filter(pk=application, provider=found.provider).first()
        if known is not None:
            return queries.view(known)
        if OpeningApplication.objects.filter(slug=wanted.slug).exists():
            raise PlanUnfit(field="slug", what=Phrase(_("网址名称 {slug} 已被使用"), slug=wanted.slug))
        row = OpeningApplication(
            id=application, slug=wanted.slug, dataset_id=found.code, provider_id=found.provider,
            state=OpeningState.DRAFT, drafted_by=actor.subject, drafted_at=at,
        )  # fmt: skip
        _fill(row, wanted)
        row.save(force_insert=True)
        _record(actor, "apply", row, at, before=None)
    return queries.view(queries.rows().get(pk=application))


def revise(*, actor: Actor, application: UUID, revision: int, wanted: Wanted, at: datetime) -> OpeningView:
    """Change an application that nobody has decided; a copy in the buffer is given up.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile, PlanUnfit, NoRowsToOpen.
    """
    with transaction.atomic():
        row = _locked(actor, "revise", application, revision)
        before = state_of(row)
        _fill(row, _settled(replace(wanted, slug=row.slug), catalog.dataset(row.dataset_id), at))
        row.state, row.drafted_by, row.files, row.report, row.folder = OpeningState.DRAFT, actor.subject, [], None, ""
        _save(row)
        _record(actor, "revise", row, at, before=before)
    return queries.view(row)


def freeze(*, actor: Actor, application: UUID, revision: int, at: datetime) -> OpeningView:
    """Put a treated copy into the buffer 送入缓冲区, measure it and keep the risk report with it.

    The copy is made outside of the transaction, in a folder of its own: who comes second finds the revision changed.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile: it is not this actor's turn.
        NoRowsToOpen: the version is gone.
    """
    with transaction.atomic():
        planned = queries.view(_locked(actor, "freeze", application, revision))
    standard = storing.standard_on(on_day(at))
    found = catalog.dataset(planned.dataset)
    columns = [field.name for field in planned.plan.fields]
    rows = collection.rows(entries.table_of(found), version=planned.version, columns=columns)
    if rows is None:
        raise NoRowsToOpen(dataset=found.code)
    folder = f"{application}/{revision}"
    measures, files = buffer.freeze(rows, planned.plan, standard, folder)
    report = report_of(measures, planned.plan, found, planned.access, standard)
    with transaction.atomic():
        row = _locked(actor, "freeze", application, revision)
        before = state_of(row)
        row.state, row.drafted_by, row.folder = OpeningState.BUFFERED, actor.subject, folder
        row.files, row.report = storing.dump(files), storing.dump(report)
        _save(row)
        _record(actor, "freeze", row, at, before=before)
    return queries.view(row)


def approve(*, actor: Actor, application: UUID, revision: int, at: datetime) -> OpeningView:
    """Approve the frozen copy 批准开放: another officer than who applied, and only where the risk report passed.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile: it is not this actor's turn.
        SameOfficer: the actor has applied.
        RiskTooHigh: the report fails, or today's grades do; it names by what.
        PlanUnfit: the catalogue does not let it be opened so any more.
    """
    with transaction.atomic():
        row = _locked(actor, "approve", application, revision)
        if row.drafted_by == actor.subject:
            raise SameOfficer
        report = storing.load_report(row.report)
        if not report.passed:
            raise RiskTooHigh(what="、".join(str(risk.label) for risk in report.risks))
        _require_still_open(row, at)
        before = state_of(row)
        row.state, row.decided_by, row.decided_at, row.reason = OpeningState.APPROVED, actor.subject, at, ""
        _save(row)
        _record(actor, "approve", row, at, before=before)
    return queries.view(row)


def refuse(*, actor: Actor, application: UUID, revision: int, reason: str, at: datetime) -> OpeningView:
    """Refuse to open 不予开放.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile, SameOfficer: it is not this actor's turn.
        OpeningReasonNeeded: it is not said why.
    """
    with transaction.atomic():
        row = _locked(actor, "refuse", application, revision)
        if row.drafted_by == actor.subject:
            raise SameOfficer
        if not reason.strip():
            raise OpeningReasonNeeded(field="reason")
        before = state_of(row)
        row.state, row.decided_by, row.decided_at, row.reason = OpeningState.REFUSED, actor.subject, at, reason.strip()
        _save(row)
        _record(actor, "refuse", row, at, before=before)
    return queries.view(row)


def release(*, actor: Actor, application: UUID, revision: int, at: datetime) -> OpeningView:
    """Open an approved copy to the public 开放; what is counted gets an entry of its own in the catalogue.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile: it is not this actor's turn.
        EmbargoNotOver: its day has not come.
        PlanUnfit, RiskTooHigh: the catalogue does not let it be opened so any more.
    """
    with transaction.atomic():
        row = _locked(actor, "release", application, revision)
        if row.embargo_until and row.embargo_until > on_day(at):
            raise EmbargoNotOver(day=row.embargo_until.isoformat())
        _require_still_open(row, at)
        before = state_of(row)
        row.state, row.released_at = OpeningState.RELEASED, at
        row.entry = entries.enter(queries.view(row), at=at)
        _save(row)
        _record(actor, "release", row, at, before=before)
        data = OpeningReleased(opening=row.id, dataset=row.dataset_id, access=row.access)
        emit(RELEASED, subject=row.id, data=data, at=at)
    return queries.view(row)


def release_due(at: datetime) -> int:
    """Open, in the platform's own name, what was approved for a day that has come; return how many were opened.

    What the catalogue does not let be opened any more stays approved, and keeps nothing else from being opened.
    """
    actor, count = identity.system_actor(), 0
    for identifier in queries.due_to_release(on_day(at)):
        row = OpeningApplication.objects.get(pk=identifier)
        try:
            release(actor=actor, application=identifier, revision=row.revision, at=at)
        except (PlanUnfit, RiskTooHigh):
            continue
        count += 1
    return count


def withdraw(*, actor: Actor, application: UUID, revision: int, reason: str, at: datetime) -> OpeningView:
    """Take an application or a release back 撤下: from now on nothing of it is served.

    Raises:
        OpeningUnknown, NotAllowed, WrongState, ChangedMeanwhile: it is not this actor's turn.
        OpeningReasonNeeded: it is not said why.
    """
    with transaction.atomic():
        row = _locked(actor, "withdraw", application, revision)
        if not reason.strip():
            raise OpeningReasonNeeded(field="reason")
        before, was_open = state_of(row), row.state == OpeningState.RELEASED
        row.state, row.reason = OpeningState.WITHDRAWN, reason.strip()
        _save(row)
        _record(actor, "withdraw", row, at, before=before)
        if row.entry:
            entries.take_out(row.entry, reason=row.reason, at=at)
        if was_open:
            emit(WITHDRAWN, subject=row.id, data=OpeningWithdrawn(opening=row.id, dataset=row.dataset_id), at=at)
    return queries.view(row)


def state_of(row: OpeningApplication) -> Mapping[str, Any]:
    """Return what an act vouches for: everything that says what is open, and how risky it was found."""
    return {
        "slug": row.slug, "dataset": row.dataset_id, "version": row.version, "plan": row.plan, "access": row.access,
        "basis": row.basis, "embargo_until": row.embargo_until, "files": row.files, "report": row.report,
        "state": row.state,
    }  # fmt: skip


def _settled(wanted: Wanted, found: catalog.DatasetView, at: datetime) -> Wanted:
    """Return what is wanted with its version found and its roles settled, when it fits."""
    table = entries.table_of(found)
    version = collection.version_of(table) if wanted.version is None else wanted.version
    latest = collection.version_of(table)
    if version is None or latest is None or version > latest:
        raise NoRowsToOpen(dataset=found.code)
    require_fit(wanted, found, storing.standard_on(on_day(at)))
    elements = {element.name: element for element in found.entry.elements}
    return replace(wanted, version=version, slug=slugify(wanted.slug), plan=law.with_roles(wanted.plan, elements))


def _require_still_open(row: OpeningApplication, at: datetime) -> None:
    """Return when the catalogue, which may have changed since the application, still lets it be opened so."""
    found, planned = catalog.dataset(row.dataset_id), queries.view(row)
    require_as_open(planned.plan, planned.access, found)
    if law.too_high(entries.grades_after(planned.plan, found), planned.access, storing.standard_on(on_day(at))):
        raise RiskTooHigh(what=str(Risk.GRADE.label))


def _fill(row: OpeningApplication, wanted: Wanted) -> None:
    row.title, row.title_en, row.summary = wanted.title.strip(), wanted.title_en.strip(), wanted.summary.strip()
    row.plan, row.access, row.basis = storing.dump(wanted.plan), wanted.access, wanted.basis
    row.version, row.embargo_until = wanted.version or 0, wanted.embargo_until


def _locked(actor: Actor, step: str, application: UUID, revision: int) -> OpeningApplication:
    row = queries.rows().select_for_update(of=("self",)).filter(pk=application).first()
    if row is None or not queries.may_see(actor, row):
        raise OpeningUnknown
    _require(actor, step, row.provider_id)
    if row.state not in law.STEPS[step]:
        raise WrongState(state=OpeningState(row.state).label)
    if row.revision != revision:
        raise ChangedMeanwhile
    return row


def _save(row: OpeningApplication) -> None:
    row.revision += 1
    row.save()


def _require(actor: Actor, step: str, provider: UUID) -> None:
    require(actor, PERMISSIONS[step], organisation=provider, region=identity.organisation(provider).region)


def _record(
    actor: Actor, step: str, row: OpeningApplication, at: datetime, *, before: Mapping[str, Any] | None
) -> None:
    record(
        Act(
            authority=Authority(clause=row.basis, permission=PERMISSIONS[step]),
            business=Business(
                command=f"data.opening.{step}", object_type=THING, object_id=str(row.id),
                before=None if before is None else digest(before), after=digest(state_of(row)),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
