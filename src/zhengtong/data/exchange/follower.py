"""The other side of a subscription 订阅示例: what a department's own script does to follow a resource.

A state file says which version was reached, which position of the feed was read, and which version is on its way. It is
written before a range is fetched and after, so whoever is killed in between goes on with the same range.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _

STATE = "following.json"


class FeedRewritten(Refusal):
    """What the other side announces does not go on where it was read: it was restored or rebuilt; `what` says where."""

    code = "feed_rewritten"
    message = _("对方的变更通知与已取得的不衔接（{what}），可能经过恢复或重建。")
    remedy = _("已取得的数据没有改变；请与对方核对后，从全部数据重新开始。")


@dataclass(frozen=True, kw_only=True)
class Following:
    """Where a subscriber stands.

    Attributes:
        agreement: whose subscription it is.
        version: what was reached; None before everything was fetched once.
        position: how far the feed was read.
        target: the version that was announced last; fetched when `version` is the same.
        heard: the id of the announcement at `position`; empty where an older state file did not keep it.
    """

    agreement: str
    version: int | None = None
    position: int = 0
    target: int | None = None
    heard: str = ""

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
        FeedRewritten: what is announced does not go on where it was read the last time; nothing was fetched.
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


def standing(folder: Path) -> Following | None:
    """Return where the subscriber whose folder this is stands; None before it first asked."""
    path = folder / STATE
    return Following(**orjson.loads(path.read_bytes())) if path.exists() else None


def _listened(wanted: Wanted, state: Following, post: Post, now: Callable[[], float]) -> Following:
    """Read the feed to its end; what is on its way is finished first, so that its folder keeps its name."""
    if state.target is not None and (state.version is None or state.version < state.target):
        return state
    page = heard(wanted, post, after=max(state.position - 1, 0), now=now)  # the one read last is read again
    told = _behind(state, page["announcements"])
    while told:
        last = told[-1]
        state = replace(state, position=page["next"], target=last["data"]["to"], heard=last["id"])
        page = heard(wanted, post, after=state.position, now=now)
        told = _joined(state, page["announcements"])
    return state


def _behind(state: Following, told: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return what is new of *told*, which begins with the announcement read last, unless that was forgotten since.

    Only the latest announcement is never forgotten, so whoever was read last and has none behind it must be there.

    Raises:
        FeedRewritten: the other side does not know what it announced, or announced something else in its place.
    """
    if state.position == 0:
        return _joined(state, told)
    if not told:
        raise FeedRewritten(what=f"#{state.position}")
    first = told[0]
    if first["data"]["position"] > state.position:
        return _joined(state, told)
    if state.heard not in {"", first["id"]} or first["data"]["to"] != state.target:
        raise FeedRewritten(what=f"#{state.position}: {first['data']['to']}")
    return _joined(state, told[1:])


def _joined(state: Following, told: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return *told*, whose ranges join those read before; whoever begins anew joins anything.

    Raises:
        FeedRewritten: one does not.
    """
    end = state.target
    for one in told:
        if end is not None and one["data"]["from"] != end + 1:
            raise FeedRewritten(
                what=f"#{one['data']['position']}: {one['data']['from']}–{one['data']['to']} ≠ {end + 1}–"
            )
        end = one["data"]["to"]
    return told


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
