"""Findings 检查结果: what a check has to say about a model, in Chinese and English, with the place and the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is: an error refuses the model, a warning only asks for attention."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A sentence in both languages."""

    zh: str
    en: str

    def fill(self, **values: object) -> "Text":
        """Return the sentence with its places filled."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: the rule's code and clause, the element, its line, what is wrong and what to do."""

    code: str
    clause: str
    severity: Severity
    element: str
    element_id: str
    name: str
    line: int
    message: Text
    remedy: Text

    @property
    def is_error(self) -> bool:
        """Whether it refuses the model."""
        return self.severity is Severity.ERROR

    def sentence(self, language: str = "zh") -> str:
        """Return one line: place, rule, message, remedy."""
        chinese = language.startswith("zh")
        message = self.message.zh if chinese else self.message.en
        remedy = self.remedy.zh if chinese else self.remedy.en
        place = f"{self.element} {self.element_id}".strip() + (f" ({self.name})" if self.name else "")
        return f"{self.line}: {self.severity} [{self.code}, BPMN 2.0 §{self.clause}] {place}: {message} {remedy}"

    def __str__(self) -> str:
        return self.sentence("en")
