"""The public suites beside the repository: the floor that is reached, and every miss by name."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhengtong.process.cli import (
    bpmn_group,
    conformance_bpmn_execution,
    conformance_bpmn_miwg,
    conformance_bpmn_static,
)
from zhengtong.process.conformance import execution, interchange, static
from zhengtong.process.engine.api import FeelEvaluator

SHARED = Path(__file__).resolve().parents[5].parent / "shared" / "testdata"
# Their third task runs the script SCRIPT_task1, while the suite expects SCRIPT_task3 (decision 0121).
CONTRADICTORY = {"AdHocSubProcess_Sequential", "AdHocSubProcess_Parallel"}


def suite(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the public suite is not beside the repository (../shared/testdata/{name})")
    return folder


def test_every_executable_process_but_two_that_contradict_themselves_passes() -> None:
    results = dict(execution.run_suite(suite("bpmn-execution"), FeelEvaluator()))
    failed = {name for name, cases in results.items() if not all(case.passed for case in cases)}
    assert failed == CONTRADICTORY & set(results)
    assert len(results) - len(failed) >= 0.97 * len(results)


def test_every_model_that_breaks_a_rule_is_refused_by_a_rule() -> None:
    results = list(static.run_suite(suite("bpmn-static")))
    assert [result.name for result in results if not result.passed] == []
    assert len(results) >= 100


def test_every_interchange_model_comes_back_whole() -> None:
    results = list(interchange.run_suite(suite("bpmn-miwg")))
    assert [result.name for result in results if result.lost] == []
    assert sum(result.elements for result in results) > 5000


def test_the_runners_close_with_a_count() -> None:
    runner = CliRunner()
    for command, name in (
        (conformance_bpmn_execution, "bpmn-execution"),
        (conformance_bpmn_static, "bpmn-static"),
        (conformance_bpmn_miwg, "bpmn-miwg"),
    ):
        outcome = runner.invoke(command, [str(suite(name))])
        assert outcome.exit_code == 0
        assert outcome.output.splitlines()[-1].startswith("passed ")


def test_the_suite_s_conditions_become_feel() -> None:
    assert execution.to_feel('test.contains("a")') == 'contains(test, "a")'
    assert execution.to_feel('!test.contains("a")') == 'not(contains(test, "a"))'
    assert execution.to_feel("${integerVariable}") == "integerVariable"
    assert execution.to_feel("integerVariable<3") == "integerVariable<3"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (bpmn_group, ["check", "/nowhere.bpmn"]),
        (bpmn_group, ["run", "/nowhere.bpmn"]),
        (bpmn_group, ["run", "/nowhere.bpmn", "--wrong"]),
        (conformance_bpmn_execution, ["/nowhere"]),
        (conformance_bpmn_execution, ["."]),
        (conformance_bpmn_static, ["/nowhere"]),
        (conformance_bpmn_miwg, ["/nowhere"]),
    ],
)
def test_a_wrong_call_gets_a_sentence(command: object, arguments: list[str]) -> None:
    outcome = CliRunner().invoke(command, arguments)  # type: ignore[arg-type]
    assert outcome.exit_code != 0
    assert "Error" in outcome.output
    assert "Traceback" not in outcome.output


MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">
<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a"/><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/></process>
</definitions>"""


def test_a_model_is_checked_and_run_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "m.bpmn"
    file.write_text(MODEL, encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(bpmn_group, ["check", str(file)]).output == "0 errors, 0 warnings\n"
    ran = runner.invoke(bpmn_group, ["run", str(file), "--data", '{"x": 1}'])
    assert ran.exit_code == 0
    assert ran.output.splitlines()[-1] == "p: process_completed"
    held = runner.invoke(bpmn_group, ["run", str(file), "--stop-at-user-tasks"])
    assert held.output.splitlines()[-2:] == ["open: userTask a", "p: waiting"]
    file.write_text(MODEL.replace('targetRef="e"', 'targetRef="x"'), encoding="utf-8")
    broken = runner.invoke(bpmn_group, ["check", str(file), "--lang", "en"])
    assert broken.exit_code == 1
    assert f"{file}:3: error [flow-ends-on-node" in broken.output
    refused = runner.invoke(bpmn_group, ["run", str(file)])
    assert refused.exit_code == 1
    assert "nothing was run" in refused.output


HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">'
SET = '<scriptTask id="set">{}<script>SET_STRING_DATA</script></scriptTask>'
LOG = '<scriptTask id="log">{}<script>LOG_DATA</script></scriptTask>'
WIRES = "".join(
    f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
    for a, b in (("s", "set"), ("set", "log"), ("log", "e"))
)
OUT = (
    '<ioSpecification><dataOutput id="o"/><inputSet/><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>'
    '</ioSpecification><dataOutputAssociation id="oa"><sourceRef>o</sourceRef><targetRef>d</targetRef>'
    "</dataOutputAssociation>"
)
IN = (
    '<ioSpecification><dataInput id="i"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet/>'
    '</ioSpecification><dataInputAssociation id="ia"><sourceRef>d</sourceRef><targetRef>i</targetRef>'
    "</dataInputAssociation>"
)


def folder_of(tmp_path: Path, body: str, traces: list[str], **case: object) -> Path:
    """Write a suite of one process."""
    body = f'<startEvent id="s"/>{body}<endEvent id="e"/>'
    process = f'{HEAD}<process id="P" isExecutable="true">{body}</process></definitions>'
    (tmp_path / "P.bpmn").write_text(process, encoding="utf-8")
    cases = [{"input": None, "int": 0, "parallel": False, "delay": 0, "traces": traces, **case}]
    suite_json = [{"group": "g", "name": "P", "file": "P.bpmn", "cases": cases}]
    (tmp_path / "expected.json").write_text(json.dumps(suite_json), encoding="utf-8")
    return tmp_path


def outcome_of(folder: Path) -> str:
    ((_, (result,)),) = execution.run_suite(folder, FeelEvaluator())
    return result.reason


@pytest.mark.parametrize("data", ['<dataObject id="d"/>', '<property id="d"/>'])
def test_scripts_write_and_read_the_declared_data(tmp_path: Path, data: str) -> None:
    assert outcome_of(folder_of(tmp_path, data + SET.format("") + LOG.format("") + WIRES, ["DATA"])) == ""


def test_scripts_write_and_read_through_data_associations(tmp_path: Path) -> None:
    body = '<dataObject id="d"/>' + SET.format(OUT) + LOG.format(IN) + WIRES
    assert outcome_of(folder_of(tmp_path, body, ["DATA"])) == ""


def test_data_that_was_never_written_leaves_no_trace(tmp_path: Path) -> None:
    body = (
        '<dataObject id="d"/>' + SET.format("").replace("SET_STRING_DATA", "CREATE_LOG_FILE") + LOG.format("") + WIRES
    )
    assert "expected ['DATA'], traced []" in outcome_of(folder_of(tmp_path, body, ["DATA"]))


def test_an_error_counts_exactly_where_it_is_expected(tmp_path: Path) -> None:
    split = (
        '<scriptTask id="set"><script>SCRIPT_task1</script></scriptTask>'
        '<scriptTask id="log"><script>SCRIPT_task2</script>'
        '</scriptTask><exclusiveGateway id="x"/>'
        '<sequenceFlow id="a" sourceRef="s" targetRef="set"/><sequenceFlow id="b" sourceRef="set" targetRef="x"/>'
        '<sequenceFlow id="c" sourceRef="x" targetRef="log">'
        '<conditionExpression>test.contains("a")</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="d" sourceRef="log" targetRef="e"/>'
        '<sequenceFlow id="f" sourceRef="x" targetRef="e">'
        '<conditionExpression>test.contains("b")</conditionExpression></sequenceFlow>'
    )
    assert outcome_of(folder_of(tmp_path, split, ["SCRIPT_task1", "ERROR_RUNTIME"], input="c")) == ""
    assert outcome_of(folder_of(tmp_path, split, ["SCRIPT_task1", "SCRIPT_task2"], input="a")) == ""
    assert "not expected" in outcome_of(folder_of(tmp_path, split, ["SCRIPT_task1"], input="c"))
    assert "was expected" in outcome_of(folder_of(tmp_path, split, ["SCRIPT_task1", "ERROR_RUNTIME"], input="b"))


def test_what_publishing_refuses_is_an_error(tmp_path: Path) -> None:
    body = SET.format("") + LOG.format("") + WIRES.replace('targetRef="log"', 'targetRef="nowhere"')
    assert outcome_of(folder_of(tmp_path, body, ["ERROR"])) == ""
    assert "refused at publishing" in outcome_of(folder_of(tmp_path, body, ["DATA"]))
