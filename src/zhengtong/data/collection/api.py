"""The door of collection 归集: set up sources, collect batches, read the lake, follow lineage.

view = set_up_source(actor=actor, entry=SourceEntry(dataset="301001/1", name="…", kind=…, location="…"), at=now)
batch = collect(actor=actor, source=view.id)        # a version of the dataset, refused rows kept
rows("police_households", version=3)                # an Arrow table; `changes(table, after=2)` is its change feed
record_lineage(LineageRun(…))                       # what other rooms made of it, column by column
"""

from zhengtong.data.collection.contracts import (
    BATCH_LANDED,
    BATCH_STOPPED,
    PERMISSION_SENTENCES,
    ROWS_RETURNED,
    AlreadyCollecting,
    BatchLanded,
    BatchState,
    BatchStopped,
    BatchUnknown,
    BatchView,
    ColumnLineage,
    ConnectorKind,
    Edge,
    Fault,
    Gate,
    LineageRun,
    Mode,
    Permission,
    RefusedRow,
    RowsReturned,
    SourceEntry,
    SourceUnfit,
    SourceUnknown,
    SourceUnreadable,
    SourceView,
    Verdict,
    VersionUnknown,
)
from zhengtong.data.collection.gates import register_gate
from zhengtong.data.collection.lake import changes, rows, table_path, version_of
from zhengtong.data.collection.lineage import events as lineage_events
from zhengtong.data.collection.lineage import lineage_of, record_lineage
from zhengtong.data.collection.portions import Portions, portions, read_portion, schema_of
from zhengtong.data.collection.queries import (
    batch,
    batches_of,
    batches_of_dataset,
    landed_at,
    refused_rows,
    source,
    sources_of,
    table_name,
)
from zhengtong.data.collection.services import (
    claim_due,
    collect,
    collect_by_schedule,
    set_up_source,
    take_back,
)

__all__ = [
    "BATCH_LANDED",
    "BATCH_STOPPED",
    "PERMISSION_SENTENCES",
    "ROWS_RETURNED",
    "AlreadyCollecting",
    "BatchLanded",
    "BatchState",
    "BatchStopped",
    "BatchUnknown",
    "BatchView",
    "ColumnLineage",
    "ConnectorKind",
    "Edge",
    "Fault",
    "Gate",
    "LineageRun",
    "Mode",
    "Permission",
    "Portions",
    "RefusedRow",
    "RowsReturned",
    "SourceEntry",
    "SourceUnfit",
    "SourceUnknown",
    "SourceUnreadable",
    "SourceView",
    "Verdict",
    "VersionUnknown",
    "batch",
    "batches_of",
    "batches_of_dataset",
    "changes",
    "claim_due",
    "collect",
    "collect_by_schedule",
    "landed_at",
    "lineage_events",
    "lineage_of",
    "portions",
    "read_portion",
    "record_lineage",
    "refused_rows",
    "register_gate",
    "rows",
    "schema_of",
    "set_up_source",
    "source",
    "sources_of",
    "table_name",
    "table_path",
    "take_back",
    "version_of",
]
