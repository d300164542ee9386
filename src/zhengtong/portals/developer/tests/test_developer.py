"""What developers look up is read from the running code."""

import pytest
from django.test import Client

from zhengtong.kernel.errors import NotAllowed
from zhengtong.portals.developer import catalogues

pytestmark = pytest.mark.django_db


def test_every_declared_event_is_in_the_catalogue(client: Client) -> None:
    page = client.get("/developer/events/").content.decode()
    names = [entry.name for entry in catalogues.events()]
    assert "trust.delivery.message.delivered.v1" in names
    assert all(name in page for name in names)


def test_refusals_can_be_found_by_code(client: Client) -> None:
    page = client.get("/developer/refusals/", {"q": NotAllowed.code}).content.decode()
    assert str(NotAllowed.message) in page
    assert "conflict" not in page.split("<tbody>")[1]


@pytest.mark.parametrize("path", ["/developer/", "/developer/sign-in/", "/api/v1/docs", "/api/v1/openapi.json"])
def test_the_way_in_is_open_to_everybody(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_route_of_the_document_is_in_the_reference(client: Client) -> None:
    page = client.get("/developer/api/").content.decode()
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert paths
    assert all(f"<code>{path}</code>" in page for path in paths)
    assert "<code>RowsOut</code>" in page
