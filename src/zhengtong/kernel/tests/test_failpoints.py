"""Failpoints do nothing in an installation: only a test arms one, and a place that is not armed costs one look."""

import ast
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

import zhengtong
from zhengtong.kernel import failpoints
from zhengtong.kernel.failpoints import arm, declare, failpoint

SOURCE = Path(zhengtong.__file__).parent
HERE = declare("kernel.here")[0]


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


def calls(name: str) -> list[tuple[str, str]]:
    """Return every call of *name* outside tests, with its module and first argument."""
    found = []
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        text = path.read_text()
        if f"{name}(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                arguments = [one.value for one in node.args if isinstance(one, ast.Constant)]
                found += [(path.relative_to(SOURCE).as_posix(), str(one)) for one in arguments or [""]]
    return found


def test_an_armed_place_is_deadly_at_its_pass_only() -> None:
    deaths: list[str] = []
    arm(f"{HERE}:3", lambda: deaths.append("now"))
    told = []
    for _time in range(5):
        failpoint(HERE)
        told.append(len(deaths))
    assert told == [0, 0, 1, 1, 1]


def test_it_dies_like_in_a_power_cut() -> None:
    child = os.fork()
    if not child:
        try:
            arm(HERE)
            failpoint(HERE)
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert (os.WIFSIGNALED(status), os.WTERMSIG(status)) == (True, signal.SIGKILL)


def test_a_place_that_is_not_armed_calls_nothing() -> None:
    steps: list[str] = []

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        steps.append(f"{event} {frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        failpoint(HERE)
    finally:
        sys.setprofile(before)
    assert steps[:2] == ["call failpoint", "return failpoint"]


def test_nothing_but_a_test_can_arm_one(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = {
        line.strip()
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts
        for line in path.read_text().splitlines()
        if "failpoints import" in line or "import failpoints" in line
    }
    assert imported == {"from zhengtong.kernel.failpoints import declare, failpoint"}
    monkeypatch.setenv("ZHENGTONG_FAILPOINT", HERE)
    failpoint(HERE)


def test_an_unknown_place_is_named() -> None:
    with pytest.raises(ValueError, match=r"no failpoint 'kernel\.nowhere'; there are .*kernel\.here"):
        arm("kernel.nowhere")
    with pytest.raises(ValueError, match="names no room"):
        declare("nowhere")


def test_every_place_that_is_passed_is_declared_and_every_declared_one_is_passed() -> None:
    passed = {name for _, name in calls("failpoint")}
    for module in {path for path, _ in calls("declare")}:
        __import__("zhengtong." + module.removesuffix(".py").replace("/", "."))
    assert passed == failpoints.declared() - {HERE}
