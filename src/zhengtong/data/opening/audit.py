"""Accountability and exemption 尽职免责: for each release the acts, the clause, the report and the officers behind it.

A release is lawful, and whoever opened it exempt, when the ledger proves every step and what is served is what was
approved. What is open without that is found.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from zhengtong.data.opening import buffer, queries
from zhengtong.data.opening.contracts import Accounted, Finding, OpeningState, OpeningView
from zhengtong.data.opening.models import OpeningApplication
from zhengtong.data.opening.services import THING, state_of
from zhengtong.trust.ledger.api import ActSearch, RecordedAct, digest, search_acts

_AT_ONCE = 500
Trail = Mapping[str, RecordedAct]


def account(*, files: bool = True) -> tuple[Accounted, ...]:
    """Return who stands behind every release and what is wrong with it, the newest release first.

    Args:
        files: also compute the digest of every file that is served.
    """
    trails = _trails()
    rows = queries.rows().filter(state=OpeningState.RELEASED).order_by("-released_at", "slug")
    return tuple(_accounted(row, trails.get(str(row.pk), {}), files=files) for row in rows)


def unlawful(*, files: bool = True) -> tuple[Finding, ...]:
    """Return what is open, or lies ready to be served, without a proof; empty when all is lawful."""
    found = [
        Finding(opening=one.opening.id, slug=one.opening.slug, what=fault)
        for one in account(files=files)
        for fault in one.faults
    ]
    return (*found, *_strays())


def _trails() -> dict[str, dict[str, RecordedAct]]:
    """Return for each application its latest act of each kind: a statement for each five hundred acts."""
    found: dict[str, dict[str, RecordedAct]] = defaultdict(dict)
    before: UUID | None = None
    while True:
        page = search_acts(ActSearch(object_type=THING), before=before, limit=_AT_ONCE)
        for one in page.items:  # the newest first
            step = one.act.business.command.rpartition(".")[2]
            found[one.act.business.object_id].setdefault(step, one)
        before = page.next
        if before is None:
            return found


def _accounted(row: OpeningApplication, trail: Trail, *, files: bool) -> Accounted:
    view = queries.view(row)
    frozen, approved, released = (trail.get(step) for step in ("freeze", "approve", "release"))
    return Accounted(
        opening=view,
        frozen_act=frozen.id if frozen else None,
        approved_act=approved.id if approved else None,
        released_act=released.id if released else None,
        applicant=frozen.act.responsibility.subject if frozen else None,
        approver=approved.act.responsibility.subject if approved else None,
        faults=(*_faults_of_acts(row, trail), *_faults_of_report(view), *(_faults_of_files(view) if files else ())),
    )


def _faults_of_acts(row: OpeningApplication, trail: Trail) -> Iterator[str]:
    missing = [step for step in ("apply", "freeze", "approve", "release") if step not in trail]
    if missing:
        yield _("存证中没有这些步骤：%(steps)s") % {"steps": "、".join(missing)}
        return
    order = [trail[step].id for step in ("apply", "freeze", "approve", "release")]
    if order != sorted(order):
        yield _("步骤次序有误：评估须在批准之前，批准须在开放之前")
    if trail["freeze"].act.responsibility.subject == trail["approve"].act.responsibility.subject:
        yield _("申请和审批是同一个人")
    if trail["release"].act.business.after != digest(state_of(row)):
        yield _("现在开放的内容与开放时存证的不一致")
    if trail["release"].act.business.before != trail["approve"].act.business.after:
        yield _("开放的内容与批准的不一致")
    if not row.basis or trail["approve"].act.authority.clause != row.basis:
        yield _("批准所依据的条款与申请写明的不一致")


def _faults_of_report(view: OpeningView) -> Iterator[str]:
    if view.report is None or not view.report.passed:
        yield _("没有通过的风险评估报告")


def _faults_of_files(view: OpeningView) -> Iterator[str]:
    place = buffer.folder(view.folder)
    for file in view.files:
        path = place / buffer.file_name(file.form)
        if not path.exists():
            yield _("缺少文件 %(name)s") % {"name": path.name}
        elif path.stat().st_size != file.size or buffer.sha256(path) != file.sha256:
            yield _("文件 %(name)s 与冻结时不一致") % {"name": path.name}


def _strays() -> Iterator[Finding]:
    """Yield folders in the buffer that no application accounts for."""
    root = buffer.folder("")
    known = {str(pk) for pk in OpeningApplication.objects.values_list("pk", flat=True)}
    for path in sorted(root.iterdir()) if root.exists() else ():
        if path.name not in known:
            yield Finding(opening=None, slug=path.name, what=_("缓冲区中有不属于任何申请的文件"))
