"""A form that is being redesigned 正在修改的表单: a version in use and a draft with something left to mend."""

from datetime import datetime
from typing import Any

from zhengtong.kernel.clock import on_day
from zhengtong.process.forms import api as forms
from zhengtong.site.demo.accounts import in_post
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.identity.api import Actor, system_actor

ITEM = "901005000000"
_PURPOSES = {
    "applicant_name": ("确认由谁申请", "To know who applies"),
    "applicant_number": ("核对申请人身份", "To check the applicant's identity"),
}
_NEW: tuple[tuple[str, dict[str, Any], bool], ...] = (
    (
        "housing",
        {
            "type": "string", "title": "住房情况", "title_en": "Housing", "enum": ["own", "rented", "employer"],
            "enum_titles": {
                "own": ["自有住房", "Own home"], "rented": ["租住", "Rented"],
                "employer": ["单位宿舍", "Employer's dormitory"],
            },
            "section": ["居住情况", "Where you live"],
        },
        True,
    ),
    (
        "landlord_phone",
        {
            "type": "string", "format": "phone", "title": "出租人电话", "title_en": "Landlord's telephone",
            "showIf": 'housing = "rented"',
        },
        True,
    ),
    ("employer", {"type": "string", "title": "单位名称", "maxLength": 100, "showIf": 'housing = "employer"'}, True),
)  # fmt: skip
"""The last lacks its English title: what the check before publishing finds."""


def is_begun(*, at: datetime) -> bool:
    """Say whether the form has versions of its own."""
    return bool(forms.form_history(system_actor(), ITEM, at=on_day(at)).versions)


def begin(offices: Offices, *, at: datetime) -> None:
    """Publish a version that says what sensitive answers are for, and draft the next."""
    actor = in_post(offices, "public_security", "approver")
    forms.begin_draft(actor=actor, item=ITEM, at=at)
    revision = 1
    for line in forms.fields_of(forms.draft_of(actor, ITEM, at=on_day(at)).schema):
        if line.path in _PURPOSES:
            zh, en = _PURPOSES[line.path]
            told = {**line.field, "purpose": zh, "purpose_en": en}
            revision = _change(actor, line, told, revision, at)
    forms.publish_draft(actor=actor, item=ITEM, revision=revision, effective_on=on_day(at), at=at)
    forms.begin_draft(actor=actor, item=ITEM, at=at)
    revision = 1
    for path, field, required in _NEW:
        revision = forms.add_field(
            actor=actor, item=ITEM, revision=revision, path=path, field=field, required=required, at=at
        )


def _change(actor: Actor, line: forms.FieldLine, field: dict[str, Any], revision: int, at: datetime) -> int:
    return forms.change_field(
        actor=actor, item=ITEM, revision=revision, path=line.path, field=field, required=line.required, at=at
    )
