"""`make bench`: what benchmarks there are, and running them.

python -m benchmarks              run all, one after the other
python -m benchmarks --list       name them
python -m benchmarks portal_pages run one; what follows its name is handed to it
"""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.common import machine

FOLDER = Path(__file__).resolve().parent
NOT_RUN_WITH_ALL = {"feel_fuzz"}  # runs as long as it is told to


def benchmarks() -> dict[str, str]:
    """Return the benchmarks: name → the first line of what they say about themselves."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem in {"__init__", "__main__", "common"}:
            continue
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem] = docstring.split("\n", 1)[0]
    return found


def run(name: str, arguments: list[str]) -> int:
    """Run one benchmark in a process of its own."""
    print(f"\n━━ {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py", *arguments], cwd=FOLDER.parent, env=with_sources(), check=False
    ).returncode
    print(f"  {'✓' if code == 0 else '✗'} {name} ({time.monotonic() - started:.0f} s)", flush=True)
    return code


def with_sources() -> dict[str, str]:
    """Return the environment in which `benchmarks` and `zhengtong` can be imported."""
    return {**os.environ, "PYTHONPATH": f"{FOLDER.parent}{os.pathsep}{FOLDER.parent / 'src'}"}


def main() -> int:
    """List or run; 0 if every benchmark that ran succeeded."""
    known, arguments = benchmarks(), sys.argv[1:]
    if arguments[:1] == ["--list"]:
        for name, what in known.items():
            print(f"  {name:20} {what}")
        return 0
    if arguments and arguments[0] not in known:
        print(f"✗ There is no benchmark {arguments[0]!r}.\n  There are: {', '.join(known)}", file=sys.stderr)
        return 2
    print(machine())
    if arguments:
        return run(arguments[0], arguments[1:])
    return max([run(name, []) for name in known if name not in NOT_RUN_WITH_ALL], default=0)


if __name__ == "__main__":
    raise SystemExit(main())
