"""The register: what is entered of the catalogue, whose rights conflict, which step follows; each change is an act."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.data.assets import api as assets
from zhengtong.data.assets import law
from zhengtong.data.assets.api import AssetState, Cost, CostKind, RightEntry, RightKind
from zhengtong.data.assets.models import Asset, Right
from zhengtong.data.assets.tests.builders import (
    BEGINS,
    NOW,
    PATIENTS,
    SHOPS,
    SYSTEM,
    YEAR,
    House,
    holding,
    operating,
    registered,
    shops,
)
from zhengtong.data.catalog import api as catalog
from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import Asked
from zhengtong.trust.ledger.api import acts_on

CLEANING = Cost(kind=CostKind.PROCESSING, fen=1_250_000, note="清洗和标注")
DAYS = st.integers(min_value=0, max_value=40).map(lambda number: BEGINS + timedelta(days=number))
PERIODS = st.tuples(DAYS, st.none() | st.integers(min_value=1, max_value=20)).map(
    lambda drawn: (drawn[0], None if drawn[1] is None else drawn[0] + timedelta(days=drawn[1]))
)


def steps_of(one: assets.AssetView) -> list[str]:
    acts = acts_on(assets.THING, str(one.id)).items
    return [act.act.business.command.rpartition(".")[2] for act in reversed(acts)]


def test_an_asset_is_registered_of_a_catalogued_dataset_with_its_holder_and_costs(house: House) -> None:
    rights = (holding(house.market), operating(house.operator, ends_on=YEAR))
    one = registered(house, rights=rights, costs=(CLEANING,))
    assert (one.state, one.version, one.provider, one.datasets) == (AssetState.REGISTERED, 1, house.market, (SHOPS,))
    assert {(right.kind, right.holder, right.ends_on) for right in one.rights} == {
        (RightKind.HOLDING, house.market, None), (RightKind.OPERATING, house.operator, YEAR),
    }  # fmt: skip
    assert one.costs == (CLEANING,)
    assert assets.asset(house.clerk, one.id) == one
    assert steps_of(one) == ["register"]
    assert OutboxEvent.objects.filter(type=assets.STATE_CHANGED, subject=str(one.id)).count() == 1


def test_sending_the_form_twice_registers_once(house: House) -> None:
    identifier = new_id()
    once = assets.register(actor=house.clerk, asset=identifier, entry=shops(house), at=NOW)
    again = assets.register(actor=house.clerk, asset=identifier, entry=shops(house), at=NOW)
    assert again == once
    assert steps_of(once) == ["register"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"datasets": ()}, "datasets"),
        ({"datasets": (SHOPS, SHOPS)}, "datasets"),
        ({"datasets": ("999999/1",)}, "datasets"),
        ({"datasets": (SHOPS, PATIENTS)}, "datasets"),
        ({"rights": ()}, "rights"),
        ({"costs": (CLEANING, CLEANING)}, "costs"),
        ({"costs": (Cost(kind=CostKind.TAXES, fen=0),)}, "costs"),
    ],
    ids=str,
)
def test_an_entry_that_contradicts_itself_or_the_catalogue_is_refused(
    house: House, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(assets.AssetUnfit) as refusal:
        registered(house, **changed)
    assert refusal.value.field == field
    assert not Asset.objects.exists()


def test_a_dataset_taken_out_of_the_catalogue_makes_no_asset(house: House) -> None:
    catalog.withdraw(actor=SYSTEM, code=SHOPS, reason="停用", at=NOW)
    with pytest.raises(assets.AssetUnfit, match=SHOPS):
        registered(house)


def test_a_period_without_a_day_and_an_unknown_holder_are_refused(house: House) -> None:
    for right in (holding(house.market, BEGINS, BEGINS), holding(new_id())):
        with pytest.raises(assets.AssetUnfit) as refusal:
            registered(house, rights=(right,))
        assert refusal.value.field == "rights"


def test_only_the_department_itself_registers_what_it_provides(house: House) -> None:
    for actor in (house.healer, house.stranger):
        with pytest.raises(NotAllowed):
            registered(house, actor)
    assert not Asset.objects.exists()


def test_two_assets_of_a_department_have_two_names(house: House) -> None:
    registered(house)
    with pytest.raises(assets.AssetUnfit) as refusal:
        registered(house)
    assert refusal.value.field == "name"


def test_two_holders_of_one_right_over_one_resource_and_period_are_refused(house: House) -> None:
    one = registered(house, rights=(holding(house.market), operating(house.operator, BEGINS, YEAR)))
    for right in (operating(house.data, date(2026, 12, 31)), operating(house.data, date(2025, 1, 1), date(2026, 1, 2))):
        with pytest.raises(assets.RightHeldByAnother, match="数据运营公司"):
            assets.grant_right(actor=house.clerk, asset=one.id, version=1, right=right, at=NOW)
        with pytest.raises(assets.RightHeldByAnother, match="餐饮店数据资产"):
            registered(house, name="另一项", rights=(holding(house.market), right))
    assert Right.objects.count() == 2
    assert Asset.objects.count() == 1
    after = assets.grant_right(actor=house.clerk, asset=one.id, version=1, right=operating(house.data, YEAR), at=NOW)
    assert [right.holder for right in after.rights if right.kind is RightKind.OPERATING] == [house.operator, house.data]
    assert after.version == 2


def test_a_right_that_was_ended_leaves_room_from_that_day_on(house: House) -> None:
    one = registered(house, rights=(holding(house.market), operating(house.operator)))
    right = next(right for right in one.rights if right.kind is RightKind.OPERATING)
    for wrong in (date(2026, 11, 19), BEGINS):
        with pytest.raises(assets.AssetUnfit):
            assets.end_right(actor=house.clerk, asset=one.id, version=1, right=right.id, ends_on=wrong, at=NOW)
    ends = date(2026, 12, 1)
    one = assets.end_right(actor=house.clerk, asset=one.id, version=1, right=right.id, ends_on=ends, at=NOW)
    assert one.held_by(RightKind.OPERATING, date(2026, 11, 30)) is not None
    assert one.held_by(RightKind.OPERATING, ends) is None
    one = assets.grant_right(actor=house.clerk, asset=one.id, version=2, right=operating(house.data, ends), at=NOW)
    assert one.held_by(RightKind.OPERATING, ends).holder == house.data  # type: ignore[union-attr]
    assert steps_of(one) == ["register", "end_right", "grant_right"]


def test_an_asset_of_which_another_person_knows_more_is_not_changed(house: House) -> None:
    one = registered(house)
    assets.restate_costs(actor=house.clerk, asset=one.id, version=1, costs=(CLEANING,), at=NOW)
    with pytest.raises(assets.AssetChanged):
        assets.restate_costs(actor=house.clerk, asset=one.id, version=1, costs=(), at=NOW)
    assert assets.asset(house.clerk, one.id).costs == (CLEANING,)


def test_suspending_and_withdrawing_say_why_and_resuming_does_not(house: House) -> None:
    one = registered(house)
    with pytest.raises(assets.AssetReasonNeeded):
        assets.suspend(actor=house.clerk, asset=one.id, version=1, reason=" ", at=NOW)
    one = assets.suspend(actor=house.clerk, asset=one.id, version=1, reason="核对口径", at=NOW)
    assert (one.state, one.reason) == (AssetState.SUSPENDED, "核对口径")
    with pytest.raises(assets.AssetNotInForce):
        assets.grant_right(actor=house.clerk, asset=one.id, version=2, right=operating(house.data), at=NOW)
    one = assets.resume(actor=house.clerk, asset=one.id, version=2, at=NOW)
    assert (one.state, one.reason) == (AssetState.REGISTERED, "")
    one = assets.withdraw(actor=house.clerk, asset=one.id, version=3, reason="停止维护", at=NOW)
    with pytest.raises(assets.AssetNotInForce):
        assets.resume(actor=house.clerk, asset=one.id, version=4, at=NOW)
    assert steps_of(one) == ["register", "suspend", "resume", "withdraw"]


def test_a_withdrawn_asset_binds_nobody(house: House) -> None:
    one = registered(house)
    assets.withdraw(actor=house.clerk, asset=one.id, version=1, reason="合并", at=NOW)
    assert registered(house, name="合并后", rights=(holding(house.data),)).state is AssetState.REGISTERED


def test_an_asset_is_seen_by_its_department_and_whoever_has_a_right_in_it(house: House) -> None:
    one = registered(house)
    with pytest.raises(assets.AssetUnknown):
        assets.asset(house.stranger, one.id)
    assert not assets.assets(house.stranger, Asked()).rows
    with pytest.raises(assets.AssetUnknown):
        assets.suspend(actor=house.healer, asset=one.id, version=1, reason="试试", at=NOW)
    right = RightEntry(kind=RightKind.PROCESSING, holder=house.health, starts_on=BEGINS)
    assets.grant_right(actor=house.clerk, asset=one.id, version=1, right=right, at=NOW)
    assert assets.asset(house.stranger, one.id).id == one.id
    with pytest.raises(NotAllowed):
        assets.suspend(actor=house.healer, asset=one.id, version=2, reason="试试", at=NOW)


def test_the_register_is_searched_sorted_and_paged(house: House) -> None:
    for name in ("C", "A", "B"):
        registered(house, name=name)
    first = assets.assets(house.clerk, Asked(sort="name", size=2))
    rest = assets.assets(house.clerk, Asked(sort="name", size=2, after=first.after))
    names = [one.name for one in (*first.rows, *rest.rows)]
    assert names == ["A", "B", "C"]
    assert [one.name for one in assets.assets(house.clerk, Asked(text="a")).rows] == ["A"]
    found = assets.assets(house.clerk, Asked(text=SHOPS)).rows
    assert [(one.resources, one.provider_name) for one in found] == [(1, "市监局")] * 3
    assert not assets.assets(house.clerk, Asked(), state=AssetState.WITHDRAWN).rows


@given(PERIODS, PERIODS)
def test_periods_overlap_exactly_when_they_share_a_day(one: law.Period, other: law.Period) -> None:
    def days(period: law.Period) -> set[date]:
        return {
            day for number in range(80)
            if period[0] <= (day := BEGINS + timedelta(days=number)) and (period[1] is None or day < period[1])
        }  # fmt: skip

    assert law.overlaps(one, other) == bool(days(one) & days(other)) == law.overlaps(other, one)


@given(st.lists(PERIODS, max_size=4), PERIODS)
def test_a_period_is_covered_when_every_day_of_it_is(periods: list[law.Period], wanted: law.Period) -> None:
    holder = new_id()
    rights = [
        assets.RightView(
            id=new_id(), kind=RightKind.OPERATING, holder=holder, holder_name="", holder_name_en="", starts_on=begins,
            ends_on=ends,
        )
        for begins, ends in periods
    ]  # fmt: skip
    last = wanted[1] or BEGINS + timedelta(days=400)
    days = [wanted[0] + timedelta(days=number) for number in range((last - wanted[0]).days)]
    everyday = all(any(right.on(day) for right in rights) for day in days)
    assert law.covered(rights, RightKind.OPERATING, holder, wanted) == everyday
    assert not law.covered(rights, RightKind.OPERATING, new_id(), wanted)


def test_every_refusal_tells_what_to_do() -> None:
    found = [one for one in vars(assets).values() if isinstance(one, type) and issubclass(one, Refusal)]
    assert all(one.remedy and one.message for one in found)
    assert len({one.code for one in found}) == len(found) == 16
