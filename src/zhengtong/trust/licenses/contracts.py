"""What crosses the door of electronic licences 电子证照: types, licences, presentations, verifications.

An electronic licence has the force of the paper one (国务院令第716号 §10). Names travel in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.checkdigits import InvalidCode
from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event


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


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseField:
    """A field of a licence. `shown`: offered first when presenting; `sources`: where an issue from a case finds it."""

    key: str
    name: Words
    kind: FieldKind
    optional: bool
    shown: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseType:
    """A type of licence 证照类型 as a province publishes it. `years` is how long one is valid, None for ever.

    `department` is the key of the department that issues it; `number` the last three digits of the type's code.
    """

    key: str
    number: str
    name: Words
    holder: HolderKind
    department: str
    basis: str
    years: int | None
    fields: tuple[LicenseField, ...]

    def field(self, key: str) -> LicenseField | None:
        """Return the field *key*, None where the type has none."""
        return next((one for one in self.fields if one.key == key), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseNumber:
    """A licence's identifier in its parts (GB/T 36904-2018): type code, issuer's credit code, serial, version."""

    type_code: str
    issuer: str
    serial: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseView:
    """A licence without what is written in it. `state` takes the date into account; each act counts `revision` up."""

    id: UUID
    number: str
    type: LicenseType
    issuer: UUID
    issuer_name: Words
    holder: UUID
    state: LicenseState
    version: int
    issued_at: datetime
    state_at: datetime
    valid_from: date
    valid_until: date | None
    reason: str
    revision: int = 1

    @property
    def in_force(self) -> bool:
        """Whether it may be relied on."""
        return self.state is LicenseState.VALID


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownField:
    """A field with its value, as one reader may see it."""

    key: str
    name: Words
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedLicense:
    """A licence with what is written in it."""

    license: LicenseView
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLicense:
    """A licence in the list of the body that keeps it. `holder_name` is masked, empty in an export."""

    license: LicenseView
    holder_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFilter:
    """Which licences a keeper lists: of a type, in a state, with these characters in their number."""

    type_key: str = ""
    state: LicenseState | None = None
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """An act on a licence or a reading of it, as its keeper sees it: never who, only which body."""

    at: datetime
    verb: str
    organisation: UUID | None
    clause: str
    purpose: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOutcome:
    """What became of a row, counted from 1: the licence's number, or why not (never what the row said)."""

    row: int
    number: str = ""
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchView:
    """A batch of the back catalogue 存量证照批次: how far it is, and which rows were refused at the end."""

    id: UUID
    type_key: str
    issuer: UUID
    state: BatchState
    rows: int
    issued: int
    refused: int
    troubles: tuple[RowOutcome, ...]
    made_at: datetime
    ended_at: datetime | None

    @property
    def handled(self) -> int:
        """How many rows were dealt with."""
        return self.issued + self.refused


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


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseFile:
    """A downloaded licence."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingKey:
    """The public key by which a body signs licences, DER SubjectPublicKeyInfo."""

    fingerprint: str
    code: str
    name: str
    spki: bytes


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


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationPass:
    """A code to show. It is told here once and kept only as a keyed fingerprint."""

    id: UUID
    code: str
    expires_at: datetime
    renewable_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationView:
    """A consent to present, as its holder sees it later. `looks` counts the verifications."""

    id: UUID
    license: UUID
    purpose: PresentationPurpose
    fields: tuple[Words, ...]
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    looks: tuple["PresentationLook", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationLook:
    """That somebody verified a presentation; `subject` None where the verifier had no account."""

    at: datetime
    subject: UUID | None
    organisation: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedBy:
    """Which entry of which trusted list carries a licence of another region 互认依据."""

    entry: str
    list_number: int
    purpose: Text
    assurance: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a verifier is told. `fields` only those consented to, or those the verifier's own file holds.

    A licence of another region names in `carried_by` what it is recognised by; its state is what the file and the date
    say, for only its issuer knows what came after. A sealed file of another region tells its dates on its page only.
    """

    number: str
    type_name: Words
    issuer_name: Words
    state: LicenseState
    valid_from: date | None
    valid_until: date | None
    issued_at: datetime | None
    as_of: datetime
    fields: tuple[ShownField, ...] = ()
    purpose: PresentationPurpose | None = None
    carried_by: CarriedBy | None = None

    @property
    def in_force(self) -> bool:
        """Whether it may be relied on."""
        return self.state is LicenseState.VALID


@event("trust.licenses.license.issued.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseIssued:
    """A licence was issued; `replaces` names the version before it."""

    license: UUID
    type: str
    issuer: UUID
    case: UUID | None
    replaces: UUID | None


@event("trust.licenses.license.changed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseChanged:
    """A licence was suspended, resumed, revoked or replaced."""

    license: UUID
    state: LicenseState


class InvalidLicenseNumber(InvalidCode):
    """Not an identifier of GB/T 36904-2018."""

    code = "invalid_license_number"
    message = _("证照标识有误：{what}")


class LicenseTypesBroken(Refusal):
    """A file of licence types cannot be published."""

    code = "license_types_broken"
    status = 422
    message = _("证照类型 {place} 有误：{what}")
    remedy = _("请改正该文件；写法见 provinces/demo/licences 中的原件。")


class UnknownLicenseType(NotFound):
    """No such type is published."""

    code = "unknown_license_type"
    message = _("没有发布这种证照类型：{type}")
    remedy = _("请核对类型代码，或先发布证照类型。")


class UnknownLicense(NotFound):
    """No such licence, or not for this reader."""

    code = "unknown_license"
    message = _("没有找到这份电子证照。")
    remedy = _("请核对证照标识；它也可能属于另一个身份，请切换身份后再查看。")


class AttributesUnfit(InvalidInput):
    """What is to be written in a licence does not fit its type."""

    code = "license_attributes_unfit"
    message = _("证照内容与证照类型不符：{what}")
    remedy = _("请按证照类型补全或改正照面信息后重新签发。")


class IssuerUnfit(Refusal):
    """The body has no unified social credit code, so that it cannot number licences."""

    code = "license_issuer_unfit"
    status = 422
    message = _("签发单位没有有效的统一社会信用代码，不能编制证照标识。")
    remedy = _("请先在机构登记中补全该单位的统一社会信用代码。")


class IssuerHasNoSeal(Refusal):
    """The issuing body has no electronic seal in force, so that there is no sealed file."""

    code = "license_issuer_has_no_seal"
    message = _("签发单位还没有使用中的电子印章，不能生成带印章的文件。")
    remedy = _("请先下载数据文件（JSON），它同样可以核验；或稍后再试。")


class UnknownHolder(NotFound):
    """Nobody is registered under this number."""

    code = "license_holder_unknown"
    message = _("没有登记这个持证人。")
    remedy = _("请核对公民身份号码或统一社会信用代码。")


class LicenseStateForbids(Refusal):
    """The licence's state does not allow the act."""

    code = "license_state_forbids"
    message = _("这份证照当前状态为“{state}”，不能进行这项操作。")
    remedy = _("请刷新页面查看证照的最新状态。")


class LicenseReasonMissing(InvalidInput):
    """An act against a licence needs a reason."""

    code = "license_reason_missing"
    message = _("没有写明理由。")
    remedy = _("请写明理由，持证人会看到它。")


class LicenseTableUnfit(InvalidInput):
    """An uploaded table cannot be read, is too long, or has other columns than the type."""

    code = "license_table_unfit"
    message = _("表格不能读取：{what}")
    remedy = _("请下载该类型的表头模板，用 UTF-8 编码的 CSV 重新上传。")


class LicenseClauseMissing(InvalidInput):
    """An act against a licence names the clause it rests on."""

    code = "license_clause_missing"
    message = _("没有写明法律依据。")
    remedy = _("请写明依据的法律、法规和条款。")


class LicenseChangedMeanwhile(Refusal):
    """Somebody else acted on the licence after it was shown."""

    code = "license_changed_meanwhile"
    status = 409
    message = _("您打开页面之后，这份证照已被他人办理过。")
    remedy = _("请重新打开证照，核对最新状态和记录后再办理。")


class ConsentUnfit(InvalidInput):
    """A presentation needs at least one field of the licence."""

    code = "license_consent_unfit"
    message = _("没有选择要出示的内容，或选择的内容不在证照上。")
    remedy = _("请至少选择一项照面信息。")


class PresentationOver(NotFound):
    """A code that was never given out, ran out or was ended: the three look the same."""

    code = "presentation_over"
    message = _("亮证码无效或已过期。")
    remedy = _("请持证人刷新亮证码后重新出示；一个亮证码有效一分钟。")


class FileNotGenuine(InvalidInput):
    """An uploaded file is no licence of ours, or was changed."""

    code = "license_file_not_genuine"
    message = _("这个文件不是有效的电子证照：{what}")
    remedy = _("请向持证人索取原始下载文件，或改用亮证码、证照标识核验。")


class LicenseIssuerNotListed(Refusal):
    """The licence is of another region, and no entry of the trusted list carries its issuer."""

    code = "license_issuer_not_listed"
    status = 403
    message = _("“{issuer}”的证书不是由可信列表上的机构签发，不能认可这份证照。")
    remedy = _("请核对证照来源；互认范围由安全管理员在可信列表中公布。")


class LicensePurposeNotCovered(Refusal):
    """An entry carries the issuer, but not for licences of this kind."""

    code = "license_purpose_not_covered"
    status = 403
    message = _("可信列表中的“{entry}”不包括“{purpose}”，不能认可这份证照。")
    remedy = _("请核对证照种类；互认范围由安全管理员在可信列表中公布。")


class LicenseAssuranceTooLow(Refusal):
    """An entry carries the issuer, but is not sure enough of holders."""

    code = "license_assurance_too_low"
    status = 403
    message = _("可信列表中的“{entry}”可信等级为“{assurance}”，低于认可证照所需的“{least}”。")
    remedy = _("请改用可信等级足够的机构签发的证照，或按规定提交其他材料。")


class LicenseRecognitionEnded(Refusal):
    """The entry that carried the issuer has ended, or has not begun."""

    code = "license_recognition_ended"
    status = 403
    message = _("可信列表中的“{entry}”不在有效期内，不能认可这份证照。")
    remedy = _("请向安全管理员了解互认是否续期，或按规定提交其他材料。")


class VerificationsTooMany(Refusal):
    """One address asked too often."""

    code = "verifications_too_many"
    status = 429
    message = _("核验次数过多。")
    remedy = _("请一分钟后再试。")
