"""Reading declarations 读取声明: YAML to `Registry`, every mistake named with its file and entry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from zhengtong.data.fusion import law
from zhengtong.data.fusion.declaration import Attribute, Given, KeyCheck, Linkage, Reading, Registry, Source
from zhengtong.data.fusion.refusals import DeclarationBroken, RegistryUnknown

_COMPARISONS = {"name", "date", "exact", "text"}


def read_registries(folder: Path) -> dict[str, Registry]:
    """Return the registries declared in *folder*, by name.

    Raises:
        DeclarationBroken: there is none, or one is not as it must be.
        SecondSourceUnnamed: a second source of an attribute names no first.
    """
    found = [read_registry(path) for path in sorted(folder.glob("*.yaml"))]
    if not found:
        raise DeclarationBroken(file=folder.name, what="没有 *.yaml")
    return {registry.name: registry for registry in found}


def find(registries: Mapping[str, Registry], name: str) -> Registry:
    """Return the registry *name*.

    Raises:
        RegistryUnknown: there is none.
    """
    if name not in registries:
        raise RegistryUnknown(registry=name[:40], known="、".join(registries))
    return registries[name]


def read_registry(path: Path) -> Registry:
    """Return the registry that *path* declares.

    Raises:
        DeclarationBroken: the file is no YAML, lacks an entry or names what is not there.
        SecondSourceUnnamed: a second source of an attribute names no first.
    """
    try:
        registry = _registry(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DeclarationBroken(file=path.name, what=str(error.strerror)) from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeclarationBroken(file=path.name, what=f"{type(error).__name__}: {error}") from error
    if problem := _problem(registry):
        raise DeclarationBroken(file=path.name, what=problem)
    law.levels(registry)
    return registry


def _registry(entry: dict[str, Any]) -> Registry:
    linkage = entry.get("linkage")
    return Registry(
        name=entry["registry"],
        title=entry["title"][0],
        title_en=entry["title"][1],
        key=KeyCheck(entry["key"]["check"]),
        key_attribute=entry["key"]["attribute"],
        key_title=entry["key"]["title"][0],
        key_title_en=entry["key"]["title"][1],
        buckets=int(entry["buckets"]),
        attributes=tuple(_attribute(name, one) for name, one in entry["attributes"].items()),
        sources=tuple(_source(one) for one in entry["sources"]),
        linkage=_linkage(linkage) if linkage else None,
    )


def _attribute(name: str, entry: dict[str, Any]) -> Attribute:
    zh, en = entry["title"]
    flags = {flag: bool(entry.get(flag, False)) for flag in ("personal", "changes")}
    values = {value: (shown[0], shown[1]) for value, shown in entry.get("values", {}).items()}
    return Attribute(name=name, title=zh, title_en=en, values=values, **flags)


def _source(entry: dict[str, Any]) -> Source:
    gives = tuple(
        Given(
            attribute=attribute,
            column=one["column"],
            reading=Reading(one.get("reading", "text")),
            words=one.get("words"),
            after=one.get("after"),
            beside=one.get("beside"),
        )
        for attribute, one in entry["gives"].items()
    )
    zh, en = entry["title"]
    return Source(
        name=entry["name"], title=zh, title_en=en, department=entry["department"], path=entry["path"],
        key=entry["key"], at=entry["at"], gives=gives, encoding=entry.get("encoding", "utf-8"),
        table=entry.get("table", ""),
    )  # fmt: skip


def _linkage(entry: dict[str, Any]) -> Linkage:
    return Linkage(
        accept=float(entry["accept"]),
        review=float(entry["review"]),
        compare=dict(entry["compare"]),
        block=tuple(tuple(group) for group in entry["block"]),
    )


def _problem(registry: Registry) -> str:
    """Say what YAML allows and fusion does not; empty if nothing."""
    sources = [one.name for one in registry.sources]
    if strangers := {given.attribute for source in registry.sources for given in source.gives} - set(registry.names):
        return f"gives: {sorted(strangers)}"
    if len(set(sources)) < len(sources) or len(sources) >= law.ANSWERS:
        return "sources: 重名或过多"
    if not 1 <= registry.buckets <= 256:
        return "buckets: 1–256"
    return _linkage_problem(registry.linkage, set(registry.names)) if registry.linkage else ""


def _linkage_problem(linkage: Linkage, attributes: set[str]) -> str:
    named = {*linkage.compare, *(name for group in linkage.block for name in group)}
    if wrong := (named - attributes) | (set(linkage.compare.values()) - _COMPARISONS):
        return f"linkage: {sorted(wrong)}"
    return "" if 0 < linkage.review <= linkage.accept <= 1 else "linkage: 0 < review ≤ accept ≤ 1"
