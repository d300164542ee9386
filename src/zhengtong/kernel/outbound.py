"""Calls to addresses that others registered 外呼: to allowed networks only, to the very address that was examined.

A name is looked up once and connected to as found, so that it cannot answer differently after the check (DNS
rebinding); redirects are not followed; the whole call ends in time, however slowly the other side talks.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo
from threading import Timer
from urllib.parse import urlsplit

SECONDS = 5.0
"""How long a call may take in all."""
Ip = IPv4Address | IPv6Address
Networks = Iterable[IPv4Network | IPv6Network]
Resolve = Callable[[str, int], Iterable[str]]
_CARRY_IPV4 = (ip_network("64:ff9b::/96"), ip_network("2002::/16"))  # RFC 6052 §2.1, RFC 3056 §2


class ForbiddenAddress(Exception):  # noqa: N818 -- named after what it is
    """The name leads into a network that must not be called; the message is the address."""


class NoAnswer(Exception):  # noqa: N818 -- named after what happened
    """Nobody answered in time, or not in HTTP; `__cause__` is the driver's error, a `TimeoutError` where time ended."""


def ip_of(text: str) -> Ip | None:
    """Return the address that *text* spells, without its zone; None for a name."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def is_within(address: Ip, networks: Networks) -> bool:
    """Say whether *address* lies in one of *networks*."""
    return any(address in network for network in networks)


def may_call(address: Ip, networks: Networks = ()) -> bool:
    """Say whether *address* may be called: a public one, or one of *networks*.

    >>> may_call(ip_address("9.9.9.9")), may_call(ip_address("10.1.2.3")), may_call(ip_address("::ffff:127.0.0.1"))
    (True, False, False)
    >>> may_call(ip_address("10.1.2.3"), [ip_network("10.0.0.0/8")])
    True
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if is_within(address, networks):
        return True
    return address.is_global and not address.is_multicast and not is_within(address, _CARRY_IPV4)


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    networks: Networks,
    seconds: float = SECONDS,
    resolve: Resolve | None = None,
) -> int:
    """Send *body* to *url* and return the status of the answer, which is not read further.

    Args:
        url: `https://…`, or `http://…` where the caller allows it.
        body: what is sent.
        headers: what is said of it.
        networks: which may be called besides public addresses.
        seconds: after which the call ends.
        resolve: finds the addresses of a host at a port; the system's own look-up by default.

    Raises:
        ForbiddenAddress: one of the addresses of the host must not be called.
        NoAnswer: nobody answered in time.
    """
    parts = urlsplit(url)
    is_secure, host = parts.scheme == "https", parts.hostname or ""
    port = parts.port or (443 if is_secure else 80)
    target = _examined(host, (resolve or _found)(host, port), networks)
    connection = _Pinned(host, port, target=target, is_secure=is_secure, seconds=seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    end = Timer(seconds, connection.hang_up)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise NoAnswer from (TimeoutError() if connection.is_overdue else error)
    finally:
        end.cancel()
        connection.close()


def _examined(host: str, found: Iterable[str], networks: Networks) -> str:
    """Return the first address; all of them must be allowed, or the name is not to be trusted."""
    addresses = [ip for text in found if (ip := ip_of(text)) is not None]
    if not addresses:
        raise ForbiddenAddress(host)
    for ip in addresses:
        if not may_call(ip, networks):
            raise ForbiddenAddress(str(ip))
    return str(addresses[0])


def _found(host: str, port: int) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in getaddrinfo(host, port, type=SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NoAnswer from error


class _Pinned(HTTPConnection):
    """A connection to one examined address, under the name the receiver is known by."""

    def __init__(self, host: str, port: int, *, target: str, is_secure: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._target, self._is_secure = target, is_secure
        self.is_overdue = False

    def connect(self) -> None:
        """Connect to the examined address."""
        self.sock = create_connection((self._target, self.port), self.timeout)
        if self._is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        """End the call from another thread, because its time is over."""
        self.is_overdue = True
        if self.sock is not None:
            with suppress(OSError):  # the other side was faster
                self.sock.shutdown(SHUT_RDWR)
