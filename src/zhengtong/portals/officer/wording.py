"""How acts read on screen: what an official did, in words instead of codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text
from zhengtong.trust.access.api import permission_entry
from zhengtong.trust.access.contracts import UnknownPermission
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import OrganisationView
from zhengtong.trust.ledger.api import ActKind, RecordedAct, purpose_title

COMMANDS: Mapping[str, Text] = {
    "data.registries.load": _("载入基础库批次"),
    "process.items.publish": _("发布事项目录"),
    "trust.delivery.deliver": _("送达消息"),
    "trust.delivery.open": _("打开消息"),
    "trust.keys.approve_ceremony": _("批准使用根密钥"),
    "trust.keys.ask_for_ceremony": _("申请使用根密钥"),
    "trust.keys.certify": _("签发证书"),
    "trust.keys.deliver_key": _("将加密密钥送入载体"),
    "trust.keys.publish_crl": _("发布吊销列表"),
    "trust.keys.refuse_ceremony": _("拒绝使用根密钥"),
    "trust.keys.renew_certificate": _("换发得到这张证书"),
    "trust.keys.resume_certificate": _("恢复证书"),
    "trust.keys.revoke_certificate": _("吊销证书"),
    "trust.keys.suspend_certificate": _("暂停证书"),
    "trust.keys.wrong_passphrase": _("保管口令错误"),
    "trust.identity.assistance.begin": _("开始帮办代办"),
    "trust.identity.assistance.end": _("结束帮办代办"),
}
"""Commands whose permission does not say enough; a command without words is shown by its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActRow:
    """One recorded act as a line of a list."""

    id: UUID
    at: datetime
    who: str
    organisation: str
    what: Text
    thing: str
    for_whom: str
    purpose: Text
    concerns: tuple[tuple[UUID, str], ...]
    recorded: RecordedAct


def rows(acts: Iterable[RecordedAct]) -> list[ActRow]:
    """Return acts with the names of who did them, where and for whom: two statements for a page."""
    page = list(acts)
    people, places = set[UUID](), set[UUID]()
    for one in page:
        done = one.act.responsibility
        people |= {done.subject, *one.act.concerns} | ({done.on_behalf_of} if done.on_behalf_of else set())
        places |= {done.organisation} if done.organisation else set()
    names = identity.names_of(people)
    bodies = {key: _named(view) for key, view in identity.organisations(places).items()} if places else {}
    return [_row(one, names, bodies) for one in page]


def what(one: RecordedAct) -> Text:
    """Return what was done."""
    business, permission = one.act.business, one.act.authority.permission
    if one.act.kind is ActKind.READ:
        return _("查阅个人信息")
    if business.command in COMMANDS:
        return COMMANDS[business.command]
    if permission:
        try:
            return permission_entry(permission).sentence
        except UnknownPermission:
            return business.command
    return business.command


def _row(one: RecordedAct, names: Mapping[UUID, str], bodies: Mapping[UUID, str]) -> ActRow:
    act = one.act
    done = act.responsibility
    return ActRow(
        id=one.id,
        at=act.at,
        who=names.get(done.subject, "") or _nameless(done.subject),
        organisation=bodies.get(done.organisation, "") if done.organisation else "",
        what=what(one),
        thing=f"{act.business.object_type} {act.business.object_id}",
        for_whom=names.get(done.on_behalf_of, "") if done.on_behalf_of else "",
        purpose=purpose_title(act.purpose) if act.purpose else "",
        concerns=tuple((subject, names.get(subject, "") or _nameless(subject)) for subject in act.concerns),
        recorded=one,
    )


def _nameless(subject: UUID) -> str:
    """Name the platform itself; anybody else without a name by the end of their id."""
    return str(_("平台")) if subject == identity.system_actor().subject else f"…{str(subject)[-8:]}"


def _named(view: OrganisationView) -> str:
    english = (get_language() or "").startswith("en") and view.name_en
    return english or view.name
