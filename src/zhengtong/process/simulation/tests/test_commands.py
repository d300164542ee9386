"""The commands: what they print, and that a mistake is a sentence."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhengtong.process.cli import bpmn_group
from zhengtong.process.store.tests import models

pytestmark = pytest.mark.django_db  # the working calendar may have been extended


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(bpmn_group, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "joint.bpmn").write_bytes(models.joint(2))
    lines = ["case_id,activity,completed_at"]
    for case, names in {"a": "office0 office1 decide", "b": "office1 decide", "c": "office1 office0"}.items():
        lines += [f"{case},{name},2026-11-23 0{n}:00:00" for n, name in enumerate(names.split(), start=1)]
    (tmp_path / "log.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_replay_prints_each_divergence_and_a_summary(folder: Path) -> None:
    result = run("replay", f"{folder}/joint.bpmn", "--log", f"{folder}/log.csv", "--cases")
    assert result.exit_code == 0
    assert "b: diverges at event 2 decide: it was not its turn; expected office0 office0" in result.output
    assert "c: unfinished, waits for decide" in result.output
    assert result.output.endswith(
        "6 of 7 events followed the definition\n3 cases: 1 conforms, 1 diverges, 1 unfinished\n"
    )


def test_replay_prints_json_for_programs(folder: Path) -> None:
    result = run("replay", f"{folder}/joint.bpmn", "--log", f"{folder}/log.csv", "--json")
    assert json.loads(result.output)["verdicts"] == {"conforms": 1, "diverges": 1, "unfinished": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{0}/joint.bpmn"], "either --log FILE or --stored KEY"),
        (["{0}/missing.bpmn", "--log", "{0}/log.csv"], "missing.bpmn: No such file"),
        (["{0}/joint.bpmn", "--log", "{0}/missing.csv"], "no such file"),
        (["{0}/log.csv", "--log", "{0}/log.csv"], "XML"),
        (["{0}/joint.bpmn", "--log", "{0}/log.csv", "--as", "decide"], "write ACTIVITY=ELEMENT"),
        (["{0}/joint.bpmn", "--log", "{0}/log.csv", "--as", "x=nobody"], "nobody"),
        (["{0}/joint.bpmn", "--log", "{0}/log.csv", "--process", "other"], "other"),
        (["{0}/joint.bpmn", "--log", "{0}/log.csv", "--dmn", "{0}/log.csv"], "XML"),
    ],
)
def test_a_mistake_is_a_sentence(folder: Path, arguments: list[str], said: str) -> None:
    result = run("replay", *(text.format(folder) for text in arguments))
    assert result.exit_code == 1
    assert said in result.output


SCENARIO = """
seed: 3
calendar: monday-to-friday
days: 20
replications: 3
arrivals: {per_day: 6}
staff: {一科: 2, 二科: {people: 1, cost_per_hour: 50}}
tasks:
  office0: {staff: 一科, service: {lognormal: {mean: 40m, cv: 0.5}}}
  office1: {staff: 二科, service: 30m}
  decide: {staff: 一科, service: 10m, cost: 2}
other:
  staff: {一科: 4}
"""


def test_simulate_prints_days_offices_and_cost(folder: Path) -> None:
    (folder / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    result = run("simulate", f"{folder}/joint.bpmn", "--scenario", f"{folder}/s.yaml")
    assert result.exit_code == 0
    for said in ("working days", "cost (yuan)", "一科 (2)", "二科 (1)", "±"):
        assert said in result.output


def test_simulate_compares_two_definitions_with_the_interval_of_the_difference(folder: Path) -> None:
    (folder / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "other.bpmn").write_bytes(models.joint(2))
    arguments = ["simulate", f"{folder}/joint.bpmn", "--scenario", f"{folder}/s.yaml", "--json"]
    result = run(*arguments, "--compare", f"{folder}/other.bpmn")
    found = json.loads(result.output)["comparison"]
    assert found["differences"]["office_hours"]["mean"] < 0
    assert found["stations"]["一科"]["utilisation"]["mean"] < 0
    assert run(*arguments, "--compare", f"{folder}/other.bpmn").output == result.output
    assert run(*arguments, "--compare", f"{folder}/other.bpmn", "--seed", "4").output != result.output


def test_simulate_learns_from_a_log_and_says_what_it_rests_on(folder: Path) -> None:
    (folder / "s.yaml").write_text("staff: {一科: 2}\nreplications: 2\n", encoding="utf-8")
    arguments = ["--scenario", f"{folder}/s.yaml", "--log", f"{folder}/log.csv"]
    result = run("simulate", f"{folder}/joint.bpmn", *arguments)
    assert result.exit_code == 0
    assert "these times are upper bounds" in " ".join(result.output.split())
    lines = (folder / "log.csv").read_text(encoding="utf-8").splitlines()
    starts = [f"{line},{line[-19:-5]}{'30:00' if number else ''}" for number, line in enumerate(lines)]
    starts[0] = f"{lines[0]},started_at"
    starts = [line.replace(" 0", " 1") for line in starts]
    (folder / "log.csv").write_text("\n".join(starts), encoding="utf-8")
    result = run("simulate", f"{folder}/joint.bpmn", *arguments)
    assert result.exit_code == 0, result.output
    assert "66.7% follow the definition" in result.output
    assert "upper bounds" not in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days: [", "s.yaml"),
        ("days: 0", "days"),
        ("tasks: {nobody: {service: 1h}}", "tasks.nobody"),
        ("staff: {一科: 1}", "tasks."),
    ],
)
def test_a_wrong_scenario_is_a_sentence(folder: Path, text: str, said: str) -> None:
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    result = run("simulate", f"{folder}/joint.bpmn", "--scenario", f"{folder}/s.yaml")
    assert result.exit_code == 1
    assert said in result.output


def test_simulate_without_anything_to_go_by_says_what_it_needs(folder: Path) -> None:
    assert "Give --scenario FILE" in run("simulate", f"{folder}/joint.bpmn").output


def test_the_scenario_of_the_guide_runs_on_the_demo_process(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[5]
    guide = (root / "docs/how-to/judge-a-reform.md").read_text(encoding="utf-8")
    text = guide.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "guide.yaml").write_text(text.replace("days: 60", "days: 5"), encoding="utf-8")
    process = str(root / "provinces/demo/processes/single-item.bpmn")
    arguments = ["--scenario", f"{tmp_path}/guide.yaml", "--replications", "1", "--compare", process]
    assert "窗口: busy %" in run("simulate", process, *arguments).output
