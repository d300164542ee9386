"""List functions 列表函数: positions count from 1, negative ones from the end (DMN 1.5, tables 66–69)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from zhengtong.rules.feel import numbers
from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.comparison import equal, order
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.values import FeelFunction

List = list[Any]


def _numbers(items: Iterable[Any]) -> list[Decimal]:
    found = list(items)
    if not found or not all(type(item) is Decimal for item in found):
        raise FeelError("out-of-range", detail="list<number>")
    return found


def _matches(a: Any, b: Any) -> bool:
    return equal(a, b) is True


def _index(position: Decimal, size: int, *, extra: int = 0) -> int:
    """Return the Python index of a FEEL position; *extra* positions past the end are allowed."""
    if not numbers.is_integer(position) or position == 0 or abs(position) > size + extra:
        raise FeelError("out-of-range", detail="position")
    return int(position) - 1 if position > 0 else size + int(position)


@builtin("list contains(list: list, element: any)")
def list_contains(runtime: Runtime, items: List, element: Any) -> bool:
    """Tell whether an item equals *element*."""
    runtime.afford(len(items))
    return any(_matches(item, element) for item in items)


@builtin("count(list: list)")
def count(items: List) -> Decimal:
    """Return the number of items."""
    return Decimal(len(items))


def _extreme(items: Iterable[Any], sign: int) -> Any:
    best: Any = None
    for index, item in enumerate(items):
        if index == 0:
            best = item
            compared = order(item, item)
        else:
            compared = order(item, best)
        if compared is None:
            raise FeelError("out-of-range", detail="list<comparable>")
        if compared == sign:
            best = item
    return best


@builtin("min(list: list)")
def minimum_of(runtime: Runtime, items: List) -> Any:
    """Return the smallest item; null for an empty list."""
    runtime.afford(len(items))
    return _extreme(items, -1)


@builtin("min(...c: comparable)")
def minimum(*items: Any) -> Any:
    """Return the smallest argument."""
    return _extreme(items, -1)


@builtin("max(list: list)")
def maximum_of(runtime: Runtime, items: List) -> Any:
    """Return the largest item; null for an empty list."""
    runtime.afford(len(items))
    return _extreme(items, 1)


@builtin("max(...c: comparable)")
def maximum(*items: Any) -> Any:
    """Return the largest argument."""
    return _extreme(items, 1)


def _total(items: Iterable[Any]) -> Decimal:
    result = numbers.ZERO
    for item in _numbers(items):
        result = numbers.add(result, item)
    return result


def _product(items: Iterable[Any]) -> Decimal:
    result = numbers.ONE
    for item in _numbers(items):
        result = numbers.multiply(result, item)
    return result


def _mean(items: Iterable[Any]) -> Decimal:
    found = _numbers(items)
    return numbers.divide(_total(found), Decimal(len(found)))


def _median(items: Iterable[Any]) -> Decimal:
    found = sorted(_numbers(items))
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    return numbers.divide(numbers.add(found[middle - 1], found[middle]), Decimal(2))


def _deviation(items: Iterable[Any]) -> Decimal:
    found = _numbers(items)
    if len(found) < 2:
        raise FeelError("out-of-range", detail="list<number>")
    mean = _mean(found)
    squares = [numbers.multiply(d, d) for d in (numbers.subtract(item, mean) for item in found)]
    return numbers.root(numbers.divide(_total(squares), Decimal(len(found) - 1)))


def _mode(items: Iterable[Any]) -> List:
    found = list(items)
    if not found:
        return []
    tally: dict[Decimal, int] = {}
    for item in _numbers(found):
        tally[item] = tally.get(item, 0) + 1
    most = max(tally.values())
    return sorted(number for number, times in tally.items() if times == most)


def _aggregate(name: str, function: Callable[[Iterable[Any]], Any], doc: str) -> None:
    def of_list(runtime: Runtime, items: List) -> Any:
        runtime.afford(len(items))
        return function(items)

    def of_arguments(*items: Any) -> Any:
        return function(items)

    of_list.__doc__ = of_arguments.__doc__ = doc
    builtin(f"{name}(list: list)")(of_list)
    builtin(f"{name}(...n: any)")(of_arguments)


_aggregate("sum", _total, "Return the sum of numbers; null for an empty list.")
_aggregate("product", _product, "Return the product of numbers; null for an empty list.")
_aggregate("mean", _mean, "Return the arithmetic mean of numbers; null for an empty list.")
_aggregate("median", _median, "Return the middle number, or the mean of the two middle ones; null for an empty list.")
_aggregate("stddev", _deviation, "Return the sample standard deviation; null for fewer than two numbers.")
_aggregate("mode", _mode, "Return the most frequent numbers, ascending.")


def _truth(items: Iterable[Any], *, decisive: bool) -> bool | None:
    result: bool | None = not decisive
    found = list(items)
    if any(item is not None and not isinstance(item, bool) for item in found):
        raise FeelError("out-of-range", detail="list<boolean>")
    for item in found:
        if item is decisive:
            return bool(decisive)
        if item is None:
            result = None
    return result


_aggregate(
    "all",
    lambda items: _truth(items, decisive=False),
    "Return false if an item is false, else null if one is null, else true.",
)
_aggregate(
    "any",
    lambda items: _truth(items, decisive=True),
    "Return true if an item is true, else null if one is null, else false.",
)


@builtin("sublist(list: list, start position: number, [length: number])")
def sublist(items: List, start_position: Decimal, length: Decimal | None = None) -> List:
    """Return *length* items from *start position*; to the end without a length."""
    first = _index(start_position, len(items))
    if length is None:
        return items[first:]
    if length < 0 or first + length > len(items):
        raise FeelError("out-of-range", detail="length")
    return items[first : first + int(length)]


@builtin("append(list: list, ...item: any)")
def append(runtime: Runtime, items: List, *new: Any) -> List:
    """Return the list with items added at the end."""
    runtime.afford(len(items))
    return [*items, *new]


@builtin("concatenate(...list: list)")
def concatenate(runtime: Runtime, *lists: List) -> List:
    """Return the items of all lists in one."""
    runtime.afford(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(runtime: Runtime, items: List, position: Decimal, new: Any) -> List:
    """Return the list with an item put in at *position*."""
    runtime.afford(len(items))
    index = _index(position, len(items), extra=1 if position > 0 else 0)
    return [*items[:index], new, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(runtime: Runtime, items: List, position: Decimal) -> List:
    """Return the list without the item at *position*."""
    runtime.afford(len(items))
    index = _index(position, len(items))
    return items[:index] + items[index + 1 :]


@builtin("list replace(list: list, position: number, newItem: any)")
def list_replace(runtime: Runtime, items: List, position: Decimal, new: Any) -> List:
    """Return the list with the item at *position* replaced."""
    runtime.afford(len(items))
    index = _index(position, len(items))
    return [*items[:index], new, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(runtime: Runtime, items: List, match: FeelFunction, new: Any) -> List:
    """Return the list with the items replaced for which `match(item, newItem)` is true."""
    result: List = []
    for item in items:
        answer = call(runtime, match, [item, new])
        if not isinstance(answer, bool):
            raise FeelError("out-of-range", detail="match: function<Any, Any> -> boolean")
        result.append(new if answer else item)
    return result


def call(runtime: Runtime, function: FeelFunction, values: List) -> Any:
    """Call a function that came as an argument.

    Raises:
        FeelError: it takes another number of arguments.
    """
    if not function.variadic and len(function.parameters) != len(values):
        raise FeelError("out-of-range", detail=f"function({', '.join(name for name, _ in function.parameters)})")
    runtime.enter()
    try:
        return function.invoke(runtime, values)
    finally:
        runtime.depth -= 1


@builtin("reverse(list: list)")
def reverse(runtime: Runtime, items: List) -> List:
    """Return the items in reverse order."""
    runtime.afford(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(runtime: Runtime, items: List, match: Any) -> List:
    """Return the positions of the items that equal *match*, ascending."""
    runtime.afford(len(items))
    return [Decimal(index) for index, item in enumerate(items, start=1) if _matches(item, match)]


def _distinct(runtime: Runtime, items: Iterable[Any]) -> List:
    result: List = []
    seen: set[Any] = set()
    for item in items:
        if isinstance(item, Decimal | str | bool):
            mark = (type(item), item)
            if mark not in seen:
                seen.add(mark)
                result.append(item)
            continue
        runtime.spend(1 + len(result) // 8)
        if not any(_matches(item, known) for known in result):
            result.append(item)
    return result


@builtin("union(...list: list)")
def union(runtime: Runtime, *lists: List) -> List:
    """Return the items of all lists, each once."""
    return _distinct(runtime, concatenate(runtime, *lists))


@builtin("distinct values(list: list)")
def distinct_values(runtime: Runtime, items: List) -> List:
    """Return the items, each once."""
    runtime.afford(len(items))
    return _distinct(runtime, items)


@builtin("flatten(list: list)")
def flatten(runtime: Runtime, items: List) -> List:
    """Return the items of nested lists in one list."""
    result: List = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            runtime.spend()
            if isinstance(item, list):
                pending.append(iter(item))
                break
            result.append(item)
        else:
            pending.pop()
    runtime.afford(len(result))
    return result


@builtin("sort(list: list, [precedes: function])")
def sort(runtime: Runtime, items: List, precedes: FeelFunction | None = None) -> List:
    """Return the items in order; `precedes(a, b)` tells whether a comes first, without it the natural order counts."""

    def natural(a: Any, b: Any) -> int:
        runtime.spend()
        sign = order(a, b)
        if sign is None:
            raise FeelError("out-of-range", detail="list<comparable>")
        return sign

    def by_function(a: Any, b: Any) -> int:
        assert precedes is not None  # noqa: S101 -- chosen below
        if call(runtime, precedes, [a, b]) is True:
            return -1
        return 1 if call(runtime, precedes, [b, a]) is True else 0

    return sorted(items, key=cmp_to_key(natural if precedes is None else by_function))
