"""How an entry comes into the catalogue, changes, is found and goes."""

import pytest

from zhengtong.data.catalog import api
from zhengtong.data.catalog.contracts import ReasonNeeded
from zhengtong.data.catalog.models import Dataset
from zhengtong.data.catalog.tests import builders
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> builders.House:
    return builders.a_house()


def register(house: builders.House, *entries: api.DatasetEntry) -> api.RegisterReport:
    return api.register(actor=house.describer, provider=house.police, entries=entries, at=NOW)


def codes(found: api.Found) -> list[str]:
    return [row.code for row in found.rows]


def test_registering_the_same_again_changes_nothing_and_records_nothing(house: builders.House) -> None:
    assert register(house, builders.households()) == api.RegisterReport(added=1, changed=0, unchanged=0)
    acts = ledger.count_acts()
    assert register(house, builders.households()) == api.RegisterReport(added=0, changed=0, unchanged=1)
    assert ledger.count_acts() == acts


def test_an_entry_is_found_once_published_and_not_before(house: builders.House) -> None:
    register(house, builders.households())
    assert codes(api.search("户籍人口")) == []
    assert api.publish(actor=house.keeper, codes=[builders.HOUSEHOLDS], at=NOW) == 1
    assert (
        codes(api.search("户籍人口")) == codes(api.search("身份号码")) == codes(api.search()) == [builders.HOUSEHOLDS]
    )
    assert api.publish(actor=house.keeper, codes=[builders.HOUSEHOLDS], at=NOW) == 0


def test_a_change_raises_the_version_keeps_it_published_and_stands_in_the_ledger(house: builders.House) -> None:
    builders.published(house)
    before = api.dataset(builders.HOUSEHOLDS)
    register(house, builders.households(name="户籍登记"))
    after = api.dataset(builders.HOUSEHOLDS)
    assert (after.version, after.state, after.name) == (before.version + 1, api.DatasetState.PUBLISHED, "户籍登记")
    history = ledger.acts_on("data.catalog.dataset", builders.HOUSEHOLDS).items
    assert [one.act.business.command.rpartition(".")[2] for one in history] == ["register", "publish", "register"]
    assert codes(api.search("户籍登记"))[0] == builders.HOUSEHOLDS


def test_one_broken_entry_keeps_all_out(house: builders.House) -> None:
    broken, acts = builders.households(code="301001/2", table="", condition=""), ledger.count_acts()
    with pytest.raises(api.CatalogRowsBroken) as refusal:
        register(house, builders.households(), broken)
    assert [error.place for error in refusal.value.errors] == ["301001/2"]
    assert (Dataset.objects.count(), ledger.count_acts()) == (0, acts)


def test_who_may_not_describe_or_publish_is_turned_away(house: builders.House) -> None:
    with pytest.raises(NotAllowed):
        api.register(actor=house.stranger, provider=house.police, entries=[builders.households()], at=NOW)
    with pytest.raises(api.NotTheProvider):
        api.register(actor=house.describer, provider=house.market, entries=[builders.enterprises()], at=NOW)
    register(house, builders.households())
    with pytest.raises(NotAllowed):
        api.publish(actor=house.describer, codes=[builders.HOUSEHOLDS], at=NOW)
    assert [row.state for row in Dataset.objects.all()] == [api.DatasetState.REGISTERED]


def test_nobody_takes_over_another_departments_code_or_table(house: builders.House) -> None:
    builders.published(house)
    with pytest.raises(api.NotTheProvider):
        register(house, builders.enterprises())
    with pytest.raises(api.CatalogRowsBroken, match="police_households"):
        api.register(actor=SYSTEM, provider=house.market, at=NOW,
                     entries=[builders.enterprises(code="302001/2", table="police_households")])  # fmt: skip
    assert api.dataset(builders.ENTERPRISES).provider == house.market


def test_a_withdrawn_dataset_is_no_longer_found_and_a_reason_is_asked(house: builders.House) -> None:
    builders.published(house)
    with pytest.raises(ReasonNeeded):
        api.withdraw(actor=house.keeper, code=builders.HOUSEHOLDS, reason=" ", at=NOW)
    assert api.dataset(builders.HOUSEHOLDS).state is api.DatasetState.PUBLISHED
    for _again in range(2):
        api.withdraw(actor=house.keeper, code=builders.HOUSEHOLDS, reason="职责划转", at=NOW)
    assert codes(api.search("户籍人口")) == []
    assert api.dataset(builders.HOUSEHOLDS).state is api.DatasetState.WITHDRAWN
    register(house, builders.households())
    assert api.dataset(builders.HOUSEHOLDS).state is api.DatasetState.REGISTERED


def test_filters_and_facets_count_what_is_published(house: builders.House) -> None:
    builders.published(house)
    unconditional = api.Filters(sharing=api.SharingClass.UNCONDITIONAL)
    assert codes(api.search("登记", filters=unconditional)) == codes(api.search(filters=unconditional))
    assert codes(api.search(filters=api.Filters(provider=house.police))) == [builders.HOUSEHOLDS]
    facets = api.facets()
    assert {facet.value: facet.count for facet in facets.sharing} == {"unconditional": 1, "conditional": 1}
    assert {facet.label for facet in facets.provider} == {"公安局", "市监局"}
    assert [facet.value for facet in api.facets(unconditional).grade] == ["1"]


def test_the_inventory_counts_department_by_department(house: builders.House) -> None:
    builders.published(house)
    systems = [api.SystemEntry(key="census", name="人口系统")]
    api.register(actor=SYSTEM, provider=house.police, systems=systems, at=NOW,
                 entries=[builders.households(code="301001/2", table="", system="census")])  # fmt: skip
    inventory = api.inventory()
    police = next(one for one in inventory.departments if one.provider == house.police)
    assert (inventory.datasets, inventory.elements, inventory.systems) == (3, 7, 1)
    assert (police.datasets, police.published, police.conditional, police.opened) == (2, 1, 2, 0)
    assert police.grades[api.DataGrade.GENERAL_3] == 2
    assert [(one.key, one.datasets) for one in api.systems_of(house.police)] == [("census", 1)]


def test_a_dataset_is_known_by_its_table(house: builders.House) -> None:
    builders.published(house)
    found = api.dataset_of_table("police_households")
    assert (found.code, found.keys, found.has_personal_data) == (builders.HOUSEHOLDS, ("id_number",), True)
    for unknown in ("", "nothing"):
        with pytest.raises(api.DatasetUnknown):
            api.dataset_of_table(unknown)


def test_the_opening_mode_is_kept_where_a_release_before_it_neither_reads_nor_writes(house: builders.House) -> None:
    def registered(mode: api.OpeningMode | None) -> str:
        entry = builders.enterprises(
            opening=api.OpeningClass.CONDITIONAL, opening_condition="登记", opening_mode=mode
        )  # fmt: skip
        api.register(actor=SYSTEM, provider=house.market, entries=[entry], at=NOW)
        return Dataset.objects.get(code=builders.ENTERPRISES).digest

    silent = registered(None)
    assert registered(api.OpeningMode.AGREEMENT) != silent
    row = Dataset.objects.get(code=builders.ENTERPRISES)
    assert "opening_mode" not in row.entry
    assert api.dataset(row.code).entry.opening_mode is api.OpeningMode.AGREEMENT
    assert registered(None) == silent
    assert str(Dataset._meta.get_field("opening_mode").db_default) == ""
