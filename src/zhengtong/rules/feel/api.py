"""The door 门: compile a FEEL expression once, evaluate it any number of times.

>>> from zhengtong.rules.feel.api import compile_expression
>>> expression = compile_expression('if 年龄 >= 60 then "减免" else "全额"')
>>> expression.evaluate({"年龄": 67}).value
'减免'
"""

from zhengtong.rules.feel.builtins import BUILTINS
from zhengtong.rules.feel.conformity import coerce, conforms_to, is_instance, type_of
from zhengtong.rules.feel.diagnostics import Diagnostic, FeelSyntaxError, RuleError, render_caret
from zhengtong.rules.feel.expression import (
    Evaluation,
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    parse_type_name,
)
from zhengtong.rules.feel.parser import Vocabulary
from zhengtong.rules.feel.python_values import from_python, to_json, to_python
from zhengtong.rules.feel.regex import Pattern, PatternError, compile_pattern, invent
from zhengtong.rules.feel.runtime import DEFAULT_LIMITS, LIMIT_CODES, Limits
from zhengtong.rules.feel.text import feel_text
from zhengtong.rules.feel.values import (
    Date,
    DateTime,
    DayTimeDuration,
    FeelFunction,
    Range,
    Time,
    YearMonthDuration,
)

__all__ = [
    "BUILTINS",
    "DEFAULT_LIMITS",
    "LIMIT_CODES",
    "Date",
    "DateTime",
    "DayTimeDuration",
    "Diagnostic",
    "Evaluation",
    "Expression",
    "FeelFunction",
    "FeelSyntaxError",
    "Limits",
    "Pattern",
    "PatternError",
    "Range",
    "RuleError",
    "Time",
    "UnaryTests",
    "Vocabulary",
    "YearMonthDuration",
    "coerce",
    "compile_expression",
    "compile_pattern",
    "compile_unary_tests",
    "conforms_to",
    "feel_text",
    "from_python",
    "invent",
    "is_instance",
    "parse_type_name",
    "render_caret",
    "to_json",
    "to_python",
    "type_of",
]
