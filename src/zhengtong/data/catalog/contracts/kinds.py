"""The words of the catalogue: classes, grades, cycles, formats, and how they are called on screen.

Elements follow the guide to catalogues of government information resources 《政务信息资源目录编制指南（试行）》
(发改高技〔2017〕1272号); classes and grades follow GB/T 43697-2024.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class CatalogClass(StrEnum):
    """The first level of the catalogue 类, one digit of the code."""

    BASE = "1"
    THEME = "2"
    DEPARTMENT = "3"


class SharingClass(StrEnum):
    """Who in government may have it 共享属性 (国务院令第809号《政务数据共享条例》)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    WITHHELD = "withheld"


class SharingMode(StrEnum):
    """How it is handed over 共享方式."""

    QUERY = "query"
    BATCH = "batch"
    SUBSCRIPTION = "subscription"
    FILE = "file"
    OFFLINE = "offline"


class OpeningClass(StrEnum):
    """Whether the public may have it 开放属性."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    WITHHELD = "withheld"


class OpeningMode(StrEnum):
    """On what condition the public may have it 有条件开放的方式: who registers, or who made an agreement."""

    REGISTRATION = "registration"
    AGREEMENT = "agreement"


class UpdateCycle(StrEnum):
    """How often it is brought up to date 更新周期."""

    REALTIME = "realtime"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"


class ResourceFormat(StrEnum):
    """In what form the provider keeps it 信息资源格式."""

    DOCUMENT = "document"
    SPREADSHEET = "spreadsheet"
    DATABASE = "database"
    IMAGE = "image"
    MEDIA = "media"
    SELF_DESCRIBING = "self_describing"


class ElementType(StrEnum):
    """The type of a data element 数据类型; the guide's letter is in `ELEMENT_TYPE_LETTERS`."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    TEXT = "text"
    OBJECT = "object"


class DataClass(StrEnum):
    """What a data element is about 数据分类: people, organisations, or neither."""

    SENSITIVE = "sensitive"
    PERSONAL = "personal"
    ORGANISATION = "organisation"
    PUBLIC = "public"


class DataGrade(IntEnum):
    """How much harm its leak would do 数据分级 (GB/T 43697-2024): general 1 to 4, important, core; they compare."""

    GENERAL_1 = 1
    GENERAL_2 = 2
    GENERAL_3 = 3
    GENERAL_4 = 4
    IMPORTANT = 5
    CORE = 6


class Derivation(StrEnum):
    """How data were made from other data 衍生数据 (GB/T 43697-2024)."""

    MASKED = "masked"
    LABELLED = "labelled"
    AGGREGATED = "aggregated"
    FUSED = "fused"


class DatasetState(StrEnum):
    """Where an entry stands: registered by its provider, published by who keeps the catalogue, or withdrawn."""

    REGISTERED = "registered"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Permission(StrEnum):
    """What a post may be allowed to do with the catalogue."""

    REGISTER = "data.catalog:register"
    PUBLISH = "data.catalog:publish"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.REGISTER: _("编制本部门的数据目录"),
    Permission.PUBLISH: _("审核和发布数据目录"),
}
CATALOG_CLASS_LABELS: Mapping[CatalogClass, Text] = {
    CatalogClass.BASE: _("基础信息资源"),
    CatalogClass.THEME: _("主题信息资源"),
    CatalogClass.DEPARTMENT: _("部门信息资源"),
}
SHARING_CLASS_LABELS: Mapping[SharingClass, Text] = {
    SharingClass.UNCONDITIONAL: _("无条件共享"),
    SharingClass.CONDITIONAL: _("有条件共享"),
    SharingClass.WITHHELD: _("不予共享"),
}
SHARING_MODE_LABELS: Mapping[SharingMode, Text] = {
    SharingMode.QUERY: _("接口查询"),
    SharingMode.BATCH: _("批量交换"),
    SharingMode.SUBSCRIPTION: _("变更订阅"),
    SharingMode.FILE: _("文件下载"),
    SharingMode.OFFLINE: _("线下介质"),
}
OPENING_CLASS_LABELS: Mapping[OpeningClass, Text] = {
    OpeningClass.UNCONDITIONAL: _("无条件开放"),
    OpeningClass.CONDITIONAL: _("有条件开放"),
    OpeningClass.WITHHELD: _("不予开放"),
}
OPENING_MODE_LABELS: Mapping[OpeningMode, Text] = {
    OpeningMode.REGISTRATION: _("登记后使用"),
    OpeningMode.AGREEMENT: _("按协议使用"),
}
UPDATE_CYCLE_LABELS: Mapping[UpdateCycle, Text] = {
    UpdateCycle.REALTIME: _("实时"),
    UpdateCycle.DAILY: _("每日"),
    UpdateCycle.WEEKLY: _("每周"),
    UpdateCycle.MONTHLY: _("每月"),
    UpdateCycle.QUARTERLY: _("每季度"),
    UpdateCycle.HALF_YEARLY: _("每半年"),
    UpdateCycle.YEARLY: _("每年"),
    UpdateCycle.IRREGULAR: _("不定期"),
}
RESOURCE_FORMAT_LABELS: Mapping[ResourceFormat, Text] = {
    ResourceFormat.DOCUMENT: _("电子文件"),
    ResourceFormat.SPREADSHEET: _("电子表格"),
    ResourceFormat.DATABASE: _("数据库"),
    ResourceFormat.IMAGE: _("图形图像"),
    ResourceFormat.MEDIA: _("流媒体"),
    ResourceFormat.SELF_DESCRIBING: _("自描述格式"),
}
ELEMENT_TYPE_LABELS: Mapping[ElementType, Text] = {
    ElementType.STRING: _("字符型"),
    ElementType.INTEGER: _("整型"),
    ElementType.DECIMAL: _("数值型"),
    ElementType.DOUBLE: _("双精度型"),
    ElementType.DATE: _("日期型"),
    ElementType.DATETIME: _("日期时间型"),
    ElementType.BOOLEAN: _("逻辑型"),
    ElementType.TEXT: _("备注型"),
    ElementType.OBJECT: _("通用型"),
}
ELEMENT_TYPE_LETTERS: Mapping[ElementType, str] = {
    ElementType.STRING: "C",
    ElementType.INTEGER: "I",
    ElementType.DECIMAL: "N",
    ElementType.DOUBLE: "B",
    ElementType.DATE: "D",
    ElementType.DATETIME: "T",
    ElementType.BOOLEAN: "L",
    ElementType.TEXT: "M",
    ElementType.OBJECT: "G",
}
DATA_CLASS_LABELS: Mapping[DataClass, Text] = {
    DataClass.SENSITIVE: _("敏感个人信息"),
    DataClass.PERSONAL: _("个人信息"),
    DataClass.ORGANISATION: _("组织数据"),
    DataClass.PUBLIC: _("公共管理数据"),
}
GRADE_LABELS: Mapping[DataGrade, Text] = {
    DataGrade.GENERAL_1: _("一般 1 级"),
    DataGrade.GENERAL_2: _("一般 2 级"),
    DataGrade.GENERAL_3: _("一般 3 级"),
    DataGrade.GENERAL_4: _("一般 4 级"),
    DataGrade.IMPORTANT: _("重要"),
    DataGrade.CORE: _("核心"),
}
DATASET_STATE_LABELS: Mapping[DatasetState, Text] = {
    DatasetState.REGISTERED: _("待发布"),
    DatasetState.PUBLISHED: _("已发布"),
    DatasetState.WITHDRAWN: _("已撤下"),
}
