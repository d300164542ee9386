"""The feed of announcements 变更通知: `GET /v1/announcements?agreement=…&after=…&limit=…`, the oldest first.

The answer is `{"announcements": [CloudEvents…], "next": …, "oldest": …, "paused": …}`; `next` is the following `after`.
It names ranges of versions, never data, so it is no look.
"""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import queries
from zhengtong.data.exchange.contracts import FEED_PAGE, PositionUnfit
from zhengtong.data.exchange.gateway.signed import JSON, Reply, Said, SignedEndpoint

_NAMES = frozenset({"agreement", "after", "limit"})


class AnnouncementsEndpoint(SignedEndpoint):
    """Answers what was announced under an agreement."""

    method = "GET"

    async def reply(self, said: Said) -> Reply:
        """Return a page of the feed."""
        asked = _read(said.query)
        grant = self.subscribed(asked["agreement"], said)
        grant.require_mode(SharingMode.SUBSCRIPTION)
        found = queries.announcements(UUID(grant.id), after=asked["after"], limit=asked["limit"])
        told = {
            "announcements": [one.cloud_event() for one in found.items],
            "next": found.next,
            "oldest": found.oldest,
            "paused": found.is_paused,
        }
        return Reply(headers=JSON, body=orjson.dumps(told))


def _read(query: str) -> dict[str, Any]:
    pairs = parse_qsl(query, keep_blank_values=True)
    found = dict(pairs)
    if len(found) != len(pairs) or not found.keys() <= _NAMES or "agreement" not in found:
        raise PositionUnfit(field="agreement", what="agreement, after, limit")
    after, limit = found.get("after", "0"), found.get("limit", str(FEED_PAGE))
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        raise PositionUnfit(field="after", what="after")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= FEED_PAGE):
        raise PositionUnfit(field="limit", what="limit")
    return {"agreement": found["agreement"], "after": int(after), "limit": int(limit)}
