"""What a system does with cases 系统办件: file one for an applicant, read, decide, hand out and take files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.systems.answers import judged
from zhengtong.process.systems.contracts import (
    ApplicantMissing,
    Caller,
    Changes,
    ConsentMissing,
    FileUnfit,
    FileUnknown,
    Filing,
    ItemNotAllowed,
    KeyReused,
    ReadingPurpose,
    RevisionOutdated,
    SystemAct,
)
from zhengtong.process.systems.models import Call
from zhengtong.process.systems.queries import changes
from zhengtong.process.systems.services.registering import require_act
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.keys.api import mask_name

_FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "file", "title": "文件", "title_en": "File"}},
}
_HIDDEN = "***"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision as a system sends it."""

    task: int
    decision: cases.Decision
    reason: str
    checked: tuple[str, ...]
    missing: tuple[str, ...]
    handled_by: str


def file_case(*, caller: Caller, filing: Filing, key: str, at: datetime) -> str:
    """Receive a case that a system files for an applicant and return its reference; the same key files it once.

    Raises:
        ActNotAllowed, ItemNotAllowed: the system may not file, or not this item.
        ConsentMissing, ApplicantMissing, RealNameMismatch: there is no applicant to file for.
        AnswersUnfit, FileUnknown: what was answered does not fit.
        KeyReused: the key came before with another filing.
        Refusal: as `cases.receive`.
    """
    require_act(caller, SystemAct.FILE)
    case = uuid5(caller.system, key)
    sent = _digest(caller, "file", json.dumps(_told(filing), ensure_ascii=False, sort_keys=True))
    if _known(caller, key, sent):
        return cases.line_of(case, at=at).reference
    _within_items(caller, filing.item)
    guide = items.guide(filing.item, region=filing.region or None, at=clock.on_day(at))
    asked = forms.asked_by(guide.item, at=clock.on_day(at))
    schema = asked.schema
    if not forms.kept_by(caller.system, filing.files.values()):
        raise FileUnknown
    applicant, about = _applicant(caller.actor, filing, at)
    known = {name: about[source] for name, source in forms.sources_of(schema).items() if source in about}
    answers = judged(schema, filing.answers, known)
    with transaction.atomic():
        if not _first(caller, key, sent, case, filing.handled_by, at):
            return cases.line_of(case, at=at).reference
        return cases.receive(
            actor=applicant, case=case, item=filing.item, form=answers, at=at, committed=filing.committed,
            uploads=filing.files, region=filing.region, schema=schema, form_version=asked.version,
            prefilled={
                name: {"value": value, "source": forms.sources_of(schema)[name], "on": clock.on_day(at).isoformat()}
                for name, value in known.items()
            },
        )  # fmt: skip


def _told(filing: Filing) -> dict[str, Any]:
    return {name: getattr(filing, name) for name in filing.__dataclass_fields__}


def _applicant(actor: Actor, filing: Filing, at: datetime) -> tuple[Actor, dict[str, str]]:
    """Return the application acting for the applicant, and by source what was checked of them against the file."""
    if not filing.consent:
        raise ConsentMissing(field="consent")
    if bool(filing.credit_code) == bool(filing.id_number and filing.name):
        raise ApplicantMissing(field="applicant")
    if filing.credit_code:
        found = identity.enterprise(credit_code=filing.credit_code)
        acting = replace(actor, on_behalf_of=found.subject, on_behalf_of_kind=SubjectKind.LEGAL, cache={})
        return acting, {"enterprise.name": found.name, "enterprise.credit_code": found.credit_code}
    person = identity.find_registered(actor=actor, id_number=filing.id_number, name=filing.name, at=at)
    acting = replace(actor, on_behalf_of=person, on_behalf_of_kind=SubjectKind.NATURAL, cache={})
    return acting, {"population.name": filing.name, "population.id_number": filing.id_number.upper()}


def open_case(*, caller: Caller, reference: str, purpose: ReadingPurpose, whole: bool, at: datetime) -> cases.CaseView:
    """Return a case of the caller's department, masked unless *whole*; the look is on record with its purpose.

    Raises:
        ActNotAllowed: the system may not read, or not whole.
        CaseUnknown: it is another department's, or about another item.
    """
    require_act(caller, SystemAct.READ_WHOLE if whole else SystemAct.READ)
    view = _own(caller, reference, purpose, at)
    return view if whole else _masked(view)


def _own(caller: Caller, reference: str, purpose: ReadingPurpose, at: datetime) -> cases.CaseView:
    _reached(caller, reference, at)  # what is refused leaves no look on record
    return cases.open_dossier(actor=caller.actor, reference=reference, at=at, purpose=purpose)


def _reached(caller: Caller, reference: str, at: datetime) -> cases.CaseLine:
    view = cases.case_within_reach(caller.actor, reference, at=at)
    if caller.items and view.line.item not in caller.items:
        raise cases.CaseUnknown
    return view.line


def _masked(view: cases.CaseView) -> cases.CaseView:
    """Return *view* without what identifies the applicant: name masked, sensitive and prefilled values hidden."""
    properties: Mapping[str, Any] = view.schema["properties"]

    def shown(name: str, value: Any) -> Any:
        hides = properties.get(name, {}).get("sensitive") or properties.get(name, {}).get("format") in _PERSONAL
        return _HIDDEN if hides else value

    return replace(
        view,
        applicant_name=mask_name(view.applicant_name),
        form={name: shown(name, value) for name, value in view.form.items()},
        prefilled={name: {**one, "value": _HIDDEN} for name, one in view.prefilled.items()},
    )


_PERSONAL = frozenset({"resident-id", "phone", "file"})


def cases_at_department(*, caller: Caller, item: str, after: str, limit: int, at: datetime) -> cases.LinePage:
    """Return the cases of the caller's department, the newest first, without anything about the applicant.

    Raises:
        ActNotAllowed, ItemNotAllowed: the system may not read, or not this item.
        InvalidInput: *after* was not made here.
    """
    require_act(caller, SystemAct.READ)
    if item:
        _within_items(caller, item)
    named = {item} if item else caller.items
    try:
        return cases.cases_at(caller.actor, items=named, at=at, after=after, limit=limit)
    except ValueError:
        raise InvalidInput(field="after", what="after") from None


def decide(
    *, caller: Caller, reference: str, decided: Decided, revision: int, key: str, at: datetime
) -> cases.CaseView:
    """Decide a task of a case as its department, and return the case, masked; the same key decides it once.

    Raises:
        ActNotAllowed: the system may not decide.
        CaseUnknown: it is another department's.
        RevisionOutdated: the case is not at *revision* any more; nothing changed.
        KeyReused: the key came before with another decision.
        Refusal: as `cases.decide`.
    """
    require_act(caller, SystemAct.DECIDE)
    case = _reached(caller, reference, at).id
    sent = _digest(caller, reference, json.dumps([decided.task, decided.decision, decided.reason, decided.checked,
        decided.missing, decided.handled_by], ensure_ascii=False))  # fmt: skip
    if not _known(caller, key, sent):
        _take_effect(caller, case, decided, revision, (key, sent), at)
    return _masked(_own(caller, reference, ReadingPurpose.HANDLING, at))


def _take_effect(
    caller: Caller, case: UUID, decided: Decided, revision: int, sent: tuple[str, str], at: datetime
) -> None:
    try:
        with transaction.atomic():
            if not _first(caller, *sent, case, decided.handled_by, at):
                return
            cases.decide(
                actor=caller.actor, case=case, task=decided.task, decision=decided.decision,
                reason=decided.reason, at=at, checked=decided.checked, missing=decided.missing, revision=revision,
            )  # fmt: skip
    except cases.CaseChanged as changed:
        raise RevisionOutdated from changed


def receipt_of(*, caller: Caller, reference: str, at: datetime) -> str:
    """Return the code of the receipt of a case, which anybody can verify; the receipt names no person.

    Raises:
        ActNotAllowed: the system may neither file nor read.
        CaseUnknown: it is another department's.
    """
    require_act(caller, SystemAct.FILE if SystemAct.FILE in caller.acts else SystemAct.READ)
    _reached(caller, reference, at)
    return cases.receipt_code(reference)


def pull(*, caller: Caller, since: int, limit: int) -> Changes:
    """Return what happened after *since*, see `queries.changes`.

    Raises:
        ActNotAllowed: the system may not read.
    """
    require_act(caller, SystemAct.READ)
    return changes(caller, since=since, limit=limit)


def keep_file(*, caller: Caller, upload: "UploadedFile[Any]", at: datetime) -> dict[str, Any]:
    """Keep a file for a case that will be filed: PDF, JPEG or PNG up to five megabytes, sealed.

    Raises:
        ActNotAllowed: the system may not file.
        FileUnfit: the file is too large or of another kind.
    """
    require_act(caller, SystemAct.FILE)
    form = forms.build_form(_FILE, {}, files={"file": upload})
    if not form.is_valid():
        raise FileUnfit(field="file", what=" ".join(str(text) for text in form.errors["file"]))
    kept: dict[str, Any] = forms.keep_files(actor=caller.actor, answers=form.answers, at=at)["file"]
    return kept


def file_of(
    *, caller: Caller, reference: str, identifier: UUID, purpose: ReadingPurpose, at: datetime
) -> tuple[str, bytes]:
    """Return media type and bytes of a file of a case; the look is on record.

    Raises:
        ActNotAllowed: the system may not read cases whole.
        CaseUnknown, FileUnknown: there is no such case or file, or not for this system.
    """
    require_act(caller, SystemAct.READ_WHOLE)
    view = _own(caller, reference, purpose, at)
    known = {piece.file for piece in view.evidence}
    known |= {value["file"] for value in view.form.values() if isinstance(value, dict) and "file" in value}
    found = forms.attachment(identifier) if str(identifier) in known else None
    if found is None:
        raise FileUnknown
    return found[1], found[2]


def _within_items(caller: Caller, item: str) -> None:
    if caller.items and item not in caller.items:
        raise ItemNotAllowed(item=item)


def _digest(caller: Caller, about: str, text: str) -> str:
    return salted_hmac("process.systems.call", f"{caller.system} {about} {text}", algorithm="sha256").hexdigest()


def _known(caller: Caller, key: str, sent: str) -> bool:
    """Say whether this very request took effect before."""
    before = Call.objects.filter(system=caller.system, key=key).values_list("digest", flat=True).first()
    if before is not None and before != sent:
        raise KeyReused
    return before is not None


def _first(caller: Caller, key: str, sent: str, case: UUID, handled_by: str, at: datetime) -> bool:
    """Note the request, and say whether it is the first: the same one may come on two lines at once.

    Raises:
        KeyReused: another request with this key was quicker.
    """
    try:
        with transaction.atomic():
            Call.objects.create(system_id=caller.system, key=key, digest=sent, case=case, handled_by=handled_by, at=at)
    except IntegrityError:
        return not _known(caller, key, sent)
    return True
