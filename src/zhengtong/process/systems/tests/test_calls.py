"""What a department's system can do with cases, and what it cannot."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import ITEM, LICENCE, World, a_world, apply, handle, seen
from zhengtong.process.systems import api
from zhengtong.process.systems.api import SystemAct
from zhengtong.process.systems.models import Call, CaseChange
from zhengtong.process.systems.tests.builders import ANSWERS, Caller, a_filing, connected, token_of
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import acts_on, looks_at

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a diploma"


@pytest.fixture
def world() -> World:
    return a_world()


def read(caller: Caller, reference: str, **query: Any) -> Any:
    return caller.get(f"cases/{reference}", **({"purpose": "process.case.handling"} | query))


def decide(caller: Caller, reference: str, decision: str, **changes: Any) -> Any:
    shown = read(caller, reference)
    told: dict[str, Any] = {
        "task": shown.json()["task"]["number"],
        "decision": decision,
        "handled_by": "W-07",
        "checked": [piece["key"] for piece in shown.json()["evidence"] if piece["to_check"]],
    }
    revision = changes.pop("revision", shown.json()["revision"])
    return caller.post(
        f"cases/{reference}/decisions", told | changes, revision=revision, key=changes.pop("key", new_id().hex)
    )


def test_whoever_comes_without_a_working_token_is_told_how_to_get_one(world: World) -> None:
    caller = connected(world)
    for token in ("", "none"):
        answer = replace(caller, token=token).get("cases")
        assert (answer.status_code, answer.json()["code"]) == (401, "system_credential_missing")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_case_is_filed_for_an_applicant_once_however_often_it_is_sent(world: World) -> None:
    caller, number = connected(world), builders.id_number()
    person = Actor(
        subject=builders.a_person(number=number), kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL
    )
    first, again = (caller.post("cases", a_filing(number), key="counter-0001") for _time in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    reference = first.json()["reference"]
    view = cases.own_case(person, reference, at=clock.system.now())
    assert (view.form["phone"], Case.objects.count(), Call.objects.get().handled_by) == ("13800000000", 1, "W-07")
    act = acts_on("process.case", str(view.line.id)).items[0].act
    assert (act.responsibility.subject, act.responsibility.on_behalf_of) == (caller.system.system, person.subject)
    drain()
    assert mailbox(person).items[0].title.zh.startswith("申请已收到")
    other = caller.post("cases", a_filing(number, handled_by="W-08"), key="counter-0001")
    assert (other.status_code, other.json()["code"], Case.objects.count()) == (409, "idempotency_key_reused", 1)
    receipt = caller.get(f"cases/{reference}/receipt").json()
    assert cases.receipt_of(receipt["code"]).reference == reference


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"applicant": {"id_number": "", "name": "", "consent": True}}, 422, "system_applicant_missing"),
        ({"item": LICENCE}, 403, "system_item_not_allowed"),
        ({"answers": ANSWERS | {"phone": "12"}}, 422, "system_answers_unfit"),
        ({"answers": ANSWERS | {"secret": 1}}, 422, "system_answers_unfit"),
        ({"answers": ANSWERS | {"applicant_name": "李伟"}}, 422, "system_answers_unfit"),
        ({"surprise": 1}, 422, "invalid_input"),
    ],
)
def test_a_filing_that_does_not_fit_is_refused_and_nothing_is_kept(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    number = builders.id_number()
    builders.a_person(number=number)
    answer = connected(world).post("cases", a_filing(number, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (Case.objects.count(), Call.objects.count()) == (0, 0)


def test_nobody_is_filed_for_without_consent_or_under_a_wrong_name(world: World) -> None:
    caller, number = connected(world), builders.id_number()
    builders.a_person(number=number)
    for who, code in (
        ({"id_number": number, "name": "张伟", "consent": False}, "system_consent_missing"),
        ({"id_number": number, "name": "李伟", "consent": True}, "real_name_mismatch"),
    ):
        answer = caller.post("cases", a_filing(number, applicant=who))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert number not in answer.content.decode()
    assert Case.objects.count() == 0


def test_a_case_is_read_masked_with_its_purpose_on_record(world: World) -> None:
    caller, number = connected(world), builders.id_number()
    person = builders.a_person(number=number)
    reference = caller.post("cases", a_filing(number)).json()["reference"]
    shown = read(caller, reference, purpose="process.system.copy")
    assert (shown.json()["applicant_name"], shown.json()["answers"]["phone"]) == ("张*", "***")
    assert shown.headers["ETag"] == f'"{shown.json()["revision"]}"'
    assert [look.purpose for look in looks_at(person).items] == ["process.system.copy"]
    assert read(caller, reference, shown="whole").json()["answers"]["phone"] == "13800000000"
    narrow = connected(world, acts=frozenset({SystemAct.READ}))
    assert read(narrow, reference, shown="whole").json()["code"] == "system_act_not_allowed"
    assert caller.get(f"cases/{reference}").status_code == 422, "a read without a purpose"


def test_only_what_left_the_house_is_on_record_as_a_look(world: World) -> None:
    caller, number = connected(world), builders.id_number()
    person = builders.a_person(number=number)
    reference = caller.post("cases", a_filing(number)).json()["reference"]
    other = connected(world, items=("903004000000",))
    assert read(other, reference).status_code == 404
    assert list(looks_at(person).items) == []
    assert decide(caller, reference, "accept").status_code == 200
    assert len(looks_at(person).items) == 2, "the case was read, and told as it stood after the decision"


def test_a_case_is_decided_on_the_revision_that_was_read(world: World) -> None:
    caller, reference = connected(world), apply(world)
    old = read(caller, reference).json()["revision"]
    assert decide(caller, reference, "accept").status_code == 200
    late = decide(caller, reference, "grant", revision=old)
    assert (late.status_code, late.json()["code"]) == (412, "case_revision_outdated")
    assert seen(world, reference).line.state is CaseState.ACCEPTED
    done = decide(caller, reference, "grant")
    assert (done.json()["state"], done.json()["task"]) == ("granted", None)
    assert list(Stage.objects.exclude(decision="").values_list("official", flat=True)) == [caller.system.system] * 2


def test_a_decision_sent_twice_takes_effect_once(world: World) -> None:
    caller, reference = connected(world), apply(world)
    shown = read(caller, reference).json()
    told = {"task": shown["task"]["number"], "decision": "accept", "handled_by": "W-07"}
    answers = [
        caller.post(f"cases/{reference}/decisions", told, key="decision-01", revision=shown["revision"])
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert Stage.objects.filter(decision=Decision.ACCEPT).count() == 1


def test_a_machine_and_an_official_do_not_both_decide(world: World) -> None:
    caller, reference = connected(world), apply(world)
    shown = read(caller, reference).json()
    handle(world.clerk, reference, Decision.ACCEPT, at=clock.system.now())
    told = {"task": shown["task"]["number"], "decision": "refuse", "reason": "晚了", "handled_by": "W-07"}
    answer = caller.post(f"cases/{reference}/decisions", told, revision=shown["revision"])
    assert (answer.status_code, answer.json()["code"]) == (409, "task_already_handled")
    assert (seen(world, reference).line.state, Call.objects.count()) == (CaseState.ACCEPTED, 0)


def test_a_system_of_another_county_gets_nothing(world: World) -> None:
    reference = apply(world)
    drain()
    foreign = connected(world, items=(), elsewhere=True)
    assert foreign.get("cases").json() == {"cases": [], "after": ""}
    assert foreign.get("work").json() == {"changes": [], "next": 0}
    told = {"task": 1, "decision": "accept", "handled_by": "W-07"}
    for answer in (
        read(foreign, reference),
        foreign.get(f"cases/{reference}/receipt"),
        foreign.get(f"cases/{reference}/files/{new_id()}", purpose="process.case.handling"),
        foreign.post(f"cases/{reference}/decisions", told, revision=1),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "case_unknown")
    assert seen(world, reference).line.state is CaseState.RECEIVED


def test_work_is_pulled_in_order_and_resumed_where_it_ended(world: World) -> None:
    caller, reference = connected(world), apply(world)
    drain()
    first = caller.get("work", limit=1).json()
    assert [one["type"] for one in first["changes"]] == ["process.case.received.v1"]
    assert caller.get("work", since=first["next"]).json() == {"changes": [], "next": first["next"]}
    decide(caller, reference, "accept")
    decide(caller, reference, "grant")
    drain()
    drain()
    rest = caller.get("work", since=first["next"]).json()
    assert [one["type"].split(".")[2] for one in rest["changes"]] == ["accepted", "concluded"]
    positions = [one["position"] for one in first["changes"] + rest["changes"]]
    assert positions == sorted(set(positions))
    assert rest["next"] == positions[-1]


def test_an_event_that_comes_again_is_noted_once(world: World) -> None:
    apply(world)
    drain()
    (row,) = CaseChange.objects.all()
    api.note(event=row.event, kind=row.type, case=row.case, also=None, at=row.at)
    assert CaseChange.objects.count() == 1


def test_a_list_is_turned_page_by_page(world: World) -> None:
    caller = connected(world)
    references = [apply(world) for _time in range(3)]
    first = caller.get("cases", limit=2).json()
    second = caller.get("cases", limit=2, after=first["after"]).json()
    assert sorted(one["reference"] for one in first["cases"] + second["cases"]) == sorted(references)
    assert second["after"] == ""
    assert caller.get("cases", after="nonsense").json()["code"] == "invalid_input"
    assert caller.get("cases", item=LICENCE).json()["code"] == "system_item_not_allowed"


def test_a_file_is_kept_for_its_system_alone(world: World) -> None:
    caller, number = connected(world), builders.id_number()
    builders.a_person(number=number)
    kept = caller.upload(SimpleUploadedFile("diploma.pdf", PDF)).json()
    assert caller.upload(SimpleUploadedFile("script.sh", b"#!/bin/sh")).json()["code"] == "system_file_unfit"
    filing = a_filing(number, files={"photo": kept["file"]})
    assert connected(world).post("cases", filing).json()["code"] == "system_file_unknown"
    reference = caller.post("cases", filing).json()["reference"]
    answer = caller.get(f"cases/{reference}/files/{kept['file']}", purpose="process.case.handling")
    assert answer.json()["code"] == "system_file_unknown", (
        "the item asks for no such piece, so the case has no such file"
    )


def test_a_suspended_system_is_refused_until_it_is_resumed(world: World) -> None:
    caller = connected(world)
    api.suspend(actor=builders.SYSTEM, system=caller.system.system, reason="检修", at=clock.system.now())
    assert (caller.get("work").status_code, caller.get("work").json()["code"]) == (403, "system_suspended")
    api.resume(actor=builders.SYSTEM, system=caller.system.system, at=clock.system.now())
    assert caller.get("work").status_code == 200
    assert token_of(caller.system)


def test_nobody_connects_a_system_without_the_permission(world: World) -> None:
    with pytest.raises(NotAllowed):
        api.connect(
            actor=world.approver,
            entry=api.SystemEntry(
                organisation=world.approver.organisation, name="x", name_en="", items=(ITEM,),  # type: ignore[arg-type]
                acts=frozenset({SystemAct.READ}),
            ),
            at=clock.system.now(), expires_at=clock.system.now().replace(year=2099),
        )  # fmt: skip
    assert api.systems(world.approver) == ()
