"""Decision tables on the reform desk: shown as tables, changed as tables, written into their models."""

import re
from html import unescape

import pytest
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.portals.officer.decision_grids import MOST_CELLS, drawn
from zhengtong.portals.officer.tests.conftest import SignIn
from zhengtong.portals.officer.tests.test_reform import SECOND, published
from zhengtong.process.store import api as store
from zhengtong.rules.dmn.api import grids_of

__all__ = ["published"]
ADDRESS = "/officer/reform/trial/edit/"
FIELD = re.compile(
    r'<(?:textarea[^>]*? name="(?P<area>[^"]+)"[^>]*>(?P<text>.*?)</textarea>'
    r'|input[^>]*? name="(?P<name>[^"]+)" value="(?P<value>[^"]*)")',
    re.DOTALL,
)


def table(*rules: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<rule><inputEntry><text>{condition}</text></inputEntry><outputEntry><text>{result}</text></outputEntry></rule>"
        for condition, result in rules
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="rate" namespace="urn:m">'
        '<inputData id="i" name="area"><variable name="area" typeRef="number"/></inputData>'
        '<decision id="d" name="rate"><variable name="rate"/>'
        '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
        '<decisionTable hitPolicy="UNIQUE"><input label="面积"><inputExpression typeRef="number"><text>area</text>'
        f'</inputExpression></input><output name="rate"/>{rows}</decisionTable></decision></definitions>\n'
    ).encode()


RATE = table(("&lt; 10", '"low"'), (">= 10", '"high"'))


def asked(client: Client, fields: dict[str, str], status: int = 200) -> tuple[dict[str, str], str]:
    """Send the page and return its fields, as a browser would send them, and what it says."""
    answer = client.post(ADDRESS, fields)
    page = answer.content.decode()
    assert answer.status_code == status, page[-2000:]
    sent = {"step": "check"}
    for one in FIELD.finditer(page):
        words = (
            unescape(one["text"]).removeprefix("\n").replace("\n", "\r\n") if one["area"] else unescape(one["value"])
        )
        sent[one["area"] or one["name"]] = words
    return sent, page


def begun(client: Client) -> dict[str, str]:
    """Return the fields of the page once it has the table."""
    return asked(client, {"bpmn": SECOND.decode(), "decisions-rate.dmn": RATE.decode(), "step": "check"})[0]


@pytest.mark.usefixtures("published")
def test_a_table_is_changed_as_a_table_and_published(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    fields = begun(client)
    name = "table:rate.dmn:d"
    assert (fields[f"{name}:1:0"], fields[f"{name}:2:1"], fields[f"{name}:3:0"]) == ("< 10", '"high"', "")
    changed = {f"{name}:2:0": "[10..99]", f"{name}:3:0": "> 99", f"{name}:3:1": '"most"', f"{name}:3:order": "0"}
    fields, page = asked(client, fields | changed)
    assert grids_of(fields["decisions-rate.dmn"])[0].rows == (
        ("> 99", '"most"'),
        ("< 10", '"low"'),
        ("[10..99]", '"high"'),
    )
    assert "可以发布" in page
    assert client.post(ADDRESS, fields | {"step": "publish"}).status_code == 302
    newest = store.source_of(store.versions_of("trial", clock.system.now())[0].id)
    assert [row[1] for row in grids_of(newest.decisions["rate.dmn"])[0].rows] == ['"most"', '"low"', '"high"']


@pytest.mark.usefixtures("published")
def test_the_check_names_what_a_change_to_a_table_breaks(signed_in: SignIn) -> None:
    client = signed_in("clerk")
    fields = begun(client)
    _fields, page = asked(
        client, fields | {"table:rate.dmn:d:1:0": "< (", "table:rate.dmn:d:2:0": "", "table:rate.dmn:d:2:1": ""}, 422
    )
    assert "什么都没有发布" in page


@pytest.mark.usefixtures("published")
def test_an_untouched_table_leaves_the_text_alone_and_a_changed_text_overrules_a_changed_table(
    signed_in: SignIn,
) -> None:
    client = signed_in("clerk")
    fields = begun(client)
    by_hand = fields["decisions-rate.dmn"].replace('"low"', '"least"')
    after, page = asked(client, fields | {"decisions-rate.dmn": by_hand})
    assert (after["decisions-rate.dmn"], "以文字为准" in page) == (by_hand, False)
    assert after["table:rate.dmn:d:1:1"] == '"least"'
    after, page = asked(client, fields | {"decisions-rate.dmn": by_hand, "table:rate.dmn:d:2:1": '"lost"'})
    assert (after["decisions-rate.dmn"], "以文字为准" in page) == (by_hand, True)


def test_a_table_too_large_for_a_form_is_changed_as_text() -> None:
    many = store.Source(bpmn=b"", decisions={"rate.dmn": table(*[("&gt; 1", "1")] * MOST_CELLS)})
    assert drawn(many) == []
    assert drawn(store.Source(bpmn=b"", decisions={"rate.dmn": b"<broken"})) == []
