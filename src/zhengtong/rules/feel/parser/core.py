"""Expressions 表达式 by precedence: or, and, comparison, sums, products, powers, instance of, negation, postfix."""

from collections.abc import Callable
from typing import Final

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.diagnostics import FeelSyntaxError
from zhengtong.rules.feel.lexer import KEYWORDS
from zhengtong.rules.feel.names import key_ends_at
from zhengtong.rules.feel.numbers import parse_number
from zhengtong.rules.feel.parser.cursor import Cursor, Vocabulary
from zhengtong.rules.feel.parser.forms import PREFIX_FORMS
from zhengtong.rules.feel.parser.typing import parse_type
from zhengtong.rules.feel.runtime import DEFAULT_LIMITS, Limits
from zhengtong.rules.feel.values.reading import parse_temporal

OR, AND, COMPARISON, SUM, PRODUCT, POWER, INSTANCE, NEGATION, POSTFIX = range(1, 10)
_BINDING: Final = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "in", "between"), COMPARISON),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/"), PRODUCT),
    "**": POWER,
    "instance": INSTANCE,
    **dict.fromkeys((".", "[", "("), POSTFIX),
}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_ONE_SIDED: Final = ("<", "<=", ">", ">=", "=", "!=")


def parse_expression(source: str, vocabulary: Vocabulary, limits: Limits = DEFAULT_LIMITS) -> ast.Node:
    """Read a whole expression.

    Raises:
        FeelSyntaxError: it is none.
    """
    parser = Parser(source, vocabulary, limits)
    try:
        node = parser.expression()
    except RecursionError:
        raise FeelSyntaxError(source, "too-deep", parser.token.start, limit=limits.nesting) from None
    parser.finish()
    return node


def parse_unary_tests(source: str, vocabulary: Vocabulary, limits: Limits = DEFAULT_LIMITS) -> ast.Tests:
    """Read the tests of a decision-table cell: `-`, `not(…)`, or tests separated by commas (grammar rules 13–17).

    Raises:
        FeelSyntaxError: they are none.
    """
    parser = Parser(source, vocabulary, limits)
    try:
        return parser.unary_tests()
    except RecursionError:
        raise FeelSyntaxError(source, "too-deep", parser.token.start, limit=limits.nesting) from None


class Parser(Cursor):
    """The expression grammar over a cursor."""

    def finish(self) -> None:
        """Refuse what stands after the expression."""
        if self.token.kind != "end":
            raise self.unexpected("运算符或结尾", "an operator or the end")

    def expression(self, binding: int = 0) -> ast.Node:
        """Read an expression whose operators bind tighter than *binding*."""
        self.enter()
        node = self.infix(self.prefix(), binding)
        self.leave()
        return node

    # prefix

    def prefix(self) -> ast.Node:
        """Read what may start an expression."""
        token = self.token
        if token.text in KEYWORDS and (self.find_name() or (0, ""))[0] > 1:
            return self.name()
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            self.index += 1
            return ast.Literal(value=token.text, start=token.start, end=token.end)
        if token.kind == "word" and token.text in _CONSTANTS:
            self.index += 1
            return ast.Literal(value=_CONSTANTS[token.text], start=token.start, end=token.end)
        form = _PREFIX.get(token.text) if token.kind in {"symbol", "word"} else None
        return form(self) if form is not None else self.name()

    def number(self) -> ast.Node:
        """Read a number."""
        token = self.token
        self.index += 1
        try:
            value = parse_number(token.text)
        except ArithmeticError:
            raise FeelSyntaxError(self.source, "number-range", token.start, token.end) from None
        return ast.Literal(value=value, start=token.start, end=token.end)

    def name(self) -> ast.Node:
        """Read a name."""
        start = self.token.start
        found = self.find_name()
        if found is None:
            raise self.unexpected("值、名称或括号", "a value, a name or a bracket")
        self.index += found[0]
        return ast.Name(name=found[1], start=start, end=self.last_end)

    def negation(self) -> ast.Node:
        """`-x`."""
        start = self.expect("-").start
        operand = self.expression(NEGATION)
        return ast.Negate(operand=operand, start=start, end=self.last_end)

    def at_literal(self) -> ast.Node:
        """`@"2026-11-22"`: a malformed one is null with a diagnostic, so it is read as a call of the converter."""
        start = self.expect("@").start
        token = self.token
        if token.kind != "string":
            raise self.unexpected("字符串", "a string")
        self.index += 1
        value = parse_temporal(token.text)
        if value is None:
            return ast.Call(
                function=ast.Name(name="@", start=start, end=token.end),
                arguments=(ast.Literal(value=token.text, start=token.start, end=token.end),),
                start=start,
                end=token.end,
            )
        return ast.Literal(value=value, start=start, end=token.end)

    def group(self) -> ast.Node:
        """`(x)`, `(low..high]`, `(< high)`."""
        start = self.expect("(").start
        if self.at(*_ONE_SIDED):
            node = self.one_sided(start)
            self.expect(")")
            return node
        inner = self.expression()
        if self.take(".."):
            return self.interval(inner, start, included=False)
        self.expect(")")
        return inner

    def one_sided(self, start: int) -> ast.Node:
        """`< x` inside parentheses: a range with one end."""
        operator = self.expect(*_ONE_SIDED).text
        operand = self.expression(COMPARISON)
        end = self.last_end
        if operator == "!=":
            return ast.UnaryTest(operator=operator, operand=operand, start=start, end=end)
        return ast.IntervalNode(
            low=None if operator in {"<", "<="} else operand,
            high=None if operator in {">", ">="} else operand,
            low_included=operator in {">=", "="},
            high_included=operator in {"<=", "="},
            start=start,
            end=end,
        )

    def bracket(self) -> ast.Node:
        """`[a, b]` or `[low..high]`."""
        start = self.expect("[").start
        items: list[ast.Node] = []
        while not self.at("]"):
            item = self.expression()
            if not items and self.take(".."):
                return self.interval(item, start, included=True)
            items.append(item)
            if not self.take(","):
                break
        self.expect("]")
        return ast.ListNode(items=tuple(items), start=start, end=self.last_end)

    def open_interval(self) -> ast.Node:
        """`]low..high]`."""
        start = self.expect("]").start
        low = self.expression(COMPARISON)
        self.expect("..")
        return self.interval(low, start, included=False)

    def interval(self, low: ast.Node, start: int, *, included: bool) -> ast.Node:
        """Read the upper end and the closing bracket of a range."""
        high = self.expression(COMPARISON)
        closing = self.expect("]", ")", "[").text
        return ast.IntervalNode(
            low=low, high=high, low_included=included, high_included=closing == "]", start=start, end=self.last_end
        )

    # infix

    def infix(self, left: ast.Node, binding: int) -> ast.Node:
        """Extend *left* by the operators that bind tighter than *binding*."""
        while True:
            token = self.token
            strength = _BINDING.get(token.text, 0) if token.kind in {"symbol", "word"} else 0
            if strength <= binding or (token.text == "[" and self.closes_range()):
                return left
            left = _INFIX[token.text](self, left)

    def closes_range(self) -> bool:
        """Tell whether the `[` here closes a range such as `[1..5[`: no expression follows it."""
        following = self.peek()
        if following.kind in {"number", "string"} or following.text in {"(", "[", "{", "@", "-", "]"}:
            return following.text == "]" and following.kind == "symbol"
        return following.kind != "word" or (following.text in KEYWORDS and following.text not in _STARTERS)

    def logic(self, left: ast.Node) -> ast.Node:
        """`a and b and c`, one node."""
        operator = self.token.text
        operands = [left]
        while self.take(operator):
            operands.append(self.expression(_BINDING[operator]))
        return ast.Logic(operator=operator, operands=tuple(operands), start=left.start, end=self.last_end)

    def chain(self, left: ast.Node) -> ast.Node:
        """`a + b - c`, one node."""
        strength = _BINDING[self.token.text]
        family = [text for text, value in _BINDING.items() if value == strength]
        operands, operators = [left], []
        while self.at(*family):
            operators.append(self.expect(*family).text)
            operands.append(self.expression(strength))
        return ast.Chain(operands=tuple(operands), operators=tuple(operators), start=left.start, end=self.last_end)

    def comparison(self, left: ast.Node) -> ast.Node:
        """`a < b`."""
        operator = self.expect(*_ONE_SIDED).text
        right = self.expression(COMPARISON)
        return ast.Compare(operator=operator, left=left, right=right, start=left.start, end=self.last_end)

    def between(self, left: ast.Node) -> ast.Node:
        """`x between a and b`."""
        self.expect("between")
        low = self.expression(COMPARISON)
        self.expect("and")
        high = self.expression(COMPARISON)
        return ast.Between(value=left, low=low, high=high, start=left.start, end=self.last_end)

    def membership(self, left: ast.Node) -> ast.Node:
        """`x in test` or `x in (test, test)`."""
        self.expect("in")
        tests: tuple[ast.Node, ...]
        if self.at("("):
            tests = self.test_group()
        elif self.at(*_ONE_SIDED):
            tests = (self.test(),)
        else:
            tests = (self.expression(COMPARISON),)
        return ast.In(value=left, tests=tests, start=left.start, end=self.last_end)

    def test_group(self) -> tuple[ast.Node, ...]:
        """The parenthesis after `in`: a list of tests, a range or an expression that goes on."""
        start = self.expect("(").start
        first = self.test()
        if self.take(".."):
            return (self.infix(self.interval(first, start, included=False), COMPARISON),)
        if self.at(","):
            tests = [first]
            while self.take(","):
                tests.append(self.test())
            self.expect(")")
            return tuple(tests)
        self.expect(")")
        return (self.infix(first, COMPARISON),)

    def instance(self, left: ast.Node) -> ast.Node:
        """`x instance of type`."""
        self.expect("instance")
        self.expect("of")
        return ast.InstanceOf(value=left, type=parse_type(self), start=left.start, end=self.last_end)

    def path(self, left: ast.Node) -> ast.Node:
        """`x.member`."""
        self.expect(".")
        found = self.find_name(members=True)
        if found is None and self.token.kind == "word":
            found = (1, self.token.text)
        if found is None:
            raise self.unexpected("成员名", "a member name")
        self.index += found[0]
        return ast.Path(source=left, member=found[1], start=left.start, end=self.last_end)

    def filter(self, left: ast.Node) -> ast.Node:
        """`list[condition]`."""
        self.expect("[")
        with self.scope(["item"]):
            condition = self.expression()
        self.expect("]")
        return ast.Filter(source=left, condition=condition, start=left.start, end=self.last_end)

    def call(self, left: ast.Node) -> ast.Node:
        """`f(a, b)` or `f(a: 1, b: 2)`."""
        self.expect("(")
        arguments: list[ast.Node] = []
        names: list[str] = []
        while not self.at(")"):
            stop = key_ends_at(self.tokens, self.index)
            if (stop is not None) != bool(names) and arguments:
                raise FeelSyntaxError(self.source, "mixed-arguments", self.token.start, self.token.end)
            if stop is not None:
                names.append(self.written(self.index, stop))
                self.index = stop + 1
            arguments.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        named = tuple(names) if names else None
        return ast.Call(function=left, arguments=tuple(arguments), names=named, start=left.start, end=self.last_end)

    # unary tests

    def unary_tests(self) -> ast.Tests:
        """Read a whole cell."""
        end = len(self.source)
        if self.at("-") and self.peek().kind == "end":
            return ast.Tests(tests=(), start=0, end=end)
        with self.scope(["?"]):
            if self.at("not") and self.peek().text == "(" and self.negation_spans_cell():
                self.index += 2
                tests = self.test_list()
                self.expect(")")
                self.finish()
                return ast.Tests(tests=tests, negated=True, start=0, end=end)
            tests = self.test_list()
        self.finish()
        return ast.Tests(tests=tests, start=0, end=end)

    def negation_spans_cell(self) -> bool:
        """Tell whether the parenthesis of `not(` closes at the end of the cell."""
        depth = 0
        for position in range(self.index + 1, len(self.tokens)):
            token = self.tokens[position]
            if token.kind == "symbol" and token.text in {"(", ")"}:
                depth += 1 if token.text == "(" else -1
                if depth == 0:
                    return self.tokens[position + 1].kind == "end"
        return False

    def test_list(self) -> tuple[ast.Node, ...]:
        """Tests separated by commas."""
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> ast.Node:
        """One test: `< x`, or an expression."""
        if not self.at(*_ONE_SIDED):
            return self.expression()
        start = self.token.start
        operator = self.expect(*_ONE_SIDED).text
        operand = self.expression(COMPARISON)
        return ast.UnaryTest(operator=operator, operand=operand, start=start, end=self.last_end)


_STARTERS: Final = frozenset({"if", "for", "some", "every", "function", "true", "false", "null"})
_PREFIX: Final[dict[str, Callable[[Parser], ast.Node]]] = {
    "-": Parser.negation,
    "@": Parser.at_literal,
    "(": Parser.group,
    "[": Parser.bracket,
    "]": Parser.open_interval,
    **PREFIX_FORMS,
}
_INFIX: Final[dict[str, Callable[[Parser, ast.Node], ast.Node]]] = {
    "or": Parser.logic,
    "and": Parser.logic,
    **dict.fromkeys(("+", "-", "*", "/", "**"), Parser.chain),
    **dict.fromkeys(_ONE_SIDED, Parser.comparison),
    "in": Parser.membership,
    "between": Parser.between,
    "instance": Parser.instance,
    ".": Parser.path,
    "[": Parser.filter,
    "(": Parser.call,
}
