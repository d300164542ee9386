"""A worker may be killed at any moment: each event is handled exactly once in effect, in the order of its subject."""

import os
import signal
import time

import pytest

from tests.recovery.conftest import House

KILLS, EVENTS, SUBJECTS = 50, 5_000, 50

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # the second mark has these run on both databases


def test_fifty_killed_workers_lose_nothing_and_double_nothing(house: House) -> None:
    seed = str(int.from_bytes(os.urandom(4)))
    print(f"seed {seed}")  # noqa: T201 -- shown when it fails, to repeat the run
    told = house.run("-m", "killable.nursery", "rush", str(KILLS), str(EVENTS), seed)
    steps = f"{SUBJECTS} {EVENTS} [{EVENTS // SUBJECTS}] in order"
    assert told.split("\n") == [
        f"killed {KILLS}",
        f"first {steps}",
        f"second {steps}",
        f"fragile {SUBJECTS} {EVENTS} [] in order",
        f"waiting 0, inbox {3 * EVENTS}, outstanding 0",
    ]


def test_three_workers_at_once_share_the_work_and_keep_the_order(house: House) -> None:
    told = house.run("-m", "killable.nursery", "share", "3", "3000")
    assert told.split("\n") == [
        "ended [0, 0, 0]",
        f"first {SUBJECTS} 3000 [60] in order",
        f"second {SUBJECTS} 3000 [60] in order",
        f"fragile {SUBJECTS} 3000 [] in order",
        "waiting 0, inbox 9000, outstanding 0",
    ]


@pytest.mark.parametrize(
    "place", ["events.claimed", "events.received", "events.handled", "events.marked", "events.committed"]
)
def test_what_a_worker_had_in_hand_when_it_died_is_done_once_by_the_next(house: House, place: str) -> None:
    told = house.run("-m", "killable.nursery", "die", place, "False")
    assert told.split("\n") == [
        "killed 1",
        "first 1 6 [6] in order",
        "second 1 6 [6] in order",
        "fragile 1 6 [] in order",
        "waiting 0, inbox 18, outstanding 0",
    ]


# once a handler failed, the events go one by one: these places lie within the careful way
@pytest.mark.parametrize(
    "place",
    [
        "events.claimed:3",
        "events.received:4",
        "events.handled:5",
        "events.between:1",
        "events.between:8",
        "events.between:11",
        "events.between:12",
    ],
)
def test_a_worker_that_dies_while_a_handler_fails_doubles_nothing(house: House, place: str) -> None:
    told = house.run("-m", "killable.nursery", "die", place, "True")
    assert told.split("\n") == [
        "killed 1",
        "first 1 6 [6] in order",
        "second 1 6 [6] in order",
        "fragile 1 3 [] in order",
        "waiting 0, inbox 15, outstanding 3",
    ]


def test_a_worker_that_is_asked_to_stop_ends_in_order_and_leaves_no_trace_of_itself(house: House) -> None:
    alive = "from zhengtong.kernel.events.models import Worker; print(Worker.objects.filter(pid={}).count())"
    worker = house.start("worker")
    deadline = time.monotonic() + 120
    while house.ask(alive.format(worker.pid)) == "0":
        assert worker.poll() is None, worker.communicate()[1]
        assert time.monotonic() < deadline, "the worker did not show itself"
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=120)
    assert (worker.returncode, house.ask(alive.format(worker.pid))) == (0, "0"), said
