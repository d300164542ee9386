"""What was recorded of cases 办件记录, for whoever improves processes: stages and evidence, without a name or a number.

A case, an official and an applicant appear by their ids here, which stay inside the analysis and are never shown.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from zhengtong.process.cases.contracts import Decision
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.items.api import EvidenceRoute

_NOBODY_WORKED = (Decision.LAPSED, Decision.DEEMED, Decision.TRANSFERRED)


class RecordedStage(NamedTuple):
    """A stage somebody ended: the case, the element of its process, when, at which office, for which item, by whom."""

    case: str
    node: str
    closed_at: datetime
    office: str
    item: str
    official: str


class HandedIn(NamedTuple):
    """A piece of evidence an applicant handed in: by whom, in which case of which item, what."""

    holder: str
    case: str
    item: str
    evidence: str


def stages_recorded(process: str, *, since: datetime, most: int = 200_000) -> list[RecordedStage]:
    """Return the stages of cases of *process* that somebody ended since *since*, the latest *most*, in order."""
    found = (
        Stage.objects.filter(case__process=process, closed_at__gte=since, number__isnull=False)
        .exclude(decision__in=_NOBODY_WORKED)
        .order_by("-closed_at", "-pk")
        .values_list("case_id", "kind", "closed_at", "organisation__name", "case__item_name", "official")[:most]
    )
    return [
        RecordedStage(case.hex, kind, at, office, item, official.hex if official else "")
        for case, kind, at, office, item, official in reversed(found)
        if at is not None
    ]


def evidence_recorded(*, since: datetime, most: int = 200_000) -> Iterator[HandedIn]:
    """Yield the evidence applicants handed in with cases received since *since*, whatever their process, in order."""
    found = (
        Case.objects.filter(received_at__gte=since)
        .order_by("-received_at")
        .values_list("applicant", "id", "item_name", "evidence")[:most]
    )
    for applicant, case, item, pieces in reversed(found):
        for piece in pieces:
            if piece["route"] == EvidenceRoute.UPLOAD and not piece.get("missing"):
                yield HandedIn(applicant.hex, case.hex, item, piece["name"])
