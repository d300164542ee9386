"""Lexer 词法: characters to tokens (DMN 1.5, 10.3.1.2, grammar rules 26–37).

Names are not put together here: `monthly income` gives two word tokens, and the parser, which knows the names in scope,
decides where a name ends.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from zhengtong.rules.feel.diagnostics import FeelSyntaxError

Kind = Literal["word", "number", "string", "symbol", "end"]

# Words that end a name. `date`, `not`, `external` and the like are ordinary names.
KEYWORDS: Final = frozenset({
    "and", "or", "in", "between", "instance", "then", "else", "return", "satisfies",
    "if", "for", "some", "every", "function", "true", "false", "null",
})  # fmt: skip
# Grammar rule 30: what may start a name; rule 31 adds digits, the middle dot and combining marks.
_START: Final = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_SPACE: Final = "\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[{_SPACE}]+|//[^\n]*|/\*(?s:.*?)\*/)
    |(?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[{_START}][{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*)
    |(?P<string>"(?:[^"\\\n\r]|\\.|[\n\r])*")
    |(?P<symbol>\*\*|\.\.|->|!=|<=|>=|[-+*/=<>()\[\]{{}},.:@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final[dict[str, Kind]] = {"word": "word", "number": "number", "symbol": "symbol"}
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|[\"'\\nrt])")
_PLAIN_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the source; `text` is what it says (for a string: its value), `start` and `end` its place."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(source: str) -> list[Token]:
    """Cut *source* into tokens, the last of kind "end".

    Raises:
        FeelSyntaxError: at the first character that starts no token.
    """
    tokens: list[Token] = []
    position, length = 0, len(source)
    while position < length:
        match = _TOKEN.match(source, position)
        if match is None:
            raise _broken(source, position)
        kind = match.lastgroup
        text = match.group()
        if kind == "string":
            tokens.append(Token("string", unescape(text[1:-1]), position, match.end()))
        elif kind != "space":
            tokens.append(Token(_KINDS[kind or ""], text, position, match.end()))
        position = match.end()
    tokens.append(Token("end", "", length, length))
    return tokens


def unescape(text: str) -> str:
    r"""Resolve the escapes of a string literal; a backslash before any other character stands for itself.

    >>> unescape(r"a\nb\u0041\p{L}")
    'a\nbA\\p{L}'
    """
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(_escaped, text)
    return _PAIR.sub(lambda m: m.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _escaped(match: re.Match[str]) -> str:
    body = match.group(1)
    if body[0] in "uU":
        code = int(body[1:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _PLAIN_ESCAPES[body]


def _broken(source: str, position: int) -> FeelSyntaxError:
    if source[position] == '"':
        return FeelSyntaxError(source, "unterminated-string", position)
    if source.startswith("/*", position):
        return FeelSyntaxError(source, "unterminated-comment", position)
    return FeelSyntaxError(source, "unexpected-character", position, found=f"“{source[position]}”")


def name_parts(name: str) -> tuple[str, ...]:
    """Cut a declared name into the texts of its tokens, so that spacing does not matter.

    >>> name_parts("Max-age  (years)")
    ('Max', '-', 'age', '(', 'years', ')')
    """
    parts: list[str] = []
    position = 0
    while position < len(name):
        match = _TOKEN.match(name, position)
        if match is None:
            parts.append(name[position])
            position += 1
            continue
        if match.lastgroup != "space":
            parts.append(match.group())
        position = match.end()
    return tuple(parts)
