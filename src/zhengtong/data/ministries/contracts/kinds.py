"""What the catalogue of interfaces says, who may use one, what was asked, how a line stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class Permission(StrEnum):
    """What a post may be allowed to do with ministries' interfaces."""

    SET_UP = "data.ministries:set_up"
    GRANT = "data.ministries:grant"
    ASK = "data.ministries:ask"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.SET_UP: _("发布国家部委接口目录，设置接入线路"),
    Permission.GRANT: _("授权部门使用国家部委接口，终止授权"),
    Permission.ASK: _("为办理事项查询国家部委接口"),
}


class ItemKind(StrEnum):
    """What a value of an item is; `flag` is yes or no, `code` one of its values."""

    TEXT = "text"
    DATE = "date"
    CODE = "code"
    FLAG = "flag"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A data item that an interface takes or gives; `values` with their English names are those of a code."""

    key: str
    title: str
    title_en: str
    kind: ItemKind
    values: tuple[tuple[str, str], ...] = ()
    personal: bool = False

    def shown(self, value: str, *, english: bool) -> str:
        """Return *value* as the reader is shown it; a code in the reader's language."""
        return dict(self.values).get(value, value) if english else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """One interface of a ministry.

    Attributes:
        code: ministry and name, joined by a hyphen: `civil_affairs-marriage`.
        cache_minutes: how long an answer may be used again; 0 where it must be fresh.
        daily_quota: how often the whole node may ask the ministry on a day (Beijing).
        timeout_ms: milliseconds after which no answer is waited for.
    """

    code: str
    ministry: str
    name: str
    name_en: str
    inputs: tuple[Item, ...]
    outputs: tuple[Item, ...]
    cache_minutes: int
    daily_quota: int
    timeout_ms: int

    @property
    def asks_about_person(self) -> bool:
        """Whether a query names a person by number."""
        return any(item.key == "id_number" for item in self.inputs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ministry:
    """A ministry with its interfaces."""

    key: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """An edition of the catalogue of interfaces; `number` is 0 before anything was published."""

    name: str
    note: str
    note_en: str
    ministries: tuple[Ministry, ...]
    interfaces: tuple[Interface, ...]
    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantEntry:
    """The right of a department to use an interface.

    Attributes:
        items: codes of the service items it is for.
        purpose: in a sentence, for the record.
        basis: the clause that allows it.
        daily_quota: how often a day (Beijing), answers from the cache included.
        for_applicants: whether forms may be filled from it when people ask about themselves.
        expires_on: the last day.
    """

    interface: str
    organisation: UUID
    items: tuple[str, ...]
    purpose: str
    basis: str
    daily_quota: int
    expires_on: date
    for_applicants: bool = False


class GrantState(StrEnum):
    """Where a grant stands."""

    ACTIVE = "active"
    EXPIRED = "expired"
    ENDED = "ended"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[GrantState, Text] = {
    GrantState.ACTIVE: _("有效"),
    GrantState.EXPIRED: _("已到期"),
    GrantState.ENDED: _("已终止"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantView:
    """A grant as it is shown, with its use of the day."""

    id: UUID
    entry: GrantEntry
    organisation_name: str
    organisation_name_en: str
    state: GrantState
    starts_at: datetime
    used_today: int
    reason: str


class Outcome(StrEnum):
    """How a query ended; `asked` never got an answer because the process died."""

    ASKED = "asked"
    FOUND = "found"
    NOTHING = "nothing"
    FAILED = "failed"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS: Mapping[Outcome, Text] = {
    Outcome.ASKED: _("未收到答复"),
    Outcome.FOUND: _("有结果"),
    Outcome.NOTHING: _("查无记录"),
    Outcome.FAILED: _("接口未答复"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a ministry answered; `record` is None where it knows nothing. Its values are personal data.

    Attributes:
        query: the id under which the query is on record.
        answered_at: when the ministry answered, which for a cached answer is earlier than now.
        record: values by the keys of the interface's outputs.
    """

    query: UUID
    interface: Interface
    answered_at: datetime
    is_cached: bool
    record: Mapping[str, str] | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryView:
    """A query on record, without what was asked and answered."""

    id: UUID
    at: datetime
    interface: str
    organisation_name: str
    organisation_name_en: str
    business: str
    purpose: str
    basis: str
    is_cached: bool
    outcome: Outcome


class Health(StrEnum):
    """How an interface does."""

    UNTRIED = "untried"
    WELL = "well"
    FALTERING = "faltering"
    RESTING = "resting"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _HEALTH_LABELS[self]


_HEALTH_LABELS: Mapping[Health, Text] = {
    Health.UNTRIED: _("尚未使用"),
    Health.WELL: _("答复正常"),
    Health.FALTERING: _("时有失败"),
    Health.RESTING: _("暂停调用"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class InterfaceStatus:
    """How an interface does today; `milliseconds` is what its last answer took."""

    interface: Interface
    health: Health
    used_today: int
    failures: int
    resting_until: datetime | None
    answered_at: datetime | None
    failed_at: datetime | None
    failure: Text
    milliseconds: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InterfaceDesk:
    """An interface with all that its page shows: its ministry, how it does, who was granted it."""

    status: InterfaceStatus
    ministry: Ministry
    grants: tuple[GrantView, ...]
