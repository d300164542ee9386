"""Acts on bundles 一件事: apply once, open what may begin, settle what ended, conclude, withdraw."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import transaction

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
    with transaction.atomic():
        known = BundleCase.objects.filter(pk=bundle, applicant=actor.party).first()
        if known is not None:
            return known.reference
        offered, parts = items.bundle_items(code, at=clock.on_day(at))
        row = _new_bundle(actor, bundle, offered, region, at)
        asked = schemas_of(offered, parts, at=clock.on_day(at))
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
        BundlePart.objects.bulk_create(_part(row, offered, item, number) for number, item in enumerate(parts))
        advance(row, at, actor=actor)
    return row.reference


def _new_bundle(actor: Actor, bundle: UUID, found: items.Bundle, region: str, at: datetime) -> BundleCase:
    lead = items.body_of(found.lead_key, region) if region else items.first_body_of(found.lead_key)
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
    parts = {part.item: part for part in BundlePart.objects.select_for_update().filter(bundle=row).order_by("position")}
    states = {code: PartState(part.state) for code, part in parts.items()}
    changed = law.settle(states, {code: tuple(part.waits_for) for code, part in parts.items()})
    who = actor or _for_applicant(row)
    for code, state in changed.items():
        part = parts[code]
        if state is PartState.OPEN:
            part.case_id = _open(row, part, parts, who, at)
        part.state = state
        part.save(update_fields=["state", "case"])
    outcome = law.whole({code: PartState(part.state) for code, part in parts.items()})
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


def _open(row: BundleCase, part: BundlePart, parts: Mapping[str, BundlePart], actor: Actor, at: datetime) -> UUID:
    """Open the case of a part with its own fields, the evidence the bundle has, and what other parts have issued."""
    found, all_items = items.bundle_items(row.code, at=clock.on_day(row.received_at))
    item = next(one for one in all_items if one.code == part.item)
    said = orjson.loads(row.form)
    schema, version = _asked_then(said, found, item, clock.on_day(row.received_at))
    case = uuid5(row.id, part.item)  # the same part never becomes two cases
    cases.receive(
        actor=actor,
        case=case,
        item=part.item,
        form=forms.narrow(schema, said["answers"]),
        prefilled=forms.narrow(schema, said["prefilled"]),
        schema=schema,
        form_version=version,
        committed=said["committed"],
        uploads=said["uploads"],
        region=row.home_region,
        bundle=row.reference,
        found=_evidence_set(row, parts, all_items, at),
        at=at,
    )
    served = {piece.key: piece for piece in cases.evidence_of(case)}
    kept = {piece["key"]: piece for piece in row.evidence}
    row.evidence = list((cases.dump_evidence(served) | kept).values())
    row.save(update_fields=["evidence"])
    return case


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
