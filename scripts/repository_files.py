"""What a file of this repository must not hold, and what a lock must: the rules of `make check ARGS=files`.

No machine path, no registry's address, no leftover of a merge or of unfinished work, nothing large; locks name versions
and digests, never where to download from.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES = 500_000
REGISTRIES = re.compile(
    r"files\.pythonhosted\.org|pypi\.org/simple|registry\.npm|\bmirrors?\.[a-z0-9-]+\.|deb\.debian\.org"
)
# A registry that npm or cargo would be told to use; a column called registry chooses nothing.
INDEX_OPTION = re.compile(r"--(extra-)?index-url|\bregistry\s*=\s*[\"']?https?:|\bPIP_INDEX|\bUV_(DEFAULT_)?INDEX")
HOME_PATH = re.compile(r"(?<![\w.])/(?:root|home/[a-z][\w-]*|Users/[A-Za-z][\w-]*)/[\w.]")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME)\b")
CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE)
ITSELF = "scripts/repository_files.py"  # it must name what it looks for
SOURCES = (".py", ".html", ".css", ".mjs", ".js", ".toml", ".yml", ".sh", ".md")
RULES = (
    (HOME_PATH, "holds a machine path"),
    (REGISTRIES, "names a registry"),
    (INDEX_OPTION, "chooses an index; leave that to the machine it runs on"),
)
SOURCE_RULES = ((UNFINISHED, "is unfinished; finish it or write an issue"), (CONFLICT, "holds a merge conflict"))
REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?\s*([=~<>!].*)?$")


def tracked() -> list[str]:
    """Return the names of the files git holds or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name not in {"", ITSELF} and (ROOT / name).is_file()]


def configured_hosts() -> set[str]:
    """Return the hosts this machine downloads from: they are nobody else's business."""
    addresses = [os.environ.get(name, "") for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")]
    addresses += [value for name, value in os.environ.items() if name.lower() == "npm_config_registry"]
    return {host for address in addresses if (host := urlsplit(address).hostname)} - {"localhost"}


def machine_folders() -> list[str]:
    """Return the folders of this checkout that would tell on whose machine a file was written."""
    return [str(folder) for folder in (ROOT, ROOT.parent) if len(folder.parts) > 2]


def wrong_in(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong in the text of one file."""
    for folder in machine_folders():
        if re.search(rf"{re.escape(folder)}(?![\w-])", text):
            yield f"{name}: holds the folder of this checkout"
    for host in configured_hosts():
        if host in text:
            yield f"{name}: names the registry this machine is set to"
    for pattern, what in RULES:
        if match := pattern.search(text):
            yield f"{name}: {what} ({match.group().strip()})"
    if name.endswith(SOURCES):
        for pattern, what in SOURCE_RULES:
            if match := pattern.search(text):
                yield f"{name}: {what} ({match.group().strip()})"


def wrong_files() -> Iterator[str]:
    """Yield what is wrong in any tracked file."""
    for name in tracked():
        path = ROOT / name
        if (size := path.stat().st_size) > MOST_BYTES:
            yield f"{name}: {size // 1000} kB; at most {MOST_BYTES // 1000} kB: fetch it at set-up or make it smaller"
        elif b"\0" not in (content := path.read_bytes()):
            yield from wrong_in(name, content.decode("utf-8", errors="replace"))


def wrong_locks() -> Iterator[str]:
    """Yield what is wrong with the locks of Python and of the web assets."""
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        yield from wrong_requirements(f"requirements/{lock.name}", lock.read_text(encoding="utf-8"))
    package_lock = ROOT / "web/package-lock.json"
    if package_lock.exists():
        yield from wrong_package_lock(json.loads(package_lock.read_text(encoding="utf-8")))


def wrong_requirements(name: str, text: str) -> Iterator[str]:
    """Yield requirements without a digest, and addresses."""
    if "://" in text:
        yield f"{name}: holds an address; compile it with `make lock`"
    logical = text.replace("\\\n", " ")
    for line in logical.splitlines():
        if re.match(r"[A-Za-z0-9]", line) and "--hash=sha256:" not in line:
            yield f"{name}: {line.split()[0]} has no digest; compile it with `make lock`"


def wrong_package_lock(document: dict[str, dict[str, dict[str, object]]]) -> Iterator[str]:
    """Yield packages without integrity, and recorded download addresses."""
    for package, entry in document["packages"].items():
        if "resolved" in entry:
            yield f"web/package-lock.json: {package} records a download address"
        if package and "integrity" not in entry:
            yield f"web/package-lock.json: {package} has no integrity"


def unexplained_dependencies() -> Iterator[str]:
    """Yield each named requirement without a line in docs/reference/dependencies.md."""
    explained = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    words = {
        name.strip().lower()
        for line in explained.splitlines()
        if line.startswith("|")
        for name in line.split("|")[1].split(",")
    }
    for source in sorted((ROOT / "requirements").glob("*.in")):
        for line in source.read_text(encoding="utf-8").splitlines():
            match = REQUIREMENT.match(line.partition("#")[0].strip())
            if match and match.group(1).lower() not in words:
                yield f"requirements/{source.name}: {match.group(1)} is not explained in docs/reference/dependencies.md"
    package = ROOT / "web/package.json"
    if package.exists():
        document = json.loads(package.read_text(encoding="utf-8"))
        for group in ("dependencies", "devDependencies"):
            for name in document.get(group, {}):
                if name.lower() not in words:
                    yield f"web/package.json: {name} is not explained in docs/reference/dependencies.md"
