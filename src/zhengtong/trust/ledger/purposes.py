"""Purposes of reading 使用目的: the sentence a person is told when somebody looked at their data."""

from zhengtong.kernel.errors import Text

_titles: dict[str, Text] = {}


def declare_purpose(code: str, title: Text) -> None:
    """Give the purpose *code* (`process.case.handling`) the sentence people read; lower apps do so in `ready()`."""
    _titles[code] = title


def purpose_title(code: str) -> Text:
    """Return the purpose's sentence, or its code where none was declared."""
    return _titles.get(code, code)
