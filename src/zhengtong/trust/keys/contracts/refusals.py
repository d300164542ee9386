"""Refusals about keys 密钥."""

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal


class KeyRingDamaged(Refusal):
    """The key ring, or a key in it, is missing, changed, or needs an algorithm that this machine lacks."""

    code = "key_ring_damaged"
    status = 500
    message = _("密钥环不可用：{what}")
    remedy = _("请由安全管理员从备份恢复密钥目录后重启服务。")


class TableNotSealed(Refusal):
    """No column of the table is a sealed field."""

    code = "table_not_sealed"
    status = 404
    message = _("数据表 {table} 没有加密字段。")
    remedy = _("有加密字段的数据表：{tables}。")


class CiphertextDamaged(Refusal):
    """A stored value does not open: changed, moved to another column, or sealed by another ring."""

    code = "ciphertext_damaged"
    status = 500
    message = _("加密数据无法还原。")
    remedy = _("请通知安全管理员核查数据是否被改动或密钥是否匹配。")


class UnreadableKey(Refusal):
    """Bytes that should be a key are not one, or one of a kind that is not used here."""

    code = "unreadable_key"
    status = 422
    message = _("无法读取密钥：{what}")
    remedy = _("请提供 DER 编码的 SM2、ECDSA P-256、Ed25519 或不少于 2048 位的 RSA 密钥。")


class AlgorithmUnavailable(Refusal):
    """The provider, or this machine's libcrypto, cannot do this algorithm."""

    code = "algorithm_unavailable"
    status = 422
    message = _("密钥提供者 {provider} 不支持算法 {algorithm}。")
    remedy = _("请改用其他算法，或换用支持该算法的密码模块。")


class KeyMissing(Refusal):
    """No key under this reference, or it was destroyed."""

    code = "key_missing"
    status = 404
    message = _("找不到密钥 {reference}。")
    remedy = _("请核对密钥编号；已销毁的密钥无法恢复，需重新生成并换发证书。")


class NotOpened(Refusal):
    """Encrypted content does not open with this key: damaged, tampered with, or for another; which is not told."""

    code = "not_opened"
    status = 422
    message = _("内容无法用该密钥解密。")
    remedy = _("请确认内容未被改动、所用密钥正确后重试。")


class ModuleFailed(Refusal):
    """A cryptographic module or its library refused; `what` names the call and its code, never a secret."""

    code = "module_failed"
    status = 503
    message = _("密码模块未完成操作：{what}")
    remedy = _("请检查密码模块的连接、授权和配置后重试。")


class ModuleKeepsKey(Refusal):
    """The standard has no call that destroys this key."""

    code = "module_keeps_key"
    message = _("密钥 {reference} 只能用密码设备自带的管理工具销毁。")
    remedy = _("请用设备管理工具销毁后，在平台将其标记为泄露并停用。")


class ServiceRefused(Refusal):
    """A licensed certification service declines a request, or does not know what it is asked about."""

    code = "certification_refused"
    status = 422
    message = _("电子认证服务机构未受理：{what}")
    remedy = _("请核对申请内容和签名后重新提交，或联系该机构。")
