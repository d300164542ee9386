"""A town for histories of cases: two offices that handle two items, one of them with opinions; and a citizen."""

from dataclasses import dataclass, replace
from uuid import UUID

from zhengtong.process.cases.tests.builders import ITEM, LICENCE, ROOT, a_world, official
from zhengtong.process.items import api as items
from zhengtong.process.items.api import Evidence, EvidenceRoute, Words
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Responsibility

HOME, NEIGHBOUR = "330106", "330107"


@dataclass
class Town:
    """The citizen, the items, their offices by item and region, and the officials by role, number and region."""

    citizen: Actor
    items: dict[str, items.Item]
    offices: dict[tuple[str, str], UUID]
    officials: dict[str, Actor]


def a_town() -> Town:
    """Build the town through the doors; once for many histories."""
    world = a_world()
    bureau, neighbour = world.approver.organisation, world.stranger.organisation
    assert bureau is not None
    assert neighbour is not None
    offices = {
        (ITEM, HOME): bureau,
        (LICENCE, HOME): builders.an_organisation(name="卫生健康局"),
        (ITEM, NEIGHBOUR): neighbour,
        (LICENCE, NEIGHBOUR): neighbour,
    }
    handled = _publish(offices)
    officials = {
        f"{role}{number}@{region}": official(offices[ITEM, region], role, region)
        for region in (HOME, NEIGHBOUR)
        for role in ("accepting", "deciding", "heading")
        for number in ("1", "2")
    }
    return Town(citizen=world.citizen, items=handled, offices=offices, officials=officials)


def _publish(offices: dict[tuple[str, str], UUID]) -> dict[str, items.Item]:
    by_code = {item.code: item for item in items.read_catalogue(ROOT / "provinces/demo/items").items}
    plain, joined = by_code[ITEM], by_code[LICENCE]
    more = [
        Evidence(key=f"piece_{route}", name=Words(route.value, route.value), served=route)
        for route in (EvidenceRoute.COMMITMENT, EvidenceRoute.UPLOAD)
    ]
    joined = replace(
        joined, process="joint_review", joins=(plain.department_key, joined.department_key),
        evidence=(*joined.evidence, *more),
    )  # fmt: skip
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    both = items.Catalogue(items=(plain, joined), bundles=())
    items.publish_catalogue(both, responsibility=responsibility, at=builders.NOW)
    entries = [
        items.ImplementationEntry(
            item=code, region=region, organisation=organisation, organisation_code=f"11{region}MB000000{number}X",
            organisation_name=Words("局", "Bureau"), window=Words("窗口", "Window"),
        )
        for number, ((code, region), organisation) in enumerate(offices.items())
    ]  # fmt: skip
    items.publish_implementations(entries, responsibility=responsibility, at=builders.NOW)
    return {ITEM: plain, LICENCE: joined}
