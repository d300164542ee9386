"""A case in the reader's words 卷宗阅读: what was asked and said with its source, and which way served the evidence."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from zhengtong.kernel.errors import Text
from zhengtong.process.cases.contracts import CaseView, CheckAnswer
from zhengtong.process.cases.queries import sources_in
from zhengtong.process.forms import api as forms
from zhengtong.process.items.api import EvidenceRoute, Words


def read_application(view: CaseView) -> list[tuple[str, str, str]]:
    """Return title, value and source of everything an application says, in the reader's language."""
    known = {name: one["value"] for name, one in view.prefilled.items()}
    properties = {name: each for name, each in view.schema["properties"].items() if name in known or name in view.form}
    lines = forms.read_back({**view.schema, "properties": properties}, {**view.form, **known})
    days = {forms.title_of(properties[name]): one["on"] for name, one in view.prefilled.items() if name in properties}
    return [
        (title, value, gettext("共享数据，%(on)s") % {"on": days[title]} if title in days else "")
        for title, value in lines
    ]


def contested(view: CaseView, *, at: datetime) -> list[forms.ObjectionLine]:
    """Return the unanswered objections to shared data this application rests on: a statement while it is open."""
    used = sources_in(view.prefilled)
    if view.line.state.ended or not used:
        return []
    return [one for one in forms.open_about(view.applicant, at=at) if one.source in used]


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceLine:
    """A piece of evidence on a page."""

    key: str
    name: str
    route: str
    label: str
    missing: bool
    to_check: bool
    file: str
    check: str
    checked: Text
    checked_by: str


def evidence_lines(view: CaseView) -> list[EvidenceLine]:
    """Return the evidence of a case in the reader's language."""
    return [
        EvidenceLine(
            key=piece.key,
            name=str(Words(piece.name, piece.name_en)),
            route=piece.route,
            label=str(EvidenceRoute(piece.route).label),
            missing=piece.missing,
            to_check=piece.to_check,
            file=piece.file,
            check=piece.check,
            checked=CheckAnswer(piece.checked).label if piece.checked else "",
            checked_by=piece.checked_by,
        )
        for piece in view.evidence
    ]
