"""Lineage 血缘 as OpenLineage events, column level, in a table of our own, and the graph that follows from them.

OpenLineage (LF AI & Data) names runs, jobs and datasets; here a dataset is a code of the catalogue in the namespace
`zhengtong`, or the address of a source without its secrets. Other rooms record their runs by `record_lineage`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from zhengtong.data.collection.contracts import ColumnLineage, Edge, LineageRun
from zhengtong.data.collection.models import LineageEdge, LineageEvent

NAMESPACE = "zhengtong"
PRODUCER = "urn:zhengtong:data.collection"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
COLUMNS = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
STATISTICS = (
    "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json"
    "#/$defs/OutputStatisticsOutputDatasetFacet"
)
VERSION = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
MOST_EDGES = 2_000


def record_lineage(run: LineageRun) -> None:
    """Record a run that ended well, in the caller's transaction: its events, and the edges of its columns.

    Recorded again, a run changes nothing.
    """
    for kind, at in (("START", run.started_at), ("COMPLETE", run.ended_at)):
        LineageEvent.objects.get_or_create(
            run=run.run, kind=kind, defaults={"at": at, "job": run.job, "document": document(run, kind, at)}
        )
    LineageEdge.objects.bulk_create(
        [
            LineageEdge(
                source=source, source_column=column, target=run.output, target_column=line.column, job=run.job,
                how=line.how, seen_at=run.ended_at,
            )
            for line in run.columns
            for source, column in line.inputs
        ],
        update_conflicts=True,
        unique_fields=["target", "target_column", "source", "source_column", "job"],
        update_fields=["how", "seen_at"],
        batch_size=100,
    )  # fmt: skip


def document(run: LineageRun, kind: str, at: datetime) -> dict[str, Any]:
    """Return the OpenLineage run event."""
    output: dict[str, Any] = {"namespace": NAMESPACE, "name": run.output}
    if kind == "COMPLETE":
        output |= {"facets": _facets(run), "outputFacets": _statistics(run)}
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": str(run.run)},
        "job": {"namespace": NAMESPACE, "name": run.job},
        "inputs": [{"namespace": NAMESPACE, "name": name} for name in run.inputs],
        "outputs": [output],
    }


def events(*, limit: int = 100) -> list[dict[str, Any]]:
    """Return the latest OpenLineage events, the newest first, for another tool to take."""
    return list(LineageEvent.objects.order_by("-at", "-id").values_list("document", flat=True)[: min(limit, 1000)])


def lineage_of(dataset: str, *, depth: int = 3) -> tuple[Edge, ...]:
    """Return the edges up and down from *dataset*, at most *depth* steps: one statement a step."""
    found: dict[tuple[str, ...], Edge] = {}
    for near, far in (("target", "source"), ("source", "target")):
        frontier = {dataset}
        seen = set(frontier)
        for _step in range(depth):
            edges = list(map(_edge, LineageEdge.objects.filter(**{f"{near}__in": frontier})[:MOST_EDGES]))
            found |= {(e.source, e.source_column, e.target, e.target_column, e.job): e for e in edges}
            frontier = {getattr(edge, far) for edge in edges} - seen
            seen |= frontier
            if not frontier:
                break
    return tuple(found.values())


def straight(pairs: Iterable[tuple[str, str]], source: str) -> tuple[ColumnLineage, ...]:
    """Return the lineage of columns taken over as they are, from (theirs, ours)."""
    return tuple(ColumnLineage(column=ours, inputs=((source, theirs),)) for theirs, ours in pairs)


def _facets(run: LineageRun) -> dict[str, Any]:
    fields = {
        line.column: {
            "inputFields": [
                {
                    "namespace": NAMESPACE,
                    "name": source,
                    "field": column,
                    "transformations": [{"type": "DIRECT", "subtype": line.how}],
                }
                for source, column in line.inputs
            ]
        }
        for line in run.columns
    }
    found: dict[str, Any] = {"columnLineage": {"_producer": PRODUCER, "_schemaURL": COLUMNS, "fields": fields}}
    if run.version is not None:
        found["version"] = {"_producer": PRODUCER, "_schemaURL": VERSION, "datasetVersion": str(run.version)}
    return found


def _statistics(run: LineageRun) -> dict[str, Any]:
    if run.rows is None:
        return {}
    return {"outputStatistics": {"_producer": PRODUCER, "_schemaURL": STATISTICS, "rowCount": run.rows}}


def _edge(row: LineageEdge) -> Edge:
    return Edge(
        source=row.source, source_column=row.source_column, target=row.target, target_column=row.target_column,
        job=row.job, how=row.how,
    )  # fmt: skip
