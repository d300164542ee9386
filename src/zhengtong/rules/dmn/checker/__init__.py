"""Checker 静态检查: reads a model like a lint — gaps, overlaps, contradictions, rules never reached, type errors."""

from zhengtong.rules.dmn.checker.models import check_model

__all__ = ["check_model"]
