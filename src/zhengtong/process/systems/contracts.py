"""What crosses the door of systems 部门系统: which system may do what, the feed, deliveries, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.webhooks.contracts import AttemptView, DeliveryState
from zhengtong.trust.identity.contracts import Actor


class SystemAct(StrEnum):
    """What a department's system may be allowed to do 允许的操作."""

    FILE = "file"
    READ = "read"
    READ_WHOLE = "read_whole"
    DECIDE = "decide"

    @property
    def label(self) -> Text:
        """The act's name on screen."""
        return _ACT_LABELS[self]


_ACT_LABELS: Mapping[SystemAct, Text] = {
    SystemAct.FILE: gettext_lazy("代申请人收件"),
    SystemAct.READ: gettext_lazy("查询办件（脱敏）"),
    SystemAct.READ_WHOLE: gettext_lazy("查询办件（全部内容）"),
    SystemAct.DECIDE: gettext_lazy("受理和作出决定"),
}


class Permission(StrEnum):
    """What a post may be allowed to do with departments' systems."""

    MANAGE = "process.system:manage"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.MANAGE: gettext_lazy("接入、暂停部门系统，重发推送"),
}


class ReadingPurpose(StrEnum):
    """Why a system reads a case 查询用途; the applicant sees it."""

    HANDLING = "process.case.handling"
    COPY = "process.system.copy"


PURPOSE_TITLES: Mapping[ReadingPurpose, Text] = {
    ReadingPurpose.COPY: gettext_lazy("把办件同步到部门业务系统"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemEntry:
    """A system as it is connected.

    Attributes:
        organisation: the department that runs it and answers for it.
        name: unique within the department.
        name_en: in English.
        items: codes of the items it may handle; none named, all of its department.
        acts: what it may do.
        address: where it is told of changes; empty, it only pulls.
    """

    organisation: UUID
    name: str
    name_en: str
    items: tuple[str, ...]
    acts: frozenset[SystemAct]
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemView:
    """A connected system as its page shows it; no secret among it."""

    id: UUID
    name: str
    name_en: str
    organisation: UUID
    organisation_name: str
    items: tuple[str, ...]
    acts: frozenset[SystemAct]
    address: str
    key: UUID | None
    key_issued_at: datetime | None
    connected_at: datetime
    suspended_at: datetime | None
    reason: str
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Connected:
    """What a new system gets, once: its client for the token endpoint, and the key that signs what it is told."""

    system: UUID
    client_id: str
    client_secret: str
    key: UUID | None
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A new signing key, shown once."""

    key: UUID
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls: the application, and what its system may do."""

    actor: Actor
    system: UUID
    items: frozenset[str]
    acts: frozenset[SystemAct]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """A case as a system files it for an applicant who stands before it.

    Attributes:
        item: the item's code.
        id_number: of a natural person; either this with `name`, or `credit_code`.
        name: of the natural person.
        credit_code: of an enterprise.
        consent: the applicant has agreed that the department files for them.
        answers: the fields of the item's form, as JSON.
        committed: keys of evidence the applicant gave a notified commitment for.
        files: ids of uploaded files by key of evidence.
        region: where the applicant belongs.
        handled_by: the official in the department's system, by its own number.
    """

    item: str
    id_number: str
    name: str
    credit_code: str
    consent: bool
    answers: Mapping[str, Any]
    committed: tuple[str, ...]
    files: Mapping[str, str]
    region: str
    handled_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One turn of a case in the feed 变更; `position` grows without going back."""

    position: int
    event: UUID
    type: str
    case: UUID
    reference: str
    item: str
    organisation: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Some changes; `next` is the `since` of the following call, and stays where it is while nothing happens."""

    items: tuple[Change, ...]
    next: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryView:
    """A message pushed to a system."""

    id: UUID
    type: str
    reference: str
    state: DeliveryState
    due_at: datetime
    settled_at: datetime | None
    attempts: tuple[AttemptView, ...]


class CredentialMissing(Refusal):
    """No working credential of a connected system came with the call."""

    code = "system_credential_missing"
    status = 401
    message = _("没有有效的系统凭证。")
    remedy = _("请用系统的客户端编号和密钥取得访问令牌，放在 Authorization: Bearer 中。")


class SystemSuspended(Refusal):
    """The system is suspended."""

    code = "system_suspended"
    status = 403
    message = _("这个部门系统已被暂停。")
    remedy = _("请联系本部门的系统负责人；恢复后从上次的位置继续拉取，不会遗漏。")


class ActNotAllowed(Refusal):
    """The system was not connected for this."""

    code = "system_act_not_allowed"
    status = 403
    message = _("这个部门系统没有“{act}”的权限。")
    remedy = _("请由本部门的系统负责人调整接入范围。")


class ItemNotAllowed(Refusal):
    """The system was not connected for this item."""

    code = "system_item_not_allowed"
    status = 403
    message = _("这个部门系统没有办理事项 {item} 的权限。")
    remedy = _("请由本部门的系统负责人调整接入范围。")


class SystemUnknown(NotFound):
    """There is no such system, or not for this reader."""

    code = "system_unknown"
    message = _("没有找到这个部门系统。")
    remedy = _("请从部门系统列表进入。")


class DeliveryUnknown(NotFound):
    """There is no such delivery, or not for this reader."""

    code = "system_delivery_unknown"
    message = _("没有找到这条推送。")
    remedy = _("请从部门系统的推送列表进入。")


class FileUnknown(NotFound):
    """There is no such file, or not for this system."""

    code = "system_file_unknown"
    message = _("没有找到这个文件。")
    remedy = _("请先上传文件，再用返回的编号；下载请使用办件中列出的编号。")


class FileUnfit(InvalidInput):
    """A file of another kind than PDF, JPEG and PNG, or too large."""

    code = "system_file_unfit"
    message = _("文件不能接收：{what}")
    remedy = _("请上传不超过 5 MB 的 PDF、JPEG 或 PNG 文件。")


class KeyReused(Conflict):
    """The idempotency key came before with something else."""

    code = "idempotency_key_reused"
    message = _("这个幂等键已经用于另一个请求。")
    remedy = _("重试请原样发送；新的请求请换一个幂等键。")


class RevisionOutdated(Conflict):
    """The case is not at the revision that If-Match names."""

    code = "case_revision_outdated"
    status = 412
    message = _("办件在读取之后有了变化，本次决定没有生效。")
    remedy = _("请重新读取办件，用新的 ETag 作 If-Match。")


class ConsentMissing(InvalidInput):
    """The applicant has not agreed."""

    code = "system_consent_missing"
    message = _("申请人没有同意由部门代为提交。")
    remedy = _("请先征得申请人同意，并在请求中写明 consent: true。")


class ApplicantMissing(InvalidInput):
    """The filing names no applicant, or two."""

    code = "system_applicant_missing"
    message = _("须写明一位申请人：自然人的姓名和证件号，或者企业的统一社会信用代码。")
    remedy = _("请补充后重新提交。")
