"""Builders of connected systems that go through the door, and a client that calls as one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases.tests.builders import ITEM, World
from zhengtong.process.systems import api
from zhengtong.process.systems.api import SystemAct, SystemEntry
from zhengtong.trust.identity.tests import builders

EVERY_ACT = frozenset(SystemAct)
ROOM = "/api/v1/department"
ANSWERS = {"phone": "13800000000", "delivery": "post", "home_address": "西湖区北山街道"}


@dataclass
class Caller:
    """A department's system that holds its token."""

    system: api.Connected
    token: str

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"{ROOM}/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, *, key: str = "", revision: int | None = None) -> Any:
        headers = self._headers() | {"Idempotency-Key": key or new_id().hex}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        return Client().post(f"{ROOM}/{path}", body, content_type="application/json", headers=headers)

    def upload(self, upload: Any) -> Any:
        return Client().post(f"{ROOM}/files", {"file": upload}, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def connected(
    world: World,
    *,
    acts: frozenset[SystemAct] = EVERY_ACT,
    items: tuple[str, ...] = (ITEM,),
    address: str = "",
    elsewhere: bool = False,
) -> Caller:
    """Connect a system of the bureau, or of the neighbouring county's, and let it fetch a token."""
    organisation = (world.stranger if elsewhere else world.clerk).organisation
    assert organisation is not None
    now = clock.system.now()
    entry = SystemEntry(
        organisation=organisation, name=f"养老试点{new_id().hex[-8:]}", name_en="System", items=items, acts=acts,
        address=address,
    )  # fmt: skip
    made = api.connect(actor=builders.SYSTEM, entry=entry, at=now, expires_at=now + timedelta(days=365))
    return Caller(system=made, token=token_of(made))


def token_of(made: api.Connected) -> str:
    asked = {
        "grant_type": "client_credentials",
        "client_id": made.client_id,
        "client_secret": made.client_secret,
    }
    token: str = Client().post("/identity/o/api/token", asked).json()["access_token"]
    return token


def a_filing(number: str, **changes: Any) -> dict[str, Any]:
    """Return a filing for the person with this number, whom `builders.a_person` calls 张伟."""
    return {
        "item": ITEM,
        "applicant": {"id_number": number, "name": "张伟", "consent": True},
        "answers": ANSWERS,
        "handled_by": "W-07",
    } | changes
