"""A rehearsal of the catalogue 全目录演练: every bundle applied for and concluded, and nothing of it kept.

The platform itself plays applicant and officials, with answers generated from each form, against the implementations
that are published. It runs the real acts in a transaction that is rolled back: a catalogue that cannot be handled is
found before a citizen finds it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.process.bundles import queries, services
from zhengtong.process.bundles.contracts import BundleState, NotRehearsable, PartState
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.trust.identity.api import system_actor
from zhengtong.trust.identity.contracts import Actor, SubjectKind

_ROUNDS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """How a rehearsal went: `granted` of `parts`, and how many fields somebody had to type."""

    code: str
    name: str
    state: BundleState
    granted: int
    parts: int
    typed: int
    acts: int


def rehearse_bundle(code: str, *, at: datetime) -> Rehearsed:
    """Apply for bundle *code*, let every department accept and grant its part, and roll everything back.

    Raises:
        ItemUnknown, BundleNotOffered: the bundle cannot be applied for.
        NotRehearsable: no answers that fit its form could be invented.
    """
    with transaction.atomic():
        report = _rehearse(code, at)
        transaction.set_rollback(True)
    return report


def _rehearse(code: str, at: datetime) -> Rehearsed:
    found, parts = items.bundle_items(code, at=clock.on_day(at))
    lead = items.first_body_of(found.lead_key)
    region = lead.region if lead else ""
    natural = all(items.Audience.NATURAL in item.audiences for item in parts)
    applicant = replace(
        system_actor(), on_behalf_of=new_id(), on_behalf_of_kind=SubjectKind.NATURAL if natural else SubjectKind.LEGAL
    )
    schema = services.merged_schema(found, parts, at=clock.on_day(at))
    form = forms.build_form(schema, forms.example_post(schema, region=region))
    if not form.is_valid():
        raise NotRehearsable(bundle=found.name.zh, fields="、".join(form.errors))
    commitments, uploads = cases.asked_of_applicant(piece for item in parts for piece in item.evidence)
    reference = services.apply(
        actor=applicant, bundle=new_id(), code=code, form=form.answers, at=at, region=region,
        committed=[piece.key for piece in commitments], uploads={piece.key: str(new_id()) for piece in uploads},
    )  # fmt: skip
    acts = _handle(applicant, reference, at)
    view = queries.own_bundle(applicant, reference, at=at)
    return Rehearsed(
        code=code, name=view.line.name, state=view.line.state, granted=view.done, parts=len(view.parts),
        typed=len(forms.typed_fields(schema)), acts=acts,
    )  # fmt: skip


def _handle(applicant: Actor, reference: str, at: datetime) -> int:
    """Accept and grant whatever is open until nothing is; return how many decisions it took."""
    acts = 0
    for _round in range(_ROUNDS):
        view = queries.own_bundle(applicant, reference, at=at)
        waiting = [part.case for part in view.parts if part.state is PartState.OPEN and part.case is not None]
        if not waiting:
            return acts
        for line in waiting:
            acts += _decide(line.id, line.reference, at)
    return acts


def _decide(case: UUID, reference: str, at: datetime) -> int:
    official = system_actor()
    view = cases.case_within_reach(official, reference, at=at)
    if view.task is None:
        return 0
    good = (cases.Decision.ACCEPT, cases.Decision.AGREE, cases.Decision.GRANT)
    decision = next(each for each in good if each in view.task.decisions)
    checked = [piece.key for piece in view.evidence]
    cases.decide(actor=official, case=case, task=view.task.number, decision=decision, reason="", checked=checked, at=at)
    return 1
