"""Values 值: what FEEL computes with (DMN 1.5, 10.3.2.3).

null is None, booleans are bool, numbers are Decimal, strings are str, lists are list, contexts are dict; the rest is
here.
"""

from zhengtong.rules.feel.values.durations import DayTimeDuration, YearMonthDuration
from zhengtong.rules.feel.values.functions import FeelFunction
from zhengtong.rules.feel.values.ranges import Range
from zhengtong.rules.feel.values.temporal import Date, DateTime, Time

__all__ = ["Date", "DateTime", "DayTimeDuration", "FeelFunction", "Range", "Time", "YearMonthDuration"]
