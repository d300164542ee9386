"""Time stamps of outside authorities 外部时间戳: hourly the newest checkpoint is stamped, with what proves the stamp.

Who runs the log must not be who says when. The authorities are named in a file; each is asked over HTTP as RFC 3161
§3.4 says. Its revocation lists are fetched right after, because a court that verifies in ten years cannot.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import Refusal
from zhengtong.trust.keys.api import ask_time_stamp, read_time_stamp_response, verify_time_stamp
from zhengtong.trust.ledger.contracts import AuthoritiesUnreadable
from zhengtong.trust.ledger.evidence.bundle import TimeStampEvidence
from zhengtong.trust.ledger.evidence.stamps import stamp_checker
from zhengtong.trust.ledger.evidence.trusted import TrustedAuthority
from zhengtong.trust.ledger.evidence.verifying import StampRefused
from zhengtong.trust.ledger.models import CheckpointRow, StampRow
from zhengtong.trust.ledger.tree.notes import read_note

EVERY = timedelta(hours=1)
SECONDS_TO_ANSWER = 10.0
_LONGEST_ANSWER = 1_000_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownAuthority:
    """A time-stamp authority this log asks; `digest` is what it hashes with, `crls` where its lists lie."""

    name: str
    address: str
    root: bytes
    digest: str
    crls: tuple[str, ...]

    @property
    def trusted(self) -> TrustedAuthority:
        """Return it as it stands in a trusted list."""
        return TrustedAuthority(name=self.name, root=self.root)


class Web(Protocol):
    """Asks an address; `query` is None to fetch. Raises OSError where nobody answers properly."""

    def __call__(self, address: str, query: bytes | None = None) -> bytes:
        """Return what it answers."""
        ...


def known_authorities() -> tuple[KnownAuthority, ...]:
    """Return the authorities named in the file of the settings; none where there is no file.

    Raises:
        AuthoritiesUnreadable: the file cannot be read.
    """
    path = Path(settings.LEDGER_AUTHORITIES)
    try:
        return tuple(map(_known, json.loads(path.read_bytes())))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuthoritiesUnreadable(file=path.name, what=error) from error


def stamp_newest(authorities: Sequence[KnownAuthority], at: datetime, web: Web | None = None) -> int:
    """Have the newest checkpoint stamped by the authorities that did not within the hour; return how many did."""
    newest = CheckpointRow.objects.order_by("-size").first()
    if newest is None:
        return 0
    lately = set(StampRow.objects.filter(at__gt=at - EVERY).values_list("authority", flat=True))
    lately |= set(StampRow.objects.filter(checkpoint=newest).values_list("authority", flat=True))
    return sum(_stamp(one, newest, at, web or fetch) for one in authorities if one.name not in lately)


def fetch(address: str, query: bytes | None = None) -> bytes:
    """Ask *address* over HTTP, with a time-stamp query or for a file.

    Raises:
        OSError: nobody answers, or not with what was asked for.
    """
    if not address.startswith(("http://", "https://")):
        raise URLError("an address of http or https is needed")
    headers = {"Content-Type": "application/timestamp-query"} if query is not None else {}
    request = Request(address, data=query, headers=headers)  # noqa: S310 -- see above
    try:
        with urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310 -- see above
            body: bytes = answer.read(_LONGEST_ANSWER)
            status = answer.status
    except HTTPException as error:
        raise URLError(str(error)) from error
    if status != HTTPStatus.OK:
        raise URLError(f"status {status}")
    return body


def _known(written: dict[str, Any]) -> KnownAuthority:
    return KnownAuthority(
        name=str(written["name"]),
        address=str(written["address"]),
        root=base64.b64decode(written["root"], validate=True),
        digest=str(written.get("digest", "sha256")),
        crls=tuple(map(str, written.get("crls", ()))),
    )


def _stamp(authority: KnownAuthority, newest: CheckpointRow, at: datetime, web: Web) -> bool:
    """Ask one authority; keep the token only if it holds under the root we know."""
    text = read_note(newest.note).text.encode()
    try:
        token = read_time_stamp_response(web(authority.address, ask_time_stamp(text, digest=authority.digest)))
        crls = tuple(web(address) for address in authority.crls)
        evidence = TimeStampEvidence(authority=authority.name, token=token, crls=crls)
        stamp_checker(verify_time_stamp)(evidence, text, (authority.root,))
    except (OSError, Refusal, StampRefused) as error:
        log.warning("ledger.not_stamped", authority=authority.name, why=str(error)[:200])
        return False
    try:
        with transaction.atomic():
            StampRow.objects.create(
                checkpoint=newest,
                authority=authority.name,
                token=token,
                crls=[base64.b64encode(one).decode() for one in crls],
                at=at,
            )
    except IntegrityError:
        log.info("ledger.stamp_known", authority=authority.name, size=newest.size)
        return False
    return True
