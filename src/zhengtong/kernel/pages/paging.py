"""Pages of a long list 分页: by key, not by number, so that page 10,000 costs as much as page 1 and rows never repeat.

A listing is asked for with `Asked` and answered with `Slice`. `of_sequence` answers from rows in memory, `of_queryset`
from a table, with one comparison the database can take from an index.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.errors import mark as _

Row = TypeVar("Row")
Record = TypeVar("Record", bound=Model)
PAGE_SIZE = 25


class UnreadableCursor(InvalidInput):
    """The mark of a following page was changed or cut off on its way."""

    code = "unreadable_cursor"
    status = 400
    message = _("翻页标记无法识别。")
    remedy = _("请从第一页重新查看。")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader asks of a list: words, order, and where the page before ended."""

    text: str = ""
    sort: str = ""
    descending: bool = False
    after: str = ""
    size: int = PAGE_SIZE


@dataclass(frozen=True, kw_only=True)
class Slice(Generic[Row]):
    """One page of rows; `after` marks the next page, empty on the last. `total` is None where counting is too dear."""

    rows: Sequence[Row]
    after: str = ""
    total: int | None = None


def mark(values: Sequence[Any]) -> str:
    """Write the mark of a following page.

    >>> read_mark(mark(["张", 7]))
    ['张', 7]
    """
    return base64.urlsafe_b64encode(json.dumps(list(values), ensure_ascii=False, default=str).encode()).decode()


def read_mark(text: str) -> list[Any]:
    """Read a mark.

    Raises:
        UnreadableCursor: it was not written by `mark`.
    """
    try:
        values = json.loads(base64.b64decode(text.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise UnreadableCursor(what=text[:40]) from error
    if not isinstance(values, list):
        raise UnreadableCursor(what=text[:40])
    return values


def of_sequence(rows: Sequence[Row], asked: Asked, *, orders: Mapping[str, Callable[[Row], Any]]) -> Slice[Row]:
    """Return the page of *rows* that was asked for; they must keep their order between two requests.

    Raises:
        UnreadableCursor: the mark does not name a place in a list.
    """
    if asked.sort in orders:
        rows = sorted(rows, key=orders[asked.sort], reverse=asked.descending)
    start = 0
    if asked.after:
        values = read_mark(asked.after)
        if len(values) != 1 or not isinstance(values[0], int) or values[0] < 0:
            raise UnreadableCursor(what=asked.after[:40])
        start = values[0]
    end = start + asked.size
    return Slice(rows=rows[start:end], after=mark([end]) if end < len(rows) else "", total=len(rows))


def of_queryset(
    records: "QuerySet[Record]", asked: Asked, *, orders: Mapping[str, str], default: str, tie: str = "pk"
) -> Slice[Record]:
    """Return the page of *records* that was asked for; *orders* names the field behind each column.

    The fields must not be null. Ties are broken by *tie*, so no row is shown twice or never.

    Raises:
        UnreadableCursor: the mark does not fit the order.
    """
    field = orders.get(asked.sort, default)
    sign, compare = ("-", "lt") if asked.descending else ("", "gt")
    if asked.after:
        values = read_mark(asked.after)
        if len(values) != 2:
            raise UnreadableCursor(what=asked.after[:40])
        place, last = values
        try:
            records = records.filter(
                Q(**{f"{field}__{compare}": place}) | Q(**{field: place, f"{tie}__{compare}": last})
            )
        except (ValueError, TypeError) as error:
            raise UnreadableCursor(what=asked.after[:40]) from error
    found = list(records.order_by(f"{sign}{field}", f"{sign}{tie}")[: asked.size + 1])
    rows, more = found[: asked.size], len(found) > asked.size
    after = mark([_value(rows[-1], field), _value(rows[-1], tie)]) if more else ""
    return Slice(rows=rows, after=after)


def _value(record: Model, path: str) -> Any:
    value: Any = record
    for name in path.split("__"):
        value = getattr(value, name)
    return value
