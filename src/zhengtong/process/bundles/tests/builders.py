"""Builders of bundles that go through the door: the newborn bundle in a county, its departments and officials."""

from uuid import UUID

from zhengtong.kernel.ids import new_id
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.tests.builders import MONDAY, ROOT, World, official
from zhengtong.process.items import api as items
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Responsibility

BIRTH, VACCINE, HOUSEHOLD, INSURANCE, CARD = (
    "903001000000", "903002000000", "901001000000", "905001000000", "904002000000",
)  # fmt: skip
FORM = {
    "child_name": "沈小满",
    "child_sex": "female",
    "born_on": "2026-11-20",
    "register_with": "own",
    "delivery": "post",
}
PREFILLED = {"home_address": {"value": "某街 1 号", "source": "population.address", "on": "2026-11-23"}}


def newborn_officers() -> dict[str, Actor]:
    """Publish the newborn bundle in the county of `a_world`; return by item who handles it, one bureau a department."""
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    newborn = next(found for found in catalogue.bundles if found.code == "newborn")
    some = tuple(item for item in catalogue.items if item.code in newborn.items)
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    items.publish_catalogue(
        items.Catalogue(items=some, bundles=(newborn,)), responsibility=responsibility, at=builders.NOW
    )
    bureaus: dict[str, UUID] = {}
    for item in some:
        if item.department_key not in bureaus:
            bureaus[item.department_key] = builders.an_organisation(name=item.department.zh)
    entries = [
        items.ImplementationEntry(
            item=item.code, region="330106", organisation=bureaus[item.department_key],
            organisation_code=f"11330106MB{number:07d}X", organisation_name=item.department,
            window=items.Words("窗口", "Window"),
        )
        for number, item in enumerate(some)
    ]  # fmt: skip
    items.publish_implementations(entries, responsibility=responsibility, at=builders.NOW)
    both = {cases.Permission.ACCEPT, cases.Permission.DECIDE}
    made = {key: official(bureau, f"handling_{key}", "330106", both) for key, bureau in bureaus.items()}
    return {item.code: made[item.department_key] for item in some}


def apply(world: World, identifier: UUID | None = None) -> str:
    """Apply for the newborn bundle and return its reference."""
    return bundles.apply(
        actor=world.citizen, bundle=identifier or new_id(), code="newborn", form=FORM, at=MONDAY, prefilled=PREFILLED
    )
