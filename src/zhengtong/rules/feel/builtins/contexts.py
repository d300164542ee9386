"""Context functions 上下文函数 (DMN 1.5, table 72)."""

from typing import Any

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.runtime import FeelError, Runtime

Context = dict[str, Any]


@builtin("get value(m: context, key: string)")
def get_value(m: Context, key: str) -> Any:
    """Return the value under *key*, null if there is none."""
    return m.get(key)


@builtin("get entries(m: context)")
def get_entries(m: Context) -> list[Context]:
    """Return a list of `{key, value}`, one per entry."""
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list)")
def context(entries: list[Any]) -> Context:
    """Build a context from a list of `{key, value}`; a key may appear once."""
    result: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            raise FeelError("out-of-range", detail="{key, value}")
        if entry["key"] in result:
            raise FeelError("repeated-key", name=entry["key"])
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value: any)")
def context_put(context: Context, key: str, value: Any) -> Context:
    """Return the context with *value* under *key*."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def context_put_path(context: Context, keys: list[Any], value: Any) -> Context:
    """Return the context with *value* at the end of a path of keys; null if there is no context on the way."""
    if not keys or not all(isinstance(key, str) for key in keys):
        raise FeelError("out-of-range", detail="keys")
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        raise FeelError("out-of-range", detail=keys[0])
    return {**context, keys[0]: context_put_path(inner, keys[1:], value)}


@builtin("context merge(contexts: list)")
def context_merge(runtime: Runtime, contexts: list[Any]) -> Context:
    """Join contexts; of entries with the same key the last counts."""
    result: Context = {}
    for part in contexts:
        if not isinstance(part, dict):
            raise FeelError("out-of-range", detail="contexts")
        result.update(part)
        runtime.afford(len(result))
    return result
