"""The gates a batch passes before it lands; quality registers its own in `site/wiring.py`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.data.collection.contracts import Gate, Verdict

_gates: list[Gate] = []


def register_gate(gate: Gate) -> None:
    """Have *gate* look at every batch before it lands."""
    _gates.append(gate)


def judge(dataset: str, rows: Any, *, batch: UUID, at: datetime) -> Verdict:
    """Return the first verdict that stops the batch, or that it passes."""
    for gate in _gates:
        verdict = gate(dataset, rows, batch=batch, at=at)
        if not verdict.passes:
            return verdict
    return Verdict(passes=True)
