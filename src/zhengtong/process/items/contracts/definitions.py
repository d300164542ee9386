"""What an item and a bundle are made of 事项要素."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English; prints in the reader's language, Chinese when in doubt."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") and self.en else self.zh


class ItemKind(StrEnum):
    """Kind of item 事项类型 (行政权力与公共服务)."""

    LICENSE = "license"
    CONFIRMATION = "confirmation"
    FILING = "filing"
    PAYMENT = "payment"
    PUBLIC_SERVICE = "public_service"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The kind's name on screen."""
        return _KIND_LABELS[self]


_KIND_LABELS: dict[ItemKind, Promise] = {
    ItemKind.LICENSE: _("行政许可"),
    ItemKind.CONFIRMATION: _("行政确认"),
    ItemKind.FILING: _("行政备案"),
    ItemKind.PAYMENT: _("行政给付"),
    ItemKind.PUBLIC_SERVICE: _("公共服务"),
    ItemKind.OTHER: _("其他行政权力"),
}
# The digit for the kind in an implementation code; our own numbering, the published layout is unverified.
KIND_DIGITS = {kind: str(digit) for digit, kind in enumerate(ItemKind, start=1)}


class Audience(StrEnum):
    """Who may apply 服务对象."""

    NATURAL = "natural"
    LEGAL = "legal"

    @property
    def label(self) -> Promise:
        """The audience's name on screen."""
        return _AUDIENCE_LABELS[self]


_AUDIENCE_LABELS: dict[Audience, Promise] = {Audience.NATURAL: _("个人"), Audience.LEGAL: _("企业和组织")}


class Channel(StrEnum):
    """Where an application can be made 办理渠道."""

    WEB = "web"
    MOBILE = "mobile"
    WINDOW = "window"
    KIOSK = "kiosk"

    @property
    def label(self) -> Promise:
        """The channel's name on screen."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS: dict[Channel, Promise] = {
    Channel.WEB: _("网上办理"),
    Channel.MOBILE: _("手机办理"),
    Channel.WINDOW: _("窗口办理"),
    Channel.KIOSK: _("自助终端"),
}


class EvidenceRoute(StrEnum):
    """How a piece of evidence is obtained first 材料来源; only the last asks the applicant for a paper."""

    LICENCE = "licence"
    SHARED = "shared"
    CHECK = "check"
    COMMITMENT = "commitment"
    UPLOAD = "upload"

    @property
    def label(self) -> Promise:
        """The route's name on screen."""
        return _ROUTE_LABELS[self]


_ROUTE_LABELS: dict[EvidenceRoute, Promise] = {
    EvidenceRoute.LICENCE: _("电子证照，免提交"),
    EvidenceRoute.SHARED: _("数据共享，免提交"),
    EvidenceRoute.CHECK: _("部门核验，免提交"),
    EvidenceRoute.COMMITMENT: _("告知承诺，免提交"),
    EvidenceRoute.UPLOAD: _("申请人提供"),
}


class DayUnit(StrEnum):
    """What a period counts: working days 工作日 or calendar days 日."""

    WORKDAYS = "workdays"
    DAYS = "days"


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """A clause an item rests on 设定依据: the law and its articles, empty where only the law is cited."""

    law: Words
    articles: tuple[int, ...] = ()

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        if not self.articles:
            return str(self.law)
        if english:
            return f"{self.law}, art. {', '.join(map(str, self.articles))}"
        return f"《{self.law.zh}》" + "、".join(f"第{article}条" for article in self.articles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A period 时限; zero days is done while you wait 即办. `basis` is the clause that sets a statutory one."""

    days: int
    unit: DayUnit
    basis: Basis | None = None

    @property
    def instant(self) -> bool:
        """Whether it is done while the applicant waits."""
        return self.days == 0

    def shorter_than(self, other: "Period") -> bool:
        """Say whether it ends sooner, weighing five working days as seven days.

        >>> Period(days=5, unit=DayUnit.WORKDAYS).shorter_than(Period(days=7, unit=DayUnit.DAYS))
        False
        """
        mine, others = (period.days * (7 if period.unit is DayUnit.WORKDAYS else 5) for period in (self, other))
        return mine < others

    def __str__(self) -> str:
        if self.instant:
            return str(_("即时办结"))
        if self.unit is DayUnit.WORKDAYS:
            return ngettext("%(days)d 个工作日", "%(days)d 个工作日", self.days) % {"days": self.days}
        return ngettext("%(days)d 日", "%(days)d 日", self.days) % {"days": self.days}


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A type of evidence 材料 and how it is obtained first."""

    key: str
    name: Words
    served: EvidenceRoute


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """What comes out 办理结果; a licence arrives in the applicant's wallet."""

    key: str
    name: Words
    licence: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LifeEvent:
    """An event of a life or a business under which items are found 主题."""

    key: str
    name: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition of an item that can be asked about 受理条件.

    `holds` is FEEL over the answers and `as_of`, the day; `otherwise` says why it does not hold and what to do then.
    """

    criterion: Words
    holds: str
    otherwise: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """How an applicant tries an item's conditions 资格自测: what is asked (JSON Schema), and the conditions over it."""

    form: Mapping[str, Any]
    conditions: tuple[Condition, ...]


class Finding(StrEnum):
    """What a self-check finds of one condition; UNKNOWN where the answers do not decide it."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedCondition:
    """A condition as tried: `rests_on` names the questions it looks at, `unanswered` those still open."""

    condition: Condition
    finding: Finding
    rests_on: tuple[str, ...]
    unanswered: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SelfCheck:
    """The outcome of a self-check 自测结果: never a decision, and nothing of it is kept."""

    conditions: tuple[TriedCondition, ...]

    @property
    def finding(self) -> Finding:
        """Say whether all conditions hold, one fails, or something is open."""
        found = {one.finding for one in self.conditions}
        return next(one for one in (Finding.FAILS, Finding.UNKNOWN, Finding.HOLDS) if one in found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batching:
    """That tasks of an item may be decided several at once 批量办理, each in favour, and on what basis.

    `tasks` names tasks of its process: `accept`, `decide`.
    """

    tasks: tuple[str, ...]
    basis: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item of the base catalogue 基本目录 as one version says it.

    `process` is the key of the process that handles it, `joins` the departments whose opinion it asks (all of them
    会签, or the first 或签 when `any_one`), `form` the JSON Schema of what it asks; None asks the common form.
    `eligibility` is how an applicant may try the criteria beforehand, None where they cannot be asked about.
    `batching` says which tasks may be decided in a batch; None, none.
    """

    code: str
    name: Words
    department: Words
    department_key: str
    kind: ItemKind
    audiences: tuple[Audience, ...]
    basis: tuple[Basis, ...]
    statutory: Period | None
    promised: Period
    fee: bool
    channels: tuple[Channel, ...]
    visits: int
    evidence: tuple[Evidence, ...]
    criteria: tuple[Words, ...]
    output: Output
    levels: tuple[str, ...]
    life_events: tuple[LifeEvent, ...]
    keywords: str
    rank: int
    process: str = "single_item"
    joins: tuple[str, ...] = ()
    any_one: bool = False
    form: Mapping[str, Any] | None = None
    eligibility: Eligibility | None = None
    batching: Batching | None = None

    @property
    def online(self) -> bool:
        """Whether all of it can be done without a visit."""
        return Channel.WEB in self.channels and self.visits == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """One thing 一件事: items of several departments applied for once; `items` are codes.

    `waits` says which items of it begin only when others have been granted (no circle: checked when read);
    `forms` gives items a form of their own inside of this bundle.
    """

    code: str
    name: Words
    lead: Words
    lead_key: str
    items: tuple[str, ...]
    national: bool
    life_events: tuple[LifeEvent, ...]
    rank: int
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """A catalogue as read from a province's folder: checked, not yet published."""

    items: tuple[Item, ...]
    bundles: tuple[Bundle, ...]
