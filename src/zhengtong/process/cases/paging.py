"""Paging by key 分页: a page begins after the last row of the one before, however deep, and no row is lost between."""

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def newest_first(rows: QuerySet[Row], moment: str, after: str, key: type[int] | type[UUID]) -> QuerySet[Row]:
    """Return *rows* by *moment* and key, the newest first, beginning after the row that *after* names.

    Raises:
        ValueError: *after* was not made here.
    """
    if after:
        text, _sep, identifier = after.rpartition("_")
        at, last = datetime.fromisoformat(text), key(identifier)
        if at.tzinfo is None:
            raise ValueError(after)
        rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(pk__lt=last), **{f"{moment}__lte": at})
    return rows.order_by(f"-{moment}", "-pk")


def first_due_first(rows: QuerySet[Row], after: str) -> QuerySet[Row]:
    """Return stages by the day due, those whose clock stands still last, beginning after the one that *after* names.

    Raises:
        ValueError: *after* was not made here.
    """
    if after:
        text, _sep, identifier = after.rpartition("_")
        last = int(identifier)
        still = Q(due_on=None)
        if text:
            due = date.fromisoformat(text)
            rows = rows.filter(Q(due_on__gt=due) | Q(due_on=due, pk__gt=last) | still)
        else:
            rows = rows.filter(still, pk__gt=last)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def cut(found: list[Row], limit: int, column: str) -> tuple[list[Row], str]:
    """Return the first *limit* of *found*, which holds one more where there is more, and what asks for the rest."""
    if len(found) <= limit:
        return found, ""
    last: Any = found[limit - 1]
    value = getattr(last, column)
    return found[:limit], f"{'' if value is None else value.isoformat()}_{last.pk}"
