"""The import contracts hold, and each of them breaks when somebody breaks it."""

import configparser
import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import contracts

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/zhengtong"
EXCEPTIONS = 0
"""How many `ignore_imports` stand in .importlinter. Lower it when you remove one; raise it only with a decision."""

# contract → what a careless edit would look like: files to write into a copy of the package, and whose fault is shown
SEEDS: dict[str, tuple[dict[str, str], str]] = {
    "rooms": ({"kernel/seeded.py": "import zhengtong.process.items\n"}, "zhengtong.kernel.seeded"),
    "rules": (
        {
            "rules/feel/__init__.py": "",
            "rules/dmn/__init__.py": "",
            "rules/feel/seeded.py": "import zhengtong.rules.dmn\n",
        },
        "zhengtong.rules.feel.seeded",
    ),
    "trust": ({"trust/keys/seeded.py": "import zhengtong.trust.identity\n"}, "zhengtong.trust.keys.seeded"),
    "data": (
        {"data/catalog/seeded.py": "import zhengtong.data.registries\n"},
        "zhengtong.data.catalog.seeded",
    ),
    "kernel": ({"kernel/clock.py": "import zhengtong.kernel.events\n"}, "zhengtong.kernel.clock"),
    "process": (
        {"process/bpmn/__init__.py": "", "process/bpmn/seeded.py": "import zhengtong.process.items\n"},
        "zhengtong.process.bpmn.seeded",
    ),
    "apps": (
        {"data/seeded/__init__.py": "", "data/seeded/models.py": "", "data/seeded/law.py": "from . import models\n"},
        "zhengtong.data.seeded.law",
    ),
    "domains": (
        {
            "domains/economy/__init__.py": "",
            "domains/market/__init__.py": "",
            "domains/market/seeded.py": "import zhengtong.domains.economy\n",
        },
        "zhengtong.domains.market.seeded",
    ),
    "portals": (
        {"portals/citizen/seeded.py": "import zhengtong.portals.officer\n"},
        "zhengtong.portals.citizen.seeded",
    ),
    "doors": (
        {
            "trust/identity/models.py": "",
            "data/registries/seeded.py": "from zhengtong.trust.identity import models\n",
        },
        "zhengtong.data.registries.seeded",
    ),
    "edges": (
        {
            "data/seeded/__init__.py": "",
            "data/seeded/services.py": "",
            "data/seeded/tasks.py": "from zhengtong.data.seeded import services\n",
        },
        "zhengtong.data.seeded.tasks",
    ),
    "engines": (
        {
            "process/bpmn/__init__.py": "",
            "process/bpmn/seeded.py": "from django.utils.translation import gettext\n",
        },
        "zhengtong.process.bpmn.seeded",
    ),
    "statutes": (
        {
            "data/seeded/__init__.py": "",
            "data/seeded/law.py": "from zhengtong.data.seeded import tables\n",
            "data/seeded/tables.py": "from django.db import connection\n",
        },
        "zhengtong.data.seeded.tables",
    ),
}


def configuration() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter in *folder*, which holds the package or a copy of it."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin", "COLUMNS": "400"}
    return subprocess.run(
        [program, "--no-cache", *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the Python files of the package (tests left out) and the contracts."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / ".importlinter", folder)
    for source in PACKAGE.rglob("*.py"):
        relative = source.relative_to(PACKAGE)
        if "tests" not in relative.parts[:3]:
            target = folder / "zhengtong" / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return folder


def test_the_package_keeps_every_contract() -> None:
    outcome = lint(PACKAGE.parent, "--config", str(ROOT / ".importlinter"))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("contract", SEEDS)
def test_a_violation_breaks_its_contract_and_names_the_culprit(copy: Path, contract: str) -> None:
    files, culprit = SEEDS[contract]
    before = {name: (copy / "zhengtong" / name) for name in files}
    originals = {path: path.read_bytes() if path.exists() else None for path in before.values()}
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = copy / "zhengtong" / name
            if not path.parent.exists():
                path.parent.mkdir(parents=True)
                made.append(path.parent)
            path.write_text(text, encoding="utf-8")
        outcome = lint(copy, "--contract", contract)
    finally:
        for path, original in originals.items():
            if original is None:
                path.unlink()
            else:
                path.write_bytes(original)
        for folder in made:
            shutil.rmtree(folder)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert "1 broken" in outcome.stdout
    assert culprit in outcome.stdout


def test_every_contract_has_a_seeded_violation() -> None:
    named = {section.partition(":")[2] for section in configuration().sections() if ":" in section}
    assert named == set(SEEDS)


def test_the_list_of_exceptions_only_shrinks() -> None:
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    counted = sum(
        len(section["ignore_imports"].split("\n")) - 1
        for section in configuration().values()
        if "ignore_imports" in section
    )
    assert counted == EXCEPTIONS
    assert len(re.findall(r"(?m)^unmatched_ignore_imports_alerting", text)) == 0, "a stale exception must be an error"


def test_a_stale_exception_is_an_error(copy: Path) -> None:
    edited = copy / "edited.ini"
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    stale = "ignore_imports =\n    zhengtong.kernel.clock -> zhengtong.site.urls\n"
    edited.write_text(text.replace("type = front_doors\n", f"type = front_doors\n{stale}"), encoding="utf-8")
    outcome = lint(copy, "--config", "edited.ini", "--contract", "doors")
    assert outcome.returncode == 1
    assert "zhengtong.kernel.clock -> zhengtong.site.urls" in outcome.stdout + outcome.stderr


def test_the_examples_in_the_contracts_hold() -> None:
    outcome = doctest.testmod(contracts)
    assert outcome.attempted > 0
    assert outcome.failed == 0
