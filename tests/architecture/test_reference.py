"""Every permission, refusal and setting is documented, and a code names one refusal."""

import doctest
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import build_reference  # noqa: E402 -- scripts are no package

AGAIN = "run scripts/build_reference.py"


@pytest.fixture(autouse=True, scope="module")
def _everything_imported() -> None:
    build_reference.start()


def test_every_permission_is_documented() -> None:
    assert not build_reference.stale("permissions.md"), AGAIN


def test_every_refusal_is_documented() -> None:
    assert not build_reference.stale("refusals.md"), AGAIN


def test_every_setting_is_documented() -> None:
    assert not build_reference.stale("settings.md"), AGAIN


def test_every_declared_permission_is_registered() -> None:
    from zhengtong.trust.access.api import permissions

    declared = {
        str(member)
        for kind in StrEnum.__subclasses__()
        if kind.__name__ == "Permission"
        and kind.__module__.startswith("zhengtong.")
        and ".tests." not in kind.__module__
        for member in kind
    }
    assert declared == {entry.permission for entry in permissions()}, "register them in site/wiring.py"


def test_a_code_names_one_refusal() -> None:
    from zhengtong.portals.developer.catalogues import refusal_kinds

    uses = Counter(kind.code for kind in refusal_kinds())
    assert [code for code, times in uses.items() if times > 1] == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('x = os.environ["NEW"]', "NEW is read in site/a.py: explain it in MEANINGS"),
        ('x = os.environ.get("NEW") or "y"', "NEW is read in site/a.py: explain it in MEANINGS"),
        ('x = "NEW" in os.environ', "NEW is read in site/a.py: explain it in MEANINGS"),
        ('x = os.getenv("NEW")', "NEW is read in site/a.py: explain it in MEANINGS"),
        ('x = environment.flag("NEW")', "NEW is read in site/a.py: explain it in MEANINGS"),
        ('@click.option("--new", envvar="NEW")\ndef f(new): ...', "NEW is read in site/a.py: explain it in MEANINGS"),
        ("x = os.environ[name]", "site/a.py reads a variable by a name that is not written there"),
        ('os.environ["OLD"] = "1"', "OLD is explained in MEANINGS and read nowhere"),
    ],
)
def test_a_variable_without_a_word_on_it_stops_the_build(source: str, complaint: str) -> None:
    meanings = {"OLD": "An old one."}
    with pytest.raises(build_reference.Unexplained, match=complaint):
        build_reference.by_name(build_reference.reads_in(source, "site/a.py"), meanings)


def test_the_examples_hold() -> None:
    assert doctest.testmod(build_reference).failed == 0
