"""Syntax 语法: pattern text to instructions of a small machine.

Instructions are tuples: `("char", test)`, `("split", first, second)`, `("jump", to)`, `("save", slot)`, `("assert",
kind)`, `("back", group)`, `("match",)`.
"""

from typing import Any, Final

from zhengtong.rules.feel.regex.classes import ESCAPE_CLASSES, CharClass, CharTest, negate, property_test, variants

Instruction = tuple[Any, ...]
Program = list[Instruction]
PROGRAM_LIMIT: Final = 5_000
DEPTH_LIMIT: Final = 50
_SINGLE: Final = {"n": "\n", "r": "\r", "t": "\t", **{c: c for c in "\\|.?*+(){}-[]^$"}}
_META: Final = frozenset(".\\?*+{}()[]|^$")
_SPACE: Final = frozenset(" \t\n\r")


class PatternError(ValueError):
    """The text is no regular expression of this dialect."""


def strip_spaces(pattern: str) -> str:
    """Apply the `x` flag: white space outside brackets does not count."""
    result: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if character in _SPACE and depth == 0:
            continue
        if not escaped:
            depth += {"[": 1, "]": -1}.get(character, 0)
        escaped = character == "\\" and not escaped
        result.append(character)
    return "".join(result)


class PatternParser:
    """Reads one pattern; `flags` are from `s`, `m`, `i`."""

    def __init__(self, pattern: str, flags: frozenset[str]) -> None:
        self.pattern = pattern
        self.position = 0
        self.flags = flags
        self.groups = 0
        self.closed: set[int] = set()
        self.depth = 0
        self.has_back_references = False

    def parse(self) -> Program:
        """Return the program of the whole pattern.

        Raises:
            PatternError: it is no pattern, or too large.
        """
        body = self._choice()
        if self.position < len(self.pattern):
            raise PatternError(self.pattern)
        program: Program = [("save", 0), *_shift(body, 1), ("save", 1), ("match",)]
        if len(program) > PROGRAM_LIMIT:
            raise PatternError("too large")
        return program

    def _peek(self) -> str:
        return self.pattern[self.position] if self.position < len(self.pattern) else ""

    def _take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def _choice(self) -> Program:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise PatternError("nested too deep")
        branches = [self._branch()]
        while self._take("|"):
            branches.append(self._branch())
        self.depth -= 1
        program = branches[-1]
        for branch in reversed(branches[:-1]):
            program = [
                ("split", 1, len(branch) + 2),
                *_shift(branch, 1),
                ("jump", len(branch) + 2 + len(program)),
                *_shift(program, len(branch) + 2),
            ]
        return program

    def _branch(self) -> Program:
        program: Program = []
        while self._peek() and self._peek() not in "|)":
            piece = self._quantified(self._atom())
            program += _shift(piece, len(program))
            if len(program) > PROGRAM_LIMIT:
                raise PatternError("too large")
        return program

    def _quantified(self, atom: Program) -> Program:
        bounds = self._bounds()
        if bounds is None:
            return atom
        low, high = bounds
        lazy = self._take("?")
        if self._peek() and self._peek() in "*+?{":
            raise PatternError("quantifier")
        size = len(atom) + 2
        if (high if high is not None else low + 1) * size > PROGRAM_LIMIT:
            raise PatternError("too large")
        program: Program = []
        for _ in range(low):
            program += _shift(atom, len(program))
        if high is None:
            here = len(program)
            loop: Program = [_split(here + 1, here + size, lazy), *_shift(atom, here + 1), ("jump", here)]
            return program + loop
        end = len(program) + (high - low) * (len(atom) + 1)
        for _ in range(high - low):
            here = len(program)
            program += [_split(here + 1, end, lazy), *_shift(atom, here + 1)]
        return program

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if not self._take("{"):
            return None
        stop = self.pattern.find("}", self.position)
        low, comma, high = self.pattern[self.position : stop].partition(",") if stop >= 0 else ("", "", "")
        if not (low.isascii() and low.isdigit()) or (high and not (high.isascii() and high.isdigit())):
            raise PatternError("quantity")
        self.position = stop + 1
        least, most = int(low[:6]), (int(high[:6]) if high else None) if comma else int(low[:6])
        if most is not None and most < least:
            raise PatternError("quantity")
        return least, most

    # atoms

    def _atom(self) -> Program:
        character = self._peek()
        self.position += 1
        if character == "(":
            return self._group()
        if character == "[":
            return [("char", self._class())]
        if character == ".":
            return [("char", _any_character if "s" in self.flags else _no_newline)]
        if character in "^$":
            return [("assert", character + ("m" if "m" in self.flags else ""))]
        if character == "\\":
            return self._escape()
        if character in _META:
            raise PatternError(character)
        return [("char", self._literal(character))]

    def _literal(self, character: str) -> CharTest:
        if "i" in self.flags:
            forms = variants(character)
            return lambda c: c in forms or character in variants(c)
        return lambda c: c == character

    def _group(self) -> Program:
        captures = not self._take("?:")
        number = 0
        if captures:
            if self._peek() == "?":
                raise PatternError("group")
            self.groups += 1
            number = self.groups
        body = self._choice()
        if not self._take(")"):
            raise PatternError("group")
        if not captures:
            return body
        self.closed.add(number)
        return [("save", 2 * number), *_shift(body, 1), ("save", 2 * number + 1)]

    def _escape(self) -> Program:
        character = self._peek()
        if character.isascii() and character.isdigit() and character != "0":
            return [("back", self._back_reference())]
        test = self._escape_class()
        if test is not None:
            return [("char", test)]
        self.position += 1
        if character not in _SINGLE:
            raise PatternError("\\" + character)
        return [("char", self._literal(_SINGLE[character]))]

    def _back_reference(self) -> int:
        number = 0
        while (digit := self._peek()).isascii() and digit.isdigit():
            longer = number * 10 + int(digit)
            if number and longer > self.groups:
                break
            number = longer
            self.position += 1
        if number not in self.closed:
            raise PatternError("back reference")
        self.has_back_references = True
        return number

    def _escape_class(self) -> CharTest | None:
        character = self._peek()
        if character and character in "pP":
            stop = self.pattern.find("}", self.position)
            if self.pattern[self.position + 1 : self.position + 2] != "{" or stop < 0:
                raise PatternError("property")
            test = property_test(self.pattern[self.position + 2 : stop])
            if test is None:
                raise PatternError("property")
            self.position = stop + 1
            return negate(test) if character == "P" else test
        found = ESCAPE_CLASSES.get(character.lower()) if character else None
        if found is None:
            return None
        self.position += 1
        return found if character.islower() else negate(found)

    # brackets

    def _class(self) -> CharClass:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise PatternError("nested too deep")
        result = CharClass(ignore_case="i" in self.flags)
        result.negated = self._take("^")
        empty = True
        while not self._take("]"):
            if not self._peek():
                raise PatternError("bracket")
            if not empty and self._take("-["):
                result.minus = self._class()
                if not self._take("]"):
                    raise PatternError("bracket")
                break
            self._class_item(result)
            empty = False
        if empty:
            raise PatternError("bracket")
        self.depth -= 1
        return result

    def _class_item(self, result: CharClass) -> None:
        if self._peek() == "\\":
            self.position += 1
            test = self._escape_class()
            if test is not None:
                result.tests.append(test)
                return
            self.position -= 1
        low = self._class_character()
        following = self.pattern[self.position + 1 : self.position + 2]
        if self._peek() == "-" and following not in {"]", "[", ""}:
            self.position += 1
            high = self._class_character()
            if high < low:
                raise PatternError("range")
            result.ranges.append((low, high))
        else:
            result.singles.add(low)

    def _class_character(self) -> str:
        character = self._peek()
        self.position += 1
        if character == "[":
            raise PatternError("bracket")
        if character != "\\":
            return character
        escaped = self._peek()
        self.position += 1
        if escaped not in _SINGLE:
            raise PatternError("\\" + escaped)
        return _SINGLE[escaped]


def _split(first: int, second: int, lazy: bool) -> Instruction:  # noqa: FBT001 -- the one flag of a quantifier
    return ("split", second, first) if lazy else ("split", first, second)


def _shift(program: Program, offset: int) -> Program:
    """Move a piece of program to its place: jumps are relative to the start of the piece."""
    if not offset:
        return program
    return [
        (step[0], *(target + offset for target in step[1:])) if step[0] in {"split", "jump"} else step
        for step in program
    ]


def _any_character(_character: str) -> bool:
    return True


def _no_newline(character: str) -> bool:
    return character not in "\n\r"
