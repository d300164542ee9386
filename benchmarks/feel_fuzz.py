"""Fuzzing FEEL and DMN: mutated expressions, cells and models for a given time; no crash, no unbounded time or memory.

    python -m benchmarks.feel_fuzz [seconds] [seed] [folder]

The corpus is made of the built-in functions' signatures, a few rules of our own, and the models below *folder* (the
public test kit beside the repository, where it is). Prints how many inputs were tried, the costliest one and the peak
of memory; fails on the first crash with the input that caused it.
"""

import contextlib
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zhengtong.rules.dmn.api import ModelError, check_model, load_model
from zhengtong.rules.dmn.xml import Element, parse_xml
from zhengtong.rules.feel.api import (
    BUILTINS,
    FeelSyntaxError,
    Limits,
    compile_expression,
    compile_unary_tests,
    feel_text,
    to_json,
    to_python,
)

KIT = Path(__file__).resolve().parents[1].parent / "shared" / "testdata" / "dmn-tck"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIMITS = Limits(steps=200_000)
CONTEXT = {"a": 1, "list": [1, 2, {"x": 1}], "s": "abc", "年龄": 67}
WORDS = re.compile(r'"[^"]*"|\w+|\s+|[^\w\s]')
OWN = (
    'if 年龄 >= 60 and s != "x" then {"减免": 0.5} else {"减免": 0}',
    "for i in 1..100, j in list return i * j ** 2",
    "sort([3, 1, 2], function(a, b) a < b)[item > 1]",
    'some x in list satisfies matches(string(x), "(a*)*b")',
    "{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(20)}.r",
    '@"2026-01-31" + @"P1M" in [@"2026-01-01"..@"2026-12-31")',
    'replace(s, "(a)(b)?", "$2$1")',
)
HARD = ("9999999999", "1e6000", "1e-6000", '@"P999999999Y"', "partial", "f(f)", '"(a|aa)+\\\\1"', "..", "**", "null")
Report = tuple[float, str]


def texts_of(element: Element) -> Iterator[str]:
    """Return the FEEL texts of a model."""
    for child in element.elements:
        if child.local == "text":
            yield child.text
        yield from texts_of(child)


class Fuzzer:
    """Mutates, runs and remembers the costliest input."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- reproducible, no secret
        self.models = [path.read_bytes() for path in sorted(folder.rglob("*.dmn"))] if folder.is_dir() else []
        self.corpus = [*OWN, *(signature.text for each in BUILTINS.values() for signature in each.signatures)]
        for model in self.models:
            self.corpus += [text for text in texts_of(parse_xml(model)) if text.strip()]
        self.pool = [word for text in self.corpus for word in WORDS.findall(text)] + list(HARD) * 20
        self.tried = 0
        self.worst: Report = (0.0, "")

    def mutated(self) -> str:
        """Return a text of the corpus with one to five changes."""
        words = WORDS.findall(self.random.choice(self.corpus))
        for _ in range(self.random.randint(1, 5)):
            place, kind = self.random.randrange(len(words) + 1), self.random.random()
            if kind < 0.4 or not words:
                words.insert(place, self.random.choice(self.pool))
            elif kind < 0.6:
                words.pop(min(place, len(words) - 1))
            elif kind < 0.8:
                words[min(place, len(words) - 1)] = self.random.choice(self.pool)
            else:
                other = WORDS.findall(self.random.choice(self.corpus))
                start = self.random.randrange(len(other) + 1)
                words[place:place] = other[start : start + self.random.randint(1, 12)]
        return "".join(words)

    def mutated_model(self) -> bytes:
        """Return a model file with one to six damaged places."""
        data = bytearray(self.random.choice(self.models))
        for _ in range(self.random.randint(1, 6)):
            place = self.random.randrange(len(data))
            piece = self.random.choice((b"<", b">", b'"', b"/>", b"decision", b"", b"&#0;", b"&x;", b"<!DOCTYPE x>"))
            data[place : place + self.random.randint(0, 3)] = piece
        return bytes(data)

    def measure(self, work: Callable[[], Any], name: str) -> None:
        """Run one input; anything but an answer or a refusal is a crash."""
        started = time.process_time()
        try:
            with contextlib.suppress(FeelSyntaxError, ModelError):
                work()
        except Exception:
            print(f"CRASH on {name!r}")
            raise
        spent = time.process_time() - started
        self.tried += 1
        if spent > self.worst[0]:
            self.worst = (spent, name[:300])

    def run(self, seconds: float) -> None:
        """Fuzz for some seconds of wall time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            source = self.mutated()
            self.measure(lambda source=source: expression(source), source)  # type: ignore[misc]
            self.measure(lambda source=source: cell(source), source)  # type: ignore[misc]
            if self.models and self.tried % 80 == 0:
                data = self.mutated_model()
                self.measure(lambda data=data: model(data), f"model {data[:60]!r}")  # type: ignore[misc]


def expression(source: str) -> None:
    """Compile, evaluate and write out."""
    evaluation = compile_expression(source, limits=LIMITS).evaluate(CONTEXT, now=NOW)
    for write in (feel_text, to_json, to_python):
        write(evaluation.value)
    assert all(note.zh and note.en for note in evaluation.diagnostics)


def cell(source: str) -> None:
    """Compile and run as the cell of a table."""
    compile_unary_tests(source, limits=LIMITS).evaluate(1, CONTEXT, now=NOW)


def model(data: bytes) -> None:
    """Load, check and decide."""
    loaded = load_model(data)
    check_model(loaded)
    for name in loaded.decision_names[:3]:
        loaded.evaluate(name, {}, now=NOW, limits=LIMITS)


def main() -> None:
    """Fuzz and report."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    fuzzer = Fuzzer(seed, Path(sys.argv[3]) if len(sys.argv) > 3 else KIT)
    fuzzer.run(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{fuzzer.tried:,} inputs in {seconds:.0f} s (seed {seed}), {len(fuzzer.models)} models in the corpus: no crash"
    )
    print(f"costliest input {fuzzer.worst[0]:.2f} s CPU: {fuzzer.worst[1]!r}")
    print(f"peak memory {peak} MB")


if __name__ == "__main__":
    main()
