"""When an interface is left alone, how a query is known again, whether an answer is one: pure functions.

The circuit breaker follows no standard; its figures are this platform's own choice.
"""

from collections.abc import Mapping
from datetime import timedelta

from zhengtong.data.ministries.contracts import Interface, Item, ItemKind

PATIENCE = 3
"""Failures in a row after which an interface is left alone."""
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
LONGEST_VALUE = 200
"""Characters that a value of a query or an answer may have."""


def rest_after(failures: int) -> timedelta | None:
    """Return how long an interface rests after so many failures in a row; None while it is still asked.

    >>> [str(rest_after(count)) for count in (2, 3, 4, 40)]
    ['None', '0:00:30', '0:01:00', '0:15:00']
    """
    if failures < PATIENCE:
        return None
    longer: int = 2 ** min(failures - PATIENCE, 10)
    return min(LONGEST_REST, FIRST_REST * longer)


def lacking(interface: Interface, inputs: Mapping[str, str]) -> tuple[Item, ...]:
    """Return the items of a query that are missing or too long."""
    return tuple(item for item in interface.inputs if not 0 < len(inputs.get(item.key, "").strip()) <= LONGEST_VALUE)


def canonical(interface: Interface, inputs: Mapping[str, str]) -> str:
    """Return the one form of a query, by the order of the interface's items, for its keyed fingerprint.

    Lengths stand before the values, so that no two queries have one form.
    """
    values = [inputs[item.key].strip() for item in interface.inputs]
    return interface.code + "".join(f"/{len(value)}:{value}" for value in values)


def fault(interface: Interface, record: Mapping[str, object] | None) -> str:
    """Return the key of the first output that an answer lacks or that is not of its kind; empty where it is sound."""
    if record is None:
        return ""
    return next((item.key for item in interface.outputs if not _fits(item, record.get(item.key))), "")


def _fits(item: Item, value: object) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_VALUE:
        return False
    match item.kind:
        case ItemKind.FLAG:
            return value in {"yes", "no"}
        case ItemKind.CODE:
            return value in dict(item.values)
        case ItemKind.COUNT:
            return value.isascii() and value.isdigit()
        case ItemKind.DATE:
            return len(value) == 10 and value.replace("-", "").isdigit()
        case ItemKind.TEXT:
            return True
