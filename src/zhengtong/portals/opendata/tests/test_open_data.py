"""What is open can be found, understood and taken, by people and by machines."""

import csv
import io
import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_both_forms_of_a_dataset_hold_the_same_rows(client: Client) -> None:
    table = list(csv.DictReader(io.StringIO(_text(client, "/open/working-calendar.csv"))))
    document = json.loads(_text(client, "/open/working-calendar.json"))
    assert [{name: str(value) for name, value in row.items()} for row in document] == table
    spring = next(row for row in document if row["date"] == "2026-02-17")
    assert spring == {"date": "2026-02-17", "working": 0, "provisional": 0, "festival": "春节"}


def test_the_catalogue_tells_machines_where_everything_is(client: Client) -> None:
    catalogue = json.loads(client.get("/open/catalog.jsonld").content)
    addresses = [
        form["dcat:downloadURL"]["@id"] for one in catalogue["dcat:dataset"] for form in one["dcat:distribution"]
    ]
    assert len(addresses) == 2 * len(catalogue["dcat:dataset"]) > 0
    assert all(client.get(address.removeprefix("http://testserver")).status_code == 200 for address in addresses)


def test_the_api_leafs_through_rows_without_gap(client: Client) -> None:
    path = "/api/v1/open/datasets/working-calendar/rows"
    first = client.get(path, {"limit": 3}).json()
    second = client.get(path, {"limit": 3, "start": first["next"]}).json()
    assert [row["date"] for row in first["rows"] + second["rows"]] == [f"2020-01-{day:02}" for day in range(1, 7)]


def test_an_unknown_dataset_is_a_refusal_not_an_error(client: Client) -> None:
    answer = client.get("/api/v1/open/datasets/nothing/rows")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "unknown_dataset"
    assert "没有代码为 nothing 的开放数据。" in client.get("/open/nothing/").content.decode()


def test_unreadable_input_names_the_field_and_not_its_value(client: Client) -> None:
    answer = client.get("/api/v1/open/datasets/working-calendar/rows", {"start": "secret"})
    assert answer.status_code == 422
    assert answer.json()["field"] == "start"
    assert "secret" not in answer.content.decode()
