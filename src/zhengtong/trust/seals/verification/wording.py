"""What a verification says of each failure, in words for whoever holds the file."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text, mark
from zhengtong.trust.keys.api import Distrust

_DISTRUST: Mapping[Distrust, Text] = {
    Distrust.MALFORMED: _("证书数据有误"),
    Distrust.NO_ISSUER: _("证书不是由本平台信任的机构签发"),
    Distrust.EXPIRED: _("签章时证书已过期"),
    Distrust.NOT_YET_VALID: _("签章时证书尚未生效"),
    Distrust.REVOKED: _("签章时证书已被吊销"),
    Distrust.NO_REVOCATION_EVIDENCE: _("没有证书状态的依据，无法确认是否被吊销"),
    Distrust.ALGORITHM: _("证书使用了不被认可的算法"),
    Distrust.USAGE: _("证书的用途不是签章"),
    Distrust.INVALID: _("证书链验证失败"),
}

NOT_DER = _("数据不符合编码规则")
ALGORITHM = _("签名算法不是 SM2")
WRONG_SIGNATURE = _("签名值不正确，数据可能已被改动")
NOT_LISTED = _("签章者的证书不在印章的签章者列表中")
DIGEST_UNKNOWN = _("印章使用了未知的证书摘要算法")
CRITICAL = _("含有本平台不认识的关键扩展")
SEAL_NOT_YET = _("签章时印章尚未生效")
SEAL_EXPIRED = _("签章时印章已过有效期")
IN_FUTURE = _("签章时间晚于现在")
CLAIMED = _("签章时间由签章者自己声明，没有时间戳证明")
REVOKED_SINCE = _("证书后来被吊销，而签章时间没有时间戳证明")
NO_TIME = _("没有签章时间")
STAMP_WRONG = _("时间戳不是对本签名的，或其签名不正确")
STAMP_UNTRUSTED = _("时间戳不是由本平台信任的机构签发")
STAMP_BEFORE = _("时间戳早于声明的签章时间")
DATA_CHANGED = _("签章描述文件与签章时不同")
FILE_CHANGED = mark("受保护的文件被改动：{name}")
FILE_MISSING = mark("受保护的文件缺失：{name}")
METHOD = _("摘要算法不是 SM3")
NO_REFERENCES = _("签章没有保护任何文件")
ENTRY_OPEN = _("文件入口 OFD.xml 不受签章保护，可以被改为指向另一份文档")
SHOWS_ANOTHER = _("文件入口指向的文档不是签章保护的文档")
PARTS_OPEN = mark("有 {count} 个文件不受签章保护")
PLAIN_SIGNATURE = _("这是不带印章的数字签名（GB/T 35275），本平台不判定")
SEAL_DIFFERS = _("包内的印章文件与签章中的印章不同")
SEVERAL_BODIES = _("文件包中有多个文档，只验证了第一个")
UNREADABLE_SIGNATURE = _("签章数据无法读取")
NOT_PREPARED = _("文件入口没有为签章做好准备，签章将无法保护它")
NO_PLACE = _("文件中没有这枚印章的位置")
BROKEN_PDF = _("PDF 已损坏或已加密")
PDF_CHANGED = _("受保护的内容被改动")
ADDED_LATER = _("签章之后文件又增加了内容")
TOO_LARGE = _("文件超过 20 MB")
NEITHER = _("既不是 OFD 文件，也不是 PDF 文件")


def distrust_note(reason: Distrust) -> Text:
    """Say why a certificate is not trusted."""
    return _DISTRUST[reason]
