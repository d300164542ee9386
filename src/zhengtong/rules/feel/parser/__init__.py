"""Parser 语法分析: tokens to syntax tree, by operator precedence (DMN 1.5, 10.3.1.2)."""

from zhengtong.rules.feel.parser.core import parse_expression, parse_unary_tests
from zhengtong.rules.feel.parser.cursor import Vocabulary

__all__ = ["Vocabulary", "parse_expression", "parse_unary_tests"]
