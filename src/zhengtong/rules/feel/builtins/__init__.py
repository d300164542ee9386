"""Built-in functions 内置函数 by family (DMN 1.5, 10.3.4)."""

from collections.abc import Mapping
from typing import Final

from zhengtong.rules.feel.builtins import (  # noqa: F401 -- importing a family registers its functions
    booleans,
    contexts,
    conversion,
    lists,
    numeric,
    ranges,
    strings,
    temporal,
)
from zhengtong.rules.feel.builtins.registry import BUILTINS as _REGISTERED
from zhengtong.rules.feel.builtins.registry import Builtin, Signature

BUILTINS: Final[Mapping[str, Builtin]] = _REGISTERED

__all__ = ["BUILTINS", "Builtin", "Signature"]
