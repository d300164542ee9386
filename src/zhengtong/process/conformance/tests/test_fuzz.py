"""Damaged models: whatever is cut, doubled or misdirected is refused or runs; nothing crashes or runs for ever."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import Document, check, publishable, read_definitions, read_document, write_document
from zhengtong.process.bpmn.xmltree import XmlElement, XmlNode, XmlText
from zhengtong.process.engine.api import Done, FeelEvaluator, World
from zhengtong.process.engine.tests.blocks import drawn
from zhengtong.process.engine.tests.builders import NOW, model, tasks
from zhengtong.process.engine.tests.edits import random_block

EVENTS = (
    '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"><errorEventDefinition errorRef="x"/></endEvent>'
    '<eventBasedGateway id="g"/><intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><intermediateCatchEvent id="c2"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><userTask id="a"><multiInstanceLoopCharacteristics '
    'behavior="None" noneBehaviorEventRef="sd">'
    "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
    '<boundaryEvent id="b" attachedToRef="a"><signalEventDefinition signalRef="n"/></boundaryEvent>'
    '<boundaryEvent id="k" attachedToRef="z"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="undo" isForCompensation="true"/><association id="as" sourceRef="k" targetRef="undo"/>'
    '<intermediateThrowEvent id="th"><compensateEventDefinition/></intermediateThrowEvent><dataObject id="d"/>'
)
TOP = (
    '<message id="m" name="m"/><signal id="n" name="n"/><error id="x" errorCode="X"/>'
    '<signalEventDefinition id="sd" signalRef="n"/>'
)
EXAMPLE = model(EVENTS + tasks("z"), "s>g g>c1 g>c2 c1>a c2>z z>th th>e a>e2 b>z", top=TOP).document


def damaged(element: XmlElement, random: Random, share: float, ids: list[str]) -> XmlElement:
    """Return *element* with some attributes and children cut, doubled, moved or misdirected."""
    attributes = []
    for attribute in element.attributes:
        chance = random.random()
        if share < chance < 2 * share and not attribute.qname.startswith("xmlns"):
            attributes.append(replace(attribute, value=random.choice([*ids, "", "-1", "true", "PT0S"])))
        elif chance >= share:
            attributes.append(attribute)
    content: list[XmlNode] = []
    for node in element.content:
        chance = random.random()
        if chance < share:
            continue
        if isinstance(node, XmlElement):
            inner = damaged(node, random, share, ids)
            content += [inner, inner] if chance < 2 * share else [inner]
        elif isinstance(node, XmlText) and chance < 2 * share:
            content.append(XmlText(random.choice([*ids, "-1", "for x in 1..9 return x", "}{"])))
        else:
            content.append(node)
    if random.random() < share:
        random.shuffle(content)
    return replace(element, attributes=tuple(attributes), content=tuple(content))


@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.005, 0.02, 0.1]), events=st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_damaged_model_is_refused_or_runs(seed: int, share: float, events: bool) -> None:  # noqa: FBT001
    random = Random(seed)  # noqa: S311 -- reproducible, no secret
    document = EXAMPLE if events else drawn(random_block(random)).document
    root = damaged(document.root, random, share, list(document.ids))
    try:
        again = read_document(write_document(Document(replace(document.xml, root=root))))
    except Refusal:
        return
    check(again)
    definitions = read_definitions(again)
    evaluator = FeelEvaluator()
    if any(finding.is_error for finding in publishable(definitions, evaluator.problem)):
        return
    for process in definitions.processes.values():
        world = World(definitions, evaluator, lambda *_: Done(), NOW)
        world.launch(process, {})
        world.run(moves=200)
