"""Who follows the steps of instances 跟随: rooms above keep their tables in step, in the same transaction."""

from collections.abc import Callable, Collection
from datetime import datetime

from zhengtong.process.store.contracts import Receipt

Follower = Callable[[Receipt, datetime], None]
_followers: dict[str, tuple[frozenset[str], Follower]] = {}


def follow(name: str, definitions: Collection[str], follower: Follower) -> None:
    """Call *follower* after every step of an instance of these *definitions*, in the step's transaction.

    The same name again replaces it.
    """
    _followers[name] = (frozenset(definitions), follower)


def tell(definition: str, receipt: Receipt, at: datetime) -> None:
    """Tell the followers of *definition* of a step that was just written."""
    for followed, follower in _followers.values():
        if definition in followed:
            follower(receipt, at)
