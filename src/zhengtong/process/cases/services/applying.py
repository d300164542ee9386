"""What the applicant does 申请人: apply, supplement, hand in what was missing, withdraw."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_reference
from zhengtong.kernel.regions import api as regions
from zhengtong.process.cases import evidence, queries
from zhengtong.process.cases.contracts import (
    CaseReceived,
    CaseState,
    CaseSupplemented,
    Decision,
    MissingHandedIn,
    ServedEvidence,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.refusals import CaseUnknown, NothingToSupplement, NotOnline
from zhengtong.process.cases.services.common import (
    HANDLING,
    close,
    own,
    record_act,
    sealed,
    silence_begins,
    unchanged,
)
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel


def receive(  # noqa: PLR0913 -- an application has so many parts, all named at the call
    *,
    actor: Actor,
    case: UUID,
    item: str,
    form: Mapping[str, Any],
    at: datetime,
    prefilled: Mapping[str, Any] | None = None,
    committed: Collection[str] = (),
    uploads: Mapping[str, str] | None = None,
    schema: Mapping[str, Any] | None = None,
    form_version: int = forms.SHIPPED,
    region: str = "",
    bundle: str = "",
    found: Mapping[str, ServedEvidence] | None = None,
) -> str:
    """Receive an application for *item* and return its reference 收件.

    Args:
        actor: who applies, for themselves or for a principal; the real name must be proved.
        case: an id chosen with the form, so that sending it twice makes one case.
        item: the item's code.
        form: what the applicant says; sealed.
        at: the present moment.
        prefilled: what shared data said, by field; sealed beside it.
        committed: evidence the applicant gave a notified commitment for.
        uploads: ids of uploaded files by evidence.
        schema: what was asked, where it is not what the item asks today; kept with the application.
        form_version: which version of the item's form *schema* is.
        region: where the applicant belongs: the office there, or the nearest above, handles it.
        bundle: the reference of the bundle this case is a part of.
        found: evidence the bundle has obtained already.

    Raises:
        AssuranceTooLow, MandateMissing: identity does not suffice.
        NotOnline: nobody handles the item online.
        EvidenceNotGiven: evidence that only the applicant can give is missing.
    """
    identity.require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    given = Application(
        case=case, form=form, prefilled=prefilled or {}, committed=committed, uploads=uploads or {}, schema=schema,
        form_version=form_version, bundle=bundle, found=found or {},
    )  # fmt: skip
    try:
        with transaction.atomic():
            known = Case.objects.filter(pk=case, applicant=actor.party).first()
            if known is not None:
                return known.reference
            handled = items.handling(item, region=region or None, at=clock.on_day(at))
            reference, _served = take_in(
                given, handled=handled, applicant_name=identity.party_name(actor), actor=actor, at=at
            )
    except IntegrityError as error:
        return _sent_at_once(actor, case, error)
    return reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """What an application brings, see `receive`."""

    case: UUID
    form: Mapping[str, Any]
    prefilled: Mapping[str, Any]
    committed: Collection[str]
    uploads: Mapping[str, str]
    schema: Mapping[str, Any] | None
    form_version: int
    bundle: str
    found: Mapping[str, ServedEvidence]


def take_in(
    given: Application, *, handled: items.Handling, applicant_name: str, actor: Actor, at: datetime
) -> tuple[str, tuple[ServedEvidence, ...]]:
    """Make the case of an application in the transaction that is open; return its reference and what evidence served.

    The catalogue and the applicant's name are the caller's to read, once for all parts of a bundle.

    Raises:
        MandateMissing, NotOnline, EvidenceNotGiven: as for `receive`; the caller rolls back.
    """
    item = handled.item
    identity.require_mandate(actor, matter=item.department_key, at=at)
    if not handled.implementations or not (item.online or given.bundle):
        raise NotOnline(item=item.name.zh)
    served = evidence.serve(
        item.evidence, actor=actor, committed=given.committed, uploads=given.uploads, purpose=HANDLING, at=at,
        found=given.found,
    )  # fmt: skip
    row = _new_case(actor, given.case, handled, at)
    asked, row.form_version = _asked(item, given.schema, given.form_version, at)
    row.form = sealed(
        queries.Document(
            applicant=applicant_name, answers=dict(given.form), prefilled=dict(given.prefilled), schema=asked
        )
    )
    row.evidence, row.bundle, row.revision = evidence.dump(served), given.bundle, 1
    row.save(force_insert=True)
    record_act(actor, "receive", row, at)
    about = CaseReceived(case=row.id, item=item.code, applicant=actor.party)
    emit("process.case.received.v1", subject=row.id, data=about, at=at)
    _start(row, item, actor, at)
    return row.reference, served


def _asked(
    item: items.Item, schema: Mapping[str, Any] | None, version: int, at: datetime
) -> tuple[Mapping[str, Any], int]:
    """Return what the applicant was asked, and in which version: a case keeps to it whatever is published later."""
    if schema is not None:
        return schema, version
    asked = forms.asked_by(item, at=clock.on_day(at))
    return asked.schema, asked.version


def _sent_at_once(actor: Actor, case: UUID, error: IntegrityError) -> str:
    """Return the reference of the case that the same form, sent twice at once, has just made.

    Raises:
        CaseUnknown: the id is another applicant's.
    """
    known = Case.objects.filter(pk=case).first()
    if known is None:
        raise error
    if known.applicant != actor.party:
        raise CaseUnknown from error
    return known.reference


def _new_case(actor: Actor, case: UUID, found: items.Handling, at: datetime) -> Case:
    handled = found.implementations[0]
    row = Case(
        id=case,
        reference=new_reference("BJ"),
        item=found.item.code,
        item_version=found.version,
        item_name=found.item.name.zh,
        item_name_en=found.item.name.en,
        region_id=handled.region,
        organisation_id=handled.organisation,
        applicant=actor.party,
        state=CaseState.RECEIVED,
        process=found.item.process,
        received_at=at,
    )
    if actor.assistance and actor.region and not regions.is_within(handled.region, actor.region):
        row.receiver_id, row.receiver_region_id = actor.organisation, actor.region  # taken in here, decided there 通办
    return row


def _start(row: Case, item: items.Item, actor: Actor, at: datetime) -> None:
    variables: dict[str, Any] = {"decision": "", "acceptance_ends": silence_begins(at)}
    if item.joins:
        bodies = (items.body_of(key, row.region_id) for key in item.joins)
        variables["departments"] = [f"{body.organisation}@{body.region}" for body in bodies if body is not None]
        variables["any_one"] = item.any_one
    definition = store.number_in_effect(row.process, at)
    start = store.StartProcess(process=row.process, variables=variables)
    store.start(row.id, definition, start, at=at, actor=actor.subject)


def supplement(
    *,
    actor: Actor,
    case: UUID,
    form: Mapping[str, Any],
    at: datetime,
    uploads: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> None:
    """Hand in what was missing 补正; the period for acceptance begins anew.

    Raises:
        CaseUnknown: it is not the actor's case.
        NothingToSupplement: it does not wait for a correction.
        CaseChanged: it is not at *revision* any more.
    """
    with transaction.atomic():
        row = own(actor, case)
        waiting = Stage.objects.filter(case=row, permission="", closed_at=None, kind="supplement").first()
        if waiting is None or row.state != CaseState.CORRECTION:
            raise NothingToSupplement
        unchanged(row, revision)
        said = queries.document(row)
        row.form = sealed(replace(said, answers=dict(form)))
        if uploads:
            row.evidence = evidence.dump(_with_uploads(row, uploads, at))
        row.save(update_fields=["form", "evidence"])
        close(waiting, Decision.SUPPLIED, "", actor, at)
        record_act(actor, "supplement", row, at)
        about = CaseSupplemented(case=case, item=row.item, applicant=row.applicant)
        emit("process.case.supplemented.v1", subject=case, data=about, at=at)
        command = store.CompleteWorkItem(
            work_item=waiting.number or 0, results={"decision": "", "acceptance_ends": silence_begins(at)}
        )
        store.carry_out(case, command, key=f"task:{waiting.number}", at=at, actor=actor.subject)


def hand_in_missing(
    *, actor: Actor, case: UUID, uploads: Mapping[str, str], at: datetime, revision: int | None = None
) -> None:
    """Hand in evidence that a conditional acceptance left open 容缺补齐.

    Raises:
        CaseUnknown: it is not the actor's case.
        NothingToSupplement: nothing is missing, or none of what is missing was handed in.
        CaseChanged: it is not at *revision* any more.
    """
    with transaction.atomic():
        row = own(actor, case)
        missing = {piece.key for piece in evidence.load(row.evidence) if piece.missing}
        if not missing & set(uploads) or CaseState(row.state).ended:
            raise NothingToSupplement
        unchanged(row, revision)
        given = {key: file for key, file in uploads.items() if key in missing}
        row.evidence = evidence.dump(_with_uploads(row, given, at))
        if not any(piece["missing"] for piece in row.evidence):
            row.missing_due = None
        row.save(update_fields=["evidence", "missing_due"])
        record_act(actor, "hand_in_missing", row, at, after={"evidence": sorted(given)})
        about = MissingHandedIn(case=case, item=row.item, applicant=row.applicant)
        emit("process.case.handed_in.v1", subject=case, data=about, at=at)


def _with_uploads(row: Case, uploads: Mapping[str, str], at: datetime) -> list[ServedEvidence]:
    today = clock.on_day(at)
    return [
        replace(
            piece, route="upload", source="applicant", on=today, file=uploads[piece.key], missing=False, to_check=False
        )
        if piece.key in uploads
        else piece
        for piece in evidence.load(row.evidence)
    ]


def withdraw(*, actor: Actor, case: UUID, at: datetime) -> None:
    """Withdraw an application before it is concluded 撤回; a second time changes nothing.

    Raises:
        CaseUnknown: it is not the actor's case.
        InstanceEnded: it is concluded already.
    """
    with transaction.atomic():
        row = own(actor, case)
        if row.state == CaseState.WITHDRAWN:
            return
        record_act(actor, "withdraw", row, at)
        store.carry_out(case, store.CancelCase(reason="withdrawn"), key="withdraw", at=at, actor=actor.subject)
