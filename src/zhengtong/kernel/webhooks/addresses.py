"""Where messages may be sent 推送地址: by https, or inside a network that an operator opened."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from zhengtong.kernel import outbound
from zhengtong.kernel.webhooks.contracts import AddressUnfit

SECONDS = 10.0
"""How long a message may take in all."""


def require_fit(address: str) -> None:
    """Refuse an address that nothing may ever be sent to; its name is resolved only when something is sent.

    Raises:
        AddressUnfit: it is not https, carries a user name, or names an internal address.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise AddressUnfit(field="address", what="URL") from None
    if parts.scheme not in {"https", "http"} or not host or parts.username or parts.fragment or not address.isascii():
        raise AddressUnfit(field="address", what="https://…")
    literal = outbound.ip_of(host)
    if literal is not None and not outbound.may_call(literal, settings.WEBHOOK_NETWORKS):
        raise AddressUnfit(field="address", what=host)
    is_opened = literal is not None and outbound.is_within(literal, settings.WEBHOOK_NETWORKS)
    if parts.scheme == "http" and not is_opened:
        raise AddressUnfit(field="address", what="http")


def post(address: str, *, body: bytes, headers: Mapping[str, str], resolve: outbound.Resolve | None = None) -> int:
    """Send *body* and return the status of the answer.

    Raises:
        AddressUnfit: nothing may be sent there, or the name leads into a network that is not opened.
        NoAnswer: nobody answered in time, or not in HTTP.
    """
    require_fit(address)
    try:
        return outbound.post(
            address, body=body, headers=headers, networks=settings.WEBHOOK_NETWORKS, seconds=SECONDS, resolve=resolve
        )
    except outbound.ForbiddenAddress as forbidden:
        raise AddressUnfit(field="address", what=str(forbidden)) from None
