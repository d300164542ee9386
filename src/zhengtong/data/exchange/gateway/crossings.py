"""Updates at the edge of an agreement 边界变更: what an update is to a subscriber who may see only a part.

Of an update the lake keeps the row before and after. A subscriber to whom only the first is open is told of a delete,
one to whom only the second is open of an insert; where nothing that may leave has changed, there is nothing to tell,
for even that *something* changed about somebody is not agreed (个人信息保护法 §6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhengtong.data.exchange.contracts import Mask
from zhengtong.data.exchange.gateway.sheets import masked_sheet

KIND, COMMIT = "_change_type", "_commit_version"
INSERT, BEFORE, AFTER, DELETE = "insert", "update_preimage", "update_postimage", "delete"
_SEPARATOR = "\x1f"
_LINES = pa.schema([("id", pa.string()), (KIND, pa.string()), ("said", pa.uint64())])
_PAIRS = f"""SELECT id, count(*) FILTER ({KIND} = '{BEFORE}') AS before, count(*) FILTER ({KIND} = '{AFTER}') AS after,
    count(DISTINCT said) = 1 AS alike FROM told GROUP BY id"""  # noqa: S608 -- constants only


@dataclass(frozen=True, kw_only=True)
class Images:
    """Which rows of updates a subscriber may see, by version and key: before, after, and with nothing changed."""

    before: Any
    after: Any
    alike: Any


def lines(rows: pa.Table, keys: Sequence[str], fields: Mapping[str, Mask]) -> pa.Table:
    """Return of each image whose it is, which of the two, and a hash of what would leave."""
    said = _hashes(masked_sheet(rows, fields))
    return pa.table([_ids(rows, keys), rows[KIND], said], schema=_LINES)


def images(found: Iterable[pa.Table]) -> Images:
    """Return what `lines` of all pieces tell together."""
    import duckdb  # noqa: PLC0415 -- heavy; only changes need it

    told = pa.concat_tables([_LINES.empty_table(), *found])
    with duckdb.connect() as connection:
        both = connection.from_arrow(told).query("told", _PAIRS).to_arrow_table()
    before, after = pc.greater(both["before"], 0), pc.greater(both["after"], 0)
    alike = pc.and_(both["alike"], pc.equal(both["before"], both["after"]))
    return Images(
        before=_whole(both["id"].filter(before)),
        after=_whole(both["id"].filter(after)),
        alike=_whole(both["id"].filter(alike)),
    )


def settled(rows: pa.Table, keys: Sequence[str], found: Images) -> pa.Table:
    """Return the change rows that may be told, each as what it is to the subscriber, in their order."""
    ids = _ids(rows, keys)
    is_before, is_after = pc.equal(rows[KIND], BEFORE), pc.equal(rows[KIND], AFTER)
    leaves = pc.and_(is_before, pc.invert(pc.is_in(ids, found.after)))
    enters = pc.and_(is_after, pc.invert(pc.is_in(ids, found.before)))
    kinds = pc.if_else(leaves, DELETE, pc.if_else(enters, INSERT, rows[KIND]))
    silent = pc.and_(pc.or_(is_before, is_after), pc.is_in(ids, found.alike))
    return rows.set_column(rows.column_names.index(KIND), KIND, kinds).filter(pc.invert(silent))


def alone(rows: pa.Table) -> pa.Table:
    """Return change rows of a resource without keys, where nobody can say which two images belong together."""
    kinds = pc.if_else(
        pc.equal(rows[KIND], BEFORE), DELETE, pc.if_else(pc.equal(rows[KIND], AFTER), INSERT, rows[KIND])
    )
    return rows.set_column(rows.column_names.index(KIND), KIND, kinds)


def told(rows: pa.Table, fields: Mapping[str, Mask]) -> pa.Table:
    """Return change rows as they leave: what happened, in which version, the agreed fields masked."""
    own = masked_sheet(rows, fields)
    return own.add_column(0, KIND, rows[KIND]).add_column(1, COMMIT, rows[COMMIT])


def _ids(rows: pa.Table, keys: Sequence[str]) -> Any:
    """Return what tells a row of a version apart; lengths stand before the texts, so that no two keys run together."""
    parts = [rows[COMMIT].cast(pa.string())]
    for key in keys:
        text = pc.fill_null(rows[key].cast(pa.string()), "")
        parts += [pc.binary_length(text).cast(pa.string()), text]
    return _whole(pc.binary_join_element_wise(*parts, _SEPARATOR))


def _hashes(rows: pa.Table) -> Any:
    import duckdb  # noqa: PLC0415 -- heavy; only changes need it

    if not rows.num_rows:
        return pa.array([], pa.uint64())
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    with duckdb.connect() as connection:
        found = connection.from_arrow(rows).query("told", f"SELECT hash({names}) AS said FROM told")  # noqa: S608 -- names of elements
        return _whole(found.to_arrow_table()["said"])


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
