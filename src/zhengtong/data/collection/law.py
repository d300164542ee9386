"""What may be set up as a source, as pure functions."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from zhengtong.data.collection.contracts import ConnectorKind, Mode, SourceEntry
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

LEAST_MINUTES = 1
SILENT_FOR = timedelta(minutes=10)
"""A running batch that has not said anything for so long belongs to a process that died: it may be taken up again."""

_SCHEMES = {
    ConnectorKind.DATABASE: ("sqlite://", "postgresql://", "postgres://", "mysql://"),
    ConnectorKind.HTTP: ("http://", "https://"),
}


def faults(entry: SourceEntry, *, keys: tuple[str, ...], elements: frozenset[str]) -> Iterator[Phrase]:
    """Yield what is wrong with a source for a dataset with these elements, of which *keys* tell rows apart."""
    schemes = _SCHEMES.get(entry.kind)
    if not entry.location.strip():
        yield Phrase(_("缺少地址"))
    elif schemes and not entry.location.startswith(schemes):
        yield Phrase(_("地址应以 {schemes} 开头"), schemes="、".join(schemes))
    if entry.kind is ConnectorKind.DATABASE and not entry.options.get("table"):
        yield Phrase(_("数据库须写明表名（table）"))
    if entry.mode is Mode.UPSERT and not keys:
        yield Phrase(_("数据集没有主键，不能增量更新"))
    if entry.kind in {ConnectorKind.FEED, ConnectorKind.NODE} and not keys:
        yield Phrase(_("数据集没有主键，不能订阅变更"))
    if entry.watermark and entry.watermark not in elements:
        yield Phrase(_("水位列 {column} 不是数据项"), column=entry.watermark)
    if entry.watermark and entry.mode is Mode.SNAPSHOT:
        yield Phrase(_("全量归集不用水位列"))
    if entry.every_minutes is not None and entry.every_minutes < LEAST_MINUTES:
        yield Phrase(_("归集间隔至少 {minutes} 分钟"), minutes=LEAST_MINUTES)


def next_due(every_minutes: int | None, *, after: datetime) -> datetime | None:
    """Return when a source comes due again; missed turns are not made up for.

    >>> from datetime import UTC
    >>> next_due(30, after=datetime(2026, 1, 1, tzinfo=UTC)).minute
    30
    """
    return None if every_minutes is None else after + timedelta(minutes=every_minutes)
