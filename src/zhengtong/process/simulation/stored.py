"""Histories of the platform's own cases 本平台的办件历史: from the event rows of the store, case by case."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from zhengtong.process.simulation.contracts import Happening, History
from zhengtong.process.store import api as store


def of_store(key: str, *, since: datetime | None = None) -> Iterator[History]:
    """Yield every instance of the definition *key* that moved since *since*, from the store's event rows."""
    for instance, _moves in groupby(store.event_log(key, since=since), key=lambda row: row[0]):
        yield of_steps(instance, store.history(UUID(instance)), store.state_of(UUID(instance)))


def of_steps(case: str, steps: Sequence[store.StepView], state: store.InstanceState) -> History:
    """Return the history of one instance: work done by people and services is strict, what the engine did is not."""
    happenings: list[Happening] = []
    for step in steps:
        worked = {(entry.token, entry.node) for entry in step.entries if entry.what == "work_completed"}
        for entry in step.entries:
            by_hand = entry.what == "work_completed"
            alone = entry.what == "activity_completed" and (entry.token, entry.node) not in worked
            if by_hand or alone or entry.what == "event_caught":
                happenings.append(Happening(activity=entry.node, at=step.at, strict=by_hand))
    ended = state is not store.InstanceState.RUNNING
    return History(case=case, happenings=tuple(happenings), started_at=steps[0].at if steps else None, ended=ended)


def activities_in_store(key: str, *, since: datetime | None = None) -> list[str]:
    """Return the elements of the definition *key* that happened, as the store's event rows name them."""
    names = {happening.activity for history in of_store(key, since=since) for happening in history.happenings}
    return sorted(names)
