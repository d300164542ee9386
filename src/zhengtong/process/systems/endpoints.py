"""The API of departments' systems 部门系统接口: file, read, decide, follow cases; files and receipts.

A system proves itself by a bearer token of the platform's token endpoint (OAuth 2.0 client credentials).
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Header, Path, Query, Router, Schema, Status, UploadedFile
from ninja.security import HttpBearer
from pydantic import ConfigDict, Field

from zhengtong.kernel import clock
from zhengtong.process.cases.api import CaseLine, CaseView, Decision
from zhengtong.process.systems import api
from zhengtong.process.systems.api import Caller, Changes, ReadingPurpose


class SystemToken(HttpBearer):
    """An access token of a connected system; whoever comes without one is told so in a problem document."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Return who calls."""
        del token
        return api.caller(request)


router = Router(auth=SystemToken())
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
Reference = Annotated[str, Path(pattern=r"^[0-9A-Z-]{4,24}$", description="The case's reference.")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{8,64}$",
        description="Chosen by the caller; the same key with the same request takes effect once.",
    ),
]  # fmt: skip
Purpose = Annotated[ReadingPurpose, Query(description="Why the case is read; the applicant sees it.")]
Shown = Annotated[Literal["masked", "whole"], Query(description="`whole` needs the act of that name.")]
Limit = Annotated[int, Query(ge=1, le=200)]


class Strict(Schema):
    """A body in which nothing is overlooked."""

    model_config = ConfigDict(extra="forbid")


class ApplicantIn(Strict):
    """Whom a case is filed for: a natural person by number and name, or an enterprise by its credit code."""

    id_number: str = Field(default="", max_length=18, pattern=r"^[0-9Xx]*$")
    name: str = Field(default="", max_length=60, pattern=TEXT)
    credit_code: str = Field(default="", max_length=18, pattern=r"^[0-9A-Z]*$")
    consent: bool = Field(description="The applicant has agreed that the department files for them.")


class FilingIn(Strict):
    """A case filed for an applicant who stands before the department."""

    item: str = Field(max_length=20, pattern=r"^[0-9A-Za-z-]+$")
    applicant: ApplicantIn
    answers: dict[str, Any] = Field(default_factory=dict, max_length=200)
    committed: list[Annotated[str, Field(max_length=60, pattern=TEXT)]] = Field(default_factory=list, max_length=50)
    files: dict[Annotated[str, Field(max_length=60, pattern=TEXT)], UUID] = Field(default_factory=dict, max_length=50)
    region: str = Field(default="", max_length=12, pattern=r"^[0-9]*$")
    handled_by: str = Field(min_length=1, max_length=40, pattern=TEXT, description="The official's own number there.")


class DecisionIn(Strict):
    """A decision on the task that waits."""

    task: int = Field(ge=-(2**62), le=2**62)
    decision: Decision
    reason: str = Field(default="", max_length=1000, pattern=TEXT)
    checked: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=50)
    missing: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=50)
    handled_by: str = Field(min_length=1, max_length=40, pattern=TEXT)


class LineOut(Schema):
    """A case in a list: nothing about its applicant."""

    reference: str
    item: str
    item_name: str
    state: str
    received_at: datetime
    due_on: date | None
    light: Literal["green", "yellow", "red"] | None


class PageOut(Schema):
    """Some cases; `after` asks for the following page, empty on the last."""

    cases: list[LineOut]
    after: str


class TaskOut(Schema):
    """What waits: its number and what may be decided."""

    number: int
    kind: str
    decisions: list[Decision]
    opened_at: datetime


class EvidenceOut(Schema):
    """A piece of evidence and which way served it; `file` can be downloaded."""

    key: str
    name: str
    route: str
    missing: bool
    to_check: bool
    file: str


class MomentOut(Schema):
    """One entry of the case's timeline."""

    title: str
    at: datetime
    organisation: str


class CaseOut(LineOut):
    """A case; `revision` is its ETag. Masked unless asked for whole."""

    revision: int
    applicant_name: str
    organisation: UUID
    organisation_name: str
    answers: dict[str, Any]
    prefilled: dict[str, Any]
    evidence: list[EvidenceOut]
    timeline: list[MomentOut]
    statutory_due: date | None
    promised_due: date | None
    bundle: str
    output: str
    task: TaskOut | None


class ReceivedOut(Schema):
    """That a case was received."""

    reference: str


class ChangeOut(Schema):
    """One turn of a case."""

    position: int
    event: UUID
    type: str
    reference: str
    item: str
    at: datetime


class ChangesOut(Schema):
    """Some changes; `next` is the `since` of the following call."""

    changes: list[ChangeOut]
    next: int


class FileOut(Schema):
    """A kept file."""

    file: UUID
    name: str
    size: int
    sha256: str


class ReceiptOut(Schema):
    """A receipt that anybody can verify at `/receipts/` with its code."""

    reference: str
    code: str


@router.post("cases", response={201: ReceivedOut}, summary="File a case for an applicant 收件")
def file_case(request: HttpRequest, filing: FilingIn, key: Key) -> Status[ReceivedOut]:
    """Receive a case; the applicant is told, sees it among their own, and can withdraw it."""
    who = filing.applicant
    told = api.Filing(
        item=filing.item, id_number=who.id_number, name=who.name, credit_code=who.credit_code, consent=who.consent,
        answers=filing.answers, committed=tuple(filing.committed),
        files={name: str(file) for name, file in filing.files.items()}, region=filing.region,
        handled_by=filing.handled_by,
    )  # fmt: skip
    reference = api.file_case(caller=_caller(request), filing=told, key=key, at=clock.system.now())
    return Status(201, ReceivedOut(reference=reference))


@router.get("cases", response=PageOut, summary="Cases of the department 办件列表")
def list_cases(
    request: HttpRequest,
    item: Annotated[str, Query(max_length=20, pattern=r"^[0-9A-Za-z-]*$")] = "",
    after: Annotated[str, Query(max_length=80, pattern=r"^[0-9A-Za-z:+._-]*$")] = "",
    limit: Limit = 50,
) -> PageOut:
    """Return the department's cases, the newest first."""
    found = api.cases_at_department(caller=_caller(request), item=item, after=after, limit=limit, at=clock.system.now())
    return PageOut(cases=[LineOut(**_line(one)) for one in found.items], after=found.after)


@router.get("cases/{reference}", response=CaseOut, summary="One case 办件")
def read_case(
    request: HttpRequest, response: HttpResponse, reference: Reference, purpose: Purpose, shown: Shown = "masked"
) -> CaseOut:
    """Return a case, masked unless asked for whole; the look is on record. Its ETag goes into If-Match."""
    view = api.open_case(
        caller=_caller(request), reference=reference, purpose=purpose, whole=shown == "whole", at=clock.system.now()
    )
    return _case(view, response)


@router.post("cases/{reference}/decisions", response=CaseOut, summary="Decide 作出决定")
def decide(
    request: HttpRequest,
    response: HttpResponse,
    reference: Reference,
    decision: DecisionIn,
    key: Key,
    if_match: Annotated[str, Header(alias="If-Match", pattern=r'^"[0-9]{1,9}"$', description="The ETag as read.")],
) -> CaseOut:
    """Decide the task, if the case is still as it was read (412 where not), and return the case."""
    told = api.Decided(
        task=decision.task, decision=decision.decision, reason=decision.reason, checked=tuple(decision.checked),
        missing=tuple(decision.missing), handled_by=decision.handled_by,
    )  # fmt: skip
    caller, at = _caller(request), clock.system.now()
    view = api.decide(
        caller=caller, reference=reference, decided=told, revision=int(if_match.strip('"')), key=key, at=at
    )
    return _case(view, response)


@router.get("work", response=ChangesOut, summary="What happened since 变更")
def pull_work(request: HttpRequest, since: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Limit = 100) -> ChangesOut:
    """Return the turns of the department's cases after position *since*, in order; nothing is ever skipped."""
    found: Changes = api.pull(caller=_caller(request), since=since, limit=limit)
    return ChangesOut(
        changes=[
            ChangeOut(
                position=one.position, event=one.event, type=one.type, reference=one.reference, item=one.item, at=one.at
            )
            for one in found.items
        ],
        next=found.next,
    )


@router.post("files", response={201: FileOut}, summary="Upload a file 上传材料")
def upload_file(request: HttpRequest, file: File[UploadedFile]) -> Status[FileOut]:
    """Keep a PDF, JPEG or PNG up to five megabytes; its id goes into a filing."""
    return Status(201, FileOut(**api.keep_file(caller=_caller(request), upload=file, at=clock.system.now())))


@router.get(
    "cases/{reference}/files/{identifier}",
    summary="Download a file 下载材料",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file.",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def download_file(request: HttpRequest, reference: Reference, identifier: UUID, purpose: Purpose) -> HttpResponse:
    """Hand out a file of a case; the look is on record."""
    kind, content = api.file_of(
        caller=_caller(request), reference=reference, identifier=identifier, purpose=purpose, at=clock.system.now()
    )
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename={identifier}.{kind.rpartition('/')[2]}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("cases/{reference}/receipt", response=ReceiptOut, summary="The receipt 收件凭证")
def receipt(request: HttpRequest, reference: Reference) -> ReceiptOut:
    """Return the receipt of a case."""
    code = api.receipt_of(caller=_caller(request), reference=reference, at=clock.system.now())
    return ReceiptOut(reference=reference, code=code)


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]  # what ninja adds after `authenticate`
    return caller


def _line(one: CaseLine) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "item": one.item,
        "item_name": one.item_name,
        "state": one.state.value,
        "received_at": one.received_at,
        "due_on": one.due_on,
        "light": one.light.value if one.light else None,
    }


def _case(view: CaseView, response: HttpResponse) -> CaseOut:
    response.headers["ETag"] = f'"{view.revision}"'
    response.headers["Cache-Control"] = "no-store"
    task = view.task
    return CaseOut(
        **_line(view.line), revision=view.revision, applicant_name=view.applicant_name, organisation=view.organisation,
        organisation_name=view.organisation_name, answers=dict(view.form), prefilled=dict(view.prefilled),
        evidence=[
            EvidenceOut(
                key=one.key, name=one.name, route=one.route, missing=one.missing, to_check=one.to_check, file=one.file
            )
            for one in view.evidence
        ],
        timeline=[
            MomentOut(title=str(one.title), at=one.at, organisation=one.organisation) for one in view.timeline
        ],
        statutory_due=view.statutory_due, promised_due=view.promised_due, bundle=view.bundle, output=view.output,
        task=None if task is None else TaskOut(
            number=task.number, kind=task.kind, decisions=list(task.decisions), opened_at=task.opened_at
        ),
    )  # fmt: skip
