"""Compiler 编译: syntax tree to Python closures, names resolved to slots once, constants computed once."""

from zhengtong.rules.feel.compiler import calls, operators, structures  # noqa: F401 -- these register their nodes
from zhengtong.rules.feel.compiler.core import Code, Compiler, Frame, Scope

__all__ = ["Code", "Compiler", "Frame", "Scope"]
