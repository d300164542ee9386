"""Problems 问题: what a check finds, in Chinese and English, with the place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.feel.api import FeelSyntaxError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: an error keeps the model from being published, a warning does not."""

    code: str
    severity: Severity
    element: str
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""
    line: int | None = None
    rules: tuple[int, ...] = ()

    def text(self, language: str = "zh") -> str:
        """Return the finding and its remedy in one paragraph."""
        if language.startswith("en"):
            place = f"line {self.line}: " if self.line else ""
            return f"{place}{self.severity} [{self.code}] {self.en} {self.remedy_en}".rstrip()
        place = f"第 {self.line} 行：" if self.line else ""
        kind = "错误" if self.severity == "error" else "警告"
        return f"{place}{kind} [{self.code}] {self.zh}{self.remedy_zh}"


def of_error(error: ModelError, element: str) -> Problem:
    """Turn a refusal into a problem."""
    bare = ModelError(error.code, **error.details)
    return Problem(
        code=error.code,
        severity="error",
        element=element,
        zh=bare.zh,
        en=bare.en,
        remedy_zh=error.remedy_zh,
        remedy_en=error.remedy_en,
        line=error.line,
    )


def of_syntax(error: FeelSyntaxError, element: str, line: int) -> Problem:
    """Turn an unreadable expression into a problem; the line is that of the character."""
    line += error.source.count("\n", 0, error.position)
    zh, en = f"{error.zh}\n{error.caret}\n", f"{error.en}\n{error.caret}\n"
    wrapped = ModelError("bad-expression", owner=element, detail="")
    return Problem(
        code="bad-expression",
        severity="error",
        element=element,
        zh=wrapped.zh + zh,
        en=wrapped.en + en,
        remedy_zh=error.remedy_zh,
        remedy_en=error.remedy_en,
        line=line or None,
    )


class InvalidModel(ModelError):  # noqa: N818 -- named after what it is, like every refusal
    """A model with errors is not published; `problems` lists them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        Exception.__init__(self, first.en)
        self.code, self.line, self.details = first.code, first.line, {}
        self.zh, self.en = (first.text("zh"), first.text("en"))
        self.remedy_zh = self.remedy_en = ""
