"""Type expressions 类型表达式: what stands after `instance of` and after a parameter's colon (grammar rules 44–50)."""

from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.diagnostics import FeelSyntaxError
from zhengtong.rules.feel.names import NameTable, key_ends_at
from zhengtong.rules.feel.parser.cursor import Cursor


def parse_type(cursor: Cursor) -> t.FeelType:
    """Read a type.

    Raises:
        FeelSyntaxError: no type stands here, or one of an unknown name.
    """
    cursor.enter()
    try:
        generic = _GENERIC.get(cursor.token.text) if cursor.token.kind == "word" else None
        if generic is not None and cursor.token.text not in cursor.types:
            cursor.index += 1
            return generic(cursor)
        return _named(cursor)
    finally:
        cursor.leave()


def _named(cursor: Cursor) -> t.FeelType:
    start = cursor.index
    found = NameTable((*t.SIMPLE_TYPES, *cursor.types)).match(cursor.tokens, start)
    if found is None:
        if cursor.token.kind != "word":
            raise cursor.unexpected("类型", "a type")
        token = cursor.token
        raise FeelSyntaxError(cursor.source, "unknown-type", token.start, token.end, name=token.text)
    cursor.index += found[0]
    known = cursor.types.get(found[1])
    return known if known is not None else t.SIMPLE_TYPES[found[1]]


def _list(cursor: Cursor) -> t.FeelType:
    return t.ListType(_parameter(cursor))


def _range(cursor: Cursor) -> t.FeelType:
    return t.RangeType(_parameter(cursor))


def _parameter(cursor: Cursor) -> t.FeelType:
    if not cursor.take("<"):
        return t.ANY
    item = parse_type(cursor)
    cursor.expect(">")
    return item


def _context(cursor: Cursor) -> t.FeelType:
    if not cursor.take("<"):
        return t.CONTEXT
    members: list[tuple[str, t.FeelType]] = []
    while not cursor.at(">"):
        stop = key_ends_at(cursor.tokens, cursor.index)
        if stop is None:
            raise cursor.unexpected("成员名", "a member name")
        name = cursor.written(cursor.index, stop)
        cursor.index = stop + 1
        members.append((name, parse_type(cursor)))
        if not cursor.take(","):
            break
    cursor.expect(">")
    return t.ContextType(tuple(members))


def _function(cursor: Cursor) -> t.FeelType:
    if not cursor.take("<"):
        return t.FUNCTION
    parameters: list[t.FeelType] = []
    while not cursor.at(">"):
        parameters.append(parse_type(cursor))
        if not cursor.take(","):
            break
    cursor.expect(">")
    cursor.expect("->")
    return t.FunctionType(tuple(parameters), parse_type(cursor))


_GENERIC = {"list": _list, "range": _range, "context": _context, "function": _function}
