"""Refusals 拒绝: what a decision model is turned down for, with the place and the remedy, in Chinese and English."""

from typing import Any, Final

from zhengtong.rules.feel.api import RuleError

# code → ((message zh, message en), (remedy zh, remedy en)); places in braces are filled from the details.
MODEL_MESSAGES: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "xml": (
        ("文件不是有效的 XML：{detail}。", "The file is no well-formed XML: {detail}."),
        ("请用建模工具重新导出该文件。", "Export the file from the modelling tool again."),
    ),
    "xml-doctype": (
        (
            "文件含有 DOCTYPE 或实体声明，出于安全不予读取。",
            "The file has a DOCTYPE or entities, which are not read for safety.",
        ),
        ("请删去 DOCTYPE 声明。", "Remove the DOCTYPE declaration."),
    ),
    "xml-limit": (
        ("文件过大或嵌套过深（{detail}）。", "The file is too large or nested too deep ({detail})."),
        ("请拆分为多个模型，用导入连接。", "Split it into several models joined by imports."),
    ),
    "not-dmn": (
        ("根元素是“{found}”，不是 DMN 的 definitions。", "The root element is “{found}”, not DMN definitions."),
        ("请选择扩展名为 .dmn 的决策模型文件。", "Choose a decision model file (.dmn)."),
    ),
    "unknown-element": (
        ("“{owner}”中的元素“{found}”不属于 DMN。", "The element “{found}” in “{owner}” is not part of DMN there."),
        ("请删去或更正该元素。", "Remove or correct the element."),
    ),
    "unknown-hit-policy": (
        ("“{owner}”的命中策略“{found}”不存在。", "“{owner}” has the unknown hit policy “{found}”."),
        (
            "请用 UNIQUE、ANY、FIRST、PRIORITY、RULE ORDER、OUTPUT ORDER 或 COLLECT。",
            "Use UNIQUE, ANY, FIRST, PRIORITY, RULE ORDER, OUTPUT ORDER or COLLECT.",
        ),
    ),
    "unknown-aggregation": (
        ("“{owner}”的汇总方式“{found}”不存在。", "“{owner}” has the unknown aggregation “{found}”."),
        ("请用 SUM、COUNT、MIN 或 MAX。", "Use SUM, COUNT, MIN or MAX."),
    ),
    "cells": (
        (
            "“{owner}”第 {rule} 行有 {found} 个单元格，应为 {wanted} 个。",
            "Rule {rule} of “{owner}” has {found} cells, not {wanted}.",
        ),
        ("请补齐或删去多余的单元格。", "Add the missing cells or remove the extra ones."),
    ),
    "cycle": (
        ("决策相互依赖成环：{path}。", "The decisions depend on each other in a circle: {path}."),
        ("请去掉其中一条依赖。", "Remove one of these requirements."),
    ),
    "unknown-reference": (
        ("“{owner}”引用的“{found}”不存在。", "“{owner}” refers to “{found}”, which does not exist."),
        ("请更正引用，或补上被引用的元素。", "Correct the reference or add the element."),
    ),
    "missing-import": (
        ("导入的模型“{found}”没有找到。", "The imported model “{found}” was not found."),
        ("请一并提供被导入的模型文件。", "Provide the imported model as well."),
    ),
    "duplicate-name": (
        ("名称“{found}”出现两次。", "The name “{found}” appears twice."),
        ("请改名，使每个名称只出现一次。", "Rename one of the two."),
    ),
    "duplicate-id": (
        ("标识“{found}”出现两次。", "The id “{found}” appears twice."),
        ("请更改其中一个标识。", "Change one of the two."),
    ),
    "missing-name": (
        ("元素“{found}”没有名称。", "The element “{found}” has no name."),
        ("请补上名称。", "Give it a name."),
    ),
    "unknown-type": (
        ("“{owner}”的类型“{found}”不存在。", "“{owner}” has the unknown type “{found}”."),
        ("请定义该类型或改用 FEEL 类型。", "Define the type or use a FEEL type."),
    ),
    "type-cycle": (
        ("类型“{found}”以自身定义。", "The type “{found}” is defined by itself."),
        ("请去掉循环定义。", "Remove the circular definition."),
    ),
    "bad-expression": (
        ("“{owner}”的表达式有误：{detail}", "The expression in “{owner}” cannot be read: {detail}"),
        ("请改正所指位置。", "Correct the place shown."),
    ),
    "no-decision": (
        ("没有名为“{found}”的决策。", "There is no decision named “{found}”."),
        ("可用的决策：{names}。", "Available decisions: {names}."),
    ),
    "unsupported-language": (
        (
            "“{owner}”使用的表达式语言“{found}”不受支持。",
            "“{owner}” uses the unsupported expression language “{found}”.",
        ),
        ("请改用 FEEL。", "Use FEEL."),
    ),
}


class ModelError(RuleError):
    """A decision model cannot be used; `code` names the reason, `line` the line of the file where it is known."""

    def __init__(self, code: str, *, line: int | None = None, **details: Any) -> None:
        message, remedy = MODEL_MESSAGES[code]
        self.code, self.line, self.details = code, line, details
        zh, en = (text.format_map(details) for text in message)
        if line is not None:
            zh, en = f"第 {line} 行：{zh}", f"Line {line}: {en}"
        remedy_zh, remedy_en = (text.format_map(details) for text in remedy)
        super().__init__(zh, en, remedy_zh=remedy_zh, remedy_en=remedy_en)
