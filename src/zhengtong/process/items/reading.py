"""Reading a catalogue from YAML 事项目录载入: every mistake is named with its file and line, nothing is guessed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.utils.translation import gettext

from zhengtong.process.items import eligibility
from zhengtong.process.items.contracts import (
    Audience,
    Basis,
    Batching,
    Bundle,
    Catalogue,
    CatalogueBroken,
    Channel,
    Condition,
    DayUnit,
    Eligibility,
    Evidence,
    EvidenceRoute,
    Item,
    ItemKind,
    LifeEvent,
    Output,
    Period,
    Words,
)

T = TypeVar("T")

VOCABULARY, BUNDLES, FORMS = "vocabulary.yaml", "bundles.yaml", "forms.yaml"
ELIGIBILITY = "eligibility.yaml"
_LINE = "__line__"
_ITEM_KEYS = {
    "code", "name", "kind", "for", "basis", "statutory", "promised", "evidence", "criteria", "output", "levels",
    "life_events", "keywords", "rank", "channels", "visits", "fee", "form", "process", "joins", "any_one",
    "batching",
}  # fmt: skip
_BUNDLE_KEYS = {"code", "name", "lead", "items", "national", "life_events", "rank", "waits", "forms"}
_BATCHING_KEYS, _BATCHED_TASKS = {"tasks", "basis"}, {"accept", "decide"}
_CONDITION_KEYS = {"criterion", "holds", "otherwise"}
_LEVELS = {"province", "city", "county", "town", "village"}


class _Loader(yaml.SafeLoader):
    """Plain YAML whose mappings remember their line."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
        mapping = super().construct_mapping(node, deep=deep)
        mapping[_LINE] = node.start_mark.line + 1
        return mapping


@dataclass(frozen=True, kw_only=True)
class _Vocabulary:
    departments: dict[str, Words]
    laws: dict[str, Words]
    evidence: dict[str, Evidence]
    outputs: dict[str, Output]
    life_events: dict[str, LifeEvent]
    forms: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class _Place:
    """Where in the catalogue something stands; `broken` raises with it."""

    file: str
    line: int

    def broken(self, what: str) -> CatalogueBroken:
        return CatalogueBroken(place=f"{self.file}:{self.line}", what=what)

    def require(self, row: dict[str, Any], key: str) -> Any:
        if key not in row:
            raise self.broken(gettext("缺少 {key}").format(key=key))
        return row[key]

    def known(self, table: dict[str, T], key: Any, what: str) -> T:
        if key not in table:
            raise self.broken(gettext("{what} {key} 不在词表中").format(what=what, key=key))
        return table[key]

    def words(self, value: Any) -> Words:
        if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) and part for part in value)):
            raise self.broken(gettext("名称应写成 [中文, English]，实际为 {value}").format(value=value))
        return Words(*value)

    def choice(self, kind: Callable[[str], T], value: Any) -> T:
        try:
            return kind(value)
        except ValueError as error:
            raise self.broken(str(error)) from error


def read_catalogue(folder: Path) -> Catalogue:
    """Return the catalogue in *folder*: `vocabulary.yaml`, `bundles.yaml` and one file for each department.

    `forms.yaml` (what items ask) and `eligibility.yaml` (how their conditions are tried) may be there.

    Raises:
        CatalogueBroken: with the file, the line and the reason.
    """
    vocabulary = _vocabulary(folder)
    items: dict[str, Item] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in {VOCABULARY, BUNDLES, FORMS, ELIGIBILITY}:
            continue
        for place, item in _items(path, vocabulary):
            if item.code in items:
                raise place.broken(gettext("事项编码 {code} 重复").format(code=item.code))
            items[item.code] = item
    if not items:
        raise CatalogueBroken(place=str(folder), what=gettext("没有任何事项"))
    for place, code, tried in _eligibility(folder / ELIGIBILITY):
        items[code] = replace(place.known(items, code, gettext("事项")), eligibility=tried)
    bundles = tuple(_bundle(place, row, vocabulary, items) for place, row in _rows(folder / BUNDLES, "bundles"))
    return Catalogue(items=tuple(items.values()), bundles=bundles)


def _load(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 -- a SafeLoader
    except OSError as error:
        raise CatalogueBroken(place=path.name, what=gettext("文件不存在或不可读")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueBroken(place=f"{path.name}:{line}", what=str(error.problem)) from error
    if not isinstance(document, dict):
        raise CatalogueBroken(place=f"{path.name}:1", what=gettext("应为键值表"))
    return document


def _rows(path: Path, key: str) -> Iterator[tuple[_Place, dict[str, Any]]]:
    for row in _Place(path.name, 1).require(_load(path), key):
        if not isinstance(row, dict):
            raise CatalogueBroken(place=path.name, what=gettext("每一条应为键值表，实际为 {value}").format(value=row))
        yield _Place(path.name, row[_LINE]), row


def _vocabulary(folder: Path) -> _Vocabulary:
    document, top = _load(folder / VOCABULARY), _Place(VOCABULARY, 1)

    def table(name: str, make: Callable[[_Place, str, Any], T]) -> dict[str, T]:
        rows = top.require(document, name)
        line = _Place(VOCABULARY, rows.get(_LINE, 1))
        return {key: make(line, key, value) for key, value in rows.items() if key != _LINE}

    return _Vocabulary(
        departments=table("departments", lambda place, _key, value: place.words(value)),
        laws=table("laws", lambda place, _key, value: place.words(value)),
        evidence=table("evidence", _evidence),
        outputs=table("outputs", _output),
        life_events=table("life_events", lambda place, key, value: LifeEvent(key=key, name=place.words(value))),
        forms=_forms(folder / FORMS),
    )


def _forms(path: Path) -> dict[str, dict[str, Any]]:
    """Return the forms of *path* by name, each composed from fields that are defined once; none without the file.

    A field whose name stands in parentheses may be left empty.
    """
    if not path.exists():
        return {}
    document, top = _load(path), _Place(path.name, 1)
    fields, forms = top.require(document, "fields"), top.require(document, "forms")
    composed = {}
    for name, wanted in forms.items():
        if name == _LINE:
            continue
        place = _Place(path.name, forms[_LINE])
        names = [each.strip("()") for each in wanted]
        composed[name] = {
            "type": "object",
            "properties": {each: _plain(place.known(fields, each, gettext("表单字段"))) for each in names},
            "required": [each for each in wanted if not each.startswith("(")],
        }
    return composed


def _eligibility(path: Path) -> Iterator[tuple[_Place, str, Eligibility]]:
    """Yield, by item code, what is asked to try its conditions; a question is defined once for all items."""
    if not path.exists():
        return
    document, top = _load(path), _Place(path.name, 1)
    questions = {name: _plain(one) for name, one in top.require(document, "questions").items() if name != _LINE}
    for code, rows in top.require(document, "items").items():
        if code == _LINE:
            continue
        place = _Place(path.name, rows[0][_LINE])
        conditions = tuple(_condition(_Place(path.name, row[_LINE]), row, questions) for row in rows)
        asked = {name for one in conditions for name in eligibility.questions_of(one)}
        form = {"type": "object", "properties": {name: one for name, one in questions.items() if name in asked}}
        yield place, code, Eligibility(form=form, conditions=conditions)


def _condition(place: _Place, row: dict[str, Any], questions: dict[str, Any]) -> Condition:
    _only(place, row, _CONDITION_KEYS)
    condition = Condition(
        criterion=place.words(place.require(row, "criterion")),
        holds=str(place.require(row, "holds")),
        otherwise=place.words(place.require(row, "otherwise")),
    )
    if what := eligibility.fault_of(condition, questions):
        raise place.broken(what)
    return condition


def _plain(value: Any) -> Any:
    """Return *value* without the line marks that reading left in its mappings."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items() if key != _LINE}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _evidence(place: _Place, key: str, row: dict[str, Any]) -> Evidence:
    name = place.words(place.require(row, "name"))
    return Evidence(key=key, name=name, served=place.choice(EvidenceRoute, place.require(row, "served")))


def _output(place: _Place, key: str, row: dict[str, Any]) -> Output:
    name = place.words(place.require(row, "name"))
    return Output(key=key, name=name, licence=place.require(row, "kind") == "licence")


def _items(path: Path, vocabulary: _Vocabulary) -> Iterator[tuple[_Place, Item]]:
    key = _Place(path.name, 1).require(_load(path), "department")
    department = _Place(path.name, 1).known(vocabulary.departments, key, gettext("部门"))
    for place, row in _rows(path, "items"):
        _only(place, row, _ITEM_KEYS)
        yield place, _item(place, row, vocabulary, key, department)


def _item(place: _Place, row: dict[str, Any], vocabulary: _Vocabulary, key: str, department: Words) -> Item:
    code = place.require(row, "code")
    if not (isinstance(code, str) and len(code) == 12 and code.isdigit()):
        raise place.broken(gettext("事项编码应为 12 位数字并加引号，实际为 {code}").format(code=code))
    channels = row.get("channels", ["web", "mobile", "window"])
    item = Item(
        code=code,
        name=place.words(place.require(row, "name")),
        department=department,
        department_key=key,
        kind=place.choice(ItemKind, place.require(row, "kind")),
        audiences=tuple(place.choice(Audience, value) for value in place.require(row, "for")),
        basis=tuple(_basis(place, text, vocabulary) for text in place.require(row, "basis")),
        statutory=_statutory(place, row["statutory"], vocabulary) if "statutory" in row else None,
        promised=_promised(place, place.require(row, "promised")),
        fee=row.get("fee") == "statutory",
        channels=tuple(place.choice(Channel, value) for value in channels),
        visits=int(row.get("visits", 0)),
        evidence=tuple(
            place.known(vocabulary.evidence, name, gettext("材料")) for name in place.require(row, "evidence")
        ),
        criteria=tuple(place.words(words) for words in place.require(row, "criteria")),
        output=place.known(vocabulary.outputs, place.require(row, "output"), gettext("办理结果")),
        levels=tuple(row.get("levels", ["county"])),
        life_events=_life_events(place, row, vocabulary),
        keywords=str(row.get("keywords", "")),
        rank=int(row.get("rank", 0)),
        process=str(row.get("process", "single_item")),
        joins=tuple(_joined(place, key, vocabulary) for key in row.get("joins", ())),
        any_one=bool(row.get("any_one", False)),
        form=place.known(vocabulary.forms, row["form"], gettext("表单")) if "form" in row else None,
        batching=_batching(_Place(place.file, row["batching"][_LINE]), row["batching"]) if "batching" in row else None,
    )
    _consistent(place, item)
    return item


def _batching(place: _Place, row: dict[str, Any]) -> Batching:
    _only(place, row, _BATCHING_KEYS)
    tasks = tuple(place.require(row, "tasks"))
    if not tasks or set(tasks) - _BATCHED_TASKS:
        raise place.broken(gettext("批量办理的环节只能是 {tasks}").format(tasks="、".join(sorted(_BATCHED_TASKS))))
    return Batching(tasks=tasks, basis=place.words(place.require(row, "basis")))


def _joined(place: _Place, key: str, vocabulary: _Vocabulary) -> str:
    place.known(vocabulary.departments, key, gettext("部门"))
    return key


def _consistent(place: _Place, item: Item) -> None:
    """Refuse what contradicts itself.

    Raises:
        CatalogueBroken: no basis, an unknown level, or a promise longer than the law allows.
    """
    if not item.basis:
        raise place.broken(gettext("没有设定依据；没有依据的事项不得设立"))
    if unknown := set(item.levels) - _LEVELS:
        raise place.broken(gettext("行使层级 {levels} 无效").format(levels="、".join(sorted(unknown))))
    # A working day is at least one calendar day, so this comparison never lets a longer promise pass.
    if item.statutory and item.promised.days > item.statutory.days:
        raise place.broken(gettext("承诺时限长于法定时限"))


def _bundle(place: _Place, row: dict[str, Any], vocabulary: _Vocabulary, items: dict[str, Item]) -> Bundle:
    _only(place, row, _BUNDLE_KEYS)
    codes = tuple(place.require(row, "items"))
    for code in codes:
        place.known(items, code, gettext("事项"))
    lead = place.require(row, "lead")
    return Bundle(
        code=place.require(row, "code"),
        name=place.words(place.require(row, "name")),
        lead=place.known(vocabulary.departments, lead, gettext("部门")),
        lead_key=lead,
        items=codes,
        national=bool(row.get("national", False)),
        life_events=_life_events(place, row, vocabulary),
        rank=int(row.get("rank", 0)),
        waits=_waits(place, row.get("waits", {}), codes),
        forms={
            place.known({one: one for one in codes}, code, gettext("事项")): place.known(
                vocabulary.forms, name, gettext("表单")
            )
            for code, name in row.get("forms", {}).items()
            if code != _LINE
        },
    )


def _waits(place: _Place, rows: dict[str, Any], codes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return which items wait for which.

    Raises:
        CatalogueBroken: an item is not of this bundle, or they wait for one another in a circle.
    """
    waits = {code: tuple(others) for code, others in rows.items() if code != _LINE}
    for code in {*waits, *(other for others in waits.values() for other in others)}:
        place.known(dict.fromkeys(codes), code, gettext("事项"))
    free, left = {code for code in codes if code not in waits}, dict(waits)
    while ready := [code for code, others in left.items() if free.issuperset(others)]:
        free |= set(ready)
        left = {code: others for code, others in left.items() if code not in free}
    if left:
        raise place.broken(gettext("事项 {codes} 互相等待").format(codes="、".join(left)))
    return waits


def _life_events(place: _Place, row: dict[str, Any], vocabulary: _Vocabulary) -> tuple[LifeEvent, ...]:
    keys = row.get("life_events", [])
    return tuple(place.known(vocabulary.life_events, key, gettext("主题")) for key in keys)


def _basis(place: _Place, text: Any, vocabulary: _Vocabulary) -> Basis:
    law, *articles = str(text).split()
    if not all(article.isdigit() for article in articles):
        raise place.broken(gettext("依据应写成“法律键 条号 …”，实际为 {text}").format(text=text))
    return Basis(law=place.known(vocabulary.laws, law, gettext("法律")), articles=tuple(map(int, articles)))


def _statutory(place: _Place, row: dict[str, Any], vocabulary: _Vocabulary) -> Period:
    return Period(
        days=int(place.require(row, "days")),
        unit=place.choice(DayUnit, place.require(row, "unit")),
        basis=_basis(place, place.require(row, "basis"), vocabulary),
    )


def _promised(place: _Place, text: Any) -> Period:
    if text == "instant":
        return Period(days=0, unit=DayUnit.WORKDAYS)
    days, _space, unit = str(text).partition(" ")
    if not days.isdigit():
        raise place.broken(gettext("承诺时限应写成 instant 或“5 workdays”，实际为 {text}").format(text=text))
    return Period(days=int(days), unit=place.choice(DayUnit, unit))


def _only(place: _Place, row: dict[str, Any], allowed: set[str]) -> None:
    if unknown := set(row) - allowed - {_LINE}:
        raise place.broken(gettext("不认识的键 {keys}").format(keys="、".join(sorted(unknown))))
