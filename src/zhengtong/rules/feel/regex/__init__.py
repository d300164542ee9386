"""Regular expressions 正则表达式 of XPath (F&O 3.1, 5.6; XML Schema part 2, appendix F), matched in bounded time.

FEEL's `matches`, `replace` and `split` use this dialect. It is not Python's, and Python's matcher may take
exponential time; here a place in the pattern is tried at most once at a place in the text, and every step is counted.
"""

from zhengtong.rules.feel.regex.inventing import invent
from zhengtong.rules.feel.regex.matcher import Match, Pattern, compile_pattern
from zhengtong.rules.feel.regex.syntax import PatternError

__all__ = ["Match", "Pattern", "PatternError", "compile_pattern", "invent"]
