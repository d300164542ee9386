"""Standard rows 标准化: names, dates, codes in one form, keys checked, as Ibis expressions that every engine runs.

A row's `key` is its number if well formed, else null: such rows wait for linkage. `record` is a digest of the row as it
came, so that a decision about it (merged with whom) still holds when the same row comes in a later delivery.
"""

from typing import Any

import ibis

from zhengtong.data.fusion.declaration import Given, KeyCheck, Reading, Registry, Source
from zhengtong.kernel.checkdigits import CREDIT_CODE_ALPHABET

_RESIDENT = r"^[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$"
_CREDIT = rf"^[{CREDIT_CODE_ALPHABET}]{{18}}$"
_DATE = r"^[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$"
_MOMENT = r"^[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9]$"
_DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?$"
_BLANKS = r"[\s　]+"
_DIGITS = "0123456789"
_CHECKS = "10X98765432"  # GB 11643-1999: the check character by the remainder modulo 11
_RESIDENT_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LEAP_DAYS_BEFORE_2000 = 1999 // 4 - 1999 // 100 + 1999 // 400
_BEIJING = 8 * 60


def standard(rows: Any, registry: Registry, source: Source) -> Any:
    """Return the standard rows of *source*: system columns, a text column for every attribute, `record`, `raw_key`."""
    gives = {one.attribute: one for one in source.gives}
    raw_key = _clean(rows[source.key]).upper()
    found: dict[str, Any] = {
        "key": ibis.ifelse(valid_key(raw_key, registry.key), raw_key, ibis.null("string")),
        "raw_key": raw_key,
        "source": ibis.literal(registry.sources.index(source), "int16"),
        "minute": _minute(rows[source.at]),
        "row": rows["row"].cast("int64"),
        "record": _record(rows, source),
    }
    for name in registry.names:
        given = gives.get(name)
        found[name] = ibis.null("string") if given is None else _standard(rows[given.column], given)
    return rows.select(**found)


def standard_word(text: str, given: Given) -> str | None:
    """Return *text*, as somebody typed it, in the standard form of a source's reading; None where it cannot be read."""
    connection = ibis.duckdb.connect()
    try:
        found = connection.execute(_standard(ibis.literal(text, "string"), given))
    finally:
        connection.disconnect()
    return found if isinstance(found, str) else None


def bucket(key: Any, buckets: int) -> Any:
    """Return which of *buckets* (at most 256) a key falls into: by MD5, which all engines share."""
    digits, hexadecimal = key.hexdigest("md5"), ibis.literal("0123456789abcdef")
    high, low = (hexadecimal.find(digits.substr(place, 1)) for place in (0, 1))
    return ((high * 16 + low) % buckets).cast("int16")


def valid_key(key: Any, check: KeyCheck) -> Any:
    """Say whether *key* is well formed (an expression, false for null)."""
    match check:
        case KeyCheck.RESIDENT_ID:
            ok = key.re_search(_RESIDENT) & (_resident_check(key) == key.substr(17, 1))
        case KeyCheck.CREDIT_CODE:
            ok = key.re_search(_CREDIT) & (_credit_check(key) == key.substr(17, 1))
        case KeyCheck.PRESENT:
            ok = key.length() > 0
    return ok.fill_null(False)  # noqa: FBT003 -- Ibis's own parameter


def _resident_check(key: Any) -> Any:
    total = _weighted(key, _DIGITS, _RESIDENT_WEIGHTS)
    return ibis.literal(_CHECKS).substr(total % 11, 1)


def _credit_check(key: Any) -> Any:
    total = _weighted(key, CREDIT_CODE_ALPHABET, _CREDIT_WEIGHTS)
    return ibis.literal(CREDIT_CODE_ALPHABET).substr((31 - total % 31) % 31, 1)


def _weighted(key: Any, alphabet: str, weights: tuple[int, ...]) -> Any:
    """Return the sum of the characters' values times *weights*."""
    values, total = ibis.literal(alphabet), ibis.literal(0, "int64")
    for place, weight in enumerate(weights):
        total += values.find(key.substr(place, 1)) * weight
    return total


def _standard(column: Any, given: Given) -> Any:
    """Return *column* in the standard form of its reading; what cannot be read is null."""
    match given.reading:
        case Reading.TEXT:
            found = column.strip()
        case Reading.NAME:
            found = _clean(column)
        case Reading.CODE:
            found = _clean(column).upper()
        case Reading.DATE:
            found = _date(column)
        case Reading.PHONE:
            found = _digits(column).re_replace(r"^86(1[0-9]{10})$", r"\1")
        case Reading.WORDS:
            text = column.strip()
            branches = [(text == word, ibis.literal(meaning)) for word, meaning in (given.words or {}).items()]
            found = ibis.cases(*branches, else_=ibis.null("string"))
        case Reading.MILLIONTHS:
            found = _scaled(column.strip(), 1_000_000)
        case Reading.TEN_THOUSANDS:
            found = _scaled(column.strip(), 10_000)
    return found.nullif("")


def _clean(column: Any) -> Any:
    return column.re_replace(_BLANKS, "")


def _digits(column: Any) -> Any:
    return column.re_replace(r"[^0-9]+", "")


def _date(column: Any) -> Any:
    digits = _digits(column).substr(0, 8)
    iso = digits.substr(0, 4).concat("-", digits.substr(4, 2), "-", digits.substr(6, 2))
    return ibis.ifelse(digits.re_search(_DATE), iso, ibis.null("string"))


def _scaled(text: Any, factor: int) -> Any:
    number = ibis.ifelse(text.re_search(_DECIMAL), text, ibis.null("string"))
    return (number.cast("float64") * factor).round().cast("int64").cast("string")


def _minute(column: Any) -> Any:
    """Return minutes since 2000 of a Beijing moment, 0 where it cannot be read: by days of the civil calendar.

    Whole numbers far below 2⁵³, so that a floored division is exact on every engine.
    """
    digits = _digits(column).substr(0, 12)
    padded = ibis.ifelse(digits.length() == 8, digits.concat("0000"), digits)
    good = ibis.ifelse(padded.re_search(_MOMENT), padded, ibis.null("string"))
    places = ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2))
    year, month, day, hour, minute = (good.substr(at, size).cast("int64") for at, size in places)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    before = [(month == number, ibis.literal(days, "int64")) for number, days in enumerate(_DAYS_BEFORE_MONTH, 1)]
    last = year - 1
    leap_days = (last // 4 - last // 100 + last // 400).cast("int64") - _LEAP_DAYS_BEFORE_2000
    days = (
        (year - 2000) * 365 + leap_days + ibis.cases(*before, else_=0) + ibis.ifelse((month > 2) & leap, 1, 0) + day - 1
    )
    return ibis.greatest(days * 1440 + hour * 60 + minute - _BEIJING, 0).fill_null(0).cast("int64")


def _record(rows: Any, source: Source) -> Any:
    text = ibis.literal(source.name)
    for name in source.columns:
        text = text.concat("|", rows[name].fill_null(""))
    return text.hexdigest("md5")
