"""Coverage-guided fuzzing of FEEL and DMN input with atheris (libFuzzer): any exception but a refusal stops it.

atheris serves only here, from an environment of its own that needs nothing else (the rules have no dependencies):

    PYTHONPATH=src PYTHON-WITH-ATHERIS benchmarks/feel_atheris.py -max_total_time=600 -max_len=400
"""

import contextlib
import sys
from importlib import import_module

atheris = import_module("atheris")

with atheris.instrument_imports(include=["zhengtong.rules"]):
    from zhengtong.rules.dmn.api import ModelError, check_model, load_model
    from zhengtong.rules.feel.api import (
        FeelSyntaxError,
        Limits,
        compile_expression,
        compile_unary_tests,
        feel_text,
        to_json,
    )

LIMITS = Limits(steps=50_000)
CONTEXT = {"a": 1, "s": "abc", "list": [1, 2, {"x": 1}]}
MODEL = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">'
    '<decision name="d">{}</decision></definitions>'
)


def one_input(data: bytes) -> None:
    """Run the bytes as an expression, as a cell, as a file and as the logic of a decision."""
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(FeelSyntaxError):
        evaluation = compile_expression(text, limits=LIMITS).evaluate(CONTEXT)
        feel_text(evaluation.value)
        to_json(evaluation.value)
        [note.zh + note.en for note in evaluation.diagnostics]
    with contextlib.suppress(FeelSyntaxError):
        compile_unary_tests(text, limits=LIMITS).evaluate(1, CONTEXT)
    for source in (data, MODEL.replace("{}", text)):
        with contextlib.suppress(ModelError):
            check_model(load_model(source, limits=LIMITS))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
