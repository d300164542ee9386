"""Kinds of everything about licences 类别: permissions, states, fields, forms, purposes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Text


class Permission(StrEnum):
    """What a post may be allowed to do with licences of its body."""

    ISSUE = "trust.license:issue"
    KEEP = "trust.license:keep"
    OPEN = "trust.license:open"
    VIEW = "trust.license:view"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.ISSUE: gettext_lazy("签发电子证照"),
    Permission.KEEP: gettext_lazy("暂停、恢复、撤销和换发电子证照"),
    Permission.OPEN: gettext_lazy("按持证人查找电子证照，按用途查看照面全部信息"),
    Permission.VIEW: gettext_lazy("查看本单位签发的电子证照（脱敏）"),
}


class LicenseState(StrEnum):
    """Where a licence stands. `EXPIRED` follows from its dates and is never stored."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"

    @property
    def label(self) -> Text:
        """The state on screen."""
        return _STATES[self]


_STATES: Mapping[LicenseState, Text] = {
    LicenseState.VALID: gettext_lazy("有效"),
    LicenseState.SUSPENDED: gettext_lazy("已暂停"),
    LicenseState.REVOKED: gettext_lazy("已撤销"),
    LicenseState.REPLACED: gettext_lazy("已换发"),
    LicenseState.EXPIRED: gettext_lazy("已过期"),
}
STORED_STATES = (LicenseState.VALID, LicenseState.SUSPENDED, LicenseState.REVOKED, LicenseState.REPLACED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A text in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    def in_language(self, language: str) -> str:
        """Return the text in *language*.

        >>> Words(zh="营业执照", en="Business licence").in_language("en")
        'Business licence'
        """
        return self.en if language.startswith("en") else self.zh


class FieldKind(StrEnum):
    """What a field holds; decides how it is masked."""

    TEXT = "text"
    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    DATE = "date"


class HolderKind(StrEnum):
    """Who may hold a licence of a type."""

    PERSON = "person"
    ENTERPRISE = "enterprise"


class BatchState(StrEnum):
    """Where a batch of the back catalogue stands: checked and waiting, being issued, done."""

    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"

    @property
    def label(self) -> Text:
        """The state on screen."""
        return _BATCH_STATES[self]


_BATCH_STATES: Mapping[BatchState, Text] = {
    BatchState.CHECKED: gettext_lazy("已检查，待签发"),
    BatchState.RUNNING: gettext_lazy("正在签发"),
    BatchState.DONE: gettext_lazy("已签发"),
}


class Form(StrEnum):
    """The file a licence is downloaded as."""

    OFD = "ofd"
    PDF = "pdf"
    JSON = "json"
    SD_JWT = "sd-jwt"

    @property
    def label(self) -> Text:
        """The form on screen."""
        return _FORM_LABELS[self]

    @property
    def media_type(self) -> str:
        """The Internet media type."""
        return _MEDIA_TYPES[self]


_FORM_LABELS: Mapping[Form, Text] = {
    Form.OFD: gettext_lazy("带印章的版式文件（OFD）"),
    Form.PDF: gettext_lazy("带印章的版式文件（PDF）"),
    Form.JSON: gettext_lazy("数据文件（JSON，带签名）"),
    Form.SD_JWT: gettext_lazy("国际凭证（SD-JWT VC，可选择披露）"),
}
_MEDIA_TYPES: Mapping[Form, str] = {
    Form.OFD: "application/ofd",
    Form.PDF: "application/pdf",
    Form.JSON: "application/jose+json",
    Form.SD_JWT: "application/dc+sd-jwt",
}


class PresentationPurpose(StrEnum):
    """What a holder presents a licence for 亮证用途; its code is the purpose in the ledger."""

    SERVICE = "trust.licenses.service"
    IDENTITY = "trust.licenses.identity"
    TRAVEL = "trust.licenses.travel"
    BUSINESS = "trust.licenses.business"
    INSPECTION = "trust.licenses.inspection"

    @property
    def label(self) -> Text:
        """The purpose on screen."""
        return PURPOSE_TITLES[self]


class KeepingPurpose(StrEnum):
    """What a keeper opens a licence, or looks its holder up, for; its code is the purpose in the ledger."""

    HANDLING = "trust.licenses.handling"
    CHECKING = "trust.licenses.checking"
    CORRECTING = "trust.licenses.correcting"

    @property
    def label(self) -> Text:
        """The purpose on screen."""
        return PURPOSE_TITLES[self]


OWN = "trust.licenses.own"
"""The purpose of a holder's, or an agent's, own readings."""

PURPOSE_TITLES: Mapping[str, Text] = {
    OWN: gettext_lazy("持证人或受托人查看、下载证照"),
    PresentationPurpose.SERVICE: gettext_lazy("持证人亮证：办理事项"),
    PresentationPurpose.IDENTITY: gettext_lazy("持证人亮证：核对身份和资格"),
    PresentationPurpose.TRAVEL: gettext_lazy("持证人亮证：出行、住宿和优待"),
    PresentationPurpose.BUSINESS: gettext_lazy("持证人亮证：签约和经营"),
    PresentationPurpose.INSPECTION: gettext_lazy("持证人亮证：接受检查"),
    KeepingPurpose.HANDLING: gettext_lazy("签发单位办理持证人的事项"),
    KeepingPurpose.CHECKING: gettext_lazy("签发单位核实证照内容"),
    KeepingPurpose.CORRECTING: gettext_lazy("签发单位更正或换发证照"),
}
