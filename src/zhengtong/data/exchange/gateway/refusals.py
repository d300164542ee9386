"""What the gateway refuses 网关不予答复, each with a code that a department's developer can look up."""

from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class SignatureMissing(Refusal):
    """The query carries no signature that this gateway reads (RFC 9421)."""

    code = "signature_missing"
    status = 401
    message = _("请求没有可识别的签名：{what}")
    remedy = _("请按接口说明签名：覆盖 @method、@path、content-digest，并带 created、keyid、nonce、alg。")


class SignatureWrong(Refusal):
    """The signature does not fit the query, or its key does not work."""

    code = "signature_wrong"
    status = 401
    message = _("签名不符或密钥无效。")
    remedy = _("请核对密钥是否在有效期内，以及签名内容与请求是否一致。")


class SignatureStale(Refusal):
    """The signature was made too long ago or in the future."""

    code = "signature_stale"
    status = 401
    message = _("签名时间与本系统相差超过 {seconds} 秒。")
    remedy = _("请校准系统时钟后重新签名。")


class QueryReplayed(Refusal):
    """The nonce was used before; the first answer stands."""

    code = "query_replayed"
    status = 409
    message = _("这次请求的随机数已经用过。")
    remedy = _("每次请求请使用新的随机数并重新签名。")


class QueryUnreadable(InvalidInput):
    """The body is not the document that is asked for."""

    code = "query_unreadable"
    message = _("请求内容无法读取：{what}")
    remedy = _("请按接口说明提交 JSON；可填的名称见提示。")


class AgreementNotWorking(Refusal):
    """No working agreement of this number lets this application ask."""

    code = "agreement_not_working"
    status = 403
    message = _("没有允许本应用查询的有效协议。")
    remedy = _("请核对协议编号；协议可能尚未生效、已暂停、到期或终止。")


class AgreementStopped(Refusal):
    """The application's agreement does not work now; it is told why."""

    code = "agreement_stopped"
    status = 403
    message = _("协议现在不能使用：{state}。{reason}")
    remedy = _("暂停的协议由签约部门恢复；到期或终止的须重新申请。")


class ResourceNotOffered(Refusal):
    """The catalogue does not let departments have the resource any more, whatever was agreed before."""

    code = "resource_not_offered"
    status = 403
    message = _("该资源已从目录撤销，或已改为不予共享。")
    remedy = _("请与数源部门联系；目录重新提供该资源后，协议即可继续使用。")


class ModeNotAgreed(Refusal):
    """The agreement does not let the data be fetched in this way."""

    code = "mode_not_agreed"
    status = 403
    message = _("协议没有约定这种共享方式：{mode}")
    remedy = _("请按协议约定的方式获取，或重新申请并选择该方式。")


class PartUnknown(NotFound):
    """The version has fewer parts."""

    code = "part_unknown"
    message = _("该版本没有第 {part} 片。")
    remedy = _("请先查询清单；片号从 0 开始。")


class BusinessNotAgreed(Refusal):
    """The business named is not one the agreement is for, or nobody knows the case."""

    code = "business_not_agreed"
    status = 403
    message = _("协议不允许用于该业务，或办件不存在。")
    remedy = _("请填写协议约定的事项代码，或正在办理的办件编号。")


class FieldNotAgreed(Refusal):
    """A field is asked for that the agreement does not hand out."""

    code = "field_not_agreed"
    status = 403
    message = _("协议没有约定数据项：{names}")
    remedy = _("请只查询协议约定的数据项，或申请变更协议。")


class QuotaUsedUp(Refusal):
    """The agreement's looks of the day are used up."""

    code = "quota_used_up"
    status = 429
    message = _("今日调用次数或行数已达协议约定的上限。")
    remedy = _("请于次日再试，或申请提高限额。")


class NoSuchAddress(NotFound):
    """The gateway has no such address, or not for this method."""

    code = "no_such_address"


class RecordUnavailable(Refusal):
    """The record cannot be written, so nothing is answered."""

    code = "record_unavailable"
    status = 503
    message = _("留痕服务暂不可用，本次查询未作答复。")
    remedy = _("请稍后重试；没有留痕就不提供数据。")
