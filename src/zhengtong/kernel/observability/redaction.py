"""Redaction 日志脱敏: what could identify a person is struck out of every log line, whoever wrote it.

The last defence, not the first: code must not log such things at all (GB/T 35273-2020 §6.3). Names cannot be told from
other words, so the texts in which databases quote a row's values are dropped whole.
"""

import re
from collections.abc import MutableMapping
from typing import Any

_STRUCK = "…"
_PATTERNS = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
_QUOTED_ROW = re.compile(r"^(?:DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)


def redact(text: str) -> str:
    """Return *text* without identity numbers, mobile numbers, e-mail addresses and quoted rows.

    >>> redact("call 13800138000 about 11010519491231002X, case 01a201be")
    'call … about …, case 01a201be'
    """
    return _QUOTED_ROW.sub(_STRUCK, _PATTERNS.sub(_STRUCK, text))


def redact_entry(logger: object, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact every text of a log entry: a structlog processor."""
    del logger, method
    for name, value in entry.items():
        entry[name] = _redacted(value)
    return entry


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _redacted(item) for key, item in value.items()}
        case list() | tuple():
            return [_redacted(item) for item in value]
        case _:
            return value
