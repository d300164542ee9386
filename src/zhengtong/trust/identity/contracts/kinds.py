"""The words of identity 身份: kinds, levels, channels, duties, permissions, and how they are called on screen.

Assurance levels follow eIDAS (EU 2015/1502: low, substantial, high); they say how sure the platform is that the person
at the keyboard is the person in the register: 实名等级.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text

ALL_MATTERS = "*"
"""The matter that covers every matter."""


SYSTEM_SUBJECT = UUID(int=0)
"""The subject of acts that the platform does by itself: set-up, timers, the command line."""


class SubjectKind(StrEnum):
    """What kind of subject 主体 acts or is acted for."""

    NATURAL = "natural"
    LEGAL = "legal"
    OFFICIAL = "official"
    APPLICATION = "application"


class AssuranceLevel(IntEnum):
    """How sure the platform is of the person 实名等级, after eIDAS."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def title(self) -> Text:
        """The level's name on screen."""
        return {
            AssuranceLevel.NONE: _("未登录"),
            AssuranceLevel.LOW: _("初级（已登录，未实名）"),
            AssuranceLevel.SUBSTANTIAL: _("中级（已实名）"),
            AssuranceLevel.HIGH: _("高级（已实名，双因素登录）"),
        }[self]


class ProofMethod(StrEnum):
    """How a subject's identity was proved 核验方式."""

    POPULATION_CHECK = "population_check"  # 二要素: ID number and name against the population registry
    BUSINESS_REGISTRY = "business_registry"  # 法人: taken from the registry of enterprises
    ORGANISATION = "organisation"  # officials: their own personnel office vouches
    COUNTER = "counter"  # in person, at a window
    NETWORK_ID = "network_id"  # 网号/网证 of the national network identity service


class Channel(StrEnum):
    """Where an act comes in 办理渠道."""

    WEB = "web"
    MOBILE = "mobile"
    WINDOW = "window"
    KIOSK = "kiosk"
    HOTLINE = "hotline"
    API = "api"
    SYSTEM = "system"


class OrganisationLevel(IntEnum):
    """The six levels of government 六级, from province to grid; a branch office has its parent's level."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5
    GRID = 6


class OrganisationKind(StrEnum):
    """What kind of body an organisation is 机构性质."""

    PARTY = "party"
    GOVERNMENT = "government"
    DEPARTMENT = "department"
    INSTITUTION = "institution"
    SELF_GOVERNMENT = "self_government"  # village and residents' committees 村（居）委会
    GRID = "grid"
    OFFICE = "office"  # an inner office 内设机构 or service window


class Duty(StrEnum):
    """The duties kept apart 三员分立 (GB/T 22239-2019 level 3, 8.1.5): nobody holds two of them."""

    BUSINESS = "business"
    ADMINISTRATION = "administration"  # 系统管理员
    SECURITY = "security"  # 安全管理员
    AUDIT = "audit"  # 审计管理员


class MandateBasis(StrEnum):
    """Where a mandate comes from."""

    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人, by registration (Civil Code §61)
    GRANTED = "granted"  # 委托代理 (Civil Code §165)
    GUARDIAN = "guardian"  # 监护 (Civil Code §§23, 27)


class LogoutOutcome(StrEnum):
    """What came of an attempt to tell an application that a session ended 注销通知结果."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # it answered with something else than success
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"  # its address leads into a network that must not be called

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return {
            "delivered": _("已送达"),
            "refused": _("对方拒绝"),
            "unreachable": _("无法连接"),
            "forbidden": _("地址不在允许的网络内"),
        }[self.value]


class Scope(StrEnum):
    """What an application may ask to know about a signed-in person (OpenID Connect Core §5.4), each by consent."""

    OPENID = "openid"  # who it is, under a name of this sector only; and how sure that is
    PROFILE = "profile"  # the name
    ORGANISATION = "organisation"  # of an official: organisation and post
    MANDATES = "mandates"  # for whom the person may act, and in which matters


class Permission(StrEnum):
    """What a post may be allowed to do with identities."""

    REGISTER_PERSON = "trust.identity:register_person"
    ESTABLISH_ORGANISATION = "trust.identity:establish_organisation"
    APPOINT = "trust.identity:appoint"
    RELIEVE = "trust.identity:relieve"
    ASSIST = "trust.identity:assist"
    REGISTER_APPLICATION = "trust.identity:register_application"
    ISSUE_CREDENTIAL = "trust.identity:issue_credential"
    REVOKE_CREDENTIAL = "trust.identity:revoke_credential"
    DEVELOP_APPLICATION = "trust.identity:develop_application"
    APPROVE_APPLICATION = "trust.identity:approve_application"
    RESET_PASSWORD = "trust.identity:reset_password"  # noqa: S105 -- the name of a permission


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.REGISTER_PERSON: _("登记自然人主体"),
    Permission.ESTABLISH_ORGANISATION: _("设立机构和岗位"),
    Permission.APPOINT: _("任命人员到岗"),
    Permission.RELIEVE: _("免去人员岗位"),
    Permission.ASSIST: _("经本人同意帮办代办"),
    Permission.REGISTER_APPLICATION: _("登记应用系统"),
    Permission.ISSUE_CREDENTIAL: _("发放应用凭证"),
    Permission.REVOKE_CREDENTIAL: _("吊销应用凭证"),
    Permission.DEVELOP_APPLICATION: _("为本单位登记和维护接入应用"),
    Permission.APPROVE_APPLICATION: _("批准应用使用个人信息和令牌换取"),
    Permission.RESET_PASSWORD: _("重置账号密码"),
}


DUTY_OF_PERMISSION: Mapping[Permission, Duty] = {
    Permission.REGISTER_PERSON: Duty.BUSINESS,
    Permission.ASSIST: Duty.BUSINESS,
    Permission.ESTABLISH_ORGANISATION: Duty.ADMINISTRATION,
    Permission.APPOINT: Duty.ADMINISTRATION,
    Permission.RELIEVE: Duty.ADMINISTRATION,
    Permission.REGISTER_APPLICATION: Duty.ADMINISTRATION,
    Permission.ISSUE_CREDENTIAL: Duty.SECURITY,
    Permission.REVOKE_CREDENTIAL: Duty.SECURITY,
    Permission.DEVELOP_APPLICATION: Duty.BUSINESS,
    Permission.APPROVE_APPLICATION: Duty.SECURITY,
    Permission.RESET_PASSWORD: Duty.SECURITY,
}


def covers(matters: Iterable[str], matter: str) -> bool:
    """Say whether *matters* include *matter*: the same, an ancestor in the dotted order of matters, or all of them.

    >>> covers(["social"], "social.pension"), covers(["social.pension"], "social"), covers(["*"], "tax")
    (True, False, True)
    """
    return any(m in (ALL_MATTERS, matter) or matter.startswith(f"{m}.") for m in matters)


SUBJECT_KIND_LABELS: Mapping[SubjectKind, Text] = {
    SubjectKind.NATURAL: _("自然人"),
    SubjectKind.LEGAL: _("法人"),
    SubjectKind.OFFICIAL: _("公职人员"),
    SubjectKind.APPLICATION: _("应用系统"),
}
PROOF_METHOD_LABELS: Mapping[ProofMethod, Text] = {
    ProofMethod.POPULATION_CHECK: _("与人口库核对"),
    ProofMethod.BUSINESS_REGISTRY: _("与经营主体登记核对"),
    ProofMethod.ORGANISATION: _("所在机构确认"),
    ProofMethod.COUNTER: _("窗口当面核验"),
    ProofMethod.NETWORK_ID: _("国家网络身份认证"),
}
CHANNEL_LABELS: Mapping[Channel, Text] = {
    Channel.WEB: _("网上"),
    Channel.MOBILE: _("移动端"),
    Channel.WINDOW: _("窗口"),
    Channel.KIOSK: _("自助终端"),
    Channel.HOTLINE: _("热线"),
    Channel.API: _("接口"),
    Channel.SYSTEM: _("系统"),
}
ORGANISATION_LEVEL_LABELS: Mapping[OrganisationLevel, Text] = {
    OrganisationLevel.PROVINCE: _("省级"),
    OrganisationLevel.CITY: _("市级"),
    OrganisationLevel.COUNTY: _("县级"),
    OrganisationLevel.TOWN: _("乡级"),
    OrganisationLevel.VILLAGE: _("村级"),
    OrganisationLevel.GRID: _("网格"),
}
ORGANISATION_KIND_LABELS: Mapping[OrganisationKind, Text] = {
    OrganisationKind.PARTY: _("党委机关"),
    OrganisationKind.GOVERNMENT: _("人民政府"),
    OrganisationKind.DEPARTMENT: _("政府部门"),
    OrganisationKind.INSTITUTION: _("事业单位"),
    OrganisationKind.SELF_GOVERNMENT: _("村（居）民委员会"),
    OrganisationKind.GRID: _("网格"),
    OrganisationKind.OFFICE: _("内设机构"),
}
DUTY_LABELS: Mapping[Duty, Text] = {
    Duty.BUSINESS: _("业务"),
    Duty.ADMINISTRATION: _("系统管理"),
    Duty.SECURITY: _("安全管理"),
    Duty.AUDIT: _("审计管理"),
}
MANDATE_BASIS_LABELS: Mapping[MandateBasis, Text] = {
    MandateBasis.LEGAL_REPRESENTATIVE: _("法定代表人"),
    MandateBasis.GRANTED: _("委托授权"),
    MandateBasis.GUARDIAN: _("监护"),
}
