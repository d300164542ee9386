"""Activities: sub-processes, calls, loops, multi-instance, compensation, ad-hoc, scripts, decisions, data."""

from decimal import Decimal

import pytest

from zhengtong.process.engine.api import (
    BadRepetition,
    CancelCase,
    CompleteWorkItem,
    Completion,
    EndlessRun,
    FeelEvaluator,
    FinishAdHoc,
    StartAdHoc,
    Token,
    What,
    WorkItem,
)
from zhengtong.process.engine.tests.builders import Office, flows, model, tasks

ENDS = '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/>'
INNER = '<startEvent id="is"/><endEvent id="ie"/>'


def sub(nodes: str, wires: str, *, kind: str = "subProcess", key: str = "sub", attributes: str = "") -> str:
    return f'<{kind} id="{key}" {attributes}>{nodes}{flows(wires)}</{kind}>'


def multi(inner: str, *, attributes: str = "") -> str:
    return f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"


def test_a_sub_process_goes_on_when_nothing_is_left_inside() -> None:
    nodes = (
        ENDS + sub(INNER + tasks("i1", "i2") + '<parallelGateway id="f"/>', "is>f f>i1 f>i2 i1>ie i2>ie") + tasks("z")
    )
    office = Office(model(nodes, "s>sub sub>z z>e"))
    office.start()
    office.complete("i1")
    assert office.open() == ["i2"]
    office.complete("i2")
    assert office.open() == ["z"]


def test_a_called_process_runs_inside_the_case() -> None:
    top = '<process id="q" isExecutable="true">' + INNER + tasks("q1") + flows("is>q1 q1>ie") + "</process>"
    office = Office(model(ENDS + '<callActivity id="c" calledElement="q"/>' + tasks("z"), "s>c c>z z>e", top=top))
    office.start(name="甲")
    assert office.open() == ["q1"]
    office.complete("q1", outcome="ok")
    assert office.open() == ["z"]
    assert office.variables() == {"name": "甲", "outcome": "ok"}


def test_a_call_with_declared_data_sees_only_that_data() -> None:
    io = (
        '<ioSpecification><dataInput id="in" name="who"/><dataOutput id="out" name="outcome"/><inputSet>'
        "<dataInputRefs>in</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>"
        '</ioSpecification><dataInputAssociation id="da"><sourceRef>d1</sourceRef><targetRef>in</targetRef>'
        '</dataInputAssociation><dataOutputAssociation id="db"><sourceRef>out</sourceRef><targetRef>d2</targetRef>'
        "</dataOutputAssociation>"
    )
    data = '<dataObject id="d1" name="applicant"/><dataObject id="d2" name="decision"/>'
    script = '<scriptTask id="t"><script>{outcome: who + "!", seen: secret}</script></scriptTask>'
    top = (
        '<process id="q" isExecutable="true">' + INNER + script + tasks("q1") + flows("is>t t>q1 q1>ie") + "</process>"
    )
    call = f'<callActivity id="c" calledElement="q">{io}</callActivity>'
    office = Office(model(ENDS + data + call + tasks("z"), "s>c c>z z>e", top=top))
    office.start(applicant="甲", secret="密")
    office.complete("q1")
    assert office.open() == ["z"]
    assert office.variables() == {"applicant": "甲", "secret": "密", "decision": "甲!"}


def test_a_loop_repeats_while_its_condition_holds() -> None:
    loop = (
        '<userTask id="a"><standardLoopCharacteristics><loopCondition>not(ok)</loopCondition>'
        "</standardLoopCharacteristics></userTask>"
    )
    office = Office(model(ENDS + loop, "s>a a>e"))
    office.start(ok=False)
    office.complete("a", ok=False)
    assert office.item("a").inputs["loopCounter"] == 2
    office.complete("a", ok=True)
    assert office.ended()


def test_parallel_instances_take_their_element_and_gather_their_results() -> None:
    inner = (
        "<loopDataInputRef>offices</loopDataInputRef><loopDataOutputRef>opinions</loopDataOutputRef>"
        '<inputDataItem id="ii" name="office"/><outputDataItem id="oi" name="opinion"/>'
    )
    data = '<dataObject id="offices" isCollection="true"/><dataObject id="opinions" isCollection="true"/>'
    office = Office(model(ENDS + data + f'<userTask id="a">{multi(inner)}</userTask>', "s>a a>e"))
    office.start(offices=["建设", "消防", "环保"])
    assert [item.inputs["office"] for item in office.rows.all(WorkItem)] == ["建设", "消防", "环保"]
    for opinion in ("同意", "反对", "同意"):
        office.complete("a", opinion=opinion)
    assert office.ended()
    assert office.variables()["opinions"] == ["同意", "反对", "同意"]


def test_a_completion_condition_withdraws_the_remaining_instances() -> None:
    inner = (
        "<loopCardinality>5</loopCardinality><completionCondition>numberOfCompletedInstances >= 2</completionCondition>"
    )
    office = Office(model(ENDS + f'<userTask id="a">{multi(inner)}</userTask>' + tasks("z"), "s>a a>z z>e"))
    office.start()
    office.complete("a")
    assert len(office.open()) == 4
    office.complete("a")
    assert office.open() == ["z"]
    assert len(office.happened(What.WORK_WITHDRAWN)) == 3


def test_sequential_instances_come_one_after_another() -> None:
    loop = multi("<loopCardinality>3</loopCardinality>", attributes='isSequential="true"')
    office = Office(model(ENDS + f'<userTask id="a">{loop}</userTask>', "s>a a>e"))
    office.start()
    for number in (1, 2, 3):
        assert [item.inputs["loopCounter"] for item in office.rows.all(WorkItem)] == [number]
        office.complete("a")
    assert office.ended()


def test_no_instances_complete_the_activity_at_once() -> None:
    loop = multi("<loopCardinality>n</loopCardinality>")
    office = Office(model(ENDS + f'<userTask id="a">{loop}</userTask>', "s>a a>e"))
    office.start(n=0)
    assert office.ended()


@pytest.mark.parametrize("number", [-1, "three", Decimal("1.5"), None, 10**6])
def test_a_wrong_number_of_instances_is_refused_and_nothing_starts(number: object) -> None:
    loop = multi("<loopCardinality>n</loopCardinality>")
    office = Office(model(ENDS + f'<userTask id="a">{loop}</userTask>', "s>a a>e"))
    with pytest.raises(BadRepetition):
        office.start(n=number)
    assert office.ended()
    assert office.log == []


def test_instances_of_instances_are_bounded_as_a_whole() -> None:
    loop = multi("<loopCardinality>4000</loopCardinality>")
    inner = sub(INNER + f'<userTask id="i">{loop}</userTask>', "is>i i>ie", key="inner").replace(
        '<subProcess id="inner" >', f'<subProcess id="inner">{loop}'
    )
    office = Office(model(ENDS + inner, "s>inner inner>e"))
    with pytest.raises(EndlessRun):
        office.start()
    assert office.ended()


COMPENSATED = (
    tasks("pay", "book")
    + '<boundaryEvent id="bp" attachedToRef="pay"><compensateEventDefinition/></boundaryEvent>'
    + '<boundaryEvent id="bb" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>'
    + '<userTask id="refund" isForCompensation="true"/><userTask id="unbook" isForCompensation="true"/>'
    + '<association id="a1" sourceRef="bp" targetRef="refund"/><association id="a2" sourceRef="bb" targetRef="unbook"/>'
)
UNDO = '<intermediateThrowEvent id="undo"><compensateEventDefinition {}/></intermediateThrowEvent>'


def test_compensation_runs_backwards_and_the_thrower_waits() -> None:
    office = Office(model(ENDS + COMPENSATED + UNDO.format("") + tasks("z"), "s>pay pay>book book>undo undo>z z>e"))
    office.start()
    office.complete("pay")
    office.complete("book")
    assert office.open() == ["unbook"]
    office.complete("unbook")
    assert office.open() == ["refund"]
    office.complete("refund")
    assert office.open() == ["z"]
    office.complete("z")
    assert office.ended()
    assert office.rows.all(Completion) == []


def test_compensation_can_name_one_activity() -> None:
    nodes = ENDS + COMPENSATED + UNDO.format('activityRef="pay"')
    office = Office(model(nodes, "s>pay pay>book book>undo undo>e"))
    office.start()
    office.complete("pay")
    office.complete("book")
    assert office.open() == ["refund"]
    office.complete("refund")
    assert office.ended()


def test_compensation_that_is_not_waited_for_goes_on_beside() -> None:
    nodes = ENDS + COMPENSATED + UNDO.format('waitForCompletion="false" activityRef="pay"') + tasks("z")
    office = Office(model(nodes, "s>pay pay>book book>undo undo>z z>e"))
    office.start()
    office.complete("pay")
    office.complete("book")
    assert office.open() == ["refund", "z"]
    office.complete("z")
    assert not office.ended()
    office.complete("refund")
    assert office.ended()


def test_a_completed_sub_process_is_compensated_by_undoing_what_it_did() -> None:
    inside = sub(INNER + COMPENSATED, "is>pay pay>book book>ie")
    office = Office(model(ENDS + inside + UNDO.format(""), "s>sub sub>undo undo>e"))
    office.start()
    office.complete("pay")
    office.complete("book")
    assert office.open() == ["unbook"]
    office.complete("unbook")
    office.complete("refund")
    assert office.ended()


def test_a_compensation_event_sub_process_sees_the_data_as_it_was() -> None:
    handler = (
        '<subProcess id="ce" triggeredByEvent="true"><startEvent id="ces"><compensateEventDefinition/></startEvent>'
        '<userTask id="fix"/><endEvent id="cee"/>' + flows("ces>fix fix>cee") + "</subProcess>"
    )
    data = '<dataObject id="fee"/>'
    inside = sub(INNER + data + tasks("i") + handler, "is>i i>ie")
    office = Office(model(ENDS + inside + UNDO.format(""), "s>sub sub>undo undo>e"))
    office.start()
    office.complete("i", fee=7)
    assert office.open() == ["fix"]
    assert office.variables()["fee"] == 7
    office.complete("fix")
    assert office.ended()


def test_a_cancelled_transaction_is_compensated_before_it_leaves() -> None:
    inside = sub(
        '<startEvent id="is"/><endEvent id="ie"><cancelEventDefinition/></endEvent>' + COMPENSATED,
        "is>pay pay>book book>ie",
        kind="transaction",
    )
    cancel = '<boundaryEvent id="b" attachedToRef="sub"><cancelEventDefinition/></boundaryEvent>'
    office = Office(model(ENDS + inside + cancel + tasks("z"), "s>sub sub>e b>z z>e2"))
    office.start()
    office.complete("pay")
    office.complete("book")
    assert office.open() == ["unbook"]
    office.complete("unbook")
    assert office.open() == ["refund"]
    office.complete("refund")
    assert office.open() == ["z"]
    office.complete("z")
    assert office.ended()


def test_sequential_ad_hoc_activities_come_one_at_a_time() -> None:
    inside = sub(tasks("i1", "i2"), "", kind="adHocSubProcess", attributes='ordering="Sequential"')
    office = Office(model(ENDS + inside, "s>sub sub>e"))
    office.start()
    assert office.open() == ["i1"]
    office.complete("i1")
    assert office.open() == ["i2"]
    office.complete("i2")
    assert office.ended()


def test_an_ad_hoc_sub_process_ends_by_its_condition_and_officers_may_start_more() -> None:
    inside = sub(
        tasks("i1", "i2") + "<completionCondition>enough</completionCondition>",
        "",
        kind="adHocSubProcess",
        attributes='ordering="Parallel"',
    )
    office = Office(model(ENDS + inside, "s>sub sub>e"))
    office.start(enough=False)
    office.complete("i1")
    office.complete("i2")
    assert not office.ended()
    token = next(row for row in office.rows.all(Token) if row.node == "sub")
    office.do(StartAdHoc(token=token.id, node="i2"))
    assert office.open() == ["i2"]
    office.complete("i2", enough=True)
    assert office.ended()
    again = Office(office.definitions)
    again.start(enough=False)
    token = next(row for row in again.rows.all(Token) if row.node == "sub")
    again.do(FinishAdHoc(token=token.id))
    assert again.ended()


def test_a_script_sets_variables_in_feel() -> None:
    script = '<scriptTask id="t"><script>{fee: base * 2, note: "已计算"}</script></scriptTask>'
    office = Office(model(ENDS + script + tasks("z"), "s>t t>z z>e"))
    office.start(base=Decimal("1.05"))
    assert office.variables() == {"base": Decimal("1.05"), "fee": Decimal("2.10"), "note": "已计算"}


def test_a_business_rule_task_asks_its_decision() -> None:
    rule = '<businessRuleTask id="t" zt:decision="grade" zt:result="level"/>'
    evaluator = FeelEvaluator({"grade": lambda variables, _now: "A" if variables["score"] > 90 else "B"})
    office = Office(model(ENDS + rule + tasks("z"), "s>t t>z z>e"), evaluator)
    office.start(score=95)
    assert office.variables()["level"] == "A"


def test_data_associations_carry_values_into_and_out_of_a_task() -> None:
    io = (
        '<ioSpecification><dataInput id="in" name="title"/><dataOutput id="out" name="answer"/><inputSet>'
        "<dataInputRefs>in</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>"
        '</ioSpecification><dataInputAssociation id="da"><sourceRef>d1</sourceRef><targetRef>in</targetRef>'
        "<transformation>upper case(subject)</transformation></dataInputAssociation>"
        '<dataOutputAssociation id="db"><sourceRef>out</sourceRef><targetRef>d2</targetRef></dataOutputAssociation>'
    )
    data = '<dataObject id="d1" name="subject"/><dataObject id="d2" name="decision"/>'
    office = Office(model(ENDS + data + f'<userTask id="a">{io}</userTask>' + tasks("z"), "s>a a>z z>e"))
    office.start(subject="permit")
    assert office.item("a").inputs == {"title": "PERMIT"}
    office.complete("a", answer="granted")
    assert office.variables() == {"subject": "permit", "decision": "granted"}


def test_performers_are_named_by_resource_or_expression() -> None:
    people = (
        '<potentialOwner id="o"><resourceAssignmentExpression><formalExpression>["office-" + area]</formalExpression>'
        "</resourceAssignmentExpression></potentialOwner>"
        '<performer id="r"><resourceRef>clerk</resourceRef></performer>'
    )
    top = '<resource id="clerk" name="window-clerk"/>'
    office = Office(model(ENDS + f'<userTask id="a">{people}</userTask>', "s>a a>e", top=top))
    office.start(area="east")
    assert sorted(office.item("a").performers) == ["office-east", "window-clerk"]


def test_a_cancelled_case_leaves_nothing_open() -> None:
    office = Office(model(ENDS + tasks("a"), "s>a a>e"))
    office.start()
    assert office.do(CancelCase(reason="withdrawn")).has(What.PROCESS_CANCELLED)
    assert office.ended()
    assert office.open() == []


def test_a_global_task_is_done_in_place_of_the_call() -> None:
    top = '<globalUserTask id="g" name="核验"/>'
    office = Office(model(ENDS + '<callActivity id="c" calledElement="g"/>', "s>c c>e", top=top))
    office.start()
    item = office.item("c")
    assert item.kind == "userTask"
    office.do(CompleteWorkItem(work_item=item.id))
    assert office.ended()
