"""The review queue 复核队列: rows without a valid key, linked where certain, put to an official where likely."""

import json
from dataclasses import dataclass
from datetime import datetime

from zhengtong.data.fusion.contracts import Decision
from zhengtong.data.fusion.declaration import Registry
from zhengtong.data.fusion.linkage import Proposal, is_certain
from zhengtong.data.fusion.models import RECORD_INDEX, Review
from zhengtong.data.fusion.workshop import Workshop

_BATCH = 500
Sides = dict[str, tuple[int, dict[str, str], dict[str, str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What linkage found: certain pairs, likely pairs, and both sides of each row's pair."""

    certain: list[Proposal]
    likely: list[Proposal]
    sides: Sides


def sort(shop: Workshop, declared: Registry, kept: list[str]) -> Found:
    """Return proposals for the rows without a key, save those that are *kept* as they are, sorted by certainty."""
    proposals = shop.link(kept)
    if declared.linkage is None or not proposals:
        return Found(certain=[], likely=[], sides={})
    certain = [one for one in proposals if is_certain(one, declared.linkage)]
    likely = [one for one in proposals if not is_certain(one, declared.linkage)]
    return Found(certain=certain, likely=likely, sides=shop.sides(proposals))


def add(found: Found, declared: Registry, at: datetime) -> None:
    """Write what was found down: certain pairs as merged by the machine, which an official can split."""
    rows = [_row(one, found.sides[one.uid], declared, at, certain=True) for one in found.certain]
    rows += [_row(one, found.sides[one.uid], declared, at, certain=False) for one in found.likely]
    Review.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _row(
    one: Proposal, sides: tuple[int, dict[str, str], dict[str, str]], declared: Registry, at: datetime, *, certain: bool
) -> Review:
    source, left, right = sides
    return Review(
        registry=declared.name, source=declared.sources[source].name, record=one.uid,
        record_index=RECORD_INDEX.of(one.uid), key=one.key, left=json.dumps(left, ensure_ascii=False),
        right=json.dumps(right, ensure_ascii=False), probability=one.probability,
        decision=(Decision.MERGED if certain else Decision.PENDING).value, by_machine=certain, opened_at=at,
        decided_at=at if certain else None,
    )  # fmt: skip
