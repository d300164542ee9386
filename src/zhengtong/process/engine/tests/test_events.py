"""Events: timers, messages, signals, errors, escalations, conditions, boundary events, event sub-processes."""

from datetime import timedelta

from zhengtong.process.engine.api import (
    BroadcastSignal,
    DeliverMessage,
    EscalateWorkItem,
    FailWorkItem,
    FireTimer,
    SetVariables,
    Subscription,
    Timer,
    What,
)
from zhengtong.process.engine.tests.builders import NOW, Office, flows, model, tasks

ENDS = '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/>'
TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"


def boundary(inner: str, *, interrupts: bool = True, host: str = "a") -> str:
    flag = str(interrupts).lower()
    return f'<boundaryEvent id="b" attachedToRef="{host}" cancelActivity="{flag}">{inner}</boundaryEvent>'


def test_an_interrupting_timer_withdraws_the_work_and_takes_its_own_path() -> None:
    office = Office(model(ENDS + tasks("a", "late") + boundary(TIMER.format("P5D")), "s>a a>e b>late late>e2"))
    office.start()
    assert office.rows.all(Timer)[0].due == NOW + timedelta(days=5)
    office.fire()
    assert office.open() == ["late"]
    assert [entry.node for entry in office.happened(What.WORK_WITHDRAWN)] == ["a"]


def test_completed_work_stops_its_timers() -> None:
    office = Office(model(ENDS + tasks("a", "late") + boundary(TIMER.format("P5D")), "s>a a>e b>late late>e2"))
    office.start()
    timer = office.rows.all(Timer)[0]
    office.complete("a")
    assert office.ended()
    outcome = office.do(FireTimer(timer=timer.id))
    assert outcome.entries == ()
    assert outcome.changes.inserted == outcome.changes.updated == outcome.changes.deleted == ()


def test_a_repeating_reminder_fires_as_often_as_it_says() -> None:
    cycle = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
    office = Office(
        model(ENDS + tasks("a", "remind") + boundary(cycle, interrupts=False), "s>a a>e b>remind remind>e2")
    )
    office.start()
    for count in (1, 2, 3):
        office.fire()
        assert office.open() == ["a", *["remind"] * count]
        assert office.now == NOW + timedelta(hours=count)
    assert office.rows.all(Timer) == []


def test_a_timer_may_be_an_expression_over_the_case() -> None:
    office = Office(
        model(
            ENDS + tasks("a", "late") + boundary(TIMER.format('duration("P" + string(days) + "D")')),
            "s>a a>e b>late late>e2",
        )
    )
    office.start(days=3)
    assert office.rows.all(Timer)[0].due == NOW + timedelta(days=3)


def test_a_message_goes_to_the_case_whose_key_it_carries() -> None:
    top = '<message id="m" name="payment"/>'
    catch = (
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m" zt:correlation="order"/>'
        "</intermediateCatchEvent>"
    )
    office = Office(model(ENDS + catch + tasks("a"), "s>c c>a a>e", top=top))
    office.start(order="A1")
    assert office.do(DeliverMessage(name="payment", correlation="B2")).has(What.NOBODY_LISTENED)
    assert office.open() == []
    office.do(DeliverMessage(name="payment", correlation="A1", payload={"amount": 5}))
    assert office.open() == ["a"]
    assert office.variables()["amount"] == 5


def test_standard_correlation_properties_compare_payload_and_process_data() -> None:
    top = (
        '<message id="m" name="payment"/><correlationProperty id="order">'
        '<correlationPropertyRetrievalExpression messageRef="m"><messagePath>paid.order</messagePath>'
        "</correlationPropertyRetrievalExpression></correlationProperty>"
        '<collaboration id="co"><correlationKey id="k"><correlationPropertyRef>order</correlationPropertyRef>'
        "</correlationKey></collaboration>"
    )
    nodes = (
        ENDS
        + '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        + tasks("a")
        + '<correlationSubscription id="cs" correlationKeyRef="k">'
        '<correlationPropertyBinding correlationPropertyRef="order">'
        "<dataPath>wanted</dataPath></correlationPropertyBinding></correlationSubscription>"
    )
    office = Office(model(nodes, "s>c c>a a>e", top=top))
    office.start(wanted="A1")
    assert office.do(DeliverMessage(name="payment", payload={"paid": {"order": "B2"}})).has(What.NOBODY_LISTENED)
    office.do(DeliverMessage(name="payment", payload={"paid": {"order": "A1"}}))
    assert office.open() == ["a"]


def test_a_signal_reaches_everyone_who_listens() -> None:
    top = '<signal id="g" name="recess"/>'
    catch = '<intermediateCatchEvent id="{}"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>'
    nodes = ENDS + '<parallelGateway id="f"/>' + catch.format("c1") + catch.format("c2") + tasks("a", "b")
    office = Office(model(nodes, "s>f f>c1 f>c2 c1>a c2>b a>e b>e2", top=top))
    office.start()
    office.do(BroadcastSignal(name="other"))
    assert office.open() == []
    office.do(BroadcastSignal(name="recess"))
    assert office.open() == ["a", "b"]


ERROR = '<error id="x" errorCode="E1"/><error id="y" errorCode="E2"/>'
INSIDE = '<startEvent id="is"/><userTask id="i"/><endEvent id="ie">{}</endEvent>' + flows("is>i i>ie")


def test_an_error_ends_the_sub_process_and_is_caught_by_its_code() -> None:
    sub = '<subProcess id="a">' + INSIDE.format('<errorEventDefinition errorRef="x"/>') + "</subProcess>"
    nodes = ENDS + sub + boundary('<errorEventDefinition errorRef="x"/>') + tasks("repair")
    office = Office(model(nodes, "s>a a>e b>repair repair>e2", top=ERROR))
    office.start()
    office.complete("i")
    assert office.open() == ["repair"]


def test_an_error_nobody_catches_ends_the_case() -> None:
    sub = '<subProcess id="a">' + INSIDE.format('<errorEventDefinition errorRef="y"/>') + "</subProcess>"
    nodes = ENDS + sub + boundary('<errorEventDefinition errorRef="x"/>') + tasks("repair")
    office = Office(model(nodes, "s>a a>e b>repair repair>e2", top=ERROR))
    office.start()
    outcome = office.complete("i")
    assert [entry.data["code"] for entry in outcome.entries if entry.what is What.PROCESS_FAILED] == ["E2"]
    assert office.ended()


def test_failed_work_raises_its_error_at_the_task() -> None:
    nodes = ENDS + tasks("a", "repair") + boundary("<errorEventDefinition/>")
    office = Office(model(nodes, "s>a a>e b>repair repair>e2"))
    office.start()
    office.do(FailWorkItem(work_item=office.item("a").id, code="ANY"))
    assert office.open() == ["repair"]


def test_an_escalation_goes_on_beside_the_work() -> None:
    top = '<escalation id="x" escalationCode="LATE"/>'
    nodes = ENDS + tasks("a", "chief") + boundary('<escalationEventDefinition escalationRef="x"/>', interrupts=False)
    office = Office(model(nodes, "s>a a>e b>chief chief>e2", top=top))
    office.start()
    office.do(EscalateWorkItem(work_item=office.item("a").id, code="LATE"))
    assert office.open() == ["a", "chief"]
    assert office.do(EscalateWorkItem(work_item=office.item("a").id, code="NO")).has(What.ESCALATION_UNCAUGHT)


def test_a_condition_fires_when_it_becomes_true_and_again_only_after_it_was_false() -> None:
    nodes = (
        ENDS
        + tasks("a", "alarm")
        + boundary(
            "<conditionalEventDefinition><condition>level > 3</condition></conditionalEventDefinition>",
            interrupts=False,
        )
    )
    office = Office(model(nodes, "s>a a>e b>alarm alarm>e2"))
    office.start(level=1)
    office.do(SetVariables(values={"level": 5}))
    office.do(SetVariables(values={"level": 6}))
    assert office.open() == ["a", "alarm"]
    office.do(SetVariables(values={"level": 1}))
    office.do(SetVariables(values={"level": 9}))
    assert office.open() == ["a", "alarm", "alarm"]


def test_the_first_event_behind_an_event_gateway_wins() -> None:
    top = '<message id="m" name="reply"/>'
    nodes = (
        ENDS
        + '<eventBasedGateway id="g"/><intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/>'
        + f'</intermediateCatchEvent><intermediateCatchEvent id="c2">{TIMER.format("P1D")}</intermediateCatchEvent>'
        + tasks("answered", "silent")
    )
    definitions = model(nodes, "s>g g>c1 g>c2 c1>answered c2>silent answered>e silent>e2", top=top)
    office = Office(definitions)
    office.start()
    office.do(DeliverMessage(name="reply"))
    assert office.open() == ["answered"]
    assert office.rows.all(Timer) == []
    late = Office(definitions)
    late.start()
    late.fire()
    assert late.open() == ["silent"]
    assert late.rows.all(Subscription) == []


EVENT_SUB = (
    '<subProcess id="ev" triggeredByEvent="true"><startEvent id="evs" isInterrupting="{}">'
    '<signalEventDefinition signalRef="g"/></startEvent><userTask id="inner"/><endEvent id="eve"/>'
    + flows("evs>inner inner>eve")
    + "</subProcess>"
)


def test_an_interrupting_event_sub_process_ends_everything_beside_it() -> None:
    top = '<signal id="g" name="stop"/>'
    office = Office(model(ENDS + tasks("a") + EVENT_SUB.format("true"), "s>a a>e", top=top))
    office.start()
    office.do(BroadcastSignal(name="stop"))
    assert office.open() == ["inner"]
    assert office.complete("inner").has(What.PROCESS_COMPLETED)


def test_a_non_interrupting_event_sub_process_runs_beside_and_again() -> None:
    top = '<signal id="g" name="note"/>'
    office = Office(model(ENDS + tasks("a") + EVENT_SUB.format("false"), "s>a a>e", top=top))
    office.start()
    office.do(BroadcastSignal(name="note"))
    office.do(BroadcastSignal(name="note"))
    assert office.open() == ["a", "inner", "inner"]
    office.complete("a")
    office.complete("inner")
    assert not office.ended()
    office.complete("inner")
    assert office.ended()


def test_an_event_sub_process_may_need_several_triggers() -> None:
    top = '<signal id="g" name="one"/><signal id="h" name="two"/>'
    both = EVENT_SUB.format("true").replace(
        '"g"/></startEvent>', '"g"/><signalEventDefinition signalRef="h"/></startEvent>'
    )
    both = both.replace('<startEvent id="evs"', '<startEvent id="evs" parallelMultiple="true"')
    office = Office(model(ENDS + tasks("a") + both, "s>a a>e", top=top))
    office.start()
    office.do(BroadcastSignal(name="two"))
    assert office.open() == ["a"]
    office.do(BroadcastSignal(name="one"))
    assert office.open() == ["inner"]
    office.complete("inner")
    assert office.ended()


def test_terminate_ends_its_own_level_only() -> None:
    sub = (
        '<subProcess id="a"><startEvent id="is"/><parallelGateway id="if"/><userTask id="i1"/><userTask id="i2"/>'
        '<endEvent id="ie"><terminateEventDefinition/></endEvent><endEvent id="ie2"/>'
        '<sequenceFlow id="f1" sourceRef="is" targetRef="if"/><sequenceFlow id="f2" sourceRef="if" targetRef="i1"/>'
        '<sequenceFlow id="f3" sourceRef="if" targetRef="i2"/><sequenceFlow id="f4" sourceRef="i1" targetRef="ie"/>'
        '<sequenceFlow id="f5" sourceRef="i2" targetRef="ie2"/></subProcess>'
    )
    office = Office(model(ENDS + sub + tasks("z"), "s>a a>z z>e"))
    office.start()
    office.complete("i1")
    assert office.open() == ["z"]


def test_a_link_leads_from_its_source_to_its_target() -> None:
    nodes = (
        ENDS
        + '<intermediateThrowEvent id="from"><linkEventDefinition id="l1" name="L"/></intermediateThrowEvent>'
        + '<intermediateCatchEvent id="to"><linkEventDefinition id="l2" name="L"/></intermediateCatchEvent>'
        + tasks("a")
    )
    office = Office(model(nodes, "s>from to>a a>e"))
    office.start()
    assert office.open() == ["a"]


def test_a_parallel_multiple_event_waits_for_all_its_triggers() -> None:
    top = '<signal id="g" name="one"/><signal id="h" name="two"/>'
    catch = (
        '<intermediateCatchEvent id="c" parallelMultiple="true"><signalEventDefinition signalRef="g"/>'
        '<signalEventDefinition signalRef="h"/></intermediateCatchEvent>'
    )
    office = Office(model(ENDS + catch + tasks("a"), "s>c c>a a>e", top=top))
    office.start()
    office.do(BroadcastSignal(name="one"))
    office.do(BroadcastSignal(name="one"))
    assert office.open() == []
    office.do(BroadcastSignal(name="two"))
    assert office.open() == ["a"]
