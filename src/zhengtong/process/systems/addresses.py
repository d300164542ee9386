"""Where the platform may send to 推送地址: never into its own network, unless an operator opened it.

A name is resolved once and the connection goes to the very address that was examined: a name that answers differently
the second time gains nothing. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from django.conf import settings

from zhengtong.process.systems.contracts import AddressUnfit

PATIENCE = 10.0
"""Seconds for each step of a connection."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


def opened_networks() -> tuple[Network, ...]:
    """Return the internal networks that the operator opened."""
    return tuple(ipaddress.ip_network(one.strip()) for one in settings.WEBHOOK_NETWORKS)


def require_fit(address: str) -> None:
    """Refuse an address that nothing may ever be sent to; its name is resolved only when something is sent.

    Raises:
        AddressUnfit: it is not https, carries a user name, or names an internal address.
    """
    _parts(address, opened_networks())


def post(
    address: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    resolve: Callable[[str, int], Iterable[str]] | None = None,
) -> int:
    """Send *body* and return the status of the answer, which is not read further.

    Raises:
        AddressUnfit: the name leads into a network that is not opened.
        OSError, http.client.HTTPException: nobody answered, or not in HTTP.
    """
    opened = opened_networks()
    secure, host, port, path = _parts(address, opened)
    target = _target((resolve or _resolved)(host, port), opened, secure=secure)
    connection = _Pinned(host, port, target=target, secure=secure)
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one examined address, under the name the receiver is known by."""

    def __init__(self, host: str, port: int, *, target: str, secure: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._target, self._secure = target, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target, self.port), PATIENCE)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _parts(address: str, opened: tuple[Network, ...]) -> tuple[bool, str, int, str]:
    """Return whether it is https, host, port and path with query."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressUnfit(field="address", what="URL") from None
    if parts.scheme not in {"https", "http"} or not host or parts.username or parts.fragment or not address.isascii():
        raise AddressUnfit(field="address", what="https://…")
    literal = _ip(host)
    if literal is not None and not _may(literal, opened):
        raise AddressUnfit(field="address", what=host)
    if parts.scheme == "http" and not (literal is not None and _inside(literal, opened)):
        raise AddressUnfit(field="address", what="http")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return secure, host, port or (443 if secure else 80), path


def _target(found: Iterable[str], opened: tuple[Network, ...], *, secure: bool) -> str:
    """Return the first address; all of them must be fit, or the name is not ours to trust."""
    addresses = [ip for text in found if (ip := _ip(text)) is not None]
    if not addresses:
        raise AddressUnfit(field="address", what="DNS")
    for ip in addresses:
        if not _may(ip, opened) or not (secure or _inside(ip, opened)):
            raise AddressUnfit(field="address", what=str(ip))
    return str(addresses[0])


def _may(ip: Ip, opened: tuple[Network, ...]) -> bool:
    """Say whether something may be sent to *ip*.

    >>> _may(ipaddress.ip_address("169.254.169.254"), ()), _may(ipaddress.ip_address("::ffff:10.0.0.1"), ())
    (False, False)
    >>> _may(ipaddress.ip_address("10.0.0.1"), (ipaddress.ip_network("10.0.0.0/8"),))
    True
    """
    if _inside(ip, opened):
        return True
    if ip.version == 6 and (ip.ipv4_mapped is not None or any(ip in network for network in _CARRIES_IPV4)):
        return False
    return ip.is_global and not ip.is_multicast


def _inside(ip: Ip, opened: tuple[Network, ...]) -> bool:
    return any(ip.version == network.version and ip in network for network in opened)


def _ip(text: str) -> Ip | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _resolved(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
