"""The words of opening: how open, treated how, in which state, at which risk."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class Access(StrEnum):
    """To whom a release is open 开放方式, the widest first."""

    UNCONDITIONAL = "unconditional"
    REGISTRATION = "registration"
    AGREEMENT = "agreement"
    RESEARCH = "research"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _ACCESS_LABELS[self]


_ACCESS_LABELS: Mapping[Access, Text] = {
    Access.UNCONDITIONAL: _("无条件开放"),
    Access.REGISTRATION: _("登记后使用"),
    Access.AGREEMENT: _("签订协议后使用"),
    Access.RESEARCH: _("先向科研人员开放"),
}


class Treatment(StrEnum):
    """What happens to a field on its way to the buffer 脱敏处理; a field that is not named is dropped."""

    KEEP = "keep"
    YEAR = "year"
    MONTH = "month"
    COUNTY = "county"
    CITY = "city"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _TREATMENT_LABELS[self]


_TREATMENT_LABELS: Mapping[Treatment, Text] = {
    Treatment.KEEP: _("原值"),
    Treatment.YEAR: _("只留年份"),
    Treatment.MONTH: _("只留年月"),
    Treatment.COUNTY: _("区划到县"),
    Treatment.CITY: _("区划到市"),
}


class Role(StrEnum):
    """What a field can betray: nothing, who it is about together with others, or what nobody should learn of them."""

    PLAIN = "plain"
    QUASI = "quasi"
    SENSITIVE = "sensitive"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _ROLE_LABELS[self]


_ROLE_LABELS: Mapping[Role, Text] = {
    Role.PLAIN: _("一般"),
    Role.QUASI: _("准标识符"),
    Role.SENSITIVE: _("敏感属性"),
}


class OpeningState(StrEnum):
    """Where an application stands; only a released one is seen by the public."""

    DRAFT = "draft"
    BUFFERED = "buffered"
    APPROVED = "approved"
    REFUSED = "refused"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[OpeningState, Text] = {
    OpeningState.DRAFT: _("草稿"),
    OpeningState.BUFFERED: _("在缓冲区，待审批"),
    OpeningState.APPROVED: _("已批准，待开放"),
    OpeningState.REFUSED: _("不予开放"),
    OpeningState.RELEASED: _("已开放"),
    OpeningState.WITHDRAWN: _("已撤下"),
}


class FileForm(StrEnum):
    """The forms a release is frozen in."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    GEOJSON = "geojson"

    @property
    def media_type(self) -> str:
        """Its media type (RFC 7111, 8259, 7946; the one the Parquet project registered)."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Mapping[FileForm, str] = {
    FileForm.CSV: "text/csv; charset=utf-8",
    FileForm.JSON: "application/json",
    FileForm.PARQUET: "application/vnd.apache.parquet",
    FileForm.GEOJSON: "application/geo+json",
}


class Risk(StrEnum):
    """Why a copy in the buffer may not leave it."""

    EMPTY = "empty"
    GRADE = "grade"
    IDENTIFIERS = "identifiers"
    FEW_ALIKE = "few_alike"
    LITTLE_VARIETY = "little_variety"
    SMALL_CELLS = "small_cells"
    RECOVERABLE = "recoverable"
    MUCH_SUPPRESSED = "much_suppressed"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _RISK_LABELS[self]

    @property
    def remedy(self) -> Text:
        """What brings it down."""
        return _REMEDIES[self]


_RISK_LABELS: Mapping[Risk, Text] = {
    Risk.EMPTY: _("没有数据"),
    Risk.GRADE: _("数据项分级过高"),
    Risk.IDENTIFIERS: _("含直接标识符"),
    Risk.FEW_ALIKE: _("k 匿名不足"),
    Risk.LITTLE_VARIETY: _("l 多样性不足"),
    Risk.SMALL_CELLS: _("小单元格未抑制"),
    Risk.RECOVERABLE: _("被抑制的数可由合计推出"),
    Risk.MUCH_SUPPRESSED: _("抑制过多"),
}
_REMEDIES: Mapping[Risk, Text] = {
    Risk.EMPTY: _("请选择有数据的版本，或减少抑制。"),
    Risk.GRADE: _("请删去这些数据项、泛化或改为汇总，或收紧开放方式。"),
    Risk.IDENTIFIERS: _("请删去这些数据项。"),
    Risk.FEW_ALIKE: _("请泛化准标识符（年份、县），抑制小类，或改为汇总。"),
    Risk.LITTLE_VARIETY: _("请泛化准标识符或删去敏感属性。"),
    Risk.SMALL_CELLS: _("请选择抑制小单元格，或减少分组的数据项。"),
    Risk.RECOVERABLE: _("请选择抑制小单元格（含补充抑制），或不公布合计。"),
    Risk.MUCH_SUPPRESSED: _("请进一步泛化或减少数据项，使小单元格变少。"),
}


class IdentifierKind(StrEnum):
    """What names one person by itself."""

    RESIDENT_ID = "resident_id"
    MOBILE = "mobile"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _IDENTIFIER_LABELS[self]


_IDENTIFIER_LABELS: Mapping[IdentifierKind, Text] = {
    IdentifierKind.RESIDENT_ID: _("公民身份号码"),
    IdentifierKind.MOBILE: _("手机号码"),
}


class Permission(StrEnum):
    """What a post may be allowed to do with opening."""

    APPLY = "data.opening:apply"
    DECIDE = "data.opening:decide"
    ANSWER = "data.opening:answer"
    AUDIT = "data.opening:audit"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.APPLY: _("为本部门申请开放数据，撤下已开放的数据"),
    Permission.DECIDE: _("审批数据开放申请"),
    Permission.ANSWER: _("答复公众对开放数据的申请、需求和意见"),
    Permission.AUDIT: _("核查数据开放的依据和责任"),
}
