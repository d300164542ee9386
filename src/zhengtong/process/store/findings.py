"""What is said of a model before it is published 发布前检查: one shape for processes and decision tables."""

from zhengtong.process.bpmn.api import Finding
from zhengtong.process.store.contracts import ModelFinding
from zhengtong.rules.dmn.api import ModelError, Problem


def of_process(found: Finding) -> ModelFinding:
    """Return what a rule of the process model says."""
    return ModelFinding(
        file="",
        code=found.code,
        is_error=found.is_error,
        element=found.element_id or found.element,
        name=found.name,
        line=found.line,
        zh=found.message.zh,
        en=found.message.en,
        remedy_zh=found.remedy.zh,
        remedy_en=found.remedy.en,
    )


def of_decisions(file: str, found: Problem | ModelError) -> ModelFinding:
    """Return what the check of a decision model, or a refusal to read it, says."""
    return ModelFinding(
        file=file,
        code=found.code,
        is_error=isinstance(found, ModelError) or found.severity == "error",
        element="" if isinstance(found, ModelError) else found.element,
        name="",
        line=found.line or 0,
        zh=found.zh,
        en=found.en,
        remedy_zh=found.remedy_zh,
        remedy_en=found.remedy_en,
    )
