"""A bundle's parts open, fail and end by what they wait for, whatever each department decides."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.process.bundles import law
from zhengtong.process.bundles.contracts import BundleState, PartState


@given(st.lists(st.sampled_from([PartState.GRANTED, PartState.REFUSED, PartState.WITHDRAWN]), min_size=5, max_size=5))
def test_a_bundle_always_comes_to_an_end_and_opens_nothing_before_what_it_waits_for(ends: list[PartState]) -> None:
    """The newborn's graph: 2 waits for 0, 3 and 4 wait for 2; 1 waits for nothing."""
    waits: dict[str, tuple[str, ...]] = {"2": ("0",), "3": ("2",), "4": ("2",)}
    states = dict.fromkeys("01234", PartState.WAITING)
    for _round in range(10):
        states |= law.settle(states, waits)
        for code, state in states.items():
            if state is PartState.OPEN:
                assert all(states[other] is PartState.GRANTED for other in waits.get(code, ()))
                states[code] = ends[int(code)]
                break
    assert all(state.settled for state in states.values())
    assert law.whole(states) is not BundleState.OPEN
