"""What items refuse 拒绝."""

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal


class ItemUnknown(Refusal):
    """No item or bundle has this code, or none in force on that day."""

    code = "item_unknown"
    status = 404
    message = _("没有找到编码为 {item} 的事项。")
    remedy = _("事项可能已调整，请按名称重新搜索。")


class NoSelfCheck(Refusal):
    """The conditions of an item cannot be tried by questions."""

    code = "item_has_no_self_check"
    status = 404
    message = _("这个事项还没有资格自测。")
    remedy = _("请看办事指南中的受理条件，或向办理窗口询问。")


class SuggestionsTooMany(Refusal):
    """One address asks for suggestions faster than anybody types."""

    code = "suggestions_too_many"
    status = 429
    message = _("请求过于频繁。")
    remedy = _("请一分钟后再试，或者直接按回车搜索。")


class CatalogueBroken(Refusal):
    """A file of the catalogue cannot be published: `place` says where, `what` what is wrong."""

    code = "catalogue_broken"
    status = 422
    message = _("事项目录 {place} 有误：{what}")
    remedy = _("请改正该处后重新载入；在此之前继续使用原目录。")


class ImplementationBroken(Refusal):
    """An implementation names an item that is not published, or an organisation without a credit code."""

    code = "implementation_broken"
    status = 422
    message = _("事项 {item} 在 {region} 的实施清单有误：{what}")
    remedy = _("请核对事项编码和实施主体的统一社会信用代码。")
