"""Authorised operation: the operator defines, the platform counts, and no path hands rows to the operator."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from zhengtong.data.assets import api as assets
from zhengtong.data.assets.api import Item, OperationEntry, ProductEntry, ProductState
from zhengtong.data.assets.models import Operation, Product
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
)
from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange import api as exchange
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import FieldPlan, Treatment
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import Asked
from zhengtong.trust.ledger.api import acts_on

BY_YEAR = FieldPlan(name="born_on", treatment=Treatment.YEAR)
BY_DISEASE = FieldPlan(name="disease")
ITEMS = tuple(Item(dataset=PATIENTS, name=name) for name in ("area", "born_on", "disease"))
AFTER = NOW + timedelta(days=60)


@pytest.fixture
def visits(house: House) -> assets.AssetView:
    """The asset of visits to hospitals, which the company may operate until the new year."""
    rights = (holding(house.health), operating(house.operator, BEGINS, YEAR))
    return registered(house, house.healer, name="就诊数据资产", datasets=(PATIENTS,), rights=rights)


def wanted(house: House, asset: assets.AssetView, **changed: object) -> OperationEntry:
    entry = OperationEntry(
        asset=asset.id, operator=house.operator, starts_on=date(2026, 11, 1), ends_on=YEAR, items=ITEMS,
        smallest_group=10, most_products=3, basis="授权运营协议 2026-1",
    )  # fmt: skip
    return replace(entry, **changed)  # type: ignore[arg-type]


def granted(house: House, asset: assets.AssetView, **changed: object) -> assets.OperationView:
    return assets.grant(actor=house.healer, operation=new_id(), entry=wanted(house, asset, **changed), at=NOW)


def defined(one: assets.OperationView, *fields: FieldPlan, **changed: object) -> ProductEntry:
    entry = ProductEntry(operation=one.id, name="就诊统计", dataset=PATIENTS, fields=fields or (BY_YEAR,), margins=True)
    return replace(entry, **changed)  # type: ignore[arg-type]


def submitted(house: House, one: assets.OperationView, *fields: FieldPlan) -> assets.ProductView:
    return assets.submit(actor=house.agent, product=new_id(), entry=defined(one, *fields), at=NOW)


def test_the_operator_defines_and_gets_counts(house: House, visits: assets.AssetView) -> None:
    one = submitted(house, granted(house, visits))
    assert (one.state, one.cells) == (ProductState.SUBMITTED, ())
    made = assets.compute(actor=house.healer, product=one.id, at=NOW)
    assert (made.state, made.names) == (ProductState.COMPUTED, ("born_on", "count"))
    assert dict(made.cells) == {"1980": 60, "1981": 60, "1982": 60, "1983": 60, "*": 240}
    assert assets.delivered(house.agent, one.id, at=NOW) == made == assets.product(house.agent, one.id)
    steps = [act.act.business.command.rpartition(".")[2] for act in acts_on(assets.PRODUCT, str(one.id)).items]
    assert steps == ["compute_product", "submit_product"]


def test_groups_below_the_grants_size_are_not_named_and_cannot_be_computed(
    house: House, visits: assets.AssetView
) -> None:
    """The rare diagnosis of one patient is left out, and so are the groups that would give it away."""
    one = submitted(house, granted(house, visits), BY_YEAR, BY_DISEASE)
    made = assets.compute(actor=house.healer, product=one.id, at=NOW)
    assert made.state is ProductState.COMPUTED
    assert made.report is not None
    measures = made.report.measures
    assert (measures.suppressed, measures.complementary > 0, measures.recoverable) == (2, True, 0)
    assert len(made.cells) == measures.rows - measures.suppressed - measures.complementary
    assert "罕见病" not in repr(made.cells)
    assert min(cell[-1] for cell in made.cells) >= 10


def test_a_definition_too_fine_is_refused_and_nothing_is_handed_over(house: House, visits: assets.AssetView) -> None:
    one = submitted(house, granted(house, visits), FieldPlan(name="born_on"), BY_DISEASE)
    made = assets.compute(actor=house.healer, product=one.id, at=NOW)
    assert (made.state, made.cells) == (ProductState.REFUSED, ())
    assert made.report is not None
    assert opening.Risk.MUCH_SUPPRESSED in made.report.risks
    with pytest.raises(assets.ProductUnknown):
        assets.delivered(house.agent, one.id, at=NOW)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"ends_on": date(2026, 11, 1)}, "ends_on"),
        ({"ends_on": YEAR + timedelta(days=1)}, "operator"),
        ({"starts_on": BEGINS - timedelta(days=1)}, "operator"),
        ({"smallest_group": 4}, "smallest_group"),
        ({"most_products": 0}, "most_products"),
        ({"items": ()}, "items"),
        ({"items": (Item(dataset=PATIENTS, name="none"),)}, "items"),
        ({"items": (Item(dataset=SHOPS, name="kind"),)}, "items"),
        ({"items": (Item(dataset=PATIENTS, name="id_number"),)}, "items"),
    ],
    ids=str,
)
def test_a_grant_that_contradicts_the_asset_or_its_rights_is_refused(
    house: House, visits: assets.AssetView, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(assets.OperationUnfit) as refusal:
        granted(house, visits, **changed)
    assert refusal.value.field == field
    assert not Operation.objects.exists()


def test_only_who_has_the_operating_right_is_granted_and_only_the_department_grants(
    house: House, visits: assets.AssetView
) -> None:
    for operator in (house.data, house.health):
        with pytest.raises(assets.OperationUnfit):
            granted(house, visits, operator=operator)
    with pytest.raises(NotAllowed):
        assets.grant(actor=house.agent, operation=new_id(), entry=wanted(house, visits), at=NOW)
    with pytest.raises(assets.AssetUnknown):
        assets.grant(actor=house.clerk, operation=new_id(), entry=wanted(house, visits), at=NOW)
    assert not Operation.objects.exists()


def test_a_definition_asks_only_for_what_was_granted_and_only_so_often(house: House, visits: assets.AssetView) -> None:
    one = granted(house, visits, items=(Item(dataset=PATIENTS, name="born_on"),), most_products=1)
    wrong: tuple[tuple[ProductEntry, str], ...] = (
        (defined(one, BY_DISEASE), "fields"), (defined(one, FieldPlan(name="id_number")), "fields"),
        (defined(one, dataset=SHOPS), "fields"), (defined(one, name=" "), "name"),
        (replace(defined(one), fields=()), "fields"),
    )  # fmt: skip
    for entry, field in wrong:
        with pytest.raises(assets.ProductUnfit) as refusal:
            assets.submit(actor=house.agent, product=new_id(), entry=entry, at=NOW)
        assert refusal.value.field == field
    assert not Product.objects.exists()
    submitted(house, one)
    with pytest.raises(assets.ProductUnfit, match="已经用完"):
        submitted(house, one)


def test_sending_a_form_twice_grants_and_submits_once(house: House, visits: assets.AssetView) -> None:
    identifier, entry = new_id(), wanted(house, visits)
    one = assets.grant(actor=house.healer, operation=identifier, entry=entry, at=NOW)
    assert assets.grant(actor=house.healer, operation=identifier, entry=entry, at=NOW) == one
    made = new_id()
    first = assets.submit(actor=house.agent, product=made, entry=defined(one), at=NOW)
    assert assets.submit(actor=house.agent, product=made, entry=defined(one), at=NOW) == first
    assert (Operation.objects.count(), Product.objects.count()) == (1, 1)


def test_nothing_is_submitted_computed_or_delivered_outside_of_the_grant(
    house: House, visits: assets.AssetView
) -> None:
    one = granted(house, visits)
    waiting, done = submitted(house, one), submitted(house, one)
    assets.compute(actor=house.healer, product=done.id, at=NOW)
    late, early = AFTER, NOW - timedelta(days=60)
    for at in (late, early):
        with pytest.raises(assets.OperationNotInForce):
            assets.submit(actor=house.agent, product=new_id(), entry=defined(one), at=at)
        with pytest.raises(assets.OperationNotInForce):
            assets.compute(actor=house.healer, product=waiting.id, at=at)
        with pytest.raises(assets.OperationNotInForce):
            assets.delivered(house.agent, done.id, at=at)
    assets.suspend(actor=house.healer, asset=visits.id, version=1, reason="核对", at=NOW)
    with pytest.raises(assets.OperationNotInForce):
        assets.delivered(house.agent, done.id, at=NOW)
    assets.resume(actor=house.healer, asset=visits.id, version=2, at=NOW)
    with pytest.raises(assets.ProductReasonNeeded):
        assets.end(actor=house.healer, operation=one.id, reason=" ", at=NOW)
    assets.end(actor=house.healer, operation=one.id, reason="协议解除", at=NOW)
    with pytest.raises(assets.OperationNotInForce):
        assets.delivered(house.agent, done.id, at=NOW)
    with pytest.raises(assets.OperationNotInForce):
        assets.end(actor=house.healer, operation=one.id, reason="再次", at=NOW)


def test_what_was_counted_is_given_only_while_the_catalogue_lets_it(house: House, visits: assets.AssetView) -> None:
    operation = granted(house, visits)
    one, waiting = submitted(house, operation), submitted(house, operation)
    assets.compute(actor=house.healer, product=one.id, at=NOW)
    before = catalog.dataset(PATIENTS).entry
    graded = tuple(
        replace(element, grade=catalog.DataGrade.CORE) if element.name == "born_on" else element
        for element in before.elements
    )
    catalog.register(actor=SYSTEM, provider=house.health, entries=[replace(before, elements=graded)], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[PATIENTS], at=NOW)
    with pytest.raises(assets.ProductNotCovered):
        assets.delivered(house.agent, one.id, at=NOW)
    catalog.register(actor=SYSTEM, provider=house.health, entries=[before], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[PATIENTS], at=NOW)
    assert assets.delivered(house.agent, one.id, at=NOW).cells
    catalog.withdraw(actor=SYSTEM, code=PATIENTS, reason="停用", at=NOW)
    with pytest.raises(assets.ProductNotCovered):
        assets.delivered(house.agent, one.id, at=NOW)
    with pytest.raises(assets.ProductNotCovered):
        assets.compute(actor=house.healer, product=waiting.id, at=NOW)
    assert assets.product(house.agent, waiting.id).state is ProductState.SUBMITTED


def test_a_product_is_decided_once_by_the_department_and_not_by_who_submitted(
    house: House, visits: assets.AssetView
) -> None:
    one = submitted(house, granted(house, visits))
    with pytest.raises(NotAllowed):
        assets.compute(actor=house.agent, product=one.id, at=NOW)
    Product.objects.filter(pk=one.id).update(submitted_by=house.healer.subject)
    with pytest.raises(assets.OwnProduct):
        assets.compute(actor=house.healer, product=one.id, at=NOW)
    Product.objects.filter(pk=one.id).update(submitted_by=house.agent.subject)
    with pytest.raises(assets.ProductReasonNeeded):
        assets.refuse(actor=house.healer, product=one.id, reason="", at=NOW)
    made = assets.refuse(actor=house.healer, product=one.id, reason="与协议用途不符", at=NOW)
    assert (made.state, made.reason, made.cells) == (ProductState.REFUSED, "与协议用途不符", ())
    with pytest.raises(assets.ProductDecided):
        assets.compute(actor=house.healer, product=one.id, at=NOW)


def test_no_path_hands_rows_to_an_operator(house: House, visits: assets.AssetView) -> None:
    """Whatever the operator's official asks of every room that reads the lake, no row of the dataset comes back."""
    rows = collection.rows("patients")
    assert rows is not None
    secrets = {*rows.column("id_number").to_pylist(), "罕见病"}
    one = granted(house, visits, most_products=1_000)
    got: list[object] = [
        assets.asset(house.agent, visits.id), assets.assets(house.agent, Asked()).rows,
        assets.operations(house.agent, Asked()).rows, assets.operation(house.agent, one.id),
        exchange.agreements(house.agent, at=NOW), exchange.requests_made(house.agent),
        opening.applications_of(house.operator), opening.to_decide(house.agent), opening.all_released(),
        collection.batches_of(house.operator),
    ]  # fmt: skip
    plan = opening.Plan(fields=(FieldPlan(name="id_number"),))
    application = opening.Wanted(
        dataset=PATIENTS, slug="rows", title="逐条", plan=plan, access=opening.Access.RESEARCH, basis="数据安全法§42"
    )
    with pytest.raises(NotAllowed):
        opening.apply(actor=house.agent, application=new_id(), wanted=application, at=NOW)
    with pytest.raises(NotFound):
        opening.released("rows")
    for fields in every_definition():
        made = submitted(house, one, *fields)
        made = assets.compute(actor=house.healer, product=made.id, at=NOW)
        assert all(cell[-1] >= 10 for cell in made.cells)
        assert (made.state is ProductState.COMPUTED) or not made.cells
        got.append(assets.product(house.agent, made.id))
    told = json.dumps([repr(thing) for thing in got], cls=DjangoJSONEncoder, ensure_ascii=False)
    assert Product.objects.filter(state="computed").exists()
    assert [secret for secret in secrets if secret in told] == []


def every_definition() -> list[tuple[FieldPlan, ...]]:
    """Return every definition over the granted items, each item treated in every way that fits it."""
    ways = {
        "born_on": (Treatment.KEEP, Treatment.YEAR, Treatment.MONTH),
        "area": (Treatment.KEEP, Treatment.COUNTY),
        "disease": (Treatment.KEEP,),
    }
    return [
        tuple(FieldPlan(name=name, treatment=treatment) for name, treatment in zip(names, treated, strict=True))
        for size in (1, 2, 3)
        for names in combinations(ways, size)
        for treated in product(*(ways[name] for name in names))
    ]


def test_the_door_of_assets_gives_nobody_a_way_to_rows() -> None:
    """Of what the door offers nothing takes a table or a column, and a definition cannot say that it wants rows."""
    fields = set(ProductEntry.__dataclass_fields__)
    assert fields == {"operation", "name", "name_en", "dataset", "fields", "margins"}
    assert not {"rows", "preview", "table", "export"} & set(assets.__all__)


def test_another_with_a_right_in_the_asset_does_not_see_what_an_operator_makes(
    house: House, visits: assets.AssetView
) -> None:
    one = submitted(house, granted(house, visits))
    right = replace(holding(house.market), kind=assets.RightKind.PROCESSING)
    assets.grant_right(actor=house.healer, asset=visits.id, version=1, right=right, at=NOW)
    assert assets.asset(house.clerk, visits.id).id == visits.id
    with pytest.raises(assets.ProductUnknown):
        assets.product(house.clerk, one.id)
    with pytest.raises(assets.OperationUnknown):
        assets.operation(house.clerk, one.operation.id)


def test_a_dataset_that_has_no_rows_yet_is_not_counted(house: House, visits: assets.AssetView) -> None:
    one = submitted(house, granted(house, visits))
    entry = replace(catalog.dataset(PATIENTS).entry, table="patients_of_tomorrow")
    catalog.register(actor=SYSTEM, provider=house.health, entries=[entry], at=NOW)
    with pytest.raises(opening.NoRowsToOpen):
        assets.compute(actor=house.healer, product=one.id, at=NOW)
    assert assets.product(house.agent, one.id).state is ProductState.SUBMITTED
