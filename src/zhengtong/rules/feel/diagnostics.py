"""Diagnostics 诊断: what went wrong, where, and what to do, in Chinese and English.

An expression that cannot be read is refused with `FeelSyntaxError`; one that fails while it runs yields null and
collects a `Diagnostic` (DMN 1.5, 10.3.2.13: "null on error"). Both point at the character and can draw a caret under
it. The library knows no translation framework, so each message stands here once in each language.
"""

from dataclasses import dataclass, field
from typing import Any, Final

# code → (Chinese, English). Places in braces are filled from the diagnostic's details.
MESSAGES: Final[dict[str, tuple[str, str]]] = {
    # reading
    "empty": ("表达式为空。", "The expression is empty."),
    "unexpected": ("此处不应出现{found}，应为{wanted}。", "Unexpected {found}; expected {wanted}."),
    "unexpected-character": ("无法识别的字符{found}。", "The character {found} has no meaning here."),
    "unterminated-string": ("字符串缺少结尾的双引号。", "The string has no closing quotation mark."),
    "unterminated-comment": ("注释缺少结尾的 */。", "The comment has no closing */."),
    "bad-literal": ("@ 后的“{found}”不是日期、时间或时长。", "“{found}” after @ is no date, time or duration."),
    "number-range": ("数值超出 34 位十进制的范围。", "The number exceeds 34-digit decimals."),
    "too-long": ("表达式超过 {limit} 个字符。", "The expression is longer than {limit} characters."),
    "too-deep": ("表达式嵌套超过 {limit} 层。", "The expression is nested deeper than {limit} levels."),
    "unknown-type": ("没有名为“{name}”的类型。", "There is no type named “{name}”."),
    "mixed-arguments": ("按名传参与按位置传参不能混用。", "Named and positional arguments cannot be mixed."),
    "repeated-name": ("名称“{name}”重复。", "The name “{name}” appears twice."),
    # running
    "unknown-name": ("没有名为“{name}”的变量。", "There is no variable named “{name}”."),
    "unknown-function": ("没有名为“{name}”的函数。", "There is no function named “{name}”."),
    "not-a-function": ("{found}不是函数，不能调用。", "{found} is not a function and cannot be called."),
    "bad-arguments": (
        "函数“{name}”的参数不符：{detail}。",
        "The arguments do not fit the function “{name}”: {detail}.",
    ),
    "bad-argument": (
        "函数“{name}”的参数“{parameter}”应为{wanted}，实为{found}。",
        "The parameter “{parameter}” of “{name}” takes {wanted}, not {found}.",
    ),
    "out-of-range": ("函数“{name}”：{detail}。", "The function “{name}”: {detail}."),
    "no-member": ("{found}没有名为“{name}”的成员。", "{found} has no member “{name}”."),
    "bad-operands": ("运算符 {operator} 不能用于{left}与{right}。", "{operator} does not apply to {left} and {right}."),
    "division-by-zero": ("除数为零。", "Division by zero."),
    "overflow": ("数值超出 34 位十进制的范围。", "The number exceeds 34-digit decimals."),
    "condition": ("条件的值应为真或假，实为{found}。", "The condition is {found}, not true or false."),
    "not-iterable": ("{found}不能逐项取值。", "{found} cannot be iterated."),
    "bad-range": ("区间的两端不可比较：{left}与{right}。", "The ends {left} and {right} form no range."),
    "bad-filter": ("筛选条件的值应为真假或序号，实为{found}。", "A filter is true, false or a position, not {found}."),
    "repeated-key": ("上下文的键“{name}”重复。", "The context key “{name}” appears twice."),
    "not-conforming": ("{found}不符合类型{wanted}。", "{found} does not conform to the type {wanted}."),
    "result-type": ("结果{found}不是预期的{wanted}。", "The result {found} is not the expected {wanted}."),
    "no-external": ("不支持外部函数{name}。", "The external function {name} is not supported."),
    "broken": ("表达式未能读取：{detail}", "The expression could not be read: {detail}"),
    "several-hits": ("决策表“{name}”有多行同时命中：{rules}。", "Several rules of “{name}” apply at once: {rules}."),
    "differing-hits": ("决策表“{name}”命中的行结论不一致：{rules}。", "Rules of “{name}” that apply differ: {rules}."),
    "no-hit": ("决策表“{name}”没有命中任何行。", "No rule of “{name}” applies."),
    "bad-input": ("输入“{name}”不符合类型{wanted}。", "The input “{name}” does not conform to {wanted}."),
    "circular": ("“{name}”依赖自身。", "“{name}” depends on itself."),
    "unknown-reference": ("“{name}”引用的元素不存在。", "“{name}” refers to an element that does not exist."),
    # bounds
    "step-limit": ("计算量超过上限（{limit} 步），已停止。", "Stopped: more than {limit} steps."),
    "depth-limit": ("调用层次超过 {limit} 层，已停止。", "Stopped: calls nested deeper than {limit} levels."),
    "size-limit": ("结果超过 {limit} 项的上限，已停止。", "Stopped: a value larger than {limit} items."),
}

REMEDIES: Final[dict[str, tuple[str, str]]] = {
    "empty": ("请填写表达式。", "Write an expression."),
    "unterminated-string": ("请补上双引号。", "Add the quotation mark."),
    "unterminated-comment": ("请补上 */。", "Add the */."),
    "too-long": ("请拆分为多个决策。", "Split it into several decisions."),
    "too-deep": ("请拆分为多个决策或变量。", "Split it into several decisions or variables."),
    "unknown-type": ("请改用 FEEL 类型或先定义该类型。", "Use a FEEL type or define this one first."),
}
REMEDY_DEFAULT: Final = ("请检查所指位置后重试。", "Correct the place shown and try again.")
FULL_WIDTH: Final = "，。；：？！（）【】｛｝“”‘’＜＞＝＋－＊／"
REMEDY_FULL_WIDTH: Final = ("请把全角标点改为半角标点。", "Replace full-width punctuation by ASCII punctuation.")


def render_caret(source: str, position: int, end: int | None = None) -> str:
    """Draw the line of *source* that holds *position* with a caret under the place (wide characters take two columns).

    >>> print(render_caret("1 + * 2", 4))
    1 + * 2
        ^
    """
    position = max(0, min(position, len(source)))
    start = source.rfind("\n", 0, position) + 1
    stop = source.find("\n", position)
    line = source[start : stop if stop >= 0 else len(source)]
    offset = position - start
    width = max(1, min(end or position + 1, start + len(line)) - position)
    lead = "".join("\t" if c == "\t" else " " * _columns(c) for c in line[:offset])
    mark = "^" * max(1, sum(_columns(c) for c in line[offset : offset + width]))
    return f"{line}\n{lead}{mark}"


def _columns(character: str) -> int:
    return 2 if "\u2e80" <= character <= "\uffef" else 1


@dataclass(frozen=True, slots=True)
class Both:
    """A piece of a message in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a stable code, the place in the source (character offsets), and the details of its message."""

    code: str
    position: int = 0
    end: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def zh(self) -> str:
        """What happened, in Chinese."""
        return MESSAGES[self.code][0].format_map(
            {k: v.zh if isinstance(v, Both) else v for k, v in self.details.items()}
        )

    @property
    def en(self) -> str:
        """What happened, in English."""
        return MESSAGES[self.code][1].format_map(
            {k: v.en if isinstance(v, Both) else v for k, v in self.details.items()}
        )

    def text(self, language: str = "zh") -> str:
        """Return the message in *language* ("zh" or "en")."""
        return self.en if language.startswith("en") else self.zh


class RuleError(Exception):
    """The base of everything the rules refuse; carries code, message and remedy in both languages."""

    code: str = "rule-error"

    def __init__(
        self, zh: str, en: str, *, remedy_zh: str = REMEDY_DEFAULT[0], remedy_en: str = REMEDY_DEFAULT[1]
    ) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en
        self.remedy_zh, self.remedy_en = remedy_zh, remedy_en

    def __str__(self) -> str:
        return f"{self.text('zh')} {self.text('en')}"

    def text(self, language: str = "zh") -> str:
        """Return what happened and what to do in *language* ("zh" or "en")."""
        if language.startswith("en"):
            return f"{self.en} {self.remedy_en}"
        return f"{self.zh}{self.remedy_zh}"


class FeelSyntaxError(RuleError):
    """The source is no FEEL expression; `position` is the offset of the character where reading stopped."""

    code = "feel-syntax"

    def __init__(self, source: str, code: str, position: int, end: int | None = None, **details: Any) -> None:
        self.diagnostic = Diagnostic(code, position, end if end is not None else position + 1, details)
        self.source, self.position = source, position
        remedy = REMEDIES.get(code, REMEDY_DEFAULT)
        if any(c in FULL_WIDTH for c in source[max(0, position - 1) : position + 16]):
            remedy = REMEDY_FULL_WIDTH
        super().__init__(self.diagnostic.zh, self.diagnostic.en, remedy_zh=remedy[0], remedy_en=remedy[1])

    @property
    def caret(self) -> str:
        """The line with a caret under the place."""
        return render_caret(self.source, self.position, self.diagnostic.end)

    def text(self, language: str = "zh") -> str:
        """Return the message, the remedy and the line with the caret."""
        return f"{super().text(language)}\n{self.caret}"

    def __str__(self) -> str:
        return self.text("en")
