"""What cases look like from outside 视图."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from zhengtong.kernel.errors import Text
from zhengtong.process.cases.contracts.kinds import CaseState, Decision, Permission, ServedEvidence


class DeadlineLight(StrEnum):
    """How near a deadline is 红黄灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One entry of a case's timeline; `reason` is what the official wrote."""

    title: Text
    at: datetime
    reason: str = ""
    organisation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLine:
    """A case in a list; `in_place_of` is the colleague on leave whose task it is to whom the list is for."""

    id: UUID
    reference: str
    item: str
    item_name: str
    item_name_en: str
    state: CaseState
    received_at: datetime
    due_on: date | None
    light: DeadlineLight | None
    in_place_of: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task that waits: its stage and its number in the process, what it takes, and what may be decided.

    `in_place_of` is the colleague on leave for whom the reader stands in.
    """

    stage: int
    number: int
    kind: str
    assignee: UUID | None
    days: int
    permission: Permission | None
    decisions: tuple[Decision, ...]
    opened_at: datetime
    in_place_of: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """A case as its applicant or a responsible official sees it; both periods count from acceptance."""

    line: CaseLine
    applicant: UUID
    applicant_name: str
    organisation: UUID
    region: str
    organisation_name: str
    organisation_name_en: str
    form: Mapping[str, Any]
    prefilled: Mapping[str, Any]
    schema: Mapping[str, Any]
    evidence: tuple[ServedEvidence, ...]
    missing_due: date | None
    suspended_on: date | None
    procedure: str
    bundle: str
    output: str
    archived_at: datetime | None
    statutory_due: date | None
    promised_due: date | None
    provisional: bool
    timeline: tuple[Moment, ...]
    task: Task | None
    revision: int
    may_decide: bool = False
    may_recall: bool = False
    extension_waits: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LinePage:
    """Some lines; `after` asks for the following page, empty on the last."""

    items: tuple[CaseLine, ...]
    after: str = ""
