"""Refusals 不予办理: what the platform answers when an act may not be done. Never a traceback, never half a row.

A refusal is named after what is missing (`MandateExpired`), carries a stable code, a message that says what happened
and a remedy that says what to do. It leaves the house as problem+json (RFC 9457) or as a page, see `kernel.pages`.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

Text: TypeAlias = Any  # str, or Django's lazy text, which this module must not import


def mark(text: str) -> Text:
    """Mark *text* for translation and leave it as it is; imported as `_`. Keeps pure engines free of Django."""
    return text


_ = mark
_translators: list[Callable[[str], str]] = [mark]


def translate_with(translator: Callable[[str], str]) -> None:
    """Say how sentences become the reader's language; called once, by the composition root."""
    _translators[0] = translator


class Phrase:
    """A sentence inside a refusal's sentence, put together and translated only when it is read.

    >>> str(Phrase(_("第 {position} 位有误"), position=7))
    '第 7 位有误'
    """

    def __init__(self, template: str, **values: Any) -> None:
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return _translators[0](self.template).format_map(self.values)


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error
    """The base of all refusals. Subclasses set `code`, `status`, `message` and `remedy` (text, or Django's lazy text).

    `message` and `remedy` may hold `{name}` places, filled from the keyword arguments; these also travel in the problem
    document, so they must never hold personal data.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[Text] = _("这项操作未能完成。")
    remedy: ClassVar[Text] = _("请检查后重试；仍有问题请联系服务热线。")

    def __init__(self, *, field: str | None = None, **details: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.details = details

    def __str__(self) -> str:
        return f"{self.explanation} {self.advice}"

    @property
    def explanation(self) -> str:
        """What happened, in the reader's language."""
        return _translators[0](str(self.message)).format_map(self.details)

    @property
    def advice(self) -> str:
        """What to do about it, in the reader's language."""
        return _translators[0](str(self.remedy)).format_map(self.details)

    def problem(self) -> dict[str, Any]:
        """Return the RFC 9457 problem document."""
        document: dict[str, Any] = {
            "type": f"urn:zhengtong:refusal:{self.code}",
            "title": self.explanation,
            "status": self.status,
            "detail": self.advice,
            "code": self.code,
        }
        if self.field:
            document["field"] = self.field
        if self.details:
            document["details"] = {name: str(value) for name, value in self.details.items()}
        return document


class NotFound(Refusal):
    """What was asked for is not there, or not there for this reader: the two must look the same."""

    code = "not_found"
    status = 404
    message = _("没有找到您要的内容。")
    remedy = _("请检查地址或从首页重新查找。")


class NotAllowed(Refusal):
    """The actor lacks a permission or the row lies outside their scope."""

    code = "not_allowed"
    status = 403
    message = _("您没有办理这项操作的权限。")
    remedy = _("如工作需要，请向本单位管理员申请相应岗位权限。")


class SignInNeeded(Refusal):
    """The act needs a signed-in account."""

    code = "sign_in_needed"
    status = 401
    message = _("请先登录。")
    remedy = _("登录后将回到当前页面。")


class InvalidInput(Refusal):
    """A value cannot be read; `field` names it."""

    code = "invalid_input"
    status = 422
    message = _("填写的内容有误：{what}")
    remedy = _("请改正后重新提交，已填写的内容不会丢失。")


class Conflict(Refusal):
    """Somebody else changed the same thing first."""

    code = "conflict"
    status = 409
    message = _("内容已被他人更新。")
    remedy = _("请刷新页面查看最新内容后再操作。")
