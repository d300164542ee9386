"""What would go wrong with a form 发布前检查: found in the schema alone, told with place and remedy.

An applicant meets the fields in order, and a condition sees only the answers before it. So a condition on an unknown or
a later field never holds, and neither does one that no answer satisfies.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain, combinations, product
from typing import Any

from django.utils.translation import get_language, gettext

from zhengtong.process.forms.contracts import Fault, Schema, SourceUnknown
from zhengtong.process.forms.editing import FieldLine, fields_of
from zhengtong.process.forms.schema import is_shown, names_in, worded
from zhengtong.process.forms.sources import source_named
from zhengtong.rules.feel.api import FeelSyntaxError

_MOST_WORLDS = 4096
"""So many combinations of answers are tried before a condition is given the benefit of the doubt."""


def faults_of(schema: Schema) -> tuple[Fault, ...]:
    """Return what is wrong with *schema*, field by field in the order asked."""
    if not schema["properties"]:
        message, remedy = gettext("表单没有任何字段。"), gettext("请至少添加一个字段。")
        return (Fault(code="form-empty", field="", place="", message=message, remedy=remedy),)
    titles: dict[tuple[str, str], str] = {}
    found: list[Fault] = []
    unreachable: set[str] = set()
    for line in fields_of(schema):
        fault = partial(_fault, line)
        found += _words(line, fault)
        found += _title(line, titles, fault)
        found += _source(line, fault)
        found += _limits(line, fault)
        conditions = list(_condition(line, schema, unreachable, fault))
        if conditions:
            unreachable.add(line.path)
        found += conditions
    return tuple(found)


def _fault(line: FieldLine, code: str, message: str, remedy: str, *, is_error: bool = True) -> Fault:
    place = worded(line.field, "title") or line.path
    return Fault(code=code, field=line.path, place=place, message=message, remedy=remedy, is_error=is_error)


Say = Callable[..., Fault]


def _words(line: FieldLine, fault: Say) -> Iterator[Fault]:
    field = line.field
    if not field.get("title"):
        yield fault("title-missing", gettext("没有中文名称。"), gettext("请填写中文名称。"))
    if not field.get("title_en"):
        yield fault("english-missing", gettext("没有英文名称。"), gettext("请填写英文名称，英文读者才看得懂。"))
    if field.get("description") and not field.get("description_en"):
        yield fault("english-missing", gettext("提示没有英文。"), gettext("请填写英文提示，或者不写提示。"))
    options = field if "enum" in field else field.get("items", {})
    named = options.get("enum_titles", {})
    lacking = [one for one in options.get("enum", ()) if not all(named.get(one, ("", "")))]
    if lacking:
        message = gettext("选项 {names} 缺少中文或英文。").format(names="、".join(lacking))
        yield fault("english-missing", message, gettext("每个选项都写成“代码 | 中文 | English”。"))
    if field.get("section") and not all(field["section"]):
        yield fault("english-missing", gettext("小节标题缺少中文或英文。"), gettext("请两种都写，或者都不写。"))
    if field.get("sensitive") and not (field.get("purpose") and field.get("purpose_en")):
        yield fault(
            "purpose-missing",
            gettext("问的是敏感内容，没有写明用途。"),
            gettext("请用中文和英文写明为什么需要；不需要的就不要问。"),
        )


def _title(line: FieldLine, titles: dict[tuple[str, str], str], fault: Say) -> Iterator[Fault]:
    title = line.field.get("title", "")
    before = titles.setdefault((line.group, title), line.path)
    if title and before != line.path:
        message = gettext("和字段 {other} 的名称相同。").format(other=before)
        yield fault("title-repeated", message, gettext("请换一个名称，让申请人分得清。"))


def _source(line: FieldLine, fault: Say) -> Iterator[Fault]:
    named = line.field.get("source", "")
    if not named:
        return
    try:
        known = named.partition(".")[2] in source_named(named).items
    except SourceUnknown:
        known = False
    if not known:
        message = gettext("没有名为 {name} 的共享数据项。").format(name=named)
        yield fault("source-unknown", message, gettext("请从列表中选择数据项，或者让申请人自己填。"))


def _limits(line: FieldLine, fault: Say) -> Iterator[Fault]:
    for least, most in (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems")):
        if least in line.field and most in line.field and line.field[least] > line.field[most]:
            message = gettext("下限 {least} 大于上限 {most}，没有答案能通过。")
            told = message.format(least=line.field[least], most=line.field[most])
            yield fault("limits-crossed", told, gettext("请改正上下限。"))
    if "pattern" in line.field and not (line.field.get("error") and all(line.field["error"])):
        yield fault(
            "english-missing",
            gettext("规定了格式，没有写明填错时怎么说。"),
            gettext("请用中文和英文写明应该怎么填。"),
        )


def _condition(line: FieldLine, schema: Schema, unreachable: set[str], fault: Say) -> Iterator[Fault]:
    condition = line.field.get("showIf")
    if condition is None:
        return
    if line.group:
        yield fault(
            "condition-inside", gettext("一组里面的字段不能有显示条件。"), gettext("请把条件写在整个组上，或者去掉。")
        )
        return
    try:
        names = sorted(names_in(condition))
    except FeelSyntaxError as error:
        english = (get_language() or "").startswith("en")
        yield fault(
            "condition-unread", error.en if english else error.zh, error.remedy_en if english else error.remedy_zh
        )
        return
    order = list(schema["properties"])
    for name in names:
        if name not in order:
            message = gettext("显示条件里的 {name} 不是这份表单的字段。").format(name=name)
            yield fault("condition-unknown-field", message, gettext("请改成前面某个字段的标识。"))
        elif order.index(name) >= order.index(line.path):
            message = gettext("显示条件里的 {name} 排在后面，这时还没有回答。").format(name=name)
            yield fault("condition-later-field", message, gettext("请把那个字段移到前面。"))
        elif name in unreachable:
            message = gettext("显示条件里的 {name} 自己就不会显示。").format(name=name)
            yield fault("unreachable", message, gettext("请先改正那个字段的条件。"))
    known = {name: schema["properties"][name] for name in names if name in order}
    if len(known) == len(names) and not can_hold(line.field, known):
        yield fault(
            "unreachable", gettext("显示条件永远不成立，这个字段不会显示。"), gettext("请改正条件，或者删去字段。")
        )


def can_hold(field: Schema, others: Mapping[str, Schema]) -> bool:
    """Say whether some answers to *others* make *field* appear; where there are too many to try, that they may."""
    worlds = 1
    ranges: list[list[Any]] = []
    for other in others.values():
        answers = _answers(other)
        if answers is None:
            return True
        ranges.append(answers)
        worlds *= len(answers)
        if worlds > _MOST_WORLDS:
            return True
    return any(is_shown(field, dict(zip(others, world, strict=True)), others) for world in product(*ranges))


def _answers(field: Schema) -> list[Any] | None:
    """Return every answer a field can have, None where they cannot be counted."""
    if field["type"] == "boolean":
        return [False, True]
    if "enum" in field:
        return ["", *field["enum"]]
    if field["type"] == "array" and "enum" in field["items"] and len(field["items"]["enum"]) <= 10:
        options = field["items"]["enum"]
        return [list(some) for some in chain.from_iterable(combinations(options, n) for n in range(len(options) + 1))]
    return None
