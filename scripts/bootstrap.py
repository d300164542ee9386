"""Create the environment with nothing but Python: `.venv`, locked dependencies, the command, the web assets.

Standard library only, because nothing is installed yet when it runs. Every step leaves a stamp in `.venv`, so a second
run takes a fraction of a second.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMPS = VENV / "stamps"
MINIMUM = (3, 11)


def main(profile: str) -> None:
    """Bring `.venv` to *profile*: `run` (the platform) or `dev` (also tests and checks)."""
    if sys.version_info < MINIMUM:
        _stop(
            f"Python {MINIMUM[0]}.{MINIMUM[1]} or newer is needed, this is {sys.version.split()[0]}.",
            "Install a newer Python and run `make PYTHON=/path/to/python3 …`.",
        )
    if not PYTHON.exists():
        _step("creating the environment in .venv", _create_environment)
    requirements = ["base"] if profile == "run" and not (STAMPS / "dev").exists() else ["base", "dev"]
    locks = [ROOT / f"requirements/{name}.txt" for name in requirements]
    _once(
        requirements[-1],
        locks,
        f"installing locked dependencies ({requirements[-1]})",
        lambda: _install(requirements[-1]),
    )
    _once("package", [ROOT / "pyproject.toml", *locks], "installing the zhengtong command", _install_package)
    web = ROOT / "web"
    if web.exists():
        own = ROOT / "src/zhengtong/kernel/pages/static/pages"
        sources = [web / "package-lock.json", web / "build.py", *sorted(own.glob("*.css")), *sorted(own.glob("*.js"))]
        _once("assets", sources, "building the web assets", lambda: _run(PYTHON, web / "build.py"))


def _create_environment() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (subprocess.CalledProcessError, OSError) as error:
        _stop(
            f"The environment could not be created: {error}.",
            "On Debian and Ubuntu install the package python3-venv, then try again.",
        )


def _install(profile: str) -> None:
    lock = ROOT / f"requirements/{profile}.txt"
    _run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        ROOT / "requirements/bootstrap.txt",
    )
    _run(
        PYTHON,
        "-m",
        "uv",
        "pip",
        "sync",
        "--quiet",
        "--python",
        PYTHON,
        "--require-hashes",
        lock,
        ROOT / "requirements/bootstrap.txt",
    )


def _install_package() -> None:
    _run(
        PYTHON,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        PYTHON,
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        ROOT,
    )


def _once(name: str, inputs: list[Path], label: str, action: Callable[[], None]) -> None:
    """Run *action* unless *inputs* are the same as when it last succeeded."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs if path.exists())).hexdigest()
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == digest:
        return
    _step(label, action)
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(digest)


def _step(label: str, action: Callable[[], None]) -> None:
    print(f"  … {label}", flush=True)
    started = time.monotonic()
    action()
    print(f"  ✓ {label} ({time.monotonic() - started:.1f} s)", flush=True)


def _run(*command: object) -> None:
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    result = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    if result.returncode:
        _stop(
            f"This step failed: {' '.join(str(part) for part in command[:6])} …",
            "Read the message above; if the network was down, run the same command again.",
        )


def _stop(what: str, remedy: str) -> None:
    print(f"\n  ✗ {what}\n    {remedy}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
