"""The commands: what they print, and that a mistake is a sentence."""

from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from zhengtong.rules.cli import conformance_dmn, dmn_group, rules_group
from zhengtong.rules.dmn.api import write_model
from zhengtong.rules.dmn.tests.builders import model, table

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>
  <testCase id="right"><inputNode name="年龄"><value xsi:type="xsd:decimal">67</value></inputNode>
    <resultNode name="结论"><expected><value xsi:type="xsd:string">甲</value></expected></resultNode></testCase>
  <testCase id="null"><inputNode name="年龄"><value xsi:nil="true"/></inputNode>
    <resultNode name="结论" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
  <testCase id="wrong"><inputNode name="年龄"><value xsi:type="xsd:decimal">3</value></inputNode>
    <resultNode name="结论"><expected><value xsi:type="xsd:string">甲</value></expected></resultNode></testCase>
</testCases>"""


def run(command: Command, *arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = model(table({"年龄": "number"}, {"档次": "string"}, ['>= 60 => "甲"', '< 60 => "乙"']), {"年龄": "number"})
    (tmp_path / "m.dmn").write_text(write_model(built), encoding="utf-8")
    (tmp_path / "m-test-01.xml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_an_expression_is_evaluated_with_variables_and_clock() -> None:
    assert run(rules_group, "eval", "年龄 + 0.1", "--context", '{"年龄": 0.2}').output == "0.3\n"
    assert run(rules_group, "eval", "today()", "--now", "2026-11-22T10:00:00+08:00").output == "2026-11-22\n"


def test_a_mistake_is_shown_under_the_expression() -> None:
    result = run(rules_group, "eval", "1 + * 2", "--lang", "en")
    assert result.exit_code == 1
    assert result.output == (
        "Error: Unexpected “*”; expected a value, a name or a bracket. Correct the place shown and try again.\n"
        "1 + * 2\n    ^\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "1", "--context", "{"),
        ("eval", "1", "--context", "[1]"),
        ("eval", "1", "--context", "@missing.json"),
        ("eval", "1", "--now", "yesterday"),
        ("eval", "1", "--surprise"),
        ("eval",),
    ],
)
def test_a_wrong_option_is_a_sentence(arguments: tuple[str, ...]) -> None:
    result = run(rules_group, *arguments)
    assert result.exit_code in {1, 2}
    assert "Error: " in result.output


def test_a_model_is_checked_and_tried(folder: Path) -> None:
    path = str(folder / "m.dmn")
    assert run(dmn_group, "check", path, "--lang", "en").output == "0 error(s), 0 warning(s)\n"
    assert run(dmn_group, "test", path, "--context", '{"年龄": 67}').output == "结论 = 甲\n"
    unknown = run(dmn_group, "test", path, "--decision", "别的", "--lang", "en")
    assert unknown.output == "Error: There is no decision named “别的”. Available decisions: 结论.\n"


def test_a_model_with_errors_fails_the_check(folder: Path) -> None:
    bad = model(table({"x": "number"}, {"y": "number"}, ["> 1 => 1", "> 2 => 2"]), {"x": "number"})
    (folder / "bad.dmn").write_text(write_model(bad), encoding="utf-8")
    result = run(dmn_group, "check", str(folder / "bad.dmn"), "--lang", "en")
    assert result.exit_code == 1
    assert "[contradiction]" in result.output
    assert result.output.endswith("1 error(s), 1 warning(s)\n")


def test_a_missing_or_foreign_file_is_a_sentence(folder: Path) -> None:
    (folder / "bad.dmn").write_text("<html/>", encoding="utf-8")
    assert run(dmn_group, "check", str(folder / "none.dmn")).output.startswith("Error: ")
    assert "not DMN definitions" in run(dmn_group, "check", str(folder / "bad.dmn"), "--lang", "en").output


def test_the_conformance_runner_names_failing_cases_and_counts(folder: Path) -> None:
    lines = run(conformance_dmn, str(folder)).output.splitlines()
    assert lines == [
        "FAILED m-test-01.xml wrong: 结论: 乙, expected 甲.",
        "passed 2 of 3; values: passed 1 of 2",
    ]


def test_the_conformance_runner_wants_a_folder_with_cases(tmp_path: Path) -> None:
    assert run(conformance_dmn, str(tmp_path / "none")).output == f"Error: {tmp_path / 'none'} is no folder.\n"
    assert "holds no test cases" in run(conformance_dmn, str(tmp_path)).output
