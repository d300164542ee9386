"""Catalogues of interfaces 接口目录 as files (`edition.toml`, `ministries`, `items`, `interfaces.csv`) and rows."""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zhengtong.data.ministries.contracts import Catalogue, CatalogueUnfit, Interface, Item, ItemKind, Ministry
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _


def read(folder: Path) -> Catalogue:
    """Return the catalogue in *folder*.

    Raises:
        CatalogueUnfit: a file is missing, or names what is not there.
    """
    try:
        edition = tomllib.loads((folder / "edition.toml").read_text(encoding="utf-8"))
        items = {row["key"]: _item(row) for row in _rows(folder / "items.csv")}
        found = Catalogue(
            name=edition["name"],
            note=edition["note"],
            note_en=edition["note_en"],
            ministries=tuple(Ministry(**row) for row in _rows(folder / "ministries.csv")),
            interfaces=tuple(_interface(row, items) for row in _rows(folder / "interfaces.csv")),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CatalogueUnfit(what=f"{folder.name}: {type(error).__name__} {error}") from error
    require_sound(found)
    return found


def require_sound(catalogue: Catalogue) -> None:
    """Return when codes are unique, ministries known and limits possible.

    Raises:
        CatalogueUnfit: naming the first that is not.
    """
    twice = [code for code, count in Counter(one.code for one in catalogue.interfaces).items() if count > 1]
    known = {one.key for one in catalogue.ministries}
    if twice:
        raise CatalogueUnfit(what=Phrase(_("接口 {code} 出现两次"), code=twice[0]))
    for one in catalogue.interfaces:
        if one.ministry not in known:
            raise CatalogueUnfit(what=Phrase(_("接口 {code} 的部委不在目录中"), code=one.code))
        if not one.inputs or not one.outputs:
            raise CatalogueUnfit(what=Phrase(_("接口 {code} 没有查询条件或结果"), code=one.code))
        if one.cache_minutes < 0 or one.daily_quota < 1 or not 1 <= one.timeout_ms <= 30_000:
            raise CatalogueUnfit(what=Phrase(_("接口 {code} 的缓存、限额或时限不可用"), code=one.code))


def stored(catalogue: Catalogue) -> dict[str, Any]:
    """Return *catalogue* as a row holds it; the number is the row's own."""
    document = asdict(catalogue)
    del document["number"]
    return document


def loaded(document: Mapping[str, Any], number: int) -> Catalogue:
    """Return what `stored` wrote."""
    return Catalogue(
        name=document["name"],
        note=document["note"],
        note_en=document["note_en"],
        ministries=tuple(Ministry(**one) for one in document["ministries"]),
        interfaces=tuple(
            Interface(**{**one, "inputs": _items(one["inputs"]), "outputs": _items(one["outputs"])})
            for one in document["interfaces"]
        ),
        number=number,
    )


def _items(documents: list[dict[str, Any]]) -> tuple[Item, ...]:
    return tuple(
        Item(**{**one, "kind": ItemKind(one["kind"]), "values": tuple((zh, en) for zh, en in one["values"])})
        for one in documents
    )


def _item(row: Mapping[str, str]) -> Item:
    values = tuple(zip(row["values"].split("|"), row["values_en"].split("|"), strict=True)) if row["values"] else ()
    return Item(
        key=row["key"], title=row["title"], title_en=row["title_en"], kind=ItemKind(row["kind"]), values=values,
        personal=row["personal"] == "yes",
    )  # fmt: skip


def _interface(row: Mapping[str, str], items: Mapping[str, Item]) -> Interface:
    return Interface(
        code=f"{row['ministry']}-{row['key']}",
        ministry=row["ministry"],
        name=row["name"],
        name_en=row["name_en"],
        inputs=tuple(items[key] for key in row["inputs"].split()),
        outputs=tuple(items[key] for key in row["outputs"].split()),
        cache_minutes=int(row["cache_minutes"]),
        daily_quota=int(row["daily_quota"]),
        timeout_ms=int(row["timeout_ms"]),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
