"""Tables of the base registries: population, enterprises, vehicles, addresses, and their counts.

Regions are foreign keys to the region tree; personal data lie encrypted, the identity number beside a blind index.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.registries.contracts import (
    ENTERPRISE_KIND_LABELS,
    ENTERPRISE_STATUS_LABELS,
    RELATION_LABELS,
    Energy,
    VehicleKind,
)
from zhengtong.trust.keys.api import BlindIndex, BlindIndexField, EncryptedTextField

ID_NUMBER_INDEX = BlindIndex(purpose="registries.id_number")


class Address(models.Model):
    """A standard address 标准地址. Invariant: it lies in a region of the tree and its coordinates name their system."""

    id = models.UUIDField(primary_key=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    text = models.CharField(_("地址"), max_length=200)
    longitude = models.FloatField(_("经度"))
    latitude = models.FloatField(_("纬度"))
    crs = models.CharField(_("坐标系"), max_length=16)

    class Meta:
        db_table = "registries_address"
        verbose_name = verbose_name_plural = _("标准地址")
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="registries_address_on_earth",
            ),
            models.CheckConstraint(condition=~Q(crs=""), name="registries_address_has_crs"),
        ]

    def __str__(self) -> str:
        return self.text


class Household(models.Model):
    """A registered household 户. Invariant: `size` is the number of residents in it, and `head` is one of them."""

    id = models.UUIDField(primary_key=True)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("网格"))
    address = models.ForeignKey(Address, models.PROTECT, related_name="+", db_index=False, verbose_name=_("地址"))
    head = models.UUIDField(_("户主"))
    size = models.PositiveSmallIntegerField(_("人数"))

    class Meta:
        db_table = "registries_household"
        verbose_name = verbose_name_plural = _("户")

    def __str__(self) -> str:
        return str(self.id)


class Resident(models.Model):
    """A registered resident 居民. Invariant: one row an identity number (by its blind index), in one household.

    `id` is the person's subject wherever the platform knows them.
    """

    id = models.UUIDField(primary_key=True)
    household = models.ForeignKey(Household, models.PROTECT, related_name="residents", verbose_name=_("户"))
    relation = models.CharField(
        _("与户主关系"), max_length=16, choices=[(key.value, label) for key, label in RELATION_LABELS.items()]
    )
    name = EncryptedTextField[str, str](purpose="registries.name")
    id_number = EncryptedTextField[str, str](purpose="registries.id_number")
    id_index = BlindIndexField[bytes, bytes](unique=True)
    birth_year = models.PositiveSmallIntegerField(_("出生年份"))
    sex = models.CharField(_("性别"), max_length=6)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))

    class Meta:
        db_table = "registries_resident"
        verbose_name = verbose_name_plural = _("居民")

    def __str__(self) -> str:
        return str(self.id)


class Enterprise(models.Model):
    """A registered business entity 经营主体. Invariant: one row a unified credit code; a resident stands behind it."""

    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, primary_key=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(
        _("类型"), max_length=24, choices=[(key.value, label) for key, label in ENTERPRISE_KIND_LABELS.items()]
    )
    industry = models.CharField(_("行业门类"), max_length=1)
    status = models.CharField(
        _("登记状态"), max_length=16, choices=[(key.value, label) for key, label in ENTERPRISE_STATUS_LABELS.items()]
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    address = models.ForeignKey(Address, models.PROTECT, related_name="+", db_index=False, verbose_name=_("住所"))
    legal_representative = models.ForeignKey(
        Resident, models.PROTECT, related_name="enterprises", verbose_name=_("法定代表人")
    )
    registered_capital = models.BigIntegerField(_("注册资本（分）"))
    established_on = models.DateField(_("成立日期"))
    employees = models.PositiveIntegerField(_("从业人数"))

    class Meta:
        db_table = "registries_enterprise"
        verbose_name = verbose_name_plural = _("经营主体")
        constraints = [
            models.CheckConstraint(condition=Q(registered_capital__gte=0), name="registries_capital_not_negative")
        ]

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """A registered motor vehicle 机动车. Invariant: one row a plate, one owner: a resident or an enterprise."""

    plate = models.CharField(_("号牌号码"), max_length=10, primary_key=True)
    kind = models.CharField(_("种类"), max_length=12, choices=[(kind.value, kind.value) for kind in VehicleKind])
    energy = models.CharField(_("能源"), max_length=10, choices=[(energy.value, energy.value) for energy in Energy])
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    registered_on = models.DateField(_("登记日期"))
    owner_resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="vehicles")
    owner_enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="vehicles")

    class Meta:
        db_table = "registries_vehicle"
        verbose_name = verbose_name_plural = _("机动车")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_resident=None, owner_enterprise__isnull=False)
                | Q(owner_resident__isnull=False, owner_enterprise=None),
                name="registries_vehicle_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.plate


class RegistryCount(models.Model):
    """How many rows of a registry a town has, by facet 分类计数. Invariant: it equals what counting them would give.

    Facets: residents `sex/birth year`, households none, enterprises `kind/industry/status`, vehicles `kind/energy`.
    """

    registry = models.CharField(max_length=16)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    facet = models.CharField(max_length=64)
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "registries_count"
        constraints = [models.UniqueConstraint(fields=["registry", "region", "facet"], name="registries_count_once")]

    def __str__(self) -> str:
        return f"{self.registry} {self.region_id} {self.facet}"


class AddressSum(models.Model):
    """What the addresses of a town add up to 地址合计. Invariant: it equals what adding them would give.

    Degrees in the addresses' own coordinate system; their mean is a point for schematic maps, no more.
    """

    region = models.OneToOneField("regions.Region", models.PROTECT, primary_key=True, related_name="+")
    count = models.PositiveIntegerField()
    longitude = models.FloatField()
    latitude = models.FloatField()

    class Meta:
        db_table = "registries_address_sum"

    def __str__(self) -> str:
        return f"{self.region_id} {self.count}"


class LoadedPart(models.Model):
    """A delivery that was loaded 已入库批次. Invariant: it exists exactly when all rows of the delivery do."""

    name = models.CharField(max_length=120, primary_key=True)
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        db_table = "registries_part"

    def __str__(self) -> str:
        return self.name
