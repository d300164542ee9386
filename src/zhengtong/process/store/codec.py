"""Values to JSON and back 编码: whatever FEEL computes survives the database exactly, numbers to the last digit.

Plain JSON stays plain; what JSON does not have becomes an object with one key that begins with a unit separator. Bodies
without such a key, nearly all, are never walked again on reading.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from zhengtong.process.store.contracts import NotStorable
from zhengtong.rules.feel.api import (
    Date,
    DateTime,
    DayTimeDuration,
    FeelFunction,
    Time,
    YearMonthDuration,
    compile_expression,
    feel_text,
    from_python,
    to_python,
)

_MARK = "\x1f"
_NUMBER, _FEEL = _MARK + "n", _MARK + "f"
_MARKED = '"\\u001f'
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS
_TEMPORAL = (Date, Time, DateTime, YearMonthDuration, DayTimeDuration)
_PYTHON = (datetime, date, time, timedelta)


def dump(value: Any) -> str:
    """Return JSON text.

    Raises:
        NotStorable: a value that FEEL does not know, a function, or nesting without end.
    """
    try:
        return orjson.dumps(value, default=_tagged, option=_OPTIONS).decode()
    except orjson.JSONEncodeError as error:
        raise NotStorable(kind=str(error)) from error


def dump_command(command: Any) -> bytes:
    """Return JSON that tells commands apart; the fields of a dataclass come in their order.

    Raises:
        NotStorable: as `dump`.
    """
    try:
        return orjson.dumps(command, default=_tagged, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotStorable(kind=str(error)) from error


def load(text: str) -> Any:
    """Return what `dump` was given; dates and times come back as Python's where it has them."""
    value = orjson.loads(text)
    return _restored(value) if _MARKED in text else value


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    if isinstance(value, _PYTHON):
        value = from_python(value)
    if isinstance(value, _TEMPORAL):
        return {_FEEL: feel_text(value)}
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, FeelFunction):
        raise NotStorable(kind="function")
    raise NotStorable(kind=type(value).__name__)


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, content),) = value.items()
        if key == _NUMBER:
            return Decimal(content)
        if key == _FEEL:
            return to_python(compile_expression(f'@"{content}"').value())
    return {key: _restored(item) for key, item in value.items()}
