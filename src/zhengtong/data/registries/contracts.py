"""What crosses the door of the registries 基础库: the records of population, enterprises, vehicles and addresses.

Population 人口, legal entities 法人 and natural resources and geography 自然资源和空间地理 are base libraries of the
catalogue of government information resources (政务信息资源目录编制指南). A record carries exactly what the registry
answers for; what a reader may see of it is decided at the door.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.checkdigits import Sex
from zhengtong.kernel.errors import InvalidInput, Refusal


class Relation(StrEnum):
    """Relation to the head of the household 与户主关系 (groups of GB/T 4761-2008)."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    PARENT_IN_LAW = "parent_in_law"


RELATION_LABELS: dict[Relation, Promise] = {
    Relation.HEAD: _("户主"),
    Relation.SPOUSE: _("配偶"),
    Relation.CHILD: _("子女"),
    Relation.PARENT: _("父母"),
    Relation.PARENT_IN_LAW: _("公婆或岳父母"),
}


class EnterpriseKind(StrEnum):
    """Kind of business entity 经营主体类型 (《市场主体登记管理条例》, art. 2)."""

    COMPANY = "company"
    INDIVIDUAL_BUSINESS = "individual_business"
    COOPERATIVE = "cooperative"


ENTERPRISE_KIND_LABELS: dict[EnterpriseKind, Promise] = {
    EnterpriseKind.COMPANY: _("公司"),
    EnterpriseKind.INDIVIDUAL_BUSINESS: _("个体工商户"),
    EnterpriseKind.COOPERATIVE: _("农民专业合作社"),
}


class EnterpriseStatus(StrEnum):
    """Registration status 登记状态."""

    ACTIVE = "active"
    REVOKED = "revoked"
    DEREGISTERED = "deregistered"


ENTERPRISE_STATUS_LABELS: dict[EnterpriseStatus, Promise] = {
    EnterpriseStatus.ACTIVE: _("存续"),
    EnterpriseStatus.REVOKED: _("吊销"),
    EnterpriseStatus.DEREGISTERED: _("注销"),
}


class VehicleKind(StrEnum):
    """Kind of motor vehicle 机动车种类 (groups of GA 802)."""

    CAR = "car"
    VAN = "van"
    LORRY = "lorry"
    MOTORCYCLE = "motorcycle"


class Energy(StrEnum):
    """What drives a vehicle 能源种类."""

    PETROL = "petrol"
    DIESEL = "diesel"
    ELECTRIC = "electric"
    HYBRID = "hybrid"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRecord:
    """A standard address 标准地址: degrees of longitude and latitude in the reference system `crs` names."""

    id: UUID
    region: str
    text: str
    longitude: float
    latitude: float
    crs: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseholdRecord:
    """A registered household 户: its grid, its address, its head and how many people it has."""

    id: UUID
    region: str
    address: UUID
    head: UUID
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidentRecord:
    """A registered resident 居民, with the personal data in the clear: handle in memory only."""

    id: UUID
    household: UUID
    relation: Relation
    name: str
    id_number: str
    born_on: date
    sex: Sex
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EnterpriseRecord:
    """A registered business entity 经营主体; capital in fen."""

    credit_code: str
    name: str
    kind: EnterpriseKind
    industry: str
    status: EnterpriseStatus
    region: str
    address: UUID
    legal_representative: UUID
    registered_capital: int
    established_on: date
    employees: int


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleRecord:
    """A registered motor vehicle 机动车 and its owner: a resident or an enterprise, never both."""

    plate: str
    kind: VehicleKind
    energy: Energy
    region: str
    registered_on: date
    owner_resident: UUID | None
    owner_enterprise: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryPart:
    """One delivery to the registries, loaded wholly or not at all. `name` makes a second delivery a no-op."""

    name: str
    addresses: list[AddressRecord]
    households: list[HouseholdRecord]
    residents: list[ResidentRecord]
    enterprises: list[EnterpriseRecord]
    vehicles: list[VehicleRecord]

    def rows(self) -> int:
        """Return the number of records of all kinds."""
        kinds: Iterable[list[AddressRecord] | list[HouseholdRecord] | list[ResidentRecord]] = (
            self.addresses,
            self.households,
            self.residents,
        )
        return sum(len(kind) for kind in kinds) + len(self.enterprises) + len(self.vehicles)


class PurposeMissing(InvalidInput):
    """Personal data were asked for without saying why (个人信息保护法, arts. 5, 6 and 34)."""

    code = "purpose_missing"
    message = _("查询个人信息须写明用途。")
    remedy = _("请填写办理的事项或依据后重新查询。")


class ResidentUnknown(Refusal):
    """The population registry has no such resident, or none that this reader may see."""

    code = "resident_unknown"
    status = 404
    message = _("人口库中没有可供您查询的记录。")
    remedy = _("请核对姓名和证件号码；确有遗漏请向户籍所在地公安机关申报。")


class EnterpriseUnknown(Refusal):
    """The enterprise registry has no such unified credit code."""

    code = "enterprise_unknown"
    status = 404
    message = _("法人库中没有统一社会信用代码为 {credit_code} 的经营主体。")
    remedy = _("请核对 18 位统一社会信用代码；新设主体次日入库。")


class Permission(StrEnum):
    """What a post may be allowed to do with the registries."""

    READ_RESIDENT = "data.registries:read_resident"


PERMISSION_SENTENCES: dict[Permission, Promise] = {
    Permission.READ_RESIDENT: _("为办理事项查询居民登记信息"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidentView:
    """What the population registry says of a resident, in the clear: show masked, and only for the purpose given."""

    id: UUID
    name: str
    id_number: str
    sex: Sex
    birth_year: int
    relation: Relation
    household: UUID
    household_size: int
    region: str
    region_name: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EnterpriseView:
    """What the enterprise registry makes public (企业信息公示暂行条例): the representative's name, never the number."""

    credit_code: str
    name: str
    kind: EnterpriseKind
    industry: str
    status: EnterpriseStatus
    region: str
    region_name: str
    address: str
    longitude: float
    latitude: float
    crs: str
    legal_representative: UUID
    legal_representative_name: str
    registered_capital: int
    established_on: date
    employees: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionCount:
    """How many there are in a town."""

    region: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeBand:
    """Residents from `youngest` to `oldest` (both included; None: and older) by sex."""

    youngest: int
    oldest: int | None
    men: int
    women: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PopulationStatistics:
    """The population of a region: totals, its towns, its age pyramid. Aggregates only."""

    residents: int
    households: int
    men: int
    women: int
    towns: tuple[RegionCount, ...]
    pyramid: tuple[AgeBand, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnterpriseStatistics:
    """The business entities of a region; `industries` by section of GB/T 4754 and `towns` count the active ones."""

    total: int
    active: int
    kinds: tuple[tuple[EnterpriseKind, int], ...]
    industries: tuple[tuple[str, int], ...]
    towns: tuple[RegionCount, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleStatistics:
    """The motor vehicles of a region by energy."""

    total: int
    energies: tuple[tuple[Energy, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrySizes:
    """How many rows each registry has."""

    residents: int
    households: int
    enterprises: int
    vehicles: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TownSizes:
    """How many rows each registry has in a town."""

    region: str
    name: str
    sizes: RegistrySizes
