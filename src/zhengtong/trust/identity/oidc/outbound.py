"""Calls to addresses that others registered 外呼: to allowed networks only, to the very address that was checked.

An address is looked up once and connected to as found, so that a name cannot answer differently after the check (DNS
rebinding); redirects are not followed; the whole call ends after `SECONDS`, however slowly the other side talks.
"""

import ssl
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SHUT_RDWR, create_connection, getaddrinfo, socket
from threading import Timer
from urllib.parse import urlencode, urlsplit

SECONDS = 5.0
Networks = Iterable[IPv4Network | IPv6Network]


class ForbiddenAddress(Exception):  # noqa: N818 -- named after what it is
    """The name leads into a network that must not be called."""


class NoAnswer(Exception):  # noqa: N818 -- named after what happened
    """Nobody answered in time, or not in HTTP."""


def may_call(address: str, networks: Networks) -> bool:
    """Say whether *address* may be called: a public one, or one of *networks*.

    >>> from ipaddress import ip_network
    >>> may_call("9.9.9.9", ()), may_call("10.1.2.3", ()), may_call("::ffff:127.0.0.1", ())
    (True, False, False)
    >>> may_call("10.1.2.3", [ip_network("10.0.0.0/8")])
    True
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return (found.is_global and not found.is_multicast) or any(found in network for network in networks)


def post_form(url: str, form: Mapping[str, str], *, networks: Networks) -> int:
    """Send *form* to *url* and return the status of the answer.

    Raises:
        ForbiddenAddress: one of its addresses must not be called.
        NoAnswer: nobody answered in time.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = _checked(host, port, networks)
    connection = _Secure(host, port, timeout=SECONDS) if secure else _Plain(host, port, timeout=SECONDS)
    connection.address = address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        connection.connect()
        end = Timer(SECONDS, _hang_up, args=(connection.sock,))
        end.daemon = True
        end.start()
        try:
            connection.request("POST", path, body=urlencode(form), headers=headers)
            return connection.getresponse().status
        finally:
            end.cancel()
    except (OSError, HTTPException) as error:
        raise NoAnswer from error
    finally:
        connection.close()


def _checked(host: str, port: int, networks: Networks) -> str:
    try:
        found = sorted({str(entry[4][0]) for entry in getaddrinfo(host, port)})
    except (OSError, UnicodeError) as error:
        raise NoAnswer from error
    if not found or not all(may_call(address, networks) for address in found):
        raise ForbiddenAddress
    return found[0]


def _hang_up(line: socket | None) -> None:
    if line is not None:
        line.shutdown(SHUT_RDWR)


class _Plain(HTTPConnection):
    address = ""

    def connect(self) -> None:
        self.sock = create_connection((self.address, self.port), self.timeout)


class _Secure(HTTPSConnection):
    address = ""

    def connect(self) -> None:
        line = create_connection((self.address, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
