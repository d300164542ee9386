"""What crosses the door of the ledger 存证: an Act, in which three flows are one 三流合一.

*Authority* says which clause or power-list item allows it, *business* what was done to which object, *responsibility*
who did it, in which post, on whose behalf. An Act holds ids, codes and digests, never personal data, so a person's data
can be erased (个人信息保护法 §47) without breaking the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _


class Permission(StrEnum):
    """What an auditor 审计管理员 may be allowed to do with the ledger (GB/T 22239-2019 8.1.5.2)."""

    AUDIT = "trust.ledger:audit"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {Permission.AUDIT: gettext_lazy("查阅和校验存证记录")}


class ActKind(StrEnum):
    """Whether an act changes something, or reads a person's data for a purpose."""

    WRITE = "write"
    READ = "read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """By what right 依据: the clause of law, the permission used, the item of the power list 权责清单."""

    clause: str
    permission: str | None = None
    power_item: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Business:
    """What was done 业务: the command, the object, and digests of its state before and after (see `digest`)."""

    command: str
    object_type: str
    object_id: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Responsibility:
    """Who did it 责任: always the subject who signed in; `on_behalf_of` names whose matter it was."""

    subject: UUID
    account: str | None = None
    post: UUID | None = None
    organisation: UUID | None = None
    on_behalf_of: UUID | None = None
    mandate: UUID | None = None
    assistance: UUID | None = None
    assurance: str | None = None
    channel: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One act of one responsible person. `concerns` lists whose data it touches, by subject id."""

    authority: Authority
    business: Business
    responsibility: Responsibility
    at: datetime
    purpose: str | None = None
    concerns: tuple[UUID, ...] = ()
    kind: ActKind = ActKind.WRITE


@dataclass(frozen=True, kw_only=True, slots=True)
class ActReceipt:
    """Proof that an act was recorded: its id and the hash of its leaf (SHA-256, hexadecimal)."""

    id: UUID
    at: datetime
    leaf_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedAct:
    """An act as the ledger holds it."""

    id: UUID
    act: Act
    leaf_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ActPage:
    """Some recorded acts, the newest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[RecordedAct, ...]
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActSearch:
    """What an auditor looks for; what is None does not restrict.

    `organisations` bounds the search to acts done from posts of these organisations: the auditor's scope. `since` and
    `until` bound the moment of recording, half-open.
    """

    subject: UUID | None = None
    object_type: str | None = None
    object_id: str | None = None
    concerning: UUID | None = None
    organisations: frozenset[UUID] | None = None
    kind: ActKind | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """That somebody looked at a person's data, as that person is told (个人信息保护法 §45)."""

    id: UUID
    at: datetime
    subject: UUID
    post: UUID | None
    organisation: UUID | None
    purpose: str
    purpose_title: Text
    clause: str
    object_type: str
    on_behalf_of: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LookPage:
    """Some looks, the newest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[Look, ...]
    next: UUID | None


class Flaw(StrEnum):
    """What may be wrong with a row of the ledger."""

    HASH = "hash"  # the stored bytes do not give the stored hash
    LEAF = "leaf"  # the stored bytes cannot be read as an act
    INDEX = "index"  # the columns used for searching differ from the stored bytes
    CONCERNS = "concerns"  # the list of people concerned differs from the stored bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A row of the ledger that is no longer what was recorded."""

    act: UUID
    flaw: Flaw


class LogFlaw(StrEnum):
    """What may be wrong with the log."""

    ENTRY = "entry"  # an act's bytes do not give the hash that was signed
    MISSING = "missing"  # there is no act at this place
    UNPLACED = "unplaced"  # an act has no place and does not wait for one
    TILE = "tile"  # a tile's hashes do not follow from those below
    ROOT = "root"  # the log's own root is not that of its tiles
    SIGNATURE = "signature"  # a checkpoint is not signed by the log's keys, or not as it stands here
    CHECKPOINT = "checkpoint"  # a signed root is not that of the entries here
    COSIGNATURE = "cosignature"  # a witness's line does not fit its checkpoint
    CUT_OFF = "cut_off"  # more entries were signed than are here


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFinding:
    """Something in the log that is not as it was signed: at which entry or size, of which act, where else."""

    flaw: LogFlaw
    number: int | None = None
    act: UUID | None = None
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessState:
    """What the log knows of a witness: entries of the last tree it co-signed, and why it would not, if so."""

    name: str
    size: int
    asked_at: datetime | None
    trouble: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointState:
    """A checkpoint: entries it covers, root (hexadecimal), when it was signed; who co-signed and stamped it."""

    size: int
    root: str
    at: datetime
    witnesses: tuple[str, ...] = ()
    stamps: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LogState:
    """How the log stands: acts in it, acts that wait, its newest checkpoints and its witnesses."""

    origin: str
    hash: str
    size: int
    waiting: int
    checkpoints: tuple[CheckpointState, ...]
    witnesses: tuple[WitnessState, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryProof:
    """The place of an act in the log, its hash there, and the path to a checkpoint's root (hexadecimal)."""

    act: UUID
    number: int
    leaf_hash: str
    path: tuple[str, ...]
    checkpoint: CheckpointState


class UnfitAct(TypeError):  # noqa: N818 -- named after what is wrong, like a refusal
    """An act that says too little (no purpose for reading) or too much (words for a code): a programming error."""


class UnknownAct(NotFound):
    """No act of this id is recorded, or not for this reader."""

    code = "unknown_act"
    message = _("没有找到这条存证记录。")
    remedy = _("请核对存证编号。")


class LogNotBegun(NotFound):
    """Nothing was ever sequenced, so there is no log yet."""

    code = "log_not_begun"
    message = _("存证日志尚未开始。")
    remedy = _("请启动工作进程或运行 zhengtong ledger sequence，稍后再试。")


class NotInLog(NotFound):
    """An act is recorded but no signed checkpoint covers it yet."""

    code = "not_in_log"
    message = _("这条存证刚刚写入，尚无检查点覆盖。")
    remedy = _("一般两秒内完成，请稍后刷新。")


class LogForked(Refusal):
    """The log at hand does not continue what was signed before: the database was restored or altered."""

    code = "log_forked"
    status = 500
    message = _("存证日志与已签发的检查点不一致：已签发 {signed} 条，现有 {size} 条。")
    remedy = _("请立即停止签发，由审计管理员核对数据库备份与见证方保存的检查点。")


class LogKeyUnfit(Refusal):
    """A key of the log cannot sign notes."""

    code = "log_key_unfit"
    status = 500
    message = _("存证日志的签名密钥不可用：{what}")
    remedy = _("请由安全管理员检查密钥提供者；日志签名使用 Ed25519 与 SM2。")


class WitnessesUnreadable(Refusal):
    """The file that names the log's witnesses cannot be read."""

    code = "witnesses_unreadable"
    status = 500
    message = _("见证方名单 {file} 无法读取：{what}")
    remedy = _("请由系统管理员改正该文件：每个见证方一项，含 key（公钥行）与 address（网址）。")


class NotPublished(NotFound):
    """The log publishes nothing here: no such tile, not signed yet, or an entry, which only auditors see."""

    code = "not_published"
    message = _("存证日志没有公开这项内容。")
    remedy = _("公开的是检查点与散列瓦片；存证原文含人员编号，仅供审计，请凭证据包核验。")


class AuthoritiesUnreadable(Refusal):
    """The file that names the time-stamp authorities cannot be read."""

    code = "authorities_unreadable"
    status = 500
    message = _("时间戳机构名单 {file} 无法读取：{what}")
    remedy = _("请由系统管理员改正该文件：每个机构一项，含 name、address、root（根证书）与 crls（吊销列表网址）。")


class ConcernsOthers(Refusal):
    """The evidence would show the ids of other people as well; it is handed out by an auditor only."""

    code = "concerns_others"
    status = 403
    message = _("这次查看同时涉及其他人，证据包不能由个人直接取出。")
    remedy = _("请拨打 12345 说明时间和单位，由审计机关依法出具。")
