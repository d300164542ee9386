"""What goes out as a file comes back the same, and what is wrong in a file is named by its row."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.data.catalog import api
from zhengtong.data.catalog.formats import columns
from zhengtong.data.catalog.tests import builders

Write = Callable[[Sequence[api.DatasetEntry]], bytes]
Read = Callable[[bytes], list[api.DatasetEntry]]
FORMS: dict[str, tuple[Write, Read]] = {
    "csv": (api.write_csv, api.read_csv),
    "excel": (api.write_excel, api.read_excel),
    "odcs": (api.odcs.write, api.odcs.read),
}
words = st.text(alphabet="户口登记信息甲乙丙abc12", min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z_]{0,11}", fullmatch=True)
elements = st.builds(
    api.DataElement, name=names, title=words, title_en=st.just(""), type=st.sampled_from(list(api.ElementType)),
    length=st.integers(0, 4000), standard=st.just(""), required=st.booleans(), key=st.booleans(),
    data_class=st.sampled_from(list(api.DataClass)), grade=st.one_of(st.none(), st.sampled_from(list(api.DataGrade))),
)  # fmt: skip
entries = st.builds(
    api.DatasetEntry, code=st.from_regex(r"[123][0-9]{5}/[1-9][0-9]{0,3}", fullmatch=True), name=words, summary=words,
    name_en=st.just(""), condition=words, basis=words, opening_condition=st.just(""), system=st.just(""),
    format=st.sampled_from(list(api.ResourceFormat)), sharing=st.sampled_from(list(api.SharingClass)),
    modes=st.lists(st.sampled_from(list(api.SharingMode)), unique=True, min_size=1).map(tuple),
    opening=st.sampled_from(list(api.OpeningClass)),
    opening_mode=st.one_of(st.none(), st.sampled_from(list(api.OpeningMode))),
    cycle=st.sampled_from(list(api.UpdateCycle)),
    elements=st.lists(elements, min_size=1, max_size=4, unique_by=lambda one: one.name).map(tuple),
    table=st.just(""), sources=st.just(("301001/1",)), related=st.just(()), keywords=st.just("户口 身份"),
)  # fmt: skip
catalogues = st.lists(entries, min_size=1, max_size=3, unique_by=lambda one: one.code)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(catalogues)
def test_every_form_gives_back_what_it_was_given(form: str, given_entries: list[api.DatasetEntry]) -> None:
    write, read = FORMS[form]
    assert read(write(given_entries)) == given_entries


def table(*changes: tuple[int, str, str]) -> bytes:
    """Return the CSV of a dataset with some cells (row from 1, heading, text) changed."""
    rows = [list(columns.HEADINGS), *columns.write_rows([builders.households()])]
    for row, heading, text in changes:
        rows[row - 1][columns.HEADINGS.index(heading)] = text
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("gb18030")


def test_a_file_of_an_office_in_gb18030_is_read() -> None:
    assert api.read_csv(table()) == [builders.households()]


def test_every_cell_that_cannot_be_read_is_named_with_its_row_and_column() -> None:
    broken = table((2, "共享类型", "随便"), (3, "数据长度", "很长"), (4, "是否必填", "也许"))
    with pytest.raises(api.CatalogRowsBroken) as refusal:
        api.read_csv(broken)
    assert [error.place for error in refusal.value.errors] == [
        "第 2 行“共享类型”",
        "第 3 行“数据长度”",
        "第 4 行“是否必填”",
    ]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x01", b'"'])
def test_what_is_no_table_of_entries_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(api.CatalogFileUnreadable):
        api.read_csv(content)
    with pytest.raises(api.CatalogFileUnreadable):
        api.read_excel(content)


@pytest.mark.parametrize(
    "document", ["", "- [", "kind: Other", "{kind: DataContract, apiVersion: v2.2.2}", "kind: DataContract"]
)
def test_what_is_no_data_contract_of_version_3_is_refused(document: str) -> None:
    with pytest.raises(api.CatalogFileUnreadable):
        api.odcs.read(document.encode())


def test_a_foreign_contract_is_read_as_far_as_it_goes_and_its_gaps_are_named() -> None:
    contract: dict[str, Any] = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "301001/9", "name": "户籍",
        "schema": [{"name": "t", "properties": [{"name": "at", "logicalType": "timestamp"},
                                                {"name": "n", "logicalType": "nothing"}]}],
    }  # fmt: skip
    with pytest.raises(api.CatalogRowsBroken, match="nothing"):
        api.odcs.read(yaml.safe_dump(contract).encode())
    contract["schema"][0]["properties"].pop()
    (entry,) = api.odcs.read(yaml.safe_dump(contract).encode())
    assert (entry.elements[0].type, entry.table, entry.name) == (api.ElementType.DATETIME, "t", "户籍")
