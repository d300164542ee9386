"""Why identity refuses 不予办理的情形; each is named after what is missing."""

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal


class AssuranceTooLow(Refusal):
    """The act needs a higher assurance level than this session has."""

    code = "assurance_too_low"
    status = 403
    message = _("办理此事需要更高的实名等级：{needed}。")
    remedy = _("请完成实名核验；需要高级的，请再用验证器或通行密钥登录。")


class RealNameMismatch(Refusal):
    """Number and name do not belong together; which of the two was wrong is never said."""

    code = "real_name_mismatch"
    status = 422
    message = _("姓名与公民身份号码核验未通过。")
    remedy = _("请核对后重试。今日还可尝试 {left} 次；也可持证件到办事窗口办理。")


class RealNameAttemptsUsedUp(Refusal):
    """Too many attempts at a real-name proof today."""

    code = "real_name_attempts_used_up"
    status = 429
    message = _("今日实名核验次数已用完。")
    remedy = _("请明日再试，或持证件到办事窗口办理。")


class RealNameAlreadyProved(Refusal):
    """This account has proved its real name already."""

    code = "real_name_already_proved"
    status = 409
    message = _("该账号已完成实名核验。")
    remedy = _("无需重复办理。")


class PersonHasAccount(Refusal):
    """The person who was proved has another account."""

    code = "person_has_account"
    status = 409
    message = _("您已有一个实名账号。")
    remedy = _("请使用原账号登录；忘记账号的，可持证件到办事窗口找回。")


class PersonAlreadyRegistered(Refusal):
    """A person with this ID number is registered."""

    code = "person_already_registered"
    status = 409
    message = _("该公民身份号码已登记。")
    remedy = _("请直接查找已登记的人员。")


class MandateMissing(Refusal):
    """Nobody gave the actor the right to act for this principal; a wrong id looks the same."""

    code = "mandate_missing"
    status = 403
    message = _("没有代表对方办事的授权。")
    remedy = _("请由对方在“我的授权”中授权后再办理。")


class MandateNotAccepted(Refusal):
    """The agent has not accepted the mandate yet."""

    code = "mandate_not_accepted"
    status = 409
    message = _("这项授权尚未接受。")
    remedy = _("请先在“我的授权”中确认接受。")


class MandateExpired(Refusal):
    """The mandate's time is over, or has not begun."""

    code = "mandate_expired"
    status = 403
    message = _("授权不在有效期内。")
    remedy = _("请由对方重新授权。")


class MandateRevoked(Refusal):
    """The principal took the mandate back."""

    code = "mandate_revoked"
    status = 403
    message = _("授权已被撤回。")
    remedy = _("如仍需代办，请由对方重新授权。")


class MandateOutsideMatter(Refusal):
    """The mandate is live but does not cover this matter, channel or amount."""

    code = "mandate_outside_matter"
    status = 403
    message = _("授权范围不包括此事项。")
    remedy = _("请由对方扩大授权范围，或由本人办理。")


class MandateNotYours(Refusal):
    """One can give away only one's own rights, and not those one holds as an agent."""

    code = "mandate_not_yours"
    status = 403
    message = _("只能由委托人本人（或法定代表人）授权。")
    remedy = _("请切换到委托人身份后再授权。")


class PostNotHeld(Refusal):
    """The actor does not hold this post now."""

    code = "post_not_held"
    status = 403
    message = _("您当前不在该岗位任职。")
    remedy = _("请选择现任岗位；岗位有误的，请联系本单位管理员。")


class DutiesKeptApart(Refusal):
    """System, security and audit administration must be in different hands (三员分立)."""

    code = "duties_kept_apart"
    status = 409
    message = _("系统管理、安全管理、审计管理和业务岗位不得由同一人兼任。")
    remedy = _("请改派其他人员。")


class ConsentNeeded(Refusal):
    """A clerk helps only with the person's recorded consent."""

    code = "consent_needed"
    status = 422
    message = _("帮办代办需要办事人同意。")
    remedy = _("请在取得本人同意并勾选确认后再开始。")


class UsernameTaken(Refusal):
    """Another account has this user name."""

    code = "username_taken"
    status = 409
    message = _("用户名已被使用。")
    remedy = _("请换一个用户名。")


class AssistanceOver(Refusal):
    """The help that a clerk gave has ended, by itself or by hand."""

    code = "assistance_over"
    status = 409
    message = _("帮办代办已结束。")
    remedy = _("如仍需帮办，请再次取得办事人同意后开始。")


class ExchangeNotGranted(Refusal):
    """The application may not call others on behalf of people."""

    code = "exchange_not_granted"
    status = 400
    message = _("该应用未获准代用户调用其他应用。")
    remedy = _("请在开发者门户为应用申请令牌换取，由管理员批准。")


class SubjectTokenInvalid(Refusal):
    """The token to exchange is unknown, expired, ended, or another application's."""

    code = "subject_token_invalid"
    status = 400
    message = _("待换取的令牌无效，或不是发给该应用的。")
    remedy = _("请用该应用自己持有的访问令牌；用户已退出的，请用户重新登录。")


class AudienceUnknown(Refusal):
    """The receiver is no working application, or the application that asks."""

    code = "audience_unknown"
    status = 400
    message = _("没有这个接收应用。")
    remedy = _("请在 audience 中写接收应用现用的客户端编号。")


class ScopeTooWide(Refusal):
    """More was asked for than the token to exchange holds."""

    code = "scope_too_wide"
    status = 400
    message = _("申请的范围超出原令牌。")
    remedy = _("请减少 scope，或请用户同意更多范围后再换取。")


class DeveloperNeeded(Refusal):
    """Applications are registered by departments and enterprises, not by a person for themselves."""

    code = "developer_needed"
    status = 403
    message = _("应用由单位登记，您现在以个人身份办理。")
    remedy = _("请先在“我的”中切换到您代表的企业；机关单位请由有开发权限的岗位办理。")


class ApplicationNameTaken(Refusal):
    """The department or enterprise has an application of this name."""

    code = "application_name_taken"
    status = 409
    message = _("已有同名的应用。")
    remedy = _("请换一个名称。")
