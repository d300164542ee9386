"""What licences refuse 拒绝."""

from zhengtong.kernel.checkdigits import InvalidCode
from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


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
