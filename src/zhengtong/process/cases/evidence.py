"""Evidence without paper 材料免提交: licence, shared data, department check, commitment, upload, tried in this order.

A piece of evidence says where it may first be found; from there on each route is tried, and the case keeps which one
served. Only the last two ask the applicant for anything. Notified commitment 告知承诺制: 国办发〔2020〕42号.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, Sum

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.process.cases.contracts import EvidenceSource, ServedEvidence
from zhengtong.process.cases.models import Case, EvidenceCount
from zhengtong.process.cases.refusals import EvidenceNotGiven
from zhengtong.process.items.api import Evidence, EvidenceRoute
from zhengtong.trust.identity.contracts import Actor

log = structlog.get_logger(__name__)

ORDER = (
    EvidenceRoute.LICENCE,
    EvidenceRoute.SHARED,
    EvidenceRoute.CHECK,
    EvidenceRoute.COMMITMENT,
    EvidenceRoute.UPLOAD,
)
_HELD_BY_GOVERNMENT = {EvidenceRoute.LICENCE, EvidenceRoute.SHARED, EvidenceRoute.CHECK}
_sources: dict[EvidenceRoute, list[EvidenceSource]] = {EvidenceRoute.LICENCE: [], EvidenceRoute.SHARED: []}


def register_evidence_source(route: EvidenceRoute, source: EvidenceSource) -> None:
    """Have *source* asked on *route*: licences and shared data."""
    if source not in _sources[route]:
        _sources[route].append(source)


def asked_of_applicant(pieces: Iterable[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Return what the applicant must commit to, and what only they can upload."""
    kept = list(pieces)
    return (
        [piece for piece in kept if piece.served is EvidenceRoute.COMMITMENT],
        [piece for piece in kept if piece.served is EvidenceRoute.UPLOAD],
    )


def serve(
    pieces: Iterable[Evidence],
    *,
    actor: Actor,
    committed: Collection[str],
    uploads: Mapping[str, str],
    purpose: str,
    at: datetime,
    found: Mapping[str, ServedEvidence] | None = None,
) -> tuple[ServedEvidence, ...]:
    """Return which way serves each piece.

    Args:
        pieces: the evidence an item needs.
        actor: for whose party it is looked up.
        committed: keys of the pieces the applicant gave a notified commitment for.
        uploads: ids of uploaded files by key.
        purpose: why data are read, for the record.
        at: the present moment.
        found: pieces that another item of the same bundle has already obtained: one evidence set.

    Raises:
        EvidenceNotGiven: a piece that only the applicant can give is missing.
    """
    known, today, served, lacking = dict(found or {}), clock.on_day(at), [], []
    for piece in pieces:
        if piece.key not in known:
            one = _first_route(piece, actor, committed, uploads, purpose, at, today)
            if one is None:
                lacking.append(piece.name.zh)
                continue
            known[piece.key] = one
        served.append(known[piece.key])
    if lacking:
        raise EvidenceNotGiven(names="、".join(lacking))
    return tuple(served)


def _first_route(
    piece: Evidence,
    actor: Actor,
    committed: Collection[str],
    uploads: Mapping[str, str],
    purpose: str,
    at: datetime,
    today: date,
) -> ServedEvidence | None:
    for route in ORDER[ORDER.index(piece.served) :]:
        source, file = "", ""
        if route in _sources:
            source = _ask(route, piece.key, actor, purpose, at) or ""
        elif route is EvidenceRoute.CHECK and piece.served in _HELD_BY_GOVERNMENT:
            source = "department"
        elif route is EvidenceRoute.COMMITMENT and piece.key in committed:
            source = "applicant"
        elif route is EvidenceRoute.UPLOAD and piece.key in uploads:
            source, file = "applicant", uploads[piece.key]
        if source:
            return ServedEvidence(
                key=piece.key, name=piece.name.zh, name_en=piece.name.en, route=route.value, source=source, on=today,
                to_check=route is EvidenceRoute.CHECK, file=file,
            )  # fmt: skip
    return None


def _ask(route: EvidenceRoute, key: str, actor: Actor, purpose: str, at: datetime) -> str | None:
    for source in _sources[route]:
        try:
            if reference := source.find(key, actor=actor, purpose=purpose, at=at):
                return f"{source.title} {reference}"
        except Refusal as refusal:
            log.info("cases.evidence_source_silent", source=source.title, code=refusal.code)
    return None


def count(case: UUID, item: str) -> None:
    """Count which way served a case that was received, for the statistics of the item.

    Counted by the worker, not while filing: every application for an item touches the same rows, and would hold the
    next one up until it is committed. Rows are taken in one order, so that two workers never wait for each other.
    """
    for piece in sorted(evidence_of(case), key=lambda one: (one.key, one.route)):
        row, _made = EvidenceCount.objects.get_or_create(item=item, evidence=piece.key, route=piece.route)
        EvidenceCount.objects.filter(pk=row.pk).update(count=F("count") + 1)


def not_asked_share(item: str | None = None) -> float | None:
    """Return the share (0 to 1) of evidence that nobody had to upload, of one item or of all; None without any."""
    rows = EvidenceCount.objects.all() if item is None else EvidenceCount.objects.filter(item=item)
    total = rows.aggregate(all=Sum("count"))["all"] or 0
    asked = rows.filter(route=EvidenceRoute.UPLOAD).aggregate(all=Sum("count"))["all"] or 0
    return (total - asked) / total if total else None


def routes_taken(item: str | None = None) -> dict[str, int]:
    """Return how often each route served, of one item or of all."""
    rows = EvidenceCount.objects.all() if item is None else EvidenceCount.objects.filter(item=item)
    return dict(rows.values_list("route").annotate(all=Sum("count")).order_by("route"))


def dump(served: Iterable[ServedEvidence]) -> list[dict[str, Any]]:
    """Return evidence as a case keeps it."""
    return [asdict(piece) | {"on": piece.on.isoformat()} for piece in served]


def evidence_of(case: UUID) -> tuple[ServedEvidence, ...]:
    """Return the evidence of a case, for whoever answers for its bundle."""
    rows: list[dict[str, Any]] = Case.objects.values_list("evidence", flat=True).get(pk=case)
    return load(rows)


def load_evidence(rows: Iterable[dict[str, Any]]) -> dict[str, ServedEvidence]:
    """Return evidence that a bundle keeps, by key."""
    return {piece.key: piece for piece in load(rows)}


def dump_evidence(served: Mapping[str, ServedEvidence]) -> dict[str, dict[str, Any]]:
    """Return evidence as a bundle keeps it, by key."""
    return {key: dump([piece])[0] for key, piece in served.items()}


def load(rows: Iterable[dict[str, Any]]) -> tuple[ServedEvidence, ...]:
    """Return what `dump` wrote."""
    return tuple(ServedEvidence(**(row | {"on": date.fromisoformat(row["on"])})) for row in rows)
