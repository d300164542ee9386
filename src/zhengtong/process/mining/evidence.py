"""Evidence asked twice 重复材料: what was handed in more than once, and what asking once saves.

一次提交、多处复用: what the government holds already need not be handed in again. A log says where it is asked for all
the same: in the same case, in other cases of the same item, and under other items.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from zhengtong.process.mining.contracts import EvidenceSummary, RepeatedEvidence
from zhengtong.process.mining.log import Log

COLUMNS = ("holder", "case_id", "item", "evidence_type")


def add_evidence(log: Log, rows: Iterable[Sequence[Any]]) -> None:
    """Add hand-ins: (holder, case_id, item, evidence_type); `holder` is a pseudonym, never a number or a name."""
    log.add_table("evidence", COLUMNS, rows)


def add_evidence_file(log: Log, path: Path) -> None:
    """Add a CSV or Parquet file with the columns holder, case_id, item, evidence_type.

    Raises:
        LogNotReadable: no such file, another format, or a missing column.
    """
    log.add_table_file("evidence", COLUMNS, path)


def repeated_evidence(log: Log, *, most: int = 50) -> tuple[RepeatedEvidence, ...]:
    """Return which evidence the same holder handed in more than once, the most avoidable first.

    Within a case the two items and the two cases are the same. Every hand-in after the holder's first counts once, with
    the item of the first, however many lie between.
    """
    rows = log.db.execute(
        """
        with numbered as (
            select *, rowid as place, row_number() over (partition by holder, evidence_type order by rowid) as turn,
                   first_value(item) over mine as first_item, first_value(case_id) over mine as first_case,
                   row_number() over (partition by holder, evidence_type, case_id order by rowid) as turn_in_case
            from evidence window mine as (partition by holder, evidence_type order by rowid)
        )
        select evidence_type,
               case when turn_in_case > 1 then item else first_item end as one, item as other,
               case when turn_in_case > 1 then 'case' when first_item = item then 'item' else 'items' end as kind,
               count(distinct holder) as holders, count(*) as avoidable
        from numbered where turn > 1 group by all order by avoidable desc, evidence_type, one, other, kind limit ?
        """,
        [most],
    ).fetchall()
    return tuple(
        RepeatedEvidence(
            evidence_type=kind, first_item=first, second_item=second, where=where, holders=holders, avoidable=avoidable
        )
        for kind, first, second, where, holders, avoidable in rows
    )


def evidence_summary(log: Log) -> EvidenceSummary:
    """Return how many hand-ins there were and how many asking once would have left."""
    row = log.db.execute(
        "select count(*), count(distinct (holder, evidence_type)), count(distinct holder), count(distinct case_id)"
        " from evidence"
    ).fetchone()
    handed_in, needed, holders, cases = row or (0, 0, 0, 0)
    return EvidenceSummary(handed_in=handed_in, needed=needed, holders=holders, cases=cases)
