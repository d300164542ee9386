"""A home becomes a demo in one run, whatever happened in the runs before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from zhengtong.data.exchange import api as exchange
from zhengtong.data.registries import api as registries
from zhengtong.kernel.clock import on_day, system
from zhengtong.process.items import api as items
from zhengtong.site.demo import accounts, load
from zhengtong.site.demo.tests.homes import import_regions, in_post, setup
from zhengtong.trust.ledger.api import count_acts

pytestmark = pytest.mark.django_db


class Interrupted(load.Console):
    """A console that is interrupted when a step begins, or while it shows how far it is."""

    def __init__(self, label: str, *, inside: bool) -> None:
        super().__init__(quiet=True)
        self._label, self._inside = label, inside

    @contextmanager
    def step(self, label: str) -> Iterator[Callable[[str], None]]:
        def show(state: str) -> None:
            if self._label in label:
                raise KeyboardInterrupt(state)

        if self._label in label and not self._inside:
            raise KeyboardInterrupt
        yield show


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.fixture
def _regions() -> None:
    import_regions()


@pytest.mark.usefixtures("_regions")
def test_one_run_makes_a_whole_demo_and_the_next_changes_nothing() -> None:
    setup().run()
    sizes, acts, people = registries.sizes(), count_acts(), get_user_model().objects.count()
    assert (sizes.residents, sizes.households, sizes.enterprises) == (2000, 720, 80)
    assert items.statistics().items >= 60
    assert items.search("新生儿").entries[0].is_bundle
    approver, civil = in_post("approver"), in_post("civil")
    assert [one.consumer_name for one in exchange.requests_to_answer(approver)] != []
    assert [one.used_today for one in exchange.agreements(civil, at=system.now())] == [0, 0]
    setup(seed=None).run()
    assert (registries.sizes(), count_acts(), get_user_model().objects.count()) == (sizes, acts, people)


@pytest.mark.usefixtures("_regions")
@pytest.mark.parametrize(("label", "inside"), [("2/2", False), ("2/2", True), ("offices", False), ("handles", False)])
def test_a_run_that_was_interrupted_is_completed_by_the_next(label: str, inside: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    with pytest.raises(KeyboardInterrupt):
        setup(scale=2, console=Interrupted(label, inside=inside)).run()
    setup(scale=2).run()
    assert registries.sizes().residents == 4000
    assert accounts.opened()
    figures = items.statistics()
    assert figures.implementations > figures.items


@pytest.mark.usefixtures("_regions")
def test_a_larger_scale_adds_to_what_is_there() -> None:
    setup(scale=1).run()
    first = registries.loaded_parts()
    setup(scale=2).run()
    assert registries.loaded_parts() > first
    assert registries.population("330522", at=on_day(system.now())).residents == 2000


@pytest.mark.usefixtures("_regions")
def test_another_seed_does_not_mix_with_the_first() -> None:
    setup(seed="one").run()
    sizes = registries.sizes()
    with pytest.raises(load.OtherSeed) as caught:
        setup(seed="two").run()
    assert "one" in caught.value.explanation
    assert registries.sizes() == sizes


@pytest.mark.usefixtures("_regions")
def test_there_are_no_demo_logins_outside_a_demo(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(accounts.DemoOnly):
        setup().run()
    assert get_user_model().objects.count() == 0


@pytest.mark.usefixtures("_regions")
def test_a_database_with_accounts_of_its_own_is_left_alone() -> None:
    setup().run()
    get_user_model().objects.filter(username=accounts.CITIZEN).update(username="somebody")
    before = registries.sizes()
    with pytest.raises(accounts.DemoOnly):
        setup(scale=2).run()
    assert registries.sizes() == before
