"""The door of process mining."""

from zhengtong.process.mining.contracts import (
    Bottleneck,
    Edge,
    EvidenceSummary,
    Graph,
    LogNotReadable,
    OfficeHours,
    RepeatedEvidence,
    Rework,
    Spread,
    Variant,
    Where,
)
from zhengtong.process.mining.evidence import add_evidence, add_evidence_file, evidence_summary, repeated_evidence
from zhengtong.process.mining.export import write_ocel, write_xes
from zhengtong.process.mining.log import Log
from zhengtong.process.mining.queries import bottlenecks, graph, rework, variants

__all__ = [
    "Bottleneck",
    "Edge",
    "EvidenceSummary",
    "Graph",
    "Log",
    "LogNotReadable",
    "OfficeHours",
    "RepeatedEvidence",
    "Rework",
    "Spread",
    "Variant",
    "Where",
    "add_evidence",
    "add_evidence_file",
    "bottlenecks",
    "evidence_summary",
    "graph",
    "repeated_evidence",
    "rework",
    "variants",
    "write_ocel",
    "write_xes",
]
