"""The door of forms: check a schema, draw it, fill it from shared data, keep drafts and files, object to data."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from zhengtong.process.forms.contracts import (
    PERMISSION_SENTENCES,
    AnswerLight,
    DraftView,
    ObjectionAnswered,
    ObjectionAnswerMissing,
    ObjectionEmpty,
    ObjectionLine,
    ObjectionPage,
    ObjectionUnknown,
    ObjectionView,
    Outcome,
    Permission,
    Prefilled,
    PrefillSource,
    Schema,
    SchemaNotUnderstood,
    SourceUnknown,
)
from zhengtong.process.forms.examples import example_post
from zhengtong.process.forms.fields import SchemaForm, build_form
from zhengtong.process.forms.objections import (
    OBJECTION,
    answer_objection,
    object_to,
    objections_to_answer,
    open_about,
    open_objection,
    own_objections,
    waiting_objections,
)
from zhengtong.process.forms.population import EnterpriseSource, PopulationSource
from zhengtong.process.forms.schema import check_schema, merge, narrow, read_back, sources_of, title_of, typed_fields
from zhengtong.process.forms.services import (
    KEPT_FOR,
    attachment,
    draft,
    drafts,
    drop_draft,
    forget_old_drafts,
    keep_files,
    kept_by,
    save_draft,
)
from zhengtong.process.forms.sources import prefill, register_prefill_source, source_named, titled

__all__ = [
    "KEPT_FOR",
    "OBJECTION",
    "PERMISSION_SENTENCES",
    "AnswerLight",
    "DraftView",
    "EnterpriseSource",
    "ObjectionAnswerMissing",
    "ObjectionAnswered",
    "ObjectionEmpty",
    "ObjectionLine",
    "ObjectionPage",
    "ObjectionUnknown",
    "ObjectionView",
    "Outcome",
    "Permission",
    "PopulationSource",
    "PrefillSource",
    "Prefilled",
    "Schema",
    "SchemaForm",
    "SchemaNotUnderstood",
    "SourceUnknown",
    "answer_objection",
    "attachment",
    "build_form",
    "check_schema",
    "common_schema",
    "draft",
    "drafts",
    "drop_draft",
    "example_post",
    "forget_old_drafts",
    "keep_files",
    "kept_by",
    "merge",
    "narrow",
    "object_to",
    "objections_to_answer",
    "open_about",
    "open_objection",
    "own_objections",
    "prefill",
    "read_back",
    "register_prefill_source",
    "save_draft",
    "source_named",
    "sources_of",
    "title_of",
    "titled",
    "typed_fields",
    "waiting_objections",
]


@cache
def common_schema() -> dict[str, Any]:
    """Return the form of items that ask for nothing of their own: how to reach the applicant and hand over."""
    schema: dict[str, Any] = json.loads((Path(__file__).parent / "common.json").read_text(encoding="utf-8"))
    check_schema(schema)
    return schema
