"""Operators 运算符: arithmetic, comparison, logic, membership and ranges as closures."""

from collections.abc import Callable
from decimal import Decimal, DivisionByZero
from typing import Any

from zhengtong.rules.feel import arithmetic, ast, comparison, numbers
from zhengtong.rules.feel.compiler.core import Closure, Code, Compiler, constant, fold
from zhengtong.rules.feel.conformity import describe, is_instance
from zhengtong.rules.feel.runtime import Runtime
from zhengtong.rules.feel.types import unconstrained
from zhengtong.rules.feel.values import Range

_DECIMAL_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
}
POWER_STEPS = 150


def compute(runtime: Runtime, operator: str, a: Any, b: Any, place: tuple[int, int]) -> Any:
    """Apply an arithmetic operator; null with a diagnostic if it does not apply."""
    operation = arithmetic.OPERATIONS[operator].get((type(a), type(b)))
    if operation is None:
        return runtime.note("bad-operands", *place, operator=operator, left=describe(a), right=describe(b))
    if operator == "**":
        runtime.spend(POWER_STEPS)
    try:
        result = operation(a, b)
    except DivisionByZero:
        return runtime.note("division-by-zero", *place)
    except ArithmeticError:
        return runtime.note("division-by-zero" if operator == "/" and b == 0 else "overflow", *place)
    if result is arithmetic.NOT_APPLICABLE:
        return runtime.note("bad-operands", *place, operator=operator, left=describe(a), right=describe(b))
    if type(result) is str:
        runtime.afford(len(result))
    return result


def compile_chain(compiler: Compiler, node: ast.Chain) -> Code:
    """`a + b - c`."""
    if len(node.operands) > 16:
        return _long_chain(compiler, node)
    left = compiler.compile(node.operands[0])
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        right = compiler.compile(operand)
        left = fold(Code(_binary(operator, left.run, right.run, (node.start, operand.end))), left, right)
    return left


def _long_chain(compiler: Compiler, node: ast.Chain) -> Code:
    codes = [compiler.compile(operand) for operand in node.operands]
    steps = [
        (operator, code.run, (node.start, operand.end))
        for operator, code, operand in zip(node.operators, codes[1:], node.operands[1:], strict=True)
    ]
    first = codes[0].run

    def run(env: list[Any]) -> Any:
        value = first(env)
        for operator, operand, place in steps:
            value = compute(env[0], operator, value, operand(env), place)
        return value

    return Code(run)


def _binary(operator: str, left: Closure, right: Closure, place: tuple[int, int]) -> Closure:
    operation = _DECIMAL_OPERATIONS.get(operator)
    if operation is None:
        return lambda env: compute(env[0], operator, left(env), right(env), place)

    def run(env: list[Any]) -> Any:
        a, b = left(env), right(env)
        if type(a) is Decimal and type(b) is Decimal:
            try:
                return operation(a, b)
            except ArithmeticError:
                pass
        return compute(env[0], operator, a, b, place)

    return run


def compile_negate(compiler: Compiler, node: ast.Negate) -> Code:
    """`-x`."""
    operand = compiler.compile(node.operand)
    inner, place = operand.run, (node.start, node.end)

    def run(env: list[Any]) -> Any:
        value = inner(env)
        result = arithmetic.negate(value)
        if result is arithmetic.NOT_APPLICABLE:
            return env[0].note("bad-operands", *place, operator="-", left="0", right=describe(value))
        return result

    return fold(Code(run), operand)


def compile_compare(compiler: Compiler, node: ast.Compare) -> Code:
    """`a < b`, `a = b`."""
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    return fold(Code(comparing(node.operator, left, right, (node.start, node.end))), left, right)


def comparing(operator: str, left: Code, right: Code, place: tuple[int, int]) -> Closure:
    """Return the closure of a comparison."""
    if operator in {"=", "!="}:
        return _equality(left.run, right.run, wanted=operator == "=")
    a_run, b_run = left.run, right.run
    answer = comparison.compare

    def run(env: list[Any]) -> bool | None:
        a, b = a_run(env), b_run(env)
        result = answer(operator, a, b)
        if result is None and a is not None and b is not None:
            env[0].note("bad-operands", *place, operator=operator, left=describe(a), right=describe(b))
        return result

    fast = _DECIMAL_COMPARISONS.get(operator)
    if type(right.value) is not Decimal or fast is None:
        return run
    bound, slow = right.value, run

    def run_number(env: list[Any]) -> bool | None:
        a = a_run(env)
        return fast(a, bound) if type(a) is Decimal else slow(env)

    return run_number


_DECIMAL_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}


def _equality(left: Closure, right: Closure, *, wanted: bool) -> Closure:
    equal = comparison.equal

    def run(env: list[Any]) -> bool | None:
        answer = equal(left(env), right(env))
        return answer if wanted or answer is None else not answer

    return run


def compile_logic(compiler: Compiler, node: ast.Logic) -> Code:
    """`a and b`, `a or b`: three truth values; anything but true and false counts as null."""
    codes = [compiler.compile(operand) for operand in node.operands]
    runs = [code.run for code in codes]
    decisive = node.operator == "or"
    if len(runs) == 2:
        return fold(Code(_pair(runs[0], runs[1], decisive=decisive)), *codes)

    def run(env: list[Any]) -> bool | None:
        result: bool | None = not decisive
        for operand in runs:
            value = operand(env)
            if value is decisive:
                return bool(decisive)
            if value is not result:
                result = None
        return result

    return fold(Code(run), *codes)


def _pair(left: Closure, right: Closure, *, decisive: bool) -> Closure:
    other = not decisive

    def run(env: list[Any]) -> bool | None:
        a = left(env)
        if a is decisive:
            return bool(decisive)
        b = right(env)
        if b is decisive:
            return bool(decisive)
        return other if a is other and b is other else None

    return run


def compile_between(compiler: Compiler, node: ast.Between) -> Code:
    """`x between a and b`."""
    codes = [compiler.compile(part) for part in (node.value, node.low, node.high)]
    value_run, low_run, high_run = (code.run for code in codes)

    def run(env: list[Any]) -> bool | None:
        value = value_run(env)
        above = comparison.compare(">=", value, low_run(env))
        below = comparison.compare("<=", value, high_run(env))
        return comparison.conjunction((above, below))

    return fold(Code(run), *codes)


def compile_interval(compiler: Compiler, node: ast.IntervalNode) -> Code:
    """`[low..high]`."""
    low = compiler.compile(node.low) if node.low is not None else constant(None)
    high = low if node.high is node.low else compiler.compile(node.high) if node.high is not None else constant(None)
    low_run, high_run, place = low.run, high.run, (node.start, node.end)
    bounded = node.low is not None and node.high is not None
    flags = (node.low_included, node.high_included)

    def run(env: list[Any]) -> Range | None:
        a, b = low_run(env), high_run(env)
        if bounded and a is not None and b is not None and comparison.order(a, b) is None:
            env[0].note("bad-range", *place, left=describe(a), right=describe(b))
            return None
        return Range(a, b, *flags)

    return fold(Code(run), low, high)


def compile_in(compiler: Compiler, node: ast.In) -> Code:
    """`x in test`, `x in (test, test)`."""
    value = compiler.compile(node.value)
    value_run = value.run
    slot = compiler.frame.slot()
    tests = [compile_test(compiler, test, slot) for test in node.tests]
    runs = [test.run for test in tests]

    def run(env: list[Any]) -> bool | None:
        env[slot] = value_run(env)
        result: bool | None = False
        for test in runs:
            answer = test(env)
            if answer is True:
                return True
            if answer is None:
                result = None
        return result

    return Code(run)


def compile_test(compiler: Compiler, node: ast.Node, slot: int) -> Code:
    """Compile one test of the value in *slot*; the code answers true, false or null."""
    subject: Closure = lambda env: env[slot]  # noqa: E731 -- a closure like every other
    if isinstance(node, ast.UnaryTest):
        operand = compiler.compile(node.operand)
        return Code(comparing(node.operator, Code(subject), operand, (node.start, node.end)))
    if isinstance(node, ast.IntervalNode):
        return Code(_interval_test(compiler, node, slot))
    test = compiler.compile(node).run
    satisfies = comparison.satisfies

    def run(env: list[Any]) -> bool | None:
        return satisfies(env[slot], test(env))

    return Code(run)


def _interval_test(compiler: Compiler, node: ast.IntervalNode, slot: int) -> Closure:
    interval = compile_interval(compiler, node)
    satisfies = comparison.satisfies
    if isinstance(interval.value, Range):
        known = interval.value
        return lambda env: satisfies(env[slot], known)
    interval_run = interval.run

    def run(env: list[Any]) -> bool | None:
        found = interval_run(env)
        return None if found is None else satisfies(env[slot], found)

    return run


def compile_unary_test(compiler: Compiler, node: ast.UnaryTest) -> Code:
    """`(!= x)` on its own has no value."""
    del compiler
    place = (node.start, node.end)
    return Code(lambda env: env[0].note("bad-operands", *place, operator=node.operator, left="", right=""))


def compile_instance(compiler: Compiler, node: ast.InstanceOf) -> Code:
    """`x instance of type`."""
    value = compiler.compile(node.value)
    inner, kind = value.run, unconstrained(node.type)
    return fold(Code(lambda env: is_instance(inner(env), kind)), value)


Compiler.handlers.update(
    {
        ast.Chain: compile_chain,
        ast.Negate: compile_negate,
        ast.Compare: compile_compare,
        ast.Logic: compile_logic,
        ast.Between: compile_between,
        ast.IntervalNode: compile_interval,
        ast.In: compile_in,
        ast.UnaryTest: compile_unary_test,
        ast.InstanceOf: compile_instance,
    }
)
