"""Run every check that needs no test: one line each, ✓ or ✗, and what to do about it.

make check                     all of them
make check ARGS=mypy           one, or several by name
make check ARGS=--list         what there is
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import glossary
import repository_files

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
MOST_LINES = 60
Problems = Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: its name, what it holds, how it finds problems (nothing found is an empty text), what to do then."""

    name: str
    what: str
    find: Problems
    remedy: str


def tool(*command: str, settings: str = "zhengtong.site.settings.test") -> Problems:
    """Return a check that runs a programme of the environment; what it prints on failure are the problems."""

    def find() -> str:
        program, *arguments = command
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": "src", "COLUMNS": "200"}
        result = subprocess.run(
            [TOOLS / program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        return "" if result.returncode == 0 else (result.stdout + result.stderr).strip() or "it failed without a word"

    return find


def listing(*sources: Callable[[], Iterable[str]]) -> Problems:
    """Return a check whose problems are lines."""
    return lambda: "\n".join(line for source in sources for line in source())


def spelling() -> str:
    """Run codespell over what git holds, with the words that the glossary replaces."""
    left_alone = ("LICENSE", "web/package-lock.json", "docs/reference/glossary.", "tests/architecture/test_glossary.py")
    names = [
        name
        for name in repository_files.tracked()
        if not name.startswith(left_alone) and not name.endswith((".txt", ".mo", ".po", ".csv", ".png", ".svg"))
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as dictionary:
        dictionary.write(glossary.spelling_dictionary(glossary.load()))
        dictionary.flush()
        return tool("codespell", "--dictionary=-", f"--dictionary={dictionary.name}", *names)()


def contracts() -> str:
    """Run import-linter and keep what it says of broken contracts."""
    said = tool("lint-imports", "--no-cache")()
    return said.partition("Broken contracts\n----------------")[2].strip() or said


CHECKS = (
    Check(
        name="ruff",
        what="lint",
        find=tool("ruff", "check", "--quiet", "--output-format=concise", "."),
        remedy="`.venv/bin/ruff check --fix .` mends what can be mended by machine.",
    ),
    Check(
        name="format",
        what="formatting",
        find=tool("ruff", "format", "--check", "."),
        remedy="Run `.venv/bin/ruff format .`",
    ),
    Check(
        name="mypy",
        what="types of the platform, strict",
        find=tool("mypy", "--no-error-summary"),
        remedy="Annotate it; `# type: ignore[code]` only with a reason behind it.",
    ),
    Check(
        name="types",
        what="types of scripts, tests and benchmarks",
        find=tool("mypy", "--no-error-summary", "scripts", "tests", "benchmarks", "conftest.py"),
        remedy="Annotate it; `# type: ignore[code]` only with a reason behind it.",
    ),
    Check(
        name="imports",
        what="architecture contracts",
        find=contracts,
        remedy="Use the other app's api.py, an event, or a registry filled in site/wiring.py; see .importlinter.",
    ),
    Check(
        name="migrations",
        what="every model change has its migration",
        find=tool("python", "-m", "django", "makemigrations", "--check", "--dry-run"),
        remedy="Run `.venv/bin/zhengtong manage makemigrations` and read what it wrote.",
    ),
    Check(
        name="spelling",
        what="spelling, and English words the glossary replaces",
        find=spelling,
        remedy="Correct it; a new word for an old concept belongs into docs/reference/glossary.yml first.",
    ),
    Check(
        name="glossary",
        what="labels and identifiers are the glossary's, its page is current",
        find=tool("python", "scripts/glossary.py", "--check"),
        remedy="Use the glossary's word; after editing glossary.yml run `.venv/bin/python scripts/glossary.py`.",
    ),
    Check(
        name="reference",
        what="permissions, refusals and settings are documented",
        find=tool("python", "scripts/build_reference.py", "--check"),
        remedy="Run `.venv/bin/python scripts/build_reference.py`; explain a new variable in its MEANINGS.",
    ),
    Check(
        name="translations",
        what="English is complete and compiled",
        find=tool("python", "scripts/translations.py", "--check"),
        remedy="Run `.venv/bin/python scripts/translations.py`, translate the empty entries, run it again.",
    ),
    Check(
        name="files",
        what="no machine path, registry, large or unfinished file",
        find=listing(repository_files.wrong_files),
        remedy="Take it out of the file; history keeps what was pushed.",
    ),
    Check(
        name="locks",
        what="locks hold digests and no address; every dependency is explained",
        find=listing(repository_files.wrong_locks, repository_files.unexplained_dependencies),
        remedy="Run `make lock`; add a line to docs/reference/dependencies.md.",
    ),
)


def run(check: Check) -> bool:
    """Run one check and print how it went."""
    print(f"  … {check.name}: {check.what}", end="", flush=True)
    started = time.monotonic()
    problems = check.find()
    seconds = time.monotonic() - started
    clear = "\r\033[K" if sys.stdout.isatty() else "\n"
    print(f"{clear}  {'✗' if problems else '✓'} {check.name}: {check.what} ({seconds:.1f} s)", flush=True)
    if problems:
        lines = problems.splitlines()
        shown = lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more"]
        print("\n".join(f"      {line}" for line in shown))
        print(f"    → {check.remedy}")
    return not problems


def main() -> int:
    """Run the checks that were named, or all; 0 if none found anything."""
    names = [check.name for check in CHECKS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help=", ".join(names))
    parser.add_argument("--list", action="store_true", help="name the checks and what they hold")
    options = parser.parse_args()
    if options.list:
        for check in CHECKS:
            print(f"  {check.name:13} {check.what}")
        return 0
    chosen = [check for check in CHECKS if not options.names or check.name in options.names]
    failed = [check.name for check in chosen if not run(check)]
    if failed:
        print(f"\n✗ {len(failed)} of {len(chosen)} checks failed: {', '.join(failed)}")
        return 1
    print(f"\n✓ {len(chosen)} checks passed" if len(chosen) > 1 else "")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
