"""Unary tests 单元测试: the cells of decision tables (DMN 1.5, 7.3.4 and 10.3.2.8).

A test that uses `?` is a condition of its own; any other value is compared with the input: equal to it, a range
around it, a list holding it. A constant test becomes a direct predicate.
"""

from typing import Any

from zhengtong.rules.feel import ast, comparison
from zhengtong.rules.feel.compiler.core import Closure, Code, Compiler
from zhengtong.rules.feel.compiler.operators import compile_test
from zhengtong.rules.feel.compiler.structures import mentions


def compile_tests(compiler: Compiler, node: ast.Tests, slot: int) -> Code:
    """Compile a cell whose input stands in *slot*; the code answers true, false or null."""
    if not node.tests:
        return Code(lambda _env: True, True)  # noqa: FBT003 -- the value of `-`
    runs = [_cell_test(compiler, test, slot) for test in node.tests]
    combined = runs[0] if len(runs) == 1 else _any_of(runs)
    return Code(_negated(combined) if node.negated else combined)


def _cell_test(compiler: Compiler, node: ast.Node, slot: int) -> Closure:
    if isinstance(node, ast.UnaryTest | ast.IntervalNode):
        return compile_test(compiler, node, slot).run
    code = compiler.compile(node)
    run = code.run
    if mentions(node, "?"):
        return run

    def test(env: list[Any]) -> bool | None:
        value, wanted = env[slot], run(env)
        if wanted is True and not isinstance(value, bool) and not isinstance(value, list):
            return True
        return comparison.satisfies(value, wanted)

    return test


def _any_of(runs: list[Closure]) -> Closure:
    def run(env: list[Any]) -> bool | None:
        result: bool | None = False
        for test in runs:
            answer = test(env)
            if answer is True:
                return True
            if answer is None:
                result = None
        return result

    return run


def _negated(inner: Closure) -> Closure:
    def run(env: list[Any]) -> bool | None:
        answer = inner(env)
        return not answer if isinstance(answer, bool) else None

    return run
