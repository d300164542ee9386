"""What departments opened is found, understood and taken by everybody it is open to."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pyshacl import validate
from pytest_django import DjangoAssertNumQueries
from rdflib import Graph

from zhengtong.data.opening import api as opening
from zhengtong.data.opening.tests import builders
from zhengtong.data.opening.tests.builders import House, opened, visits, wanted

SHAPES = Path(__file__).parent / "dcat_ap_shapes.ttl"
FIELDS = (
    opening.FieldPlan(name="kind"), opening.FieldPlan(name="name"), opening.FieldPlan(name="longitude"),
    opening.FieldPlan(name="latitude"),
)  # fmt: skip


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> House:
    del db
    settings.HOME = tmp_path
    found = builders.a_house()
    builders.published(found)
    return found


@pytest.fixture
def release(house: House) -> opening.OpeningView:
    return opened(house, house.applicant, wanted(plan=opening.Plan(fields=FIELDS)))


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("release")
def test_the_page_shows_rows_a_chart_the_files_and_how_to_use_them(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(4):
        page = client.get("/open/releases/restaurants/").content.decode()
    for word in ("第0号店", "面馆", "data.geojson", "curl -O http://testserver/open/releases/restaurants/data.csv"):
        assert word in page
    assert "数据安全法§42" in page
    assert "restaurants" in client.get("/open/").content.decode()


@pytest.mark.usefixtures("release")
def test_all_forms_hold_the_same_rows(client: Client) -> None:
    table = list(csv.DictReader(io.StringIO(body(client, "/open/releases/restaurants/data.csv").decode())))
    rows = json.loads(body(client, "/open/releases/restaurants/data.json"))
    points = json.loads(body(client, "/open/releases/restaurants/data.geojson"))["features"]
    assert len(table) == len(rows) == len(points) == 20
    assert [row["name"] for row in table] == [row["name"] for row in rows]
    assert body(client, "/open/releases/restaurants/data.parquet")[:4] == b"PAR1"


@pytest.mark.usefixtures("release")
def test_dcat_and_ckan_name_the_files_of_a_release(client: Client) -> None:
    answer = client.get("/open/dcat-ap.jsonld")
    graph = Graph().parse(data=answer.content, format="json-ld")
    conforms, _report, text = validate(graph, shacl_graph=Graph().parse(SHAPES), advanced=True)
    assert conforms, text
    assert "http://testserver/open/releases/restaurants/data.csv" in answer.content.decode()
    package = client.get("/open/api/action/package_show", {"id": "302001-1"}).json()["result"]
    assert {one["format"] for one in package["resources"]} == {"CSV", "JSON", "PARQUET", "GEOJSON"}
    assert package["num_resources"] == 4
    assert "/open/releases/restaurants/" in client.get("/open/catalog/302001-1/").content.decode()


def test_what_is_not_open_to_everybody_is_described_and_not_handed_out(house: House, client: Client) -> None:
    one = opened(house, house.healer, visits())
    assert client.get("/open/releases/visits/").status_code == 200
    assert client.get("/open/releases/visits/data.csv").status_code == 403
    entry = client.get("/open/api/action/package_show", {"id": one.entry.replace("/", "-")}).json()["result"]
    assert {resource["url"] for resource in entry["resources"]} == {"http://testserver/open/releases/visits/"}


def test_what_lies_in_the_buffer_or_was_withdrawn_is_not_there(
    house: House, release: opening.OpeningView, client: Client
) -> None:
    builders.frozen(house.healer, visits())
    assert client.get("/open/releases/visits/").status_code == 404
    opening.withdraw(
        actor=house.applicant, application=release.id, revision=release.revision, reason="更正", at=builders.NOW
    )
    for path in ("", "data.csv"):
        assert client.get(f"/open/releases/restaurants/{path}").status_code == 404
    assert "restaurants" not in client.get("/open/dcat-ap.jsonld").content.decode()
