"""The public suite of static rules 静态规则测试集: files that each break one rule, and files that break none.

What is expected stands in the file's name: `fail` breaks a rule; `correct` and `reference` break none. The files called
`REF_n` test the rule REF, the type check of references: by content each holds one reference to an element of the wrong
kind (decision 0120 lists them), so they are expected to be refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import check, read_file

NAMED = re.compile(r"fail", re.IGNORECASE)
UNNAMED = re.compile(r"ref_\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file: the rules that refused it, and whether that was expected."""

    name: str
    named: bool
    rules: tuple[str, ...]

    @property
    def unnamed(self) -> bool:
        """Whether its name does not say what is expected, and its content decides (decision 0120)."""
        return bool(UNNAMED.fullmatch(self.name))

    @property
    def broken(self) -> bool:
        """Whether it breaks a rule."""
        return self.named or self.unnamed

    @property
    def passed(self) -> bool:
        """Whether a broken file was refused and a correct one accepted."""
        return self.broken == bool(self.rules)


def check_file(path: Path) -> tuple[str, ...]:
    """Return the codes of the rules that refuse *path*."""
    try:
        return tuple(sorted({finding.code for finding in check(read_file(path)) if finding.is_error}))
    except Refusal as refusal:
        return (refusal.code,)


def run_suite(folder: Path) -> Iterator[FileResult]:
    """Check every model below *folder*."""
    for path in sorted(folder.rglob("*.bpmn")):
        yield FileResult(name=path.stem, named=bool(NAMED.search(path.stem)), rules=check_file(path))
