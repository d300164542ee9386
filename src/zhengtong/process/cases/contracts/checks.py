"""What crosses the door of department checks 部门核验: answers and views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Text
from zhengtong.process.cases.contracts.views import DeadlineLight


class CheckAnswer(StrEnum):
    """What a department says of a piece of evidence; ASKED until it has."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    CANNOT_SAY = "cannot_say"

    @property
    def label(self) -> Text:
        """The answer's name on screen."""
        return _LABELS[self]


_LABELS: Mapping[CheckAnswer, Text] = {
    CheckAnswer.ASKED: gettext_lazy("已请求核验"),
    CheckAnswer.CONFIRMED: gettext_lazy("核验属实"),
    CheckAnswer.NOT_CONFIRMED: gettext_lazy("核验不符"),
    CheckAnswer.CANNOT_SAY: gettext_lazy("无法核验"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """A request in a list; no light once it is answered."""

    id: UUID
    evidence_name: str
    evidence_name_en: str
    item_name: str
    item_name_en: str
    asked_at: datetime
    due_on: date
    light: DeadlineLight | None
    answer: CheckAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckView:
    """A request whole; `organisation_name` is who was asked."""

    line: CheckLine
    reference: str
    applicant: UUID
    applicant_name: str
    organisation_name: str
    organisation_name_en: str
    question: str
    reason: str
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckPage:
    """Some requests; `after` asks for the following page, empty on the last."""

    items: tuple[CheckLine, ...]
    after: str = ""
