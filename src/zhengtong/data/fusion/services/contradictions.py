"""Contradictions 矛盾: put to the department that answers for the datum, cleared by its answer or by sources.

An answer stands above every source until a source says something else later than it; then the question is open again.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from zhengtong.data.fusion import law
from zhengtong.data.fusion.contracts import DiscrepanciesOpened, DiscrepancyState
from zhengtong.data.fusion.declaration import Registry
from zhengtong.data.fusion.models import KEY_INDEX, Discrepancy
from zhengtong.data.fusion.workshop import Answer, Word, Workshop
from zhengtong.kernel.events.api import emit

_BATCH = 500
Place = tuple[str, str]  # attribute, key


def standing(shop: Workshop, declared: Registry) -> tuple[list[Answer], set[Place]]:
    """Return the answers that still stand, and where a source has spoken against one since."""
    rows = Discrepancy.objects.filter(registry=declared.name, answer__isnull=False)
    given = {(row.attribute, row.key): row for row in rows}
    keys: dict[str, list[str]] = defaultdict(list)
    for attribute, key in given:
        keys[attribute].append(key)
    if given:
        shop.fuse()
    against = set()
    for attribute, some in keys.items():
        for word in shop.words(attribute, some):
            row = given[attribute, word.key]
            if word.value != row.answer and word.minute > _minute(row.answered_at):
                against.add((attribute, word.key))
    answers = [
        Answer(key=key, attribute=attribute, value=row.answer or "", minute=_minute(row.answered_at))
        for (attribute, key), row in given.items()
        if (attribute, key) not in against
    ]
    return answers, against


def settle(shop: Workshop, declared: Registry, reopened: set[Place], at: datetime) -> tuple[int, int]:
    """Open discrepancies for new contradictions, clear those that are gone; return how many of each.

    `reopened` are answers that no longer stand. Called in the transaction of the pass.
    """
    now = _now(shop, declared)
    rows = Discrepancy.objects.select_for_update().filter(registry=declared.name)
    known = {(row.attribute, row.key): row for row in rows}
    fresh = [_discrepancy(place, words, declared, at) for place, words in now.items() if place not in known]
    again = [row for place, row in known.items() if place in now and _asks_again(row, place in reopened)]
    gone = [row for place, row in known.items() if place not in now and row.state != DiscrepancyState.CLEARED]
    for row in again:
        _reopen(row, now[row.attribute, row.key], declared, at)
    for row in gone:
        row.state, row.cleared_at = DiscrepancyState.CLEARED.value, at
    Discrepancy.objects.bulk_create(fresh, batch_size=_BATCH)
    Discrepancy.objects.bulk_update(
        again, ["state", "answer", "answered_at", "cleared_at", "opened_at", "candidates"], _BATCH
    )
    Discrepancy.objects.bulk_update(gone, ["state", "cleared_at"], _BATCH)
    _tell([*fresh, *again], declared, at)
    return len(fresh) + len(again), len(gone)


def _now(shop: Workshop, declared: Registry) -> dict[Place, list[Word]]:
    """Return what is contradicted now: data that last, said differently by two sources."""
    found: dict[Place, list[Word]] = defaultdict(list)
    for attribute in declared.attributes:
        if not attribute.changes:
            for word in shop.contradictions(attribute.name):
                found[attribute.name, word.key].append(word)
    return found


def _asks_again(row: Discrepancy, reopened: bool) -> bool:  # noqa: FBT001 -- one flag, named at its only call
    return reopened or row.state == DiscrepancyState.CLEARED


def _reopen(row: Discrepancy, words: Iterable[Word], declared: Registry, at: datetime) -> None:
    row.state, row.answer, row.answered_at, row.cleared_at = DiscrepancyState.OPEN.value, None, None, None
    row.opened_at, row.candidates = at, _candidates(words, declared)


def _discrepancy(place: Place, words: Iterable[Word], declared: Registry, at: datetime) -> Discrepancy:
    attribute, key = place
    return Discrepancy(
        registry=declared.name, attribute=attribute,
        department=declared.source(law.authoritative(declared, attribute)).department,
        key=key, key_index=KEY_INDEX.of(key), candidates=_candidates(words, declared),
        state=DiscrepancyState.OPEN.value, opened_at=at,
    )  # fmt: skip


def _candidates(words: Iterable[Word], declared: Registry) -> str:
    sources = declared.sources
    said = [
        (sources[one.source].name, sources[one.source].department, one.value, law.moment(one.minute).isoformat())
        for one in words
    ]
    return json.dumps(said, ensure_ascii=False)


def _tell(rows: Iterable[Discrepancy], declared: Registry, at: datetime) -> None:
    for (attribute, department), count in sorted(Counter((row.attribute, row.department) for row in rows).items()):
        payload = DiscrepanciesOpened(registry=declared.name, attribute=attribute, department=department, count=count)
        emit("data.fusion.discrepancies_opened.v1", subject=f"{declared.name}.{attribute}", data=payload, at=at)


def _minute(moment: datetime | None) -> int:
    assert moment is not None  # noqa: S101 -- a discrepancy with an answer has its time, the table says so
    return law.minutes(moment)
