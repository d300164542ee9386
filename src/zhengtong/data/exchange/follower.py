"""The other side of a subscription 订阅示例: what a department's own script does to follow a resource.

A state file says which version was reached, which position of the feed was read, and which version is on its way. It is
written before a range is fetched and after, so whoever is killed in between goes on with the same range.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from zhengtong.data.exchange.consumer import (
    Fetched,
    GatewayRefused,
    Pieces,
    Post,
    Told,
    Wanted,
    fetch,
    heard,
    write_whole,
)

STATE = "following.json"


@dataclass(frozen=True, kw_only=True)
class Following:
    """Where a subscriber stands.

    Attributes:
        agreement: whose subscription it is.
        version: what was reached; None before everything was fetched once.
        position: how far the feed was read.
        target: the version that was announced last; fetched when `version` is the same.
    """

    agreement: str
    version: int | None = None
    position: int = 0
    target: int | None = None

    @property
    def folder(self) -> str:
        """Where the range on its way lies."""
        return f"{'all' if self.version is None else format(self.version + 1, '08d')}-{self.target:08d}"


def follow(
    wanted: Wanted,
    folder: Path,
    post: Post,
    *,
    anew: bool = False,
    told: Told = lambda _done, _all: None,
    reached: Callable[[str, Fetched], None] = lambda _folder, _fetched: None,
    now: Callable[[], float] = lambda: time.time(),  # noqa: PLW0108 -- read when called
) -> Following:
    """Fetch what was announced since the last time, range by range, each in a folder of its own within *folder*.

    Args:
        wanted: what is followed.
        folder: where the state and the ranges lie; one folder for one subscription.
        post: what sends.
        anew: begin with all rows again, because the changes since were cleared away.
        told: called with the parts of a range that lie there and the parts there are.
        reached: called with the name of a range's folder when it is whole.
        now: Unix time in seconds.

    Raises:
        GatewayRefused: the gateway refused, the bytes do not fit their digest, or the folder is another subscription's.
        OSError: the line was cut; run again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = _listened(wanted, _state(wanted, folder, anew=anew), post, now)
    _keep(folder, state)
    while state.target is not None and (state.version is None or state.version < state.target):
        first = None if state.version is None else state.version + 1
        pieces = Pieces(path="/v1/changes", names=("from", "to"), asked={"from": first, "to": state.target})
        found = fetch(wanted, folder / state.folder, post, pieces=pieces, told=told, now=now)
        reached(state.folder, found)
        state = replace(state, version=found.version)
        _keep(folder, state)
    return state


def _listened(wanted: Wanted, state: Following, post: Post, now: Callable[[], float]) -> Following:
    """Read the feed to its end; what is on its way is finished first, so that its folder keeps its name."""
    if state.target is not None and (state.version is None or state.version < state.target):
        return state
    while True:
        page = heard(wanted, post, after=state.position, now=now)
        if not page["announcements"]:
            return state
        latest = page["announcements"][-1]["data"]["to"]
        state = replace(state, position=page["next"], target=max(latest, state.target or 0))


def _state(wanted: Wanted, folder: Path, *, anew: bool) -> Following:
    path = folder / STATE
    if not path.exists() or anew:
        return Following(agreement=wanted.agreement)
    found = Following(**orjson.loads(path.read_bytes()))
    if found.agreement != wanted.agreement:
        raise GatewayRefused(what=f"{path}: {found.agreement}")
    return found


def _keep(folder: Path, state: Following) -> None:
    write_whole(folder / STATE, orjson.dumps(asdict(state)))
