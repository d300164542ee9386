"""The public finds and harvests what is open, and nothing else."""

from pathlib import Path

import pytest
from ckanapi import NotFound, RemoteCKAN
from django.test import Client
from pyshacl import validate
from pytest_django.live_server_helper import LiveServer
from rdflib import Graph

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.tests import builders
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM

SHAPES = Path(__file__).parent / "dcat_ap_shapes.ttl"
SCHOOLS = "306001/7"


@pytest.fixture
def house(db: None) -> builders.House:
    del db
    found = builders.a_house()
    builders.published(found)
    schools = builders.enterprises(
        code=SCHOOLS, name="学校名录", opening=catalog.OpeningClass.CONDITIONAL, opening_condition="登记后使用"
    )
    catalog.register(actor=SYSTEM, provider=found.market, entries=[schools], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[SCHOOLS], at=NOW)
    return found


@pytest.mark.usefixtures("house")
def test_the_public_finds_what_is_open_and_not_what_is_withheld(client: Client) -> None:
    page = client.get("/open/catalog/", {"q": "学校"})
    assert "学校名录" in page.content.decode()
    everything = client.get("/open/catalog/").content.decode()
    assert "企业登记信息" in everything
    assert "户籍人口" not in everything
    assert client.get("/open/catalog/306001-7/").status_code == 200
    assert client.get("/open/catalog/301001-1/").status_code == client.get("/open/catalog/x/").status_code == 404


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("form", "parser"), [("jsonld", "json-ld"), ("ttl", "turtle")])
def test_the_catalogue_keeps_what_dcat_ap_makes_mandatory(client: Client, form: str, parser: str) -> None:
    answer = client.get(f"/open/dcat-ap.{form}")
    graph = Graph().parse(data=answer.content, format=parser)
    conforms, _report, text = validate(graph, shacl_graph=Graph().parse(SHAPES), advanced=True)
    assert conforms, text
    assert "户籍人口" not in answer.content.decode()
    found = graph.query("SELECT ?d WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }")
    assert len(found) == 2


def test_the_shapes_find_a_dataset_without_a_title() -> None:
    broken = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <urn:x> a dcat:Dataset ."
    conforms, _graph, _text = validate(Graph().parse(data=broken, format="turtle"), shacl_graph=Graph().parse(SHAPES))
    assert not conforms


@pytest.mark.django_db(transaction=True)
def test_ckanapi_works_against_the_catalogue(live_server: LiveServer) -> None:
    found = builders.a_house()
    builders.published(found)
    with RemoteCKAN(f"{live_server.url}/open") as site:
        assert site.action.status_show()["site_title"]
        (name,) = site.action.package_list()
        package = site.action.package_show(id=name)
        assert (package["title"], package["organization"]["title"]) == ("企业登记信息", "市监局")
        assert site.action.package_show(id=package["id"])["name"] == name
        result = site.action.package_search(q="企业", rows=5)
        assert (result["count"], result["results"][0]["name"]) == (1, name)
        assert site.action.package_search(q="*:*", rows=0) == {**site.action.package_search(rows=0), "results": []}
        (organisation,) = site.action.organization_list(all_fields=True)
        assert site.action.organization_show(id=organisation["id"])["package_count"] == 1
        for missing in ("301001-1", "nothing"):
            with pytest.raises(NotFound):
                site.action.package_show(id=missing)


@pytest.mark.usefixtures("house")
def test_an_unknown_action_and_an_unreadable_number_are_refused_as_ckan_refuses(client: Client) -> None:
    assert client.get("/open/api/action/package_delete").status_code == 400
    answer = client.get("/open/api/action/package_search", {"rows": "many"})
    assert (answer.status_code, answer.json()["error"]["__type"]) == (409, "Validation Error")
    assert client.post("/open/api/action/package_list", "no json", content_type="text/plain").status_code == 200
