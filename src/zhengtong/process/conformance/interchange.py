"""The model interchange suite 模型互换测试集: every model is imported and exported, and nothing may be lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import differences, read_definitions, read_document, write_document


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResult:
    """What was lost of one model; nothing when it passed."""

    name: str
    elements: int
    lost: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was lost."""
        return not self.lost


def round_trip(path: Path) -> ModelResult:
    """Import and export *path* and compare every element, attribute and text, in order."""
    try:
        before = read_document(path.read_bytes())
        read_definitions(before)
        after = read_document(write_document(before))
    except Refusal as refusal:
        return ModelResult(name=path.stem, elements=0, lost=(str(refusal),))
    count = sum(1 for _ in before.root.walk())
    return ModelResult(name=path.stem, elements=count, lost=tuple(differences(before.xml, after.xml)))


def run_suite(folder: Path) -> Iterator[ModelResult]:
    """Import and export every model below *folder*."""
    for path in sorted(folder.rglob("*.bpmn")):
        yield round_trip(path)
