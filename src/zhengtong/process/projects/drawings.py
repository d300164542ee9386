"""One drawing set 一套图: uploaded once a version, referred to by every case, told of where a case uses an older one.

That all items share one versioned set, and how a version is digested, is the platform's own choice; that the
completion of works is accepted on one set of drawings follows 国办发〔2019〕11号.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.events.api import emit
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.projects.contracts import (
    Discipline,
    DrawingsMissing,
    DrawingsRenewed,
    DrawingsUnchanged,
    ProjectUnknown,
    SheetUnknown,
)
from zhengtong.process.projects.models import DrawingSet, DrawingSheet, Project, ProjectApplication
from zhengtong.process.projects.services import record_act, represents
from zhengtong.trust.delivery.api import Fact, Wording
from zhengtong.trust.identity.contracts import Actor


def upload_drawings(
    *,
    actor: Actor,
    project: str,
    drawings: UUID,
    sheets: Mapping[Discipline, Mapping[str, Any]],
    at: datetime,
    note: str = "",
) -> int:
    """Add a version of the drawing set and return its number; a discipline not uploaded keeps its sheet.

    The offices of open cases that refer to an older version are told; what their cases refer to does not change by
    itself, because an office examines what was applied for.

    Args:
        actor: who represents the enterprise.
        project: its code.
        drawings: an id chosen with the form, so that sending it twice adds one version.
        sheets: kept files by discipline, each as `forms.keep_files` returned it.
        at: the present moment.
        note: what changed.

    Raises:
        AssuranceTooLow, MandateMissing, MandateOutsideMatter, EnterpriseNeeded: identity does not suffice.
        ProjectUnknown: it is not the actor's.
        SheetUnknown: a file is not the actor's.
        DrawingsUnchanged: it has the very files of the version before, or none.
    """
    represents(actor, at=at)
    with transaction.atomic():
        row = held(actor, project)
        known = DrawingSet.objects.filter(pk=drawings).first()
        if known is not None and known.project_id != row.pk:
            raise ProjectUnknown
        if known is not None:
            return known.version
        if not forms.kept_by(actor.party, (each["file"] for each in sheets.values())):
            raise SheetUnknown
        last = latest(row)
        wanted = _sheets_of(last) | {kind: _sheet(kind, kept) for kind, kept in sheets.items()}
        digest = digest_of(wanted.values())
        if not wanted or (last and last.digest == digest):
            raise DrawingsUnchanged(version=last.version if last else 0)
        made = DrawingSet.objects.create(
            id=drawings, project=row, version=last.version + 1 if last else 1, digest=digest, note=note, uploaded_at=at
        )
        for sheet in wanted.values():
            sheet.drawings = made
        DrawingSheet.objects.bulk_create(wanted.values())
        record_act(actor, "upload_drawings", row, at, after={"version": made.version, "digest": digest})
        older = _open_cases(row, at)
        about = DrawingsRenewed(project=row.id, code=row.code, version=made.version, digest=digest, cases=older)
        emit("process.project.drawings_renewed.v1", subject=row.id, data=about, at=at)
        _tell_offices(row, made, older, at)
    return made.version


def held(actor: Actor, project: str) -> Project:
    """Return the actor's own project, held until the transaction ends.

    Raises:
        ProjectUnknown: it is somebody else's, or there is none.
    """
    rows = Project.objects.select_for_update(of=("self",)).select_related("plan")
    row = rows.filter(code=project, owner=actor.party).first()
    if row is None:
        raise ProjectUnknown
    return row


def latest(row: Project) -> DrawingSet | None:
    """Return the version of the drawing set that a case begun now refers to."""
    return DrawingSet.objects.filter(project=row).order_by("-version").first()


def needed(item: str, asked: Iterable[str], version: int | None) -> None:
    """Refuse where an item asks for drawings and there is no version of them.

    Raises:
        DrawingsMissing: with the item's name.
    """
    if version is None and any(asked):
        raise DrawingsMissing(item=item)


def digest_of(sheets: Iterable[DrawingSheet]) -> str:
    """Return the digest of a version: SHA-256 over one line a sheet, `discipline sha256`, in order of disciplines."""
    lines = sorted(f"{sheet.discipline} {sheet.sha256}\n" for sheet in sheets)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sheet(kind: Discipline, kept: Mapping[str, Any]) -> DrawingSheet:
    return DrawingSheet(discipline=kind, file_id=UUID(kept["file"]), size=kept["size"], sha256=kept["sha256"])


def _sheets_of(drawings: DrawingSet | None) -> dict[Discipline, DrawingSheet]:
    if drawings is None:
        return {}
    return {
        Discipline(one.discipline): DrawingSheet(
            discipline=one.discipline, file_id=one.file_id, size=one.size, sha256=one.sha256
        )
        for one in DrawingSheet.objects.filter(drawings=drawings)
    }


def _open_cases(row: Project, at: datetime) -> tuple[UUID, ...]:
    """Return the cases of the project that are not concluded and refer to an earlier version."""
    applications = list(ProjectApplication.objects.filter(project=row).exclude(drawings=None))
    parts = bundles.places_in(one.bundle_id for one in applications if one.bundle_id)
    found = [one.case_id for one in applications if one.case_id]
    found += [part.case for places in parts.values() for part in places if part.case]
    lines = cases.lines_of(found, at=at)
    return tuple(line.id for line in lines.values() if not line.state.ended)


def _tell_offices(row: Project, made: DrawingSet, older: Iterable[UUID], at: datetime) -> None:
    facts = [
        Fact(label=Wording(zh="项目代码", en="Project code"), value=Wording(zh=row.code)),
        Fact(
            label=Wording(zh="图纸新版本", en="New version of the drawings"),
            value=Wording(zh=f"第 {made.version} 版", en=f"Version {made.version}"),
        ),
    ]
    for case in older:
        cases.tell_the_office(
            case=case, what=Wording(zh="项目图纸有新版本", en="The project has new drawings"), facts=facts, at=at
        )
