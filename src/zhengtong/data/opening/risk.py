"""Measuring a copy in the buffer 风险测算: k, l, small classes and direct identifiers in one statement of DuckDB."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhengtong.data.opening.contracts import Identifier, IdentifierKind, Measures, Plan, Role, Standard
from zhengtong.data.opening.law import COUNT
from zhengtong.kernel import checkdigits

if TYPE_CHECKING:
    import duckdb

_LOOKED_AT = 1_000
"""Different texts that look like an identifier and are checked by their check character."""
_PATTERNS = {
    IdentifierKind.RESIDENT_ID: r"(?:^|[^0-9])([1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx])(?:$|[^0-9Xx])",
    IdentifierKind.MOBILE: r"(?:^|[^0-9])(1[3-9][0-9]{9})(?:$|[^0-9])",
}


def measured(connection: "duckdb.DuckDBPyConnection", table: str, plan: Plan, standard: Standard) -> Measures:
    """Return the measures of *table*, which *plan* has made: one statement.

    Args:
        connection: where the table is.
        table: the copy; our own name.
        plan: names the quasi-identifiers and the sensitive fields.
        standard: below whose figures a class or a cell is small.
    """
    sensitive = () if plan.aggregate else plan.named(Role.SENSITIVE)
    fields = [field.name for field in plan.fields]
    classes = _cells(table, standard) if plan.aggregate else _classes(table, plan, sensitive, standard)
    seeks = [part for name in fields for part in _sought(name)]
    sought = ", ".join(["count(*) AS rows", *seeks])
    statement = f"SELECT * FROM ({classes}), (SELECT {sought} FROM {table})"  # noqa: S608 -- quoted names of the catalogue
    row = connection.execute(statement).fetchone()
    assert row is not None  # noqa: S101 -- aggregates always give a row
    head, rows, found = row[: 4 + len(sensitive)], row[4 + len(sensitive)], row[5 + len(sensitive) :]
    number, smallest, uniques, few = head[:4]
    compared = plan.aggregate or bool(plan.named(Role.QUASI))
    return Measures(
        rows=rows,
        classes=number if compared else 0,
        k=smallest if compared else None,
        uniques=uniques if compared else 0,
        small=int(few or 0) if compared else 0,
        variety=dict(zip(sensitive, (values or 0 for values in head[4:]), strict=True)),
        identifiers=tuple(_identifiers(fields, found)),
    )


def _classes(table: str, plan: Plan, sensitive: Sequence[str], standard: Standard) -> str:
    quasi = ", ".join(map(quoted, plan.named(Role.QUASI))) or "()"
    distinct = [
        f"count(DISTINCT coalesce(CAST({quoted(name)} AS VARCHAR), '')) AS l{index}"
        for index, name in enumerate(sensitive)
    ]
    least = "".join(f", min(l{index})" for index in range(len(sensitive)))
    inner = ", ".join(["count(*) AS n", *distinct])
    return f"""SELECT count(*), min(n), count(*) FILTER (n = 1), sum(n) FILTER (n < {standard.k}){least}
        FROM (SELECT {inner} FROM {table} GROUP BY {quasi})"""  # noqa: S608 -- quoted names of the catalogue


def _cells(table: str, standard: Standard) -> str:
    count = quoted(COUNT)
    return f"""SELECT count({count}), min({count}), count(*) FILTER ({count} = 1),
        count(*) FILTER ({count} > 0 AND {count} < {standard.small_cell}) FROM {table}"""  # noqa: S608 -- our own name


def _sought(name: str) -> list[str]:
    """Return what is counted of a field: for each kind of identifier how many rows, and some of the texts."""
    text = f"CAST({quoted(name)} AS VARCHAR)"
    parts = []
    for pattern in _PATTERNS.values():
        found = f"regexp_extract({text}, '{pattern}', 1)"
        parts += [f"count(*) FILTER ({found} <> '')", f"min({found}, {_LOOKED_AT}) FILTER ({found} <> '')"]
    return parts


def _identifiers(fields: Sequence[str], found: Sequence[Any]) -> list[Identifier]:
    kinds = list(_PATTERNS)
    identifiers = []
    for index, name in enumerate(fields):
        for place, kind in enumerate(kinds):
            rows, texts = found[2 * (index * len(kinds) + place) :][:2]
            if rows and any(_names_somebody(kind, text) for text in texts):
                identifiers.append(Identifier(field=name, kind=kind, rows=rows))
    return identifiers


def _names_somebody(kind: IdentifierKind, text: str) -> bool:
    if kind is not IdentifierKind.RESIDENT_ID:
        return True
    try:
        checkdigits.parse_resident_id(text.upper())
    except checkdigits.InvalidResidentId:
        return False
    return True


def quoted(name: str) -> str:
    """Return *name* as an SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'
