"""Calls 调用: function definitions and invocations; a call of a built-in is bound to its signature here, once."""

from collections.abc import Sequence
from typing import Any

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.builtins.registry import Builtin, Candidate
from zhengtong.rules.feel.compiler.core import Closure, Code, Compiler, fold, weight_of
from zhengtong.rules.feel.conformity import coerce, describe
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.types import ANY, FeelType
from zhengtong.rules.feel.values import FeelFunction

Place = tuple[int, int]


def compile_function(compiler: Compiler, node: ast.FunctionNode) -> Code:
    """`function(a, b) body`: a value that keeps the frame it was made in."""
    if node.external:
        return _external(compiler, node)
    scope, slots = compiler.bind(*(name for name, _ in node.parameters))
    body = compiler.inside(scope, node.body).run
    return function_code(node.parameters, slots, body, node.result or ANY, weight_of(node.body))


def function_code(
    parameters: tuple[tuple[str, FeelType], ...],
    slots: list[int],
    body: Closure,
    result: FeelType,
    weight: int,
    name: str = "",
) -> Code:
    """Return the code that makes a function value: it copies the frame it was made in, and again for each call.

    *weight* is the cost of a call in steps.
    """

    def run(env: list[Any]) -> FeelFunction:
        frame = env[:]
        env[0].spend(8 + (len(frame) >> 5))

        def invoke(runtime: Runtime, values: list[Any]) -> Any:
            inner = frame[:]
            inner[0] = runtime
            runtime.spend(weight + (len(frame) >> 5))
            for slot, value in zip(slots, values, strict=True):
                inner[slot] = value
            return body(inner)

        return FeelFunction(parameters, invoke, name, result, frame)

    return Code(run)


def _external(compiler: Compiler, node: ast.FunctionNode) -> Code:
    description = compiler.compile(node.body).run
    externals = compiler.externals

    def run(env: list[Any]) -> FeelFunction:
        return external_function(externals, description(env), node.parameters)

    return Code(run)


def external_function(externals: Any, description: Any, parameters: tuple[tuple[str, Any], ...]) -> FeelFunction:
    """Return the function that an external definition describes; unknown ones answer null with a diagnostic."""
    name = external_name(description)
    function = externals.get(name)

    def invoke(runtime: Runtime, values: list[Any]) -> Any:
        if function is None:
            return runtime.note("no-external", name=name)
        try:
            return function(*values)
        except (FeelError, ArithmeticError, TypeError, ValueError):
            return runtime.note("out-of-range", name=name, detail=", ".join(map(describe, values)))

    return FeelFunction(parameters, invoke, name)


def external_name(description: Any) -> str:
    """Return `class.method(types)` of an external definition, without spaces."""
    java = description.get("java", description) if isinstance(description, dict) else {}
    if not isinstance(java, dict):
        return "?"
    return f"{java.get('class', '?')}.{java.get('method signature', '?')}".replace(" ", "")


def invoke_function(
    runtime: Runtime, function: Any, values: Sequence[Any], names: tuple[str, ...] | None, place: Place
) -> Any:
    """Call a function value: arguments are put in order, converted to the parameter types, the result to its type."""
    if not isinstance(function, FeelFunction):
        return runtime.note("not-a-function", *place, found=describe(function))
    if function.builtin is not None:
        return _invoke_builtin(runtime, function.builtin, list(values), names, place)
    arguments = _arguments(runtime, function, values, names, place)
    if arguments is None:
        return None
    runtime.enter()
    try:
        result = function.invoke(runtime, arguments)
    finally:
        runtime.depth -= 1
    if function.result is ANY:
        return result
    converted, fits = coerce(result, function.result)
    if not fits:
        runtime.note("result-type", *place, found=describe(result), wanted=str(function.result))
    return converted


def _arguments(
    runtime: Runtime, function: FeelFunction, values: Sequence[Any], names: tuple[str, ...] | None, place: Place
) -> list[Any] | None:
    wanted = [name for name, _ in function.parameters]
    if names is not None:
        if len(set(names)) != len(names) or not set(names) <= set(wanted):
            runtime.note("bad-arguments", *place, name=function.name or "function", detail=", ".join(wanted))
            return None
        given = dict(zip(names, values, strict=True))
        # 10.3.2.13.5: named parameters that are not supplied are null.
        values = [given.get(name) for name in wanted]
    if len(values) != len(wanted):
        runtime.note("bad-arguments", *place, name=function.name or "function", detail=", ".join(wanted))
        return None
    arguments: list[Any] = []
    for (name, kind), value in zip(function.parameters, values, strict=True):
        converted, fits = (value, True) if kind is ANY else coerce(value, kind)
        if not fits:
            details = {"parameter": name, "wanted": str(kind), "found": describe(value)}
            runtime.note("bad-argument", *place, name=function.name or "function", **details)
            return None
        arguments.append(converted)
    return arguments


def _invoke_builtin(
    runtime: Runtime, builtin: Builtin, values: list[Any], names: tuple[str, ...] | None, place: Place
) -> Any:
    return builtin.call(runtime, _candidates(builtin, len(values), names), values, place)


def _candidates(builtin: Builtin, count: int, names: tuple[str, ...] | None) -> list[Candidate]:
    """Return the signatures a call may mean, each with the order in which it takes the arguments."""
    if names is None:
        return [(signature, None) for signature in builtin.signatures if signature.takes(count)]
    found = [(signature, signature.order(names)) for signature in builtin.signatures]
    fitting: list[Candidate] = [(signature, order) for signature, order in found if order is not None]
    # `before(range: …, point: …)` and `before(point: …, range: …)` differ by the order of writing alone.
    return sorted(fitting, key=lambda pair: pair[1] != sorted(pair[1] or []))


def compile_call(compiler: Compiler, node: ast.Call) -> Code:
    """`f(a, b)`."""
    arguments = [compiler.compile(argument) for argument in node.arguments]
    place = (node.start, node.end)
    if isinstance(node.function, ast.Name):
        name = node.function.name
        builtin = compiler.builtins.get(name)
        if builtin is not None and compiler.scope.look_up(name)[1] is None:
            return _builtin_call(builtin, arguments, node.names, place)
        function = compiler.compile(node.function)
        if builtin is not None:
            return _shadowed_call(builtin, function.run, arguments, node.names, place)
    else:
        function = compiler.compile(node.function)
    function_run, runs, names = function.run, [code.run for code in arguments], node.names

    def run(env: list[Any]) -> Any:
        return invoke_function(env[0], function_run(env), [argument(env) for argument in runs], names, place)

    return Code(run)


def _shadowed_call(
    builtin: Builtin, function: Closure, arguments: list[Code], names: tuple[str, ...] | None, place: Place
) -> Code:
    """A variable has the name of a built-in: it is called if it holds a function, else the built-in is."""
    runs = [code.run for code in arguments]
    fallback = builtin.as_value()

    def run(env: list[Any]) -> Any:
        value = function(env)
        chosen = value if isinstance(value, FeelFunction) else fallback
        return invoke_function(env[0], chosen, [argument(env) for argument in runs], names, place)

    return Code(run)


def _builtin_call(builtin: Builtin, arguments: list[Code], names: tuple[str, ...] | None, place: Place) -> Code:
    candidates = _candidates(builtin, len(arguments), names)
    runs = [code.run for code in arguments]
    call = builtin.call

    def run(env: list[Any]) -> Any:
        return call(env[0], candidates, [argument(env) for argument in runs], place)

    return fold(Code(run), *arguments) if builtin.pure and arguments else Code(run)


Compiler.handlers.update({ast.FunctionNode: compile_function, ast.Call: compile_call})
