"""Batches of the back catalogue 存量证照批次: a table is checked as a whole, kept encrypted, then issued row by row.

Nothing is written before every row is in order. Each row is a transaction that issues its licence and counts it, so a
batch that was interrupted goes on where it was; when it is done, its rows are gone.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import StringIO
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_tasks import task

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.access.api import organisations_within, require, scope_filter
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, SubjectKind
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record
from zhengtong.trust.licenses import law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    BatchState,
    BatchView,
    LicenseTableUnfit,
    LicenseType,
    Permission,
    RowOutcome,
)
from zhengtong.trust.licenses.models import LicenseBatch
from zhengtong.trust.licenses.services.back_catalogue import HOLDER, VALID_FROM, issue_row, troubles_of

MOST_ROWS = 5_000
BATCH = "trust.license.batch"
_LISTED = 20


def columns_of(type_key: str) -> tuple[str, ...]:
    """Return the columns a table of a type has.

    Raises:
        UnknownLicenseType: none is published.
    """
    kind = load_type(queries.type_row(type_key).content)
    return HOLDER, VALID_FROM, *(one.key for one in kind.fields)


def read_table(data: bytes, type_key: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of an uploaded CSV.

    Raises:
        UnknownLicenseType: none is published.
        LicenseTableUnfit: it is no CSV in UTF-8, has other columns, no rows or more than `MOST_ROWS`.
    """
    known = columns_of(type_key)
    try:
        reader = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), restkey="", restval="")
        columns = tuple(reader.fieldnames or ())
        rows = tuple(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LicenseTableUnfit(what=Phrase(_("不是 UTF-8 编码的 CSV")), field="file") from error
    missing, more = [one for one in known[:2] if one not in columns], [one for one in columns if one not in known]
    if missing or more or any("" in row for row in rows):
        raise LicenseTableUnfit(what=Phrase(_("列应为 {columns}"), columns=", ".join(known)), field="file")
    if not 0 < len(rows) <= MOST_ROWS:
        raise LicenseTableUnfit(what=Phrase(_("应有 1 至 {most} 行"), most=MOST_ROWS), field="file")
    return rows


def check_batch(
    *, actor: Actor, batch: UUID, type_key: str, rows: Sequence[Mapping[str, str]], at: datetime
) -> tuple[RowOutcome, ...]:
    """Check a table as a whole; when every row is in order, keep it to be issued, else tell what is wrong with which.

    Args:
        actor: an official; the licences will be those of their own body.
        batch: an id chosen with the form, so that sending it twice keeps one.
        type_key: what kind of licence.
        rows: as `read_table` returns them.
        at: the present moment.

    Raises:
        NotAllowed: the actor may not issue for their body.
        UnknownLicenseType: none is published.
    """
    if actor.organisation is None or actor.post is None:
        raise NotAllowed
    body = identity.organisation(actor.organisation)
    require(actor, Permission.ISSUE, organisation=body.id, region=body.region or None)
    kind = load_type(queries.type_row(type_key).content)
    troubles = tuple(troubles_of(rows, kind=kind, at=at))
    if not troubles:
        LicenseBatch.objects.get_or_create(
            pk=batch,
            defaults={
                "issuer_id": body.id,
                "type_key": kind.key,
                "state": BatchState.CHECKED,
                "content": json.dumps([dict(row) for row in rows], ensure_ascii=False),
                "rows": len(rows),
                "subject": actor.subject,
                "post": actor.post,
                "made_at": at,
            },
        )
    return troubles


@transaction.atomic
def start_batch(*, actor: Actor, batch: UUID, at: datetime) -> bool:
    """Have a checked batch issued by the worker; say whether it began now. A second time changes nothing.

    Raises:
        NotFound: there is none, or it is another official's.
    """
    row = LicenseBatch.objects.select_for_update(of=("self",)).filter(pk=batch, subject=actor.subject).first()
    if row is None:
        raise NotFound
    if row.state != BatchState.CHECKED:
        return False
    row.state = BatchState.RUNNING
    row.save(update_fields=["state"])
    business = Business(
        command="trust.licenses.start_batch",
        object_type=BATCH,
        object_id=str(row.id),
        after=digest({"type": row.type_key, "rows": row.rows}),
    )
    authority = Authority(clause=law.CLAUSES["start_batch"], permission=Permission.ISSUE)
    record(Act(authority=authority, business=business, responsibility=identity.responsibility_of(actor), at=at))
    issue_batch.enqueue(str(row.id))
    return True


@task()
def issue_batch(batch: str) -> None:
    """Issue what is left of *batch*, as a job."""
    run_batch(UUID(batch))


def run_batch(batch: UUID) -> None:
    """Issue what is left of a batch, row by row; a job that was interrupted is run again."""
    row = LicenseBatch.objects.filter(pk=batch, state=BatchState.RUNNING).first()
    if row is None:
        return
    kind, actor = load_type(queries.type_row(row.type_key).content), _actor_of(row)
    rows: list[dict[str, str]] = json.loads(row.content)
    while _issue_next(batch, rows, kind, actor):
        pass


def batch_of(actor: Actor, batch: UUID) -> BatchView:
    """Return a batch of a body within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    row = LicenseBatch.objects.defer("content").filter(_reach(actor), pk=batch).first()
    if row is None:
        raise NotFound
    return _view(row)


def batches(actor: Actor) -> tuple[BatchView, ...]:
    """Return the latest batches of bodies within the actor's reach."""
    rows = LicenseBatch.objects.defer("content").filter(_reach(actor)).order_by("-made_at")
    return tuple(map(_view, rows[:_LISTED]))


@transaction.atomic
def _issue_next(batch: UUID, rows: list[dict[str, str]], kind: LicenseType, actor: Actor) -> bool:
    """Issue the next row and count it; False when that was the last one or another worker has ended the batch."""
    row = LicenseBatch.objects.select_for_update(of=("self",)).defer("content").get(pk=batch)
    place, now = row.issued + row.refused, clock.system.now()
    if row.state != BatchState.RUNNING:
        return False
    outcome = issue_row(place + 1, rows[place], kind=kind, actor=actor, issuer=row.issuer_id, at=now)
    if outcome.number:
        row.issued += 1
    else:
        row.refused += 1
        row.troubles = [*row.troubles, [outcome.row, outcome.trouble]]
    row.save(update_fields=["issued", "refused", "troubles"])
    if place + 1 < row.rows:
        return True
    row.state, row.ended_at, row.content = BatchState.DONE, now, ""
    row.save(update_fields=["state", "ended_at", "content"])
    return False


def _actor_of(row: LicenseBatch) -> Actor:
    """Return the official who started a batch, at work in that post: their permissions are asked anew for each row."""
    post = identity.post(row.post)
    return Actor(
        subject=row.subject,
        kind=SubjectKind.OFFICIAL,
        post=post.id,
        posts=(post.id,),
        organisation=post.organisation,
        organisation_path=post.organisation_path,
        region=post.region,
        duty=post.duty,
        channel=identity.Channel.SYSTEM,
    )


def _reach(actor: Actor) -> Q:
    bodies = organisations_within(scope_filter(actor, Permission.ISSUE))
    return Q() if bodies is None else Q(issuer__in=bodies)


def _view(row: LicenseBatch) -> BatchView:
    return BatchView(
        id=row.id,
        type_key=row.type_key,
        issuer=row.issuer_id,
        state=BatchState(row.state),
        rows=row.rows,
        issued=row.issued,
        refused=row.refused,
        troubles=tuple(RowOutcome(row=count, trouble=said) for count, said in row.troubles),
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
