"""The story of a case 办件进度, told from its stages."""

from collections.abc import Iterable, Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhengtong.process.cases.contracts import CaseState, Decision, Moment, Procedure
from zhengtong.process.cases.models import Case, Stage

PROCEDURES = frozenset(Procedure)


def telling_of(row: Case, stages: Iterable[Stage]) -> tuple[Moment, ...]:
    """Return the case's story from its stages, the first moment first."""
    moments = [Moment(title=_("申请已提交，收件成功"), at=row.received_at)]
    for stage in stages:
        moments += _moments(stage)
    if row.state == CaseState.WITHDRAWN and row.concluded_at is not None:
        moments.append(Moment(title=_("申请已撤回"), at=row.concluded_at))
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _moments(stage: Stage) -> Iterator[Moment]:
    place, said = stage.organisation.name, stage.reason or ""
    if stage.kind in PROCEDURES:
        title = _("{procedure}开始，约 {days} 日，不计入办理期限")
        told = format_lazy(title, procedure=Procedure(stage.kind).label, days=stage.days)
        yield Moment(title=told, at=stage.opened_at, reason=said, organisation=place)
    if stage.closed_at is None or stage.decision == Decision.LAPSED:
        return
    title = Decision(stage.decision).label
    if stage.kind in PROCEDURES:
        title, said = format_lazy("{procedure}：{ended}", procedure=Procedure(stage.kind).label, ended=title), ""
    elif stage.decision == Decision.EXTEND:
        title = format_lazy(_("{extended} {days} 日"), extended=title, days=stage.days)
    yield Moment(title=title, at=stage.closed_at, reason=said, organisation=place)
