"""Decision models: graphs, knowledge, services, types, imports, and what is refused."""

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.api import InvalidModel, ModelError, build_tree, load_model, read_model, write_model
from zhengtong.rules.dmn.tests.builders import NAMESPACE, literal, model, table
from zhengtong.rules.dmn.xml import equivalent, parse_xml, write_xml

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
KIT = Path(__file__).resolve().parents[5].parent / "shared" / "testdata" / "dmn-tck"


def decision(name: str, text: str, **links: Any) -> m.Decision:
    return m.Decision(id=name, name=name, variable=m.Variable(name=name), logic=literal(text), **links)


def test_a_decision_builds_on_decisions_and_knowledge() -> None:
    rate = m.BusinessKnowledge(
        id="k",
        name="monthly rate",
        variable=m.Variable(name="monthly rate"),
        function=m.FunctionDefinition(
            parameters=(m.Variable(name="yearly", type_ref="number"),), body=literal("yearly / 12")
        ),
    )
    base = replace(model(None, {"principal": "number"}), knowledge=(rate,))
    net = decision("net", "principal - 1000", required_inputs=("i0",))
    due = decision("due", "net * monthly rate(0.06)", required_decisions=("net",), required_knowledge=("k",))
    compiled = load_model(replace(base, decisions=(net, due)))
    assert compiled.require_valid().evaluate("due", {"principal": 21_000}).value == Decimal(100)
    assert compiled.evaluate("monthly rate", {"yearly": 24}).value == 2


def test_a_decision_service_decides_from_its_inputs_alone() -> None:
    inner = decision("inner", "x + 1", required_inputs=("i0",))
    outer = decision("outer", "inner * 10", required_decisions=("inner",))
    whole = m.DecisionService(
        id="s", name="whole", variable=m.Variable(name="whole"), outputs=("outer",), input_data=("i0",)
    )
    part = m.DecisionService(
        id="t", name="part", variable=m.Variable(name="part"), outputs=("outer",), input_decisions=("inner",)
    )
    caller = decision("caller", "[whole(4), part(4)]", required_knowledge=("s", "t"))
    base = model(None, {"x": "number"})
    compiled = load_model(replace(base, decisions=(inner, outer, caller), services=(whole, part)))
    assert compiled.evaluate("caller", {}).value == [50, 40]
    assert compiled.evaluate("whole", {"x": 1}).value == 20
    assert compiled.evaluate("part", {"inner": 7}).value == 70


def test_a_function_may_travel_from_one_decision_to_another() -> None:
    maker = decision("maker", "function(n) if n <= 1 then 1 else n * 2")
    user = decision("user", "{a: 1, b: 2, g: maker, r: g(a + b)}.r", required_decisions=("maker",))
    compiled = load_model(m.Definitions(name="m", namespace=NAMESPACE, decisions=(maker, user)))
    assert compiled.evaluate("user", {}).value == 6


def test_an_input_outside_its_type_is_null_with_a_diagnostic() -> None:
    grade = m.ItemDefinition(name="tGrade", type_ref="string", allowed_values='"A", "B"')
    compiled = load_model(model(literal("grade"), {"grade": "tGrade"}, types=(grade,)))
    assert compiled.evaluate("结论", {"grade": "A"}).value == "A"
    refused = compiled.evaluate("结论", {"grade": "C"})
    assert (refused.value, [d.code for d in refused.diagnostics]) == (None, ["bad-input"])


def test_costly_allowed_values_are_paid_by_the_decision_that_asks_for_them() -> None:
    costly = m.ItemDefinition(
        name="tCostly", type_ref="number", allowed_values="? > count(for i in 1..5000 return i) - 9999"
    )
    text = "count(for i in 1..100000 return (function(x: tCostly) x)(i))"
    evaluation = load_model(model(literal(text), {}, types=(costly,))).evaluate("结论", {})
    assert (evaluation.value, evaluation.diagnostics[-1].code) == (None, "step-limit")


def test_a_form_may_leave_out_what_was_not_filled_in() -> None:
    person = m.ItemDefinition(
        name="tPerson",
        components=(
            m.ItemDefinition(name="name", type_ref="string"),
            m.ItemDefinition(name="phones", type_ref="string", is_collection=True),
        ),
    )
    compiled = load_model(model(literal("p.name"), {"p": "tPerson"}, types=(person,)))
    assert compiled.evaluate("结论", {"p": {"name": "李明"}}).value == "李明"
    assert compiled.evaluate("结论", {"p": {"name": 5}}).value is None


def test_a_result_is_converted_to_the_declared_type_or_null() -> None:
    assert load_model(model(literal("[5]"), {}, type_ref="number")).evaluate("结论", {}).value == 5
    assert load_model(model(literal("5"), {}, type_ref="list<number>")).evaluate("结论", {}).value == [5]
    assert load_model(model(literal('"5"'), {}, type_ref="number")).evaluate("结论", {}).value is None


def test_an_imported_model_is_used_under_its_name() -> None:
    library = m.Definitions(name="lib", namespace="urn:lib", decisions=(decision("base", "40"),))
    user = m.Definitions(
        name="user",
        namespace=NAMESPACE,
        imports=(m.Import(name="公共", namespace="urn:lib", type=DMN),),
        decisions=(decision("total", "公共.base + 2", required_decisions=("urn:lib#base",)),),
    )
    assert load_model(user, [library]).require_valid().evaluate("total", {}).value == 42
    with pytest.raises(InvalidModel, match="公共"):
        load_model(user).require_valid()


# refusals


@pytest.mark.parametrize(
    ("xml", "code", "line"),
    [
        ("<definitions", "xml", 1),
        ("<a/>", "not-dmn", 1),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "xml-doctype", None),
        ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>", "xml-doctype", None),
        ("<x>" * 200 + "</x>" * 200, "xml-limit", None),
        ("<x>&undefined;</x>", "xml", 1),
    ],
)
def test_a_file_that_is_no_safe_model_is_refused(xml: str, code: str, line: int | None) -> None:
    with pytest.raises(ModelError) as refused:
        load_model(xml)
    assert (refused.value.code, refused.value.line) == (code, line)
    assert refused.value.remedy_zh
    assert refused.value.remedy_en


@pytest.mark.parametrize(
    ("table_xml", "code"),
    [
        ('<decisionTable hitPolicy="RANDOM"><output/></decisionTable>', "unknown-hit-policy"),
        ('<decisionTable hitPolicy="COLLECT" aggregation="AVG"><output/></decisionTable>', "unknown-aggregation"),
        (
            "<decisionTable><input><inputExpression/></input><output/><rule>\n<outputEntry/></rule></decisionTable>",
            "cells",
        ),
        ("<list><surprise/></list>", "unknown-element"),
        ("<surprise/>", "unknown-element"),
        ("<decisionTable><output/><surprise/></decisionTable>", "unknown-element"),
    ],
)
def test_a_broken_table_is_refused_with_its_decision_and_line(table_xml: str, code: str) -> None:
    head = f'<definitions xmlns="{DMN}" name="m" namespace="urn:m">'
    xml = f'{head}\n<decision name="补贴">{table_xml}</decision></definitions>'
    with pytest.raises(ModelError, match="补贴") as refused:
        load_model(xml).require_valid()
    assert refused.value.code == code
    assert refused.value.line in {2, 3}


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ((decision("a", "b", required_decisions=("b",)), decision("b", "a", required_decisions=("a",))), "cycle"),
        ((decision("a", "1"), decision("a", "2")), "duplicate-name"),
        ((decision("a", "1", required_inputs=("nowhere",)),), "unknown-reference"),
        ((decision("a", "1 +"),), "bad-expression"),
        ((replace(decision("a", "1"), variable=m.Variable(name="a", type_ref="tNone")),), "unknown-type"),
        (
            (replace(decision("a", "1"), logic=m.LiteralExpression(text="1", language="python")),),
            "unsupported-language",
        ),
    ],
)
def test_a_model_with_errors_is_not_published(decisions: tuple[m.Decision, ...], code: str) -> None:
    compiled = load_model(m.Definitions(name="m", namespace=NAMESPACE, decisions=decisions))
    with pytest.raises(InvalidModel) as refused:
        compiled.require_valid()
    assert code in [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    "other",
    [
        '<decision id="a" name="b"><literalExpression><text>2</text></literalExpression></decision>',
        '<businessKnowledgeModel id="a" name="b"/>',
        '<decisionService id="a" name="b"/>',
        '<inputData id="a" name="b"><variable name="b"/></inputData>',
    ],
)
def test_two_elements_of_one_id_are_an_error_whatever_their_kinds(other: str) -> None:
    first = '<decision id="a" name="a"><literalExpression><text>1</text></literalExpression></decision>'
    model = load_model(f'<definitions xmlns="{DMN}" name="m" namespace="urn:m">{first}{other}</definitions>')
    assert model.evaluate("a", {}).value == 1
    with pytest.raises(InvalidModel) as refused:
        model.require_valid()
    assert "duplicate-id" in [problem.code for problem in refused.value.problems]


def test_a_circle_of_decisions_is_null_when_run_all_the_same() -> None:
    circle = (decision("a", "b", required_decisions=("b",)), decision("b", "a", required_decisions=("a",)))
    evaluation = load_model(m.Definitions(name="m", namespace=NAMESPACE, decisions=circle)).evaluate("a", {})
    assert evaluation.value is None
    assert [d.code for d in evaluation.diagnostics] == ["circular"]


def test_an_unknown_decision_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ModelError, match="可用的决策：结论") as refused:
        load_model(model(literal("1"), {})).evaluate("别的", {})
    assert refused.value.code == "no-decision"


def test_a_model_cannot_call_code_that_was_not_given() -> None:
    text = 'function(x) external {java: {class: "java.lang.Runtime", method signature: "exec(java.lang.String)"}}'
    evaluation = load_model(model(literal(f"({text})(1)"), {})).evaluate("结论", {})
    assert (evaluation.value, [d.code for d in evaluation.diagnostics]) == (None, ["no-external"])


# round trip


def contents(value: Any) -> Any:
    """The model without its places in the file."""
    if is_dataclass(value):
        kept = [f.name for f in fields(value) if f.name not in {"line", "source"}]
        return (type(value).__name__, *((name, contents(getattr(value, name))) for name in kept))
    return tuple(map(contents, value)) if isinstance(value, tuple) else value


def test_a_model_built_in_code_survives_writing_and_reading() -> None:
    built = model(
        table({"x": "number"}, {"y": "string"}, ['< 3 => "<&\\"quoted\\">"', '- => "政通\\n"']), {"x": "number"}
    )
    assert contents(read_model(write_model(built))) == contents(built)


def test_a_file_is_written_back_without_loss() -> None:
    xml = (
        f'<d:definitions xmlns:d="{DMN}" xmlns:z="urn:z" name="m" namespace="urn:m" z:extra="&quot;1&#10;2&quot;">\n'
        "  <!-- kept --><?tool kept?><d:extensionElements><z:any a='1'>text &amp; more</z:any></d:extensionElements>\n"
        "  <d:inputData id='i' name='x'><d:variable name='x'/></d:inputData></d:definitions>"
    )
    written = write_model(read_model(xml))
    assert equivalent(parse_xml(written), parse_xml(xml))
    assert "<!-- kept --><?tool kept?>" in written
    assert write_xml(parse_xml(written)) == written


def test_every_model_of_the_public_test_kit_survives_both_ways_of_writing() -> None:
    if not KIT.is_dir():
        pytest.skip("the public DMN test kit is not beside the repository (../shared/testdata/dmn-tck)")
    for path in KIT.rglob("*.dmn"):
        original = read_model(path.read_bytes())
        assert equivalent(parse_xml(write_model(original)), parse_xml(path.read_bytes())), path
        assert contents(read_model(write_xml(build_tree(original)))) == contents(original), path
