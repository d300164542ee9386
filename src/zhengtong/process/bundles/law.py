"""How parts of a bundle depend on one another 事项关联, as pure functions over their states."""

from collections.abc import Mapping

from zhengtong.process.bundles.contracts import BundleState, PartState

_FAILED = {PartState.REFUSED, PartState.BLOCKED, PartState.WITHDRAWN}


def settle(states: Mapping[str, PartState], waits: Mapping[str, tuple[str, ...]]) -> dict[str, PartState]:
    """Return which waiting parts may open now, and which can never: what they wait for was not granted.

    >>> settle({"a": PartState.GRANTED, "b": PartState.WAITING}, {"b": ("a",)})
    {'b': <PartState.OPEN: 'open'>}
    >>> settle({"a": PartState.REFUSED, "b": PartState.WAITING, "c": PartState.WAITING}, {"b": ("a",), "c": ("b",)})
    {'b': <PartState.BLOCKED: 'blocked'>, 'c': <PartState.BLOCKED: 'blocked'>}
    """
    now, changed = dict(states), dict[str, PartState]()
    while True:
        step = {
            code: after
            for code, state in now.items()
            if state is PartState.WAITING and (after := _after(now, waits.get(code, ()))) is not PartState.WAITING
        }
        if not step:
            return changed
        now |= step
        changed |= step


def _after(states: Mapping[str, PartState], waits_for: tuple[str, ...]) -> PartState:
    if any(states[other] in _FAILED for other in waits_for):
        return PartState.BLOCKED
    return PartState.OPEN if all(states[other] is PartState.GRANTED for other in waits_for) else PartState.WAITING


def whole(states: Mapping[str, PartState]) -> BundleState:
    """Return how far the whole is.

    >>> whole({"a": PartState.GRANTED, "b": PartState.REFUSED})
    <BundleState.PARTLY: 'partly'>
    """
    if not all(state.settled for state in states.values()):
        return BundleState.OPEN
    granted = sum(state is PartState.GRANTED for state in states.values())
    if granted == len(states):
        return BundleState.COMPLETED
    if granted:
        return BundleState.PARTLY
    withdrawn = all(state in {PartState.WITHDRAWN, PartState.BLOCKED} for state in states.values())
    return BundleState.WITHDRAWN if withdrawn else BundleState.NOT_DONE
