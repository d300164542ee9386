"""Decision tables changed as tables 决策表格: drawn from the models of a version, and taken back into them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count, takewhile

from zhengtong.process.store import api as store
from zhengtong.rules.dmn.api import Grid, ModelError, grids_of, with_rows

MOST_CELLS = 500  # of one page: a form may have a thousand fields; a larger table is changed as text

Rows = list[tuple[int | None, tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A rule with its fields; `order` names the field that says where it stands."""

    number: int
    order: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A table as the page shows it.

    Attributes:
        name: what the names of its fields begin with.
        file: the model it stands in.
        mark: tells the text it was drawn from; it is taken back into that text alone.
    """

    name: str
    file: str
    mark: str
    grid: Grid

    @property
    def rows(self) -> list[Row]:
        """The rules with their fields, and an empty one to fill."""
        heads = self.grid.columns
        return [
            Row(
                number=number,
                order=f"{self.name}:{number}:order",
                cells=tuple(
                    (f"{self.name}:{number}:{place}", head, text)
                    for place, (head, text) in enumerate(zip(heads, texts, strict=True))
                ),
            )
            for number, texts in enumerate((*self.grid.rows, ("",) * len(heads)), 1)
        ]

    @property
    def rules(self) -> str:
        """Tells the rules it was drawn with."""
        return _mark_of(self.grid.rows)


def drawn(model: store.Source) -> list[Drawn]:
    """Return the tables of a version's models that a form can hold; of a model that cannot be read, the check tells."""
    found, room = [], MOST_CELLS
    for one in _tables(model.decisions):
        room -= (len(one.grid.rows) + 1) * len(one.grid.columns)
        if room >= 0:
            found.append(one)
    return found


def taken(model: store.Source, data: Mapping[str, str]) -> tuple[store.Source, list[str]]:
    """Return *model* with the tables that were changed, and the files whose tables were not taken.

    Where the text of a model was changed as well, the text holds.
    """
    decisions, overruled = dict(model.decisions), set()
    for one in drawn(model):
        rows = _sent(one.name, data)
        if not rows or _mark_of([texts for _origin, texts in rows]) == data.get(f"{one.name}:rules"):
            continue
        if data.get(f"{one.name}:text") != one.mark:
            overruled.add(one.file)
        else:
            decisions[one.file] = with_rows(decisions[one.file], one.grid.owner, rows).encode()
    return replace(model, decisions=decisions), sorted(overruled)


def _tables(decisions: Mapping[str, bytes]) -> Iterator[Drawn]:
    for file, text in sorted(decisions.items()):
        try:
            grids = grids_of(text)
        except ModelError:
            continue
        for grid in grids:
            if grid.owner:
                yield Drawn(name=f"table:{file}:{grid.owner}", file=file, mark=sha256(text).hexdigest(), grid=grid)


def _sent(name: str, data: Mapping[str, str]) -> Rows:
    """Return the rows of a table as they were sent, in the order asked for; what was emptied is left out."""
    width = sum(1 for _place in takewhile(lambda place: f"{name}:1:{place}" in data, count()))
    numbers = list(takewhile(lambda number: f"{name}:{number}:order" in data, count(1)))
    rows: list[tuple[float, int | None, tuple[str, ...]]] = []
    for number in numbers:
        texts = tuple(data.get(f"{name}:{number}:{place}", "").replace("\r\n", "\n").strip() for place in range(width))
        if any(texts):
            origin = None if number == numbers[-1] else number - 1
            rows.append((_place(data[f"{name}:{number}:order"], number), origin, texts))
    return [(origin, texts) for _order, origin, texts in sorted(rows, key=lambda row: row[0])]


def _place(asked: str, number: int) -> float:
    """Return where a row is to stand; what is no number changes nothing."""
    try:
        return float(asked)
    except ValueError:
        return number


def _mark_of(rows: Sequence[Sequence[str]]) -> str:
    return sha256(json.dumps([list(texts) for texts in rows if any(texts)]).encode()).hexdigest()
