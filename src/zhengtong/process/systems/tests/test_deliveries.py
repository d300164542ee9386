"""What a department's system is told: signed, once in effect however often it takes, never into our own network."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest

from zhengtong.data.exchange.tests.receiver import Receiver, listening
from zhengtong.kernel import clock
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.outbound import NoAnswer
from zhengtong.kernel.webhooks.api import DELAYS
from zhengtong.process.cases.api import CaseState
from zhengtong.process.cases.tests.builders import ITEM, World, a_world, apply, seen
from zhengtong.process.systems import api
from zhengtong.process.systems.api import DeliveryState
from zhengtong.process.systems.contracts import DeliveryUnknown, SystemUnknown
from zhengtong.process.systems.models import Delivery
from zhengtong.process.systems.tests.builders import Caller, connected
from zhengtong.trust.identity.tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def department(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    with listening() as one:
        yield one


def told_at(world: World, department: Receiver) -> Caller:
    caller = connected(world, address=department.address)
    department.secrets[str(caller.system.key)] = caller.system.secret
    return caller


def deliver(at: datetime | None = None) -> int:
    """Send what is due as the worker does, one after the other; return how many arrived."""
    now = at or clock.system.now()
    return sum(api.send(one, at=clock.system.now(), now=lambda: now) for one in api.claim_due(now))


def test_a_turn_of_a_case_is_told_signed_as_a_cloud_event_and_names_nobody(world: World, department: Receiver) -> None:
    caller, reference = told_at(world, department), apply(world)
    drain()
    assert (deliver(), department.refused) == (1, [])
    (event,) = department.told.values()
    (change,) = caller.get("work").json()["changes"]
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "process.case.received.v1", reference)
    assert (event["id"], event["data"]) == (
        change["event"],
        {"case": reference, "item": ITEM, "position": change["position"]},
    )
    assert str(world.citizen.subject) not in str(event)
    assert (deliver(), department.calls) == (0, 1)


def test_a_system_hears_pulls_and_decides(world: World, department: Receiver) -> None:
    caller, reference = told_at(world, department), apply(world)
    since = 0
    for decision, state in (("accept", CaseState.ACCEPTED), ("grant", CaseState.GRANTED)):
        drain()
        deliver()
        pulled = caller.get("work", since=since).json()
        since = pulled["next"]
        named = {event["subject"] for event in department.told.values()} & {
            one["reference"] for one in pulled["changes"]
        }
        assert named == {reference}
        shown = caller.get(f"cases/{reference}", purpose="process.case.handling").json()
        told = {
            "task": shown["task"]["number"], "decision": decision, "handled_by": "M-1",
            "checked": [piece["key"] for piece in shown["evidence"] if piece["to_check"]],
        }  # fmt: skip
        assert caller.post(f"cases/{reference}/decisions", told, revision=shown["revision"]).status_code == 200
        assert seen(world, reference).line.state is state


def test_what_does_not_arrive_is_tried_again_later_and_again(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    department.answers[:] = [500, 302]
    apply(world)
    drain()
    now = clock.system.now()
    assert deliver(now) == 0
    assert deliver(now) == 0, "not before its time"
    assert deliver(now + DELAYS[0]) == 0
    assert deliver(now + DELAYS[0] + DELAYS[1]) == 1
    (one,) = api.deliveries(caller.system.system)
    assert [tried.status for tried in one.attempts] == [500, 302, 204]
    assert (one.state, department.calls, len(department.told)) == (DeliveryState.DELIVERED, 3, 1)


def test_what_is_given_up_is_shown_and_can_be_sent_again(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    department.answers[:] = [503] * (len(DELAYS) + 1)
    apply(world)
    drain()
    now = clock.system.now()
    for wait in (timedelta(), *DELAYS):
        now += wait
        assert deliver(now) == 0
    system = caller.system.system
    assert (api.system(builders.SYSTEM, system).dead, deliver(now + timedelta(days=9))) == (1, 0)
    (dead,) = api.deliveries(system, state=DeliveryState.DEAD)
    with pytest.raises(SystemUnknown):
        api.send_again(actor=world.approver, system=system, delivery=dead.id, at=now)
    other = connected(world).system.system
    with pytest.raises(DeliveryUnknown):
        api.send_again(actor=builders.SYSTEM, system=other, delivery=dead.id, at=now)
    api.send_again(actor=builders.SYSTEM, system=system, delivery=dead.id, at=now)
    assert (deliver(now), api.system(builders.SYSTEM, system).dead) == (1, 0)


def test_a_system_nobody_answers_for_is_tried_again(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    apply(world)
    drain()

    def nobody(*_place: Any, **_message: Any) -> int:
        raise NoAnswer from ConnectionRefusedError()

    (due,) = api.claim_due(clock.system.now())
    assert not api.send(due, at=clock.system.now(), now=clock.system.now, post=nobody)
    (one,) = api.deliveries(caller.system.system)
    assert [(tried.status, tried.error) for tried in one.attempts] == [(None, "ConnectionRefusedError")]


def test_a_message_belongs_to_one_sender_until_its_lease_ends(world: World, department: Receiver) -> None:
    told_at(world, department)
    apply(world)
    drain()
    now = clock.system.now()
    assert (len(api.claim_due(now)), len(api.claim_due(now))) == (1, 0)
    assert len(api.claim_due(now + timedelta(minutes=6))) == 1, "whoever had it died"


def test_a_suspended_system_is_told_nothing_until_it_is_resumed(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    system, now = caller.system.system, clock.system.now()
    api.suspend(actor=builders.SYSTEM, system=system, reason="检修", at=now)
    apply(world)
    drain()
    assert (deliver(), api.system(builders.SYSTEM, system).waiting) == (0, 1)
    api.resume(actor=builders.SYSTEM, system=system, at=now)
    assert deliver() == 1


def test_after_a_new_key_the_next_message_is_signed_with_it(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    made = api.renew_key(actor=builders.SYSTEM, system=caller.system.system, at=clock.system.now())
    apply(world)
    drain()
    assert deliver() == 0
    assert department.refused == [f"KeyError('{made.key}')"]
    department.secrets = {str(made.key): made.secret}
    assert deliver(clock.system.now() + DELAYS[0]) == 1


def test_another_departments_system_is_told_nothing(world: World, department: Receiver) -> None:
    connected(world, items=(), elsewhere=True, address=department.address)
    connected(world, items=("903004000000",), address=department.address)
    apply(world)
    drain()
    assert Delivery.objects.count() == 0


def test_deliveries_are_of_the_system_that_is_asked_about(world: World, department: Receiver) -> None:
    caller = told_at(world, department)
    apply(world)
    drain()
    (one,) = api.deliveries(caller.system.system)
    assert api.delivery(one.id, caller.system.system).id == one.id
    with pytest.raises(DeliveryUnknown):
        api.delivery(one.id, UUID(int=1))
