"""Rules to one aggregate pass of one Ibis expression: how many rows there are, and how many break each rule.

The expression runs on DuckDB here and on Spark or Sail with another Ibis connection. No integer is divided: `//` on
large integers goes through doubles on every engine. Check digits are sums over characters or remainders, guarded by
the form of the code.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from zhengtong.data.quality.contracts import Check, Rule
from zhengtong.kernel.checkdigits import CREDIT_CODE_ALPHABET

if TYPE_CHECKING:
    import ibis.expr.types as ir

RESIDENT_FORM = r"^[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$"
CREDIT_FORM = rf"^[{CREDIT_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_CODE_ALPHABET}]{{10}}$"
_TAILS = tuple(
    (10**length, (-1) ** (length - 1) * (2**length + (2 ** (length + 1) if length < 17 else 0)) % 11)
    for length in range(1, 18)
)
"""For each length of tail its modulus and weight, see `_resident_id`."""
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
ROWS = "rows"
Broken = Callable[["ir.Table", Rule, "_Surroundings"], Any]


class _Surroundings:
    """What a rule needs besides the rows: today, and the tables it refers to."""

    def __init__(self, today: date, references: "Mapping[str, ir.Table]") -> None:
        self.today, self.references = today, references


def compiled(
    rows: "ir.Table", rules: Sequence[Rule], *, today: date, references: "Mapping[str, ir.Table]"
) -> "ir.Table":
    """Return the expression of one row: `rows`, and for each rule, by its place, the rows that break it.

    Args:
        rows: the table.
        rules: what is asked.
        today: the day that `not_future` and `fresh` count from.
        references: the tables that reference rules name, by dataset.
    """
    around = _Surroundings(today, references)
    numbers = {rule.column for rule in rules if rule.check is Check.RESIDENT_ID}
    if numbers:  # once a row, not once a digit
        rows = rows.mutate(**{_number_of(name): rows[name].substr(0, 17).try_cast("int64") for name in sorted(numbers)})
    counts = {ROWS: rows.count()}
    for place, rule in enumerate(rules):
        counts[f"rule_{place}"] = _count(rows, rule, around)
    return rows.aggregate(**counts)


def _number_of(column: str) -> str:
    """Return the name of the column that holds the first 17 digits of an identity number as a number."""
    return f"_number_of_{column}"


def _count(rows: "ir.Table", rule: Rule, around: _Surroundings) -> Any:
    if rule.check is Check.UNIQUE:
        return _repeated(rows, rule)
    return rows.count(where=_BROKEN[rule.check](rows, rule, around))


def _repeated(rows: "ir.Table", rule: Rule) -> Any:
    """Rows beyond the first of each value; rows with an empty part do not count."""
    names = [str(name) for name in rule.parameters.get("columns") or [rule.column]]
    value = rows[names[0]]
    for name in names[1:]:
        value = value.cast("string") + "\x1f" + rows[name].cast("string")
    return value.count() - value.nunique()


def _is_null(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    value = rows[rule.column]
    return (value.isnull() | (value == "")) if value.type().is_string() else value.isnull()


def _pattern(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    return ~rows[rule.column].cast("string").re_search(f"^(?:{rule.parameters['pattern']})$")


def _length(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    return _outside(rows[rule.column].length(), rule)


def _range(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    return _outside(rows[rule.column], rule)


def _outside(value: Any, rule: Rule) -> Any:
    least, most = rule.parameters.get("least"), rule.parameters.get("most")
    below = value < least if least is not None else None
    above = value > most if most is not None else None
    if below is None or above is None:
        return above if below is None else below
    return below | above


def _one_of(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    return ~rows[rule.column].isin(list(rule.parameters["values"]))


def _future(rows: "ir.Table", rule: Rule, around: _Surroundings) -> Any:
    return _day(rows[rule.column]) > around.today


def _stale(rows: "ir.Table", rule: Rule, around: _Surroundings) -> Any:
    return _day(rows[rule.column]) < around.today - timedelta(days=int(rule.parameters["days"]))


def _resident_id(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    """Break where the form or the check character of GB 11643-1999 does not fit.

    The k-th digit from the right is (r(k) - r(k-1)) / 10^(k-1), where r(k) is the number modulo 10^k. Modulo 11 ten is
    -1, and so is its inverse: the weighted sum of digits is a weighted sum of the tails r(k), and nothing is divided.
    """
    value = rows[rule.column]
    number = rows[_number_of(rule.column)]
    total = sum((number % modulus % 11 * weight for modulus, weight in _TAILS), start=_zero())
    last = value.substr(17, 1)
    given = (last == "X").ifelse(10, last.try_cast("int64"))
    return ~(value.re_search(RESIDENT_FORM) & ((total + given) % 11 == 1))


def _credit_code(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    """Break where the form or the last check character of GB 32100-2015 does not fit."""
    import ibis  # noqa: PLC0415 -- heavy; only what assesses needs it

    value, alphabet = rows[rule.column], ibis.literal(CREDIT_CODE_ALPHABET)
    total = sum(
        (alphabet.find(value.substr(place, 1)) * weight for place, weight in enumerate(_CREDIT_WEIGHTS)),
        start=_zero(),
    )
    return ~(value.re_search(CREDIT_FORM) & ((total + alphabet.find(value.substr(17, 1))) % 31 == 0))


def _compare(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    value, than = rows[rule.column], rows[str(rule.parameters["than"])]
    operator = rule.parameters["operator"]
    return ~(value < than if operator == "<" else value <= than if operator == "<=" else value == than)


def _born(rows: "ir.Table", rule: Rule, _around: _Surroundings) -> Any:
    number = rows[str(rule.parameters["id"])]
    told = rows[rule.column].strftime("%Y%m%d")
    return (number.length() == 18) & (number.substr(6, 8) != told)


def _reference(rows: "ir.Table", rule: Rule, around: _Surroundings) -> Any:
    other = around.references[str(rule.parameters["dataset"])]
    name = str(rule.parameters["column"])
    known = other.filter(other[name].notnull())[name]  # one null among them would make every answer unknown
    value = rows[rule.column]
    return value.notnull() & ~value.isin(known.cast(value.type()))


def _day(value: Any) -> Any:
    return value.date() if value.type().is_timestamp() else value


def _zero() -> Any:
    import ibis  # noqa: PLC0415 -- heavy; only what assesses needs it

    return ibis.literal(0, type="int32")


_BROKEN: Mapping[Check, Broken] = {
    Check.NOT_NULL: _is_null,
    Check.PATTERN: _pattern,
    Check.LENGTH: _length,
    Check.RANGE: _range,
    Check.ONE_OF: _one_of,
    Check.NOT_FUTURE: _future,
    Check.FRESH: _stale,
    Check.RESIDENT_ID: _resident_id,
    Check.CREDIT_CODE: _credit_code,
    Check.COMPARE: _compare,
    Check.BORN_AS_ID_SAYS: _born,
    Check.REFERENCE: _reference,
}
