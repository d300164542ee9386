"""Acts upon the regions: import, rename, abolish."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.regions import importing, queries
from zhengtong.kernel.regions.contracts import ImportReport, RegionRow
from zhengtong.kernel.regions.models import Region, Succession
from zhengtong.kernel.regions.refusals import RegionStillHeld


@transaction.atomic
def import_regions(
    *,
    rows: Iterable[RegionRow],
    on: date,
    valid_from: date | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Add the regions of a stream, all or none; parents come before their children or are there already.

    A region that is there and has another name is renamed; one that is missing from the stream stays, because a
    province's file says nothing of its neighbours: see `abolish`. A repeat changes nothing.

    Args:
        rows: the stream; it is read once and never held as a whole.
        on: the day from which new names of known regions hold.
        valid_from: the day from which new regions exist; None: since before anyone asks.
        on_progress: told after each batch how many rows have been seen.

    Raises:
        InvalidRegionRow: a row does not fit; nothing has been written.
    """
    _one_at_a_time()
    return importing.Importer(valid_from=valid_from, renamed_on=on).run(rows, on_progress)


@transaction.atomic
def rename(*, code: str, name: str, on: date) -> None:
    """Give a region another name from *on*; the old one is found by asking for an earlier day.

    Raises:
        RegionNotFound: there is none.
    """
    importing.rename(queries.region(code).code, name, on=on)


@transaction.atomic
def abolish(*, code: str, on: date, successors: Sequence[str] = ()) -> int:
    """End a region and all that still lies in it on *on*; return how many ended.

    Raises:
        RegionNotFound: the region or a successor is not there.
        RegionStillHeld: it had ended already, or would be its own successor.
    """
    region = queries.region(code)
    if region.valid_to is not None:
        raise RegionStillHeld(region=code, what=Phrase(_("已于 {on} 撤销"), on=region.valid_to))
    if region.valid_from is not None and region.valid_from >= on:
        raise RegionStillHeld(region=code, what=Phrase(_("撤销日期不晚于设立日期")))
    heirs = [queries.region(successor).code for successor in successors]
    if region.code in heirs:
        raise RegionStillHeld(region=code, what=Phrase(_("接续区划不能是其自身")))
    ended = Region.objects.filter(
        Q(valid_from=None) | Q(valid_from__lt=on), low__gte=region.low, low__lte=region.high, valid_to=None
    ).update(valid_to=on)
    Succession.objects.bulk_create([Succession(abolished_id=region.code, successor_id=heir) for heir in heirs])
    return ended


def _one_at_a_time() -> None:
    """Let a second import wait for the first: both would give away the same places. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE regions_region IN SHARE ROW EXCLUSIVE MODE")
