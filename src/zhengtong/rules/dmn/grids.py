"""Decision tables as grids of text 决策表的表格: read for a page, written back with all around them as it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.xml import Element, parse_xml, write_xml

_ENTRIES = ("inputEntry", "outputEntry", "annotationEntry")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """One decision table.

    Attributes:
        owner: the decision or business knowledge model that decides by it.
        hit_policy: as in the standard, `UNIQUE` where the model says nothing.
        inputs: the label of each input column, or its expression.
        outputs: the label or name of each output column.
        annotations: the name of each column of remarks.
        rows: the texts of each rule, in the order of the columns.
    """

    owner: str
    name: str
    hit_policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of every column."""
        return self.inputs + self.outputs + self.annotations


def grids_of(model: bytes | str) -> tuple[Grid, ...]:
    """Return the decision tables of a model, in the order of the file.

    Raises:
        ModelError: it is no well-formed XML, or larger than the bounds.
    """
    return tuple(_grid(owner, table) for owner, table in _tables(parse_xml(model)))


def with_rows(model: bytes | str, owner: str, rows: Sequence[tuple[int | None, Sequence[str]]]) -> str:
    """Return *model* with other rules in the table of *owner*.

    Args:
        model: the model as text.
        owner: id of the decision or business knowledge model.
        rows: each new rule: the place among the present rules of the one it comes from (it keeps its id and what other
            tools wrote into it), None for a new one; and its texts, one for each column of the grid.

    Raises:
        ModelError: the model cannot be read, or has no such table.
    """
    root = parse_xml(model)
    table = next((table for found, table in _tables(root) if found.get("id") == owner), None)
    if table is None:
        raise ModelError("unknown-reference", owner=root.get("name"), found=owner)
    present = table.all("rule")
    counts = _widths(table)
    rules = [_rule(table, present[origin] if origin is not None else None, texts, counts) for origin, texts in rows]
    _replace(table, present, rules)
    return write_xml(root)


def _tables(root: Element) -> Iterator[tuple[Element, Element]]:
    for owner in root.all("decision"):
        if (table := owner.first("decisionTable")) is not None:
            yield owner, table
    for owner in root.all("businessKnowledgeModel"):
        logic = owner.first("encapsulatedLogic")
        if logic is not None and (table := logic.first("decisionTable")) is not None:
            yield owner, table


def _grid(owner: Element, table: Element) -> Grid:
    counts = _widths(table)
    return Grid(
        owner=owner.get("id"),
        name=owner.get("name"),
        hit_policy=table.get("hitPolicy", "UNIQUE"),
        inputs=tuple(one.get("label") or _inner(one.first("inputExpression")) for one in table.all("input")),
        outputs=tuple(one.get("label") or one.get("name") or owner.get("name") for one in table.all("output")),
        annotations=tuple(one.get("name") for one in table.all("annotation")),
        rows=tuple(tuple(_texts(rule, counts)) for rule in table.all("rule")),
    )


def _widths(table: Element) -> tuple[int, ...]:
    return tuple(len(table.all(name)) for name in ("input", "output", "annotation"))


def _texts(rule: Element, counts: Sequence[int]) -> Iterator[str]:
    for name, count in zip(_ENTRIES, counts, strict=True):
        found = [_inner(entry) for entry in rule.all(name)][:count]
        yield from found + [""] * (count - len(found))


def _inner(element: Element | None) -> str:
    text = element.first("text") if element is not None else None
    return text.text.strip() if text is not None else ""


def _rule(table: Element, origin: Element | None, texts: Sequence[str], counts: Sequence[int]) -> Element:
    rule = origin if origin is not None else _made(table, "rule")
    given = iter(texts)
    for name, count in zip(_ENTRIES, counts, strict=True):
        entries = rule.all(name)
        for place in range(count):
            if place == len(entries):
                entries.append(_made(table, name))
                rule.children.append(entries[-1])
            _write(table, entries[place], next(given))
    return rule


def _write(table: Element, entry: Element, text: str) -> None:
    """Put *text* into an entry, which keeps what it says already."""
    if _inner(entry) == text and entry.first("text") is not None:
        return
    holder = entry.first("text")
    if holder is None:
        holder = _made(table, "text")
        entry.children.insert(0, holder)
    holder.children = [text]


def _made(table: Element, name: str) -> Element:
    prefix, colon, _local = table.name.rpartition(":")
    return Element(f"{prefix}{colon}{name}", table.namespace)


def _replace(table: Element, present: Sequence[Element], rules: Sequence[Element]) -> None:
    """Put *rules* where the present ones stand, or at the end, with the white space that parts those."""
    places = [place for place, child in enumerate(table.children) if any(child is rule for rule in present)]
    start, end = (places[0], places[-1] + 1) if places else (len(table.children), len(table.children))
    before = table.children[start - 1] if start else ""
    space = before if isinstance(before, str) and not before.strip() else "\n"
    parted: list[Element | str] = []
    for rule in rules:
        parted += [space, rule] if parted else [rule]
    table.children[start:end] = parted
