"""Messages 提示: what the checker says, in Chinese and English."""

from typing import Any, Final

from zhengtong.rules.dmn.problems import Problem, Severity

# code → (severity, (message zh, en), (remedy zh, en))
FINDINGS: Final[dict[str, tuple[Severity, tuple[str, str], tuple[str, str]]]] = {
    "gap": (
        "warning",
        ("决策表“{name}”没有覆盖：{place}。", "“{name}” has no rule for {place}."),
        ("请补一行规则或设置默认结论。", "Add a rule or a default output."),
    ),
    "overlap": (
        "error",
        ("决策表“{name}”第 {rules} 行在 {place} 同时命中，而命中策略是“唯一”。",
         "Rules {rules} of “{name}” both apply for {place}, but the hit policy is UNIQUE."),
        ("请收窄其中一行的条件，或改用 ANY、FIRST。", "Narrow one of the rules, or use ANY or FIRST."),
    ),
    "contradiction": (
        "error",
        ("决策表“{name}”自相矛盾：第 {rules} 行在 {place} 同时命中，结论却不同。",
         "“{name}” contradicts itself: rules {rules} both apply for {place} and conclude differently."),
        ("请收窄其中一行的条件，或用 FIRST、PRIORITY 定先后。", "Narrow one, or rank them by FIRST or PRIORITY."),
    ),
    "unreachable": (
        "warning",
        ("决策表“{name}”第 {rules} 行永远不会生效。", "Rule {rules} of “{name}” can never take effect."),
        ("请检查其条件，或检查前面的行是否已把它盖住。", "Check its conditions, and whether earlier rules hide it."),
    ),
    "cell-type": (
        "error",
        ("决策表“{name}”第 {rules} 行“{column}”的值是{found}，该列是{wanted}。",
         "Rule {rules} of “{name}” has {found} in the column “{column}”, which is {wanted}."),
        ("请改正单元格或列的类型。", "Correct the cell or the type of the column."),
    ),
    "output-value": (
        "error",
        ("决策表“{name}”第 {rules} 行“{column}”的结论不在可选值之内。",
         "Rule {rules} of “{name}” concludes a value that “{column}” does not list."),
        ("请改正结论，或把它加入可选值。", "Correct the conclusion or list the value."),
    ),
    "priority-values": (
        "error",
        ("决策表“{name}”的命中策略“{policy}”需要列出可选值。",
         "The hit policy {policy} of “{name}” needs output values."),
        ("请按重要程度列出可选值。", "List the output values, the most important first."),
    ),
    "aggregation-type": (
        "error",
        ("决策表“{name}”用 {policy} 汇总的不是数。", "“{name}” aggregates by {policy} what are no numbers."),
        ("请把结论改为数，或去掉汇总方式。", "Conclude numbers or drop the aggregation."),
    ),
    "unknown-name": (
        "error",
        ("“{name}”使用了未提供的变量“{column}”。", "“{name}” uses “{column}”, which nothing provides."),
        ("请改正名称，或补上所缺的依赖。", "Correct the name, or add the requirement that provides it."),
    ),
    "endless": (
        "error",
        ("“{name}”的计算不会结束或过于庞大：{place}", "“{name}” does not end or is too much work: {place}"),
        ("请检查递归的终止条件和循环的范围。", "Check where the recursion ends and how far the loops go."),
    ),
    "too-large": (
        "warning",
        ("决策表“{name}”过大，未能检查完全。", "“{name}” is too large to be checked completely."),
        ("请拆分为多张表。", "Split it into several tables."),
    ),
    "no-logic": (
        "warning",
        ("决策“{name}”没有逻辑。", "The decision “{name}” has no logic."),
        ("请补上决策表或表达式。", "Give it a table or an expression."),
    ),
}  # fmt: skip


def finding(
    code: str,
    name: str,
    *,
    line: int | None = None,
    rules: tuple[int, ...] = (),
    place: tuple[str, str] = ("", ""),
    **details: Any,
) -> Problem:
    """Build a problem; *rules* are numbers from 1, *place* is in Chinese and English."""
    severity, message, remedy = FINDINGS[code]
    details |= {"name": name, "rules": "、".join(map(str, rules)), "place": place[0]}
    english = details | {"rules": " and ".join(map(str, rules)), "place": place[1]}
    return Problem(
        code=code,
        severity=severity,
        element=name,
        zh=message[0].format_map(details),
        en=message[1].format_map(english),
        remedy_zh=remedy[0],
        remedy_en=remedy[1],
        line=line or None,
        rules=rules,
    )
