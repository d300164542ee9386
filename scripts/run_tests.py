"""Run every test: on SQLite, on a throwaway PostgreSQL, and the journeys in a real browser.

    make test                              everything
    make test ARGS="-k calendar"           what pytest should select, in each part
    make test ARGS="--only sqlite src/zhengtong/kernel"

A part that this machine cannot run (no PostgreSQL, no Chromium) is skipped with a word on what to install; with
CI=true that is a failure, because a green light must mean that everything ran.
"""

import argparse
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import throwaway_postgres

ROOT = Path(__file__).resolve().parent.parent
SOME_FAILED = 1
NOTHING_SELECTED = 5
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@dataclass(kw_only=True)
class Outcome:
    """How one part went: `code` is pytest's, or None where the part could not run."""

    name: str
    code: int | None
    seconds: float
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether the part is no reason to fail."""
        return self.code in {0, NOTHING_SELECTED} or (self.code is None and not IN_CI)

    def line(self) -> str:
        """Return the part as one line of the closing table."""
        if self.code is None:
            return f"  {'–' if self.passed else '✗'} {self.name}: not run. {self.remark}"
        if self.code == NOTHING_SELECTED:
            return f"  – {self.name}: no test selected"
        line = f"  {'✓' if self.passed else '✗'} {self.name} ({self.seconds:.0f} s)"
        return f"{line}, {self.remark}" if self.remark else line


def find_browser() -> str | None:
    """Return the path of a Chromium: the system's, else the one Playwright installed, else None."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if importlib.util.find_spec("playwright") is None:
        return None
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def run_pytest(name: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    """Run pytest in a process of its own, its output passed through."""
    print(f"\n━━ {name}", flush=True)
    started = time.monotonic()
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *colour, *arguments],
        cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False,
    ).returncode  # fmt: skip
    return Outcome(name=name, code=code, seconds=time.monotonic() - started)


def attempted(name: str, arguments: list[str], environment: dict[str, str], *, share: str = "loadscope") -> Outcome:
    """Run a part; in CI what failed is run once more, alone and in order, and the closing line says that it needed it.

    Tests of two officials, of a browser, a server and a worker hang on how a busy machine deals out its time. One
    unlucky deal must not throw away a day's work, and must not go unseen either. What fails twice fails.
    """
    outcome = run_pytest(name, [*workers(arguments, share), *arguments], environment)
    if not IN_CI or outcome.code != SOME_FAILED:
        return outcome
    again = run_pytest(
        f"{name}: what failed, once more", ["--last-failed", "--last-failed-no-failures=none", *arguments], environment
    )
    return Outcome(
        name=name,
        code=0 if again.code == 0 else SOME_FAILED,
        seconds=outcome.seconds + again.seconds,
        remark="some only at the second attempt: mend what made them fail at the first" if again.code == 0 else "",
    )


def sqlite(arguments: list[str]) -> Outcome:
    """Everything but the browser, on SQLite."""
    return attempted("SQLite", ["-m", "not browser", *arguments], {"ZHENGTONG_TEST_DATABASE": ""})


def postgresql(arguments: list[str]) -> Outcome:
    """What touches a database once more, on PostgreSQL."""
    try:
        with throwaway_postgres.running() as address:
            return attempted(
                "PostgreSQL",
                ["-m", "not browser", "--database-tests-only", *arguments],
                {"ZHENGTONG_TEST_DATABASE": address},
            )
    except throwaway_postgres.NoPostgres as problem:
        return Outcome(name="PostgreSQL", code=None, seconds=0, remark=f"{problem} {throwaway_postgres.REMEDY}")


def browser(arguments: list[str]) -> Outcome:
    """The journeys, in Chromium over a served demo province."""
    path = find_browser()
    if path is None:
        remedy = "Chromium is not installed. Install the package `chromium`, or run `.venv/bin/playwright install`."
        return Outcome(name="browser journeys", code=None, seconds=0, remark=remedy)
    environment = {"ZHENGTONG_TEST_DATABASE": "", "ZHENGTONG_BROWSER": path}
    return attempted("browser journeys", ["-m", "browser", *arguments], environment, share="load")


PARTS: dict[str, Callable[[list[str]], Outcome]] = {"sqlite": sqlite, "postgresql": postgresql, "browser": browser}


def workers(arguments: list[str], share: str = "loadscope") -> list[str]:
    """Return the options that share the tests out over the cores, unless the caller chose or asks for one test.

    `loadscope` keeps the tests of a module together, `load` parts them too.
    """
    chosen = any(
        argument.startswith(("-n", "--pdb", "-s", "--numprocesses")) or "::" in argument for argument in arguments
    )
    return [] if chosen else ["-n", "2", "--dist", share]


@contextlib.contextmanager
def stopping_on_sigterm() -> Iterator[None]:
    """Make a polite kill unwind like ctrl-C, so that the database server is stopped."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def main() -> int:
    """Run the parts one after the other, close with one line each; 0 only if none failed and something ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part only; may be repeated")
    options, arguments = parser.parse_known_args()
    outcomes: list[Outcome] = []
    try:
        with stopping_on_sigterm():
            outcomes.extend(PARTS[name](arguments) for name in options.only or PARTS)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    print("\n━━ make test")
    for outcome in outcomes:
        print(outcome.line())
    if all(outcome.code == NOTHING_SELECTED for outcome in outcomes):
        print("  ✗ No test was selected. Check the options in ARGS.")
        return NOTHING_SELECTED
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
