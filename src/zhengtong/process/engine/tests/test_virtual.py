"""The virtual world: cases that start each other, in virtual time."""

from datetime import timedelta

from zhengtong.process.engine.api import Done, FeelEvaluator, VirtualCase, What, WorkItem, World
from zhengtong.process.engine.tests.builders import NOW, flows, model

ENDS = '<startEvent id="s"/><endEvent id="e"/>'


def run(nodes: str, wires: str, top: str) -> tuple[World, list[str]]:
    """Run process p of a model; return the world and the nodes worked on, in order."""
    worked: list[str] = []

    def work(_world: World, _case: VirtualCase, item: WorkItem) -> Done:
        worked.append(item.node)
        return Done()

    definitions = model(nodes, wires, top=top)
    world = World(definitions, FeelEvaluator(), work, NOW)
    world.launch(definitions.processes["p"], {})
    world.run()
    return world, worked


def other(start: str, wires: str = "qs>q1 q1>qe", *, more: str = "") -> str:
    inner = start + '<userTask id="q1"/><endEvent id="qe"/>' + more
    return f'<process id="q" isExecutable="true">{inner}{flows(wires)}</process>'


def test_a_message_starts_the_process_that_waits_for_it() -> None:
    top = '<message id="m" name="apply"/>'
    start = '<startEvent id="qs"><messageEventDefinition messageRef="m"/></startEvent>'
    send = '<sendTask id="send" messageRef="m"/>'
    world, worked = run(ENDS + send, "s>send send>e", top + other(start))
    assert worked == ["q1"]
    assert [case.ending for case in world.cases] == [What.PROCESS_COMPLETED] * 2


def test_a_message_waits_for_whoever_listens_later() -> None:
    top = '<message id="m" name="apply"/>'
    catch = '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    timer = (
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    nodes = ENDS + '<parallelGateway id="f"/><endEvent id="e2"/><sendTask id="send" messageRef="m"/>' + timer + catch
    world, _ = run(nodes, "s>f f>send send>e f>t t>c c>e2", top)
    assert world.cases[0].ending is What.PROCESS_COMPLETED
    assert world.now == NOW + timedelta(days=1)


def test_a_parallel_multiple_start_makes_one_case_of_two_signals() -> None:
    top = '<signal id="g" name="one"/><signal id="h" name="two"/>'
    start = (
        '<startEvent id="qs" parallelMultiple="true"><signalEventDefinition signalRef="g"/>'
        '<signalEventDefinition signalRef="h"/></startEvent>'
    )
    throw = '<intermediateThrowEvent id="{}"><signalEventDefinition signalRef="{}"/></intermediateThrowEvent>'
    nodes = ENDS + throw.format("t1", "g") + throw.format("t2", "h")
    world, worked = run(nodes, "s>t1 t1>t2 t2>e", top + other(start))
    assert worked == ["q1"]
    assert len(world.cases) == 2


def test_a_parallel_instantiating_gateway_waits_for_all_its_messages_in_one_case() -> None:
    top = '<message id="m" name="one"/><message id="n" name="two"/>'
    catch = '<intermediateCatchEvent id="{}"><messageEventDefinition messageRef="{}"/></intermediateCatchEvent>'
    start = (
        '<eventBasedGateway id="qs" instantiate="true" eventGatewayType="Parallel"/>'
        + catch.format("c1", "m")
        + catch.format("c2", "n")
    )
    wires = "qs>c1 qs>c2 c1>q1 c2>q2 q1>qe q2>qe2"
    more = '<userTask id="q2"/><endEvent id="qe2"/>'
    sends = '<sendTask id="a" messageRef="m"/><sendTask id="b" messageRef="n"/>'
    world, worked = run(ENDS + sends, "s>a a>b b>e", top + other(start, wires, more=more))
    assert sorted(worked) == ["q1", "q2"]
    assert [case.ending for case in world.cases] == [What.PROCESS_COMPLETED] * 2


def test_an_instantiating_gateway_starts_with_the_first_message_only() -> None:
    top = '<message id="m" name="one"/><message id="n" name="two"/>'
    catch = '<intermediateCatchEvent id="{}"><messageEventDefinition messageRef="{}"/></intermediateCatchEvent>'
    start = '<eventBasedGateway id="qs" instantiate="true"/>' + catch.format("c1", "m") + catch.format("c2", "n")
    more = '<userTask id="q2"/><endEvent id="qe2"/>'
    send = '<sendTask id="a" messageRef="n"/>'
    world, worked = run(ENDS + send, "s>a a>e", top + other(start, "qs>c1 qs>c2 c1>q1 c2>q2 q1>qe q2>qe2", more=more))
    assert worked == ["q2"]
    assert len(world.cases) == 2


def test_a_repeating_timer_start_begins_as_many_cases_as_it_says() -> None:
    nodes = (
        '<startEvent id="s"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></startEvent>'
        '<userTask id="a"/><endEvent id="e"/>'
    )
    world, worked = run(nodes, "s>a a>e", "")
    assert worked == ["a", "a", "a"]
    assert world.now == NOW + timedelta(hours=3)
