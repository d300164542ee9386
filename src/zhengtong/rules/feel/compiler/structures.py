"""Structures 结构: names, lists, contexts, paths, filters, conditions and repetitions as closures."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.compiler.core import Closure, Code, Compiler, Scope, constant, fold, weight_of
from zhengtong.rules.feel.conformity import describe
from zhengtong.rules.feel.numbers import is_integer
from zhengtong.rules.feel.properties import member_of
from zhengtong.rules.feel.python_values import from_python
from zhengtong.rules.feel.runtime import LimitReachedError, Runtime
from zhengtong.rules.feel.values import Date, Range
from zhengtong.rules.feel.values.temporal import date_of_ordinal

Place = tuple[int, int]


def compile_literal(compiler: Compiler, node: ast.Literal) -> Code:
    """A constant."""
    del compiler
    return constant(node.value)


def compile_name(compiler: Compiler, node: ast.Name) -> Code:
    """A variable, a member of an item being filtered, or a built-in function as a value."""
    name = node.name
    items, slot = compiler.scope.look_up(name)
    if slot is None:
        builtin = compiler.builtins.get(name)
        if builtin is not None and name not in compiler.declared:
            function = constant(builtin.as_value())
            return Code(_member_or_else(name, items, function.run)) if items else function
        slot = compiler.frame.global_slot(name)
        if not items:
            compiler.frame.certain.add(name)

    def variable(env: list[Any]) -> Any:
        return env[slot]

    return Code(_member_or_else(name, items, variable) if items else variable)


def _member_or_else(name: str, items: list[int], otherwise: Closure) -> Closure:
    def run(env: list[Any]) -> Any:
        for position in items:
            item = env[position]
            if type(item) is dict and name in item:
                return item[name]
        return otherwise(env)

    return run


def compile_list(compiler: Compiler, node: ast.ListNode) -> Code:
    """`[a, b]`."""
    codes = [compiler.compile(item) for item in node.items]
    runs = [code.run for code in codes]
    return fold(Code(lambda env: [item(env) for item in runs]), *codes)


def compile_context(compiler: Compiler, node: ast.ContextNode) -> Code:
    """`{a: 1, b: a + 1}`; a function among the entries may call itself by its name."""
    scope = Scope(compiler.scope)
    entries: list[tuple[str, int, Closure, bool]] = []
    for name, value in node.entries:
        slot = compiler.frame.slot()
        recursive = isinstance(value, ast.FunctionNode)
        own = Scope(scope, {name: slot}) if recursive else scope
        entries.append((name, slot, compiler.inside(own, value).run, recursive))
        scope.names[name] = slot

    def run(env: list[Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, slot, entry, recursive in entries:
            value = entry(env)
            if recursive and value.frame:
                value.frame[slot] = value
            env[slot] = result[name] = value
        return result

    return Code(run)


def compile_path(compiler: Compiler, node: ast.Path) -> Code:
    """`x.member`."""
    slot = _bound_path(compiler, node)
    if slot is not None:
        return Code(lambda env: env[slot])
    source, member, place = compiler.compile(node.source), node.member, (node.start, node.end)
    source_run = source.run

    def run(env: list[Any]) -> Any:
        value = source_run(env)
        if type(value) is dict and member in value:
            return value[member]
        return _member(env[0], value, member, place)

    return fold(Code(run), source)


def _bound_path(compiler: Compiler, node: ast.Path) -> int | None:
    """Return the slot of `variable.member.member` if the variable comes from outside, else None."""
    members: list[str] = []
    inner: ast.Node = node
    while isinstance(inner, ast.Path):
        members.append(inner.member)
        inner = inner.source
    if not isinstance(inner, ast.Name) or inner.name in compiler.builtins:
        return None
    items, slot = compiler.scope.look_up(inner.name)
    if items or slot is not None:
        return None
    return compiler.frame.path_slot((inner.name, *reversed(members)))


def member_path(runtime: Runtime, value: Any, members: tuple[str, ...]) -> Any:
    """Return a member of a member of a value from outside, converted; what lies beside the path is left alone."""
    for position, member in enumerate(members):
        if type(value) is not dict or member not in value:
            value = from_python(value)
            for rest in members[position:]:
                value = _member(runtime, value, rest, (0, 0))
            return value
        value = value[member]
    return from_python(value)


def _member(runtime: Runtime, value: Any, member: str, place: Place) -> Any:
    if isinstance(value, list):
        runtime.afford(len(value))
        return [_member(runtime, item, member, place) for item in value]
    found, result = member_of(value, member)
    if not found and value is not None:
        runtime.note("no-member", *place, name=member, found=describe(value))
    return result


def compile_filter(compiler: Compiler, node: ast.Filter) -> Code:
    """`list[condition]` or `list[position]`; a single value counts as a list of one."""
    source = compiler.compile(node.source)
    slot = compiler.frame.slot()
    condition = compiler.inside(Scope(compiler.scope, {"item": slot}, slot), node.condition)
    return Code(filtering(source.run, condition, slot, (node.start, node.end), weight_of(node.condition)))


def filtering(source: Closure, condition: Code, slot: int, place: Place, weight: int = 1) -> Closure:
    """Return the closure of a filter whose item stands in *slot*; *weight* is the cost of the condition."""
    if type(condition.value) is Decimal:
        position = condition.value
        return lambda env: _at(env[0], as_list(source(env)), position, place)
    condition_run = condition.run

    def run(env: list[Any]) -> Any:
        items = as_list(source(env))
        runtime: Runtime = env[0]
        outer = env[slot]
        kept: list[Any] = []
        try:
            for index, item in enumerate(items or [None]):
                runtime.spend(weight)
                env[slot] = item
                answer = condition_run(env)
                if answer is True:
                    kept.append(item)
                elif type(answer) is Decimal and index == 0:
                    return _at(runtime, items, answer, place)
                elif answer is not False and answer is not None:
                    return runtime.note("bad-filter", *place, found=describe(answer))
        finally:
            env[slot] = outer
        return kept if items else []

    return run


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, null as an empty one, anything else as a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _at(runtime: Runtime, items: list[Any], position: Decimal, place: Place) -> Any:
    if not is_integer(position):
        return runtime.note("bad-filter", *place, found="number")
    if position == 0 or abs(position) > len(items):
        return None
    index = int(position)
    return items[index - 1 if index > 0 else index]


def compile_if(compiler: Compiler, node: ast.If) -> Code:
    """`if … then … else …`: anything but true goes to the else."""
    branches = [(compiler.compile(c), compiler.compile(v)) for c, v in node.branches]
    otherwise = compiler.compile(node.otherwise).run
    if len(branches) == 1:
        condition, then = branches[0][0].run, branches[0][1].run
        return Code(lambda env: then(env) if condition(env) is True else otherwise(env))
    runs = [(condition.run, then.run) for condition, then in branches]

    def run(env: list[Any]) -> Any:
        for condition, then in runs:
            if condition(env) is True:
                return then(env)
        return otherwise(env)

    return Code(run)


# repetitions


def sequence(runtime: Runtime, value: Any, place: Place) -> Iterable[Any] | None:
    """Return what a repetition goes over; None with a diagnostic if nothing can be taken one by one."""
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        return steps(runtime, value, place)
    if value is None:
        runtime.note("not-iterable", *place, found="null")
        return None
    return [value]


def steps(runtime: Runtime, interval: Range, place: Place) -> Iterator[Any] | None:
    """Return the whole numbers or days of *interval*, downwards if its end is the smaller."""
    low, high = interval.low, interval.high
    is_days = type(low) is Date and type(high) is Date
    if not is_days and not (type(low) is Decimal and type(high) is Decimal and is_integer(low) and is_integer(high)):
        runtime.note("not-iterable", *place, found=f"{describe(low)}..{describe(high)}")
        return None
    first, last = (low.ordinal, high.ordinal) if is_days else (int(low), int(high))
    step = 1 if last >= first else -1
    first, last = first + (not interval.low_included) * step, last - (not interval.high_included) * step
    if abs(last - first) >= runtime.limits.size:
        raise LimitReachedError("size-limit", runtime.limits.size)
    whole = range(first, last + step, step)
    return map(date_of_ordinal, whole) if is_days else map(Decimal, whole)


def _source(compiler: Compiler, iteration: ast.Iteration) -> Callable[[list[Any]], Iterable[Any] | None]:
    low, place = compiler.compile(iteration.source).run, (iteration.start, iteration.end)
    if iteration.high is None:
        return lambda env: sequence(env[0], low(env), place)
    high = compiler.compile(iteration.high).run
    return lambda env: steps(env[0], Range(low(env), high(env)), place)


Loop = tuple[int, Callable[[list[Any]], Iterable[Any] | None]]


def _loops(compiler: Compiler, iterations: tuple[ast.Iteration, ...], scope: Scope) -> list[Loop]:
    loops: list[Loop] = []
    outer, compiler.scope = compiler.scope, scope
    try:
        for iteration in iterations:
            source = _source(compiler, iteration)
            slot = compiler.frame.slot()
            scope.names[iteration.name] = slot
            loops.append((slot, source))
    finally:
        compiler.scope = outer
    return loops


def each(env: list[Any], loops: list[Loop], weight: int, level: int = 0) -> Iterator[bool]:
    """Step through all combinations, the last variable fastest; yields False once if a source cannot be iterated.

    Each step costs *weight*.
    """
    slot, source = loops[level]
    items = source(env)
    if items is None:
        yield False
        return
    runtime: Runtime = env[0]
    for item in items:
        runtime.spend(weight)
        env[slot] = item
        if level + 1 == len(loops):
            yield True
        else:
            yield from each(env, loops, weight, level + 1)


def compile_for(compiler: Compiler, node: ast.For) -> Code:
    """`for … return …`; the results so far are copied to `partial` only if the body asks for them."""
    scope, (partial,) = compiler.bind("partial")
    loops = _loops(compiler, node.iterations, scope)
    body = compiler.inside(scope, node.body).run
    return Code(repeating(loops, partial if mentions(node.body, "partial") else None, body, weight_of(node)))


def repeating(loops: list[Loop], partial: int | None, body: Closure, weight: int) -> Closure:
    """Return the closure of a `for`; *partial* is the slot of the results so far, if the body asks for them."""

    def run(env: list[Any]) -> list[Any] | None:
        results: list[Any] = []
        runtime: Runtime = env[0]
        for possible in each(env, loops, weight):
            if not possible:
                return None
            if partial is not None:
                runtime.afford(len(results))
                env[partial] = results[:]
            results.append(body(env))
        runtime.afford(len(results))
        return results

    return run


def mentions(node: Any, name: str) -> bool:
    """Tell whether a name occurs anywhere below *node*."""
    if isinstance(node, ast.Name):
        return node.name == name
    if isinstance(node, tuple):
        return any(mentions(part, name) for part in node)
    if isinstance(node, ast.Node):
        return any(mentions(getattr(node, part), name) for part in node.__dataclass_fields__)
    return False


def compile_quantified(compiler: Compiler, node: ast.Quantified) -> Code:
    """`some`, `every`: three truth values; an answer that is neither true nor false makes the rest null."""
    scope = Scope(compiler.scope)
    loops = _loops(compiler, node.iterations, scope)
    condition = compiler.inside(scope, node.condition).run
    return Code(quantifying(loops, condition, weight_of(node), decisive=node.quantifier == "some"))


def quantifying(loops: list[Loop], condition: Closure, weight: int, *, decisive: bool) -> Closure:
    """Return the closure of `some` (*decisive* true) or `every` (*decisive* false)."""

    def run(env: list[Any]) -> bool | None:
        result: bool | None = not decisive
        for possible in each(env, loops, weight):
            answer = condition(env) if possible else None
            if answer is decisive:
                return bool(decisive)
            if answer is not (not decisive):
                result = None
        return result

    return run


Compiler.handlers.update(
    {
        ast.Literal: compile_literal,
        ast.Name: compile_name,
        ast.ListNode: compile_list,
        ast.ContextNode: compile_context,
        ast.Path: compile_path,
        ast.Filter: compile_filter,
        ast.If: compile_if,
        ast.For: compile_for,
        ast.Quantified: compile_quantified,
    }
)
