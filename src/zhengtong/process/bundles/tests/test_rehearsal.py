"""Every bundle of the demo province can be applied for and concluded, by content alone."""

from dataclasses import replace
from uuid import UUID

import pytest

from zhengtong.process.bundles import api as bundles
from zhengtong.process.bundles.models import BundleCase
from zhengtong.process.cases.tests.builders import MONDAY, ROOT, a_world
from zhengtong.process.items import api as items
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Responsibility

pytestmark = pytest.mark.django_db


def published(catalogue: items.Catalogue) -> None:
    """Publish *catalogue*, with a body for every department."""
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    items.publish_catalogue(catalogue, responsibility=responsibility, at=builders.NOW)
    bureaus: dict[str, UUID] = {}
    for item in catalogue.items:
        if item.department_key not in bureaus:
            bureaus[item.department_key] = builders.an_organisation(name=item.department.zh)
    entries = [
        items.ImplementationEntry(
            item=item.code, region="330106", organisation=bureaus[item.department_key],
            organisation_code=f"11330106MB{number:07d}X", organisation_name=item.department,
            window=items.Words("窗口", "Window"),
        )
        for number, item in enumerate(catalogue.items)
    ]  # fmt: skip
    items.publish_implementations(entries, responsibility=responsibility, at=builders.NOW)


def test_all_sixteen_bundles_are_applied_for_and_concluded_and_leave_nothing_behind() -> None:
    a_world()
    published(items.read_catalogue(ROOT / "provinces/demo/items"))
    reports = [bundles.rehearse_bundle(entry.code, at=MONDAY) for entry in items.bundles()]
    assert len(reports) == 16
    assert {report.code: report.granted for report in reports} == {report.code: report.parts for report in reports}
    assert BundleCase.objects.count() == 0


def test_a_form_that_no_answer_fits_is_named_with_its_field() -> None:
    a_world()
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    impossible = {"type": "string", "title": "编号", "title_en": "Number", "pattern": "^[0-9]{3}$", "minLength": 10}

    def spoilt(bundle: items.Bundle) -> items.Bundle:
        if bundle.code != "newborn":
            return bundle
        code, form = next(iter(bundle.forms.items()))
        properties = {**form["properties"], "impossible": impossible}
        return replace(bundle, forms={**bundle.forms, code: {**form, "properties": properties}})

    published(replace(catalogue, bundles=tuple(map(spoilt, catalogue.bundles))))
    with pytest.raises(bundles.NotRehearsable) as caught:
        bundles.rehearse_bundle("newborn", at=MONDAY)
    assert "impossible" in caught.value.explanation
    assert BundleCase.objects.count() == 0
