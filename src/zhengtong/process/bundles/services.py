"""Acts on bundles 一件事: apply once, open what may begin, settle what ended, conclude, withdraw."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import IntegrityError, transaction

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_reference
from zhengtong.process.bundles import law
from zhengtong.process.bundles.contracts import (
    BundleConcluded,
    BundleNotOffered,
    BundleReceived,
    BundleState,
    BundleUnknown,
    PartState,
)
from zhengtong.process.bundles.models import BundleCase, BundlePart
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.ledger.api import Act, Authority, Business, record

_OUTCOMES = {
    BundleState.COMPLETED: ("全部办成", "All done"),
    BundleState.PARTLY: ("部分办成", "Partly done"),
    BundleState.NOT_DONE: ("没有办成", "Not done"),
    BundleState.WITHDRAWN: ("已撤回", "Withdrawn"),
}
_CLAUSE = "国发〔2024〕3号"
_OF_CASE = {
    cases.CaseState.GRANTED: PartState.GRANTED,
    cases.CaseState.DENIED: PartState.REFUSED,
    cases.CaseState.NOT_ACCEPTED: PartState.REFUSED,
    cases.CaseState.WITHDRAWN: PartState.WITHDRAWN,
}


def schemas_of(found: items.Bundle, parts: Collection[items.Item], *, at: date) -> dict[str, forms.AskedForm]:
    """Return the form of each item inside of a bundle, by code: the bundle's for it, or what the item asks on *at*."""
    asked = forms.asked_by_each([part for part in parts if part.code not in found.forms], at=at)
    return {part.code: asked.get(part.code) or _of_bundle(found, part.code) for part in parts}


def _of_bundle(found: items.Bundle, code: str) -> forms.AskedForm:
    schema = found.forms[code]
    return forms.AskedForm(
        item=code, version=forms.SHIPPED, schema=schema, digest=forms.digest_of(orjson.dumps(schema).decode())
    )


def merged_schema(found: items.Bundle, parts: Collection[items.Item], *, at: date) -> dict[str, Any]:
    """Return the one form of a bundle: every field once."""
    return forms.merge(asked.schema for asked in schemas_of(found, parts, at=at).values())


def _asked(asked: Mapping[str, forms.AskedForm]) -> dict[str, Any]:
    """Return what is kept of what each part asked: the parts that wait ask the same when they begin."""
    return {
        code: {
            "fields": list(one.schema["properties"]), "required": list(one.schema.get("required", ())),
            "version": one.version,
        }
        for code, one in asked.items()
    }  # fmt: skip


def _asked_then(said: Mapping[str, Any], found: items.Bundle, item: items.Item, on: date) -> tuple[dict[str, Any], int]:
    """Return the schema and version that a part of a bundle was applied for with; rows before kept the whole only."""
    kept = said.get("parts", {}).get(item.code)
    if kept is None:
        asked = schemas_of(found, [item], at=on)[item.code]
        return dict(asked.schema), asked.version
    properties = {name: said["schema"]["properties"][name] for name in kept["fields"]}
    return {"type": "object", "properties": properties, "required": kept["required"]}, kept["version"]


def apply(  # noqa: PLR0913 -- an application has so many parts, all named at the call
    *,
    actor: Actor,
    bundle: UUID,
    code: str,
    form: Mapping[str, Any],
    at: datetime,
    prefilled: Mapping[str, Any] | None = None,
    committed: Collection[str] = (),
    uploads: Mapping[str, str] | None = None,
    region: str = "",
    found: Mapping[str, cases.ServedEvidence] | None = None,
) -> str:
    """Apply for all items of a bundle at once and return its reference.

    Each item gets a case of its own, at its own department, under its own clock, with the fields its own form asks and
    nothing else. An item that waits for another begins when that one is granted.

    Args:
        actor: who applies; the real name must be proved.
        bundle: an id chosen with the form, so that sending it twice applies once.
        code: the bundle's code.
        form: what the applicant says.
        at: the present moment.
        prefilled: what shared data said, by field.
        committed: evidence the applicant gave a notified commitment for.
        uploads: ids of uploaded files by evidence: one evidence set for all items.
        region: where the applicant belongs.
        found: evidence that is there already, for every item that asks it.

    Raises:
        AssuranceTooLow, MandateMissing, EvidenceNotGiven: as for a single item; nothing was received.
        BundleNotOffered: nobody handles one of the items.
    """
    identity.require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    try:
        with transaction.atomic():
            known = BundleCase.objects.filter(pk=bundle, applicant=actor.party).first()
            if known is not None:
                return known.reference
            offered = items.bundle_handlings(code, region=region or None, at=clock.on_day(at))
            offer = _offer(actor, offered)
            row = _new_bundle(actor, bundle, offered, region, at)
            asked = schemas_of(offer.bundle, offer.parts, at=clock.on_day(at))
            said = {
                "answers": dict(form),
                "prefilled": dict(prefilled or {}),
                "schema": forms.merge(one.schema for one in asked.values()),
                "parts": _asked(asked),
                "committed": sorted(committed),
                "uploads": dict(uploads or {}),
            }
            row.form, row.evidence = orjson.dumps(said).decode(), list(cases.dump_evidence(found or {}).values())
            row.save(force_insert=True)
            _record(actor, "apply", row, at)
            about = BundleReceived(bundle=row.id, code=code, applicant=row.applicant)
            emit("process.bundle.received.v1", subject=row.id, data=about, at=at)
            parts = [_part(row, offer.bundle, item, number) for number, item in enumerate(offer.parts)]
            _go_on(row, parts, offer, actor, at)
            BundlePart.objects.bulk_create(parts)
    except IntegrityError as error:
        return _sent_at_once(actor, bundle, error)
    return row.reference


def _sent_at_once(actor: Actor, bundle: UUID, error: IntegrityError) -> str:
    """Return the reference of the bundle that the same form, sent twice at once, has just made.

    Raises:
        BundleUnknown: the id is another applicant's.
    """
    known = BundleCase.objects.filter(pk=bundle).first()
    if known is None:
        raise error
    if known.applicant != actor.party:
        raise BundleUnknown from error
    return known.reference


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    """What opening parts of a bundle needs to know, read once for all of them."""

    bundle: items.Bundle
    parts: tuple[items.Item, ...]
    handled: Mapping[str, items.Handling]
    applicant_name: str


def _offer(actor: Actor, found: items.BundleHandling) -> _Offer:
    return _Offer(
        bundle=found.bundle, parts=tuple(one.item for one in found.parts),
        handled={one.item.code: one for one in found.parts}, applicant_name=identity.party_name(actor),
    )  # fmt: skip


def _offer_then(row: BundleCase, opening: Collection[str], actor: Actor, at: datetime) -> _Offer:
    """Return the bundle as it was applied for, and who handles the items that begin, as in force now."""
    found, then = items.bundle_items(row.code, at=clock.on_day(row.received_at))
    region, today = row.home_region or None, clock.on_day(at)
    handled = {code: items.handling(code, region=region, at=today) for code in opening}
    return _Offer(bundle=found, parts=then, handled=handled, applicant_name=identity.party_name(actor))


def _new_bundle(actor: Actor, bundle: UUID, offered: items.BundleHandling, region: str, at: datetime) -> BundleCase:
    found, lead = offered.bundle, offered.lead
    if lead is None:
        raise BundleNotOffered(bundle=found.name.zh, item=found.lead.zh)
    return BundleCase(
        id=bundle,
        reference=new_reference("YJ"),
        code=found.code,
        name=found.name.zh,
        name_en=found.name.en,
        lead_id=lead.organisation,
        region_id=lead.region,
        applicant=actor.party,
        applicant_kind=actor.party_kind,
        home_region=region,
        received_at=at,
    )


def _part(row: BundleCase, found: items.Bundle, item: items.Item, number: int) -> BundlePart:
    return BundlePart(
        bundle=row,
        position=number,
        item=item.code,
        name=item.name.zh,
        name_en=item.name.en,
        department=item.department.zh,
        department_en=item.department.en,
        waits_for=list(found.waits.get(item.code, ())),
    )


def advance(row: BundleCase, at: datetime, *, actor: Actor | None = None) -> None:
    """Open the parts that may begin, block those that never can, conclude the bundle when all are settled.

    Called in the transaction of whatever settled a part; *actor* is the applicant when they apply, else the platform
    acts for them by rule.
    """
    parts = list(BundlePart.objects.select_for_update().filter(bundle=row).order_by("position"))
    for part in _go_on(row, parts, None, actor or _for_applicant(row), at):
        part.save(update_fields=["state", "case"])
    outcome = law.whole({part.item: PartState(part.state) for part in parts})
    if outcome is not BundleState.OPEN and row.concluded_at is None:
        row.state, row.concluded_at = outcome, at
        row.save(update_fields=["state", "concluded_at"])
        about = BundleConcluded(bundle=row.id, code=row.code, applicant=row.applicant, outcome=outcome)
        emit("process.bundle.concluded.v1", subject=row.id, data=about, at=at)
        _tell(row, outcome, at)


def _tell(row: BundleCase, outcome: BundleState, at: datetime) -> None:
    """Tell the applicant how it ended, plainly, and where to rate it."""
    zh, en = _OUTCOMES[outcome]
    deliver(
        to=of_subject(row.applicant),
        kind=MessageKind.RESULT,
        title=Wording(zh=f"{zh}：{row.name}"[:200], en=f"{en}: {row.name_en}"[:200]),
        body=[Fact(label=Wording(zh="编号", en="Number"), value=Wording(zh=row.reference))],
        link=f"/cases/bundles/{row.reference}/",
        related=Related(object_type="process.bundle", object_id=str(row.id)),
        at=at,
    )


def _go_on(
    row: BundleCase, parts: Collection[BundlePart], offer: _Offer | None, actor: Actor, at: datetime
) -> list[BundlePart]:
    """Open the parts that may begin and block those that never can; return those that changed, not saved yet."""
    by_item = {part.item: part for part in parts}
    states = {code: PartState(part.state) for code, part in by_item.items()}
    changed = law.settle(states, {code: tuple(part.waits_for) for code, part in by_item.items()})
    opening = [code for code, state in changed.items() if state is PartState.OPEN]
    if opening:
        offer = offer or _offer_then(row, opening, actor, at)
        said = orjson.loads(row.form)
        for code in opening:
            by_item[code].case_id = _open(row, code, by_item, offer, said, actor, at)
        row.save(update_fields=["evidence"])
    for code, state in changed.items():
        by_item[code].state = state
    return [by_item[code] for code in changed]


def _open(
    row: BundleCase,
    code: str,
    parts: Mapping[str, BundlePart],
    offer: _Offer,
    said: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> UUID:
    """Open the case of a part with its own fields, the evidence the bundle has, and what other parts have issued."""
    item = next(one for one in offer.parts if one.code == code)
    schema, version = _asked_then(said, offer.bundle, item, clock.on_day(row.received_at))
    given = cases.Application(
        case=uuid5(row.id, code),  # the same part never becomes two cases
        form=forms.narrow(schema, said["answers"]),
        prefilled=forms.narrow(schema, said["prefilled"]),
        schema=schema,
        form_version=version,
        committed=said["committed"],
        uploads=said["uploads"],
        bundle=row.reference,
        found=_evidence_set(row, parts, offer.parts, at),
    )
    _reference, served = cases.take_in(
        given, handled=offer.handled[code], applicant_name=offer.applicant_name, actor=actor, at=at
    )
    kept = {piece["key"]: piece for piece in row.evidence}
    row.evidence = list((cases.dump_evidence({piece.key: piece for piece in served}) | kept).values())
    return given.case


def _evidence_set(
    row: BundleCase, parts: Mapping[str, BundlePart], all_items: Collection[items.Item], at: datetime
) -> dict[str, cases.ServedEvidence]:
    """Return the evidence the bundle has: obtained for an earlier part, or issued by one as its output."""
    have = {key: piece for key, piece in cases.load_evidence(row.evidence).items() if not piece.to_check}
    for item in all_items:
        part = parts[item.code]
        if part.state == PartState.GRANTED and part.case_id:
            have[item.output.key] = cases.ServedEvidence(
                key=item.output.key, name=item.output.name.zh, name_en=item.output.name.en,
                route=items.EvidenceRoute.LICENCE if item.output.licence else items.EvidenceRoute.SHARED,
                source=f"{row.reference}/{item.code}", on=clock.on_day(at),
            )  # fmt: skip
    return have


def case_settled(case: UUID, at: datetime) -> None:
    """Settle the part of a case that has ended, and let the bundle go on."""
    part = BundlePart.objects.filter(case=case).first()
    if part is None or part.state != PartState.OPEN:
        return
    state = _OF_CASE.get(cases.line_of(case, at=at).state)
    if state is None:
        return
    row = BundleCase.objects.select_for_update(of=("self",)).get(pk=part.bundle_id)
    part.state = state
    part.save(update_fields=["state"])
    advance(row, at)


def withdraw(*, actor: Actor, bundle: UUID, at: datetime) -> None:
    """Withdraw what is not concluded of a bundle 撤回; what was granted stays granted.

    Raises:
        BundleUnknown: it is not the actor's.
    """
    with transaction.atomic():
        _hold_open_cases(bundle)
        row = BundleCase.objects.select_for_update(of=("self",)).filter(pk=bundle, applicant=actor.party).first()
        if row is None:
            raise BundleUnknown
        _record(actor, "withdraw", row, at)
        waiting = BundlePart.objects.filter(bundle=row, state=PartState.WAITING)
        waiting.update(state=PartState.WITHDRAWN)
        for part in list(BundlePart.objects.filter(bundle=row, state=PartState.OPEN)):
            if part.case_id:
                cases.withdraw(actor=actor, case=part.case_id, at=at)
        row.refresh_from_db()
        advance(row, at, actor=actor)


def _hold_open_cases(bundle: UUID) -> None:
    """Hold the cases before their bundle, as a decision that ends one does: else each would wait for the other."""
    open_parts = BundlePart.objects.filter(bundle=bundle, state=PartState.OPEN, case__isnull=False).order_by("case")
    for case in open_parts.values_list("case_id", flat=True):
        if case is not None:
            store.hold(case)


def _for_applicant(row: BundleCase) -> Actor:
    """Return the platform acting for the applicant: it opens by rule what the applicant has applied for already."""
    return replace(
        identity.system_actor(), on_behalf_of=row.applicant, on_behalf_of_kind=SubjectKind(row.applicant_kind)
    )


def _record(actor: Actor, verb: str, row: BundleCase, at: datetime) -> None:
    record(
        Act(
            authority=Authority(clause=_CLAUSE),
            business=Business(command=f"process.bundle.{verb}", object_type="process.bundle", object_id=str(row.id)),
            responsibility=identity.responsibility_of(actor),
            at=at,
            concerns=(row.applicant,),
        )
    )
