"""Reading a stage plan from YAML 阶段方案载入: names come from the catalogue, every mistake is named with its place."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext

from zhengtong.process.items import api as items
from zhengtong.process.projects.contracts import ProjectKind, Stage, StageBundle, StageItem, StagePlan, StagePlanBroken


def read_stage_plan(path: Path, catalogue: items.Catalogue, departments: Mapping[str, items.Words]) -> StagePlan:
    """Return the plan in *path*, checked against the catalogue it will run on.

    Raises:
        StagePlanBroken: a key, item, bundle or department is not known, or items wait in a circle.
    """
    known = {item.code: item for item in catalogue.items}
    bundles = {bundle.code: bundle for bundle in catalogue.bundles}
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        stages = tuple(_stage(row, known, bundles, departments) for row in document["stages"])
        plan = StagePlan(stages=stages, drawings=tuple(document["drawings"]))
    except yaml.YAMLError as error:
        raise StagePlanBroken(place=path.name, what=str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise StagePlanBroken(place=path.name, what=gettext("{what} 不认识或缺少").format(what=error)) from error
    _check_order(plan, path.name)
    return plan


def _stage(
    row: dict[str, Any],
    known: Mapping[str, items.Item],
    bundles: Mapping[str, items.Bundle],
    departments: Mapping[str, items.Words],
) -> Stage:
    bundle = bundles[row["bundle"]] if "bundle" in row else None
    return Stage(
        key=row["key"],
        name=items.Words(*row["name"]),
        lead=departments[row["lead"]],
        items=tuple(_item(one, known[one["item"]]) for one in row["items"]),
        bundle=StageBundle(code=bundle.code, name=bundle.name, items=bundle.items) if bundle else None,
    )


def _item(row: dict[str, Any], item: items.Item) -> StageItem:
    return StageItem(
        code=item.code,
        name=item.name,
        department=item.department,
        required=row.get("required", True),
        kinds=tuple(ProjectKind(kind) for kind in row.get("kinds", ())),
        after=tuple(row.get("after", ())),
    )


def _check_order(plan: StagePlan, place: str) -> None:
    waits = {item.code: set(item.after) for stage in plan.stages for item in stage.items}
    for code, others in waits.items():
        if unknown := others - set(waits):
            raise StagePlanBroken(place=place, what=f"{code}: {'、'.join(sorted(unknown))}")
    for stage in plan.stages:
        if stage.bundle and (unknown := set(stage.bundle.items) - set(waits)):
            raise StagePlanBroken(place=place, what=f"{stage.bundle.code}: {'、'.join(sorted(unknown))}")
    while ready := {code for code, others in waits.items() if not others & set(waits)}:
        waits = {code: others for code, others in waits.items() if code not in ready}
    if waits:
        raise StagePlanBroken(place=place, what=gettext("互相等待：{items}").format(items="、".join(sorted(waits))))


def dump(plan: StagePlan) -> dict[str, Any]:
    """Return *plan* as a version keeps it."""
    return {"drawings": list(plan.drawings), "stages": [_dump_stage(stage) for stage in plan.stages]}


def _dump_stage(stage: Stage) -> dict[str, Any]:
    bundle = stage.bundle
    return {
        "key": stage.key,
        "name": _pair(stage.name),
        "lead": _pair(stage.lead),
        "items": [
            {
                "code": item.code, "name": _pair(item.name), "department": _pair(item.department),
                "required": item.required, "kinds": list(item.kinds), "after": list(item.after),
            }
            for item in stage.items
        ],
        "bundle": {"code": bundle.code, "name": _pair(bundle.name), "items": list(bundle.items)} if bundle else None,
    }  # fmt: skip


def load(content: Mapping[str, Any]) -> StagePlan:
    """Return what `dump` wrote."""
    return StagePlan(drawings=tuple(content["drawings"]), stages=tuple(_load_stages(content["stages"])))


def _load_stages(rows: Iterable[Mapping[str, Any]]) -> Iterable[Stage]:
    for row in rows:
        bundle = row["bundle"]
        yield Stage(
            key=row["key"],
            name=items.Words(*row["name"]),
            lead=items.Words(*row["lead"]),
            items=tuple(_load_item(one) for one in row["items"]),
            bundle=StageBundle(code=bundle["code"], name=items.Words(*bundle["name"]), items=tuple(bundle["items"]))
            if bundle
            else None,
        )


def _load_item(row: Mapping[str, Any]) -> StageItem:
    return StageItem(
        code=row["code"],
        name=items.Words(*row["name"]),
        department=items.Words(*row["department"]),
        required=row["required"],
        kinds=tuple(ProjectKind(kind) for kind in row["kinds"]),
        after=tuple(row["after"]),
    )


def _pair(words: items.Words) -> list[str]:
    return [words.zh, words.en]
