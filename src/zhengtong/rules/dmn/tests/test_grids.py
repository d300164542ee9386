"""Decision tables as grids: what is shown, and that writing rows keeps everything else."""

from pathlib import Path

import pytest

from zhengtong.rules.dmn.api import Grid, ModelError, check_model, grids_of, load_model, with_rows
from zhengtong.rules.dmn.xml import equivalent, parse_xml

KIT = Path(__file__).resolve().parents[5].parent / "shared" / "testdata" / "dmn-tck"
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
TABLE = f"""<d:definitions xmlns:d="{DMN}" xmlns:z="urn:z" id="m" name="m" namespace="urn:m">
  <d:inputData id="i" name="area"><d:variable name="area" typeRef="number"/></d:inputData>
  <d:decision id="rate" name="rate"><d:variable name="rate" typeRef="string"/>
    <d:informationRequirement><d:requiredInput href="#i"/></d:informationRequirement>
    <d:decisionTable hitPolicy="FIRST"><!-- kept -->
      <d:input label="面积"><d:inputExpression><d:text>area</d:text></d:inputExpression></d:input>
      <d:output name="rate"/><d:annotation name="依据"/>
      <d:rule id="small" z:seen="yes">
        <d:inputEntry><d:text>&lt; 10</d:text></d:inputEntry>
        <d:outputEntry><d:text>"low"</d:text></d:outputEntry>
      </d:rule>
      <d:rule id="rest">
        <d:inputEntry><d:text>-</d:text></d:inputEntry>
        <d:outputEntry><d:text>"high"</d:text></d:outputEntry>
        <d:annotationEntry><d:text>§3</d:text></d:annotationEntry>
      </d:rule>
    </d:decisionTable>
  </d:decision>
</d:definitions>
"""


def test_a_table_is_shown_with_its_heads_and_texts() -> None:
    assert grids_of(TABLE) == (
        Grid(
            owner="rate",
            name="rate",
            hit_policy="FIRST",
            inputs=("面积",),
            outputs=("rate",),
            annotations=("依据",),
            rows=(("< 10", '"low"', ""), ("-", '"high"', "§3")),
        ),
    )


def test_rows_are_changed_added_moved_and_removed_and_the_rest_is_kept() -> None:
    written = with_rows(TABLE, "rate", [(None, ("> 99", '"most"', "§9")), (0, ("< 20", '"low"', "§1"))])
    assert grids_of(written)[0].rows == (("> 99", '"most"', "§9"), ("< 20", '"low"', "§1"))
    assert "<!-- kept -->" in written
    assert '<d:rule id="small" z:seen="yes">' in written
    assert 'id="rest"' not in written
    model = load_model(written)
    assert [one.code for one in check_model(model) if one.severity == "error"] == []
    assert model.evaluate("rate", {"area": 100}).value == "most"


def test_a_table_may_lose_all_its_rows_and_get_new_ones() -> None:
    empty = with_rows(TABLE, "rate", [])
    assert grids_of(empty)[0].rows == ()
    assert grids_of(with_rows(empty, "rate", [(None, ("-", '"all"', ""))]))[0].rows == (("-", '"all"', ""),)


def test_a_table_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="nowhere"):
        with_rows(TABLE, "nowhere", [])


def test_the_tables_of_the_public_test_kit_survive_being_written() -> None:
    if not KIT.is_dir():
        pytest.skip("the public DMN test kit is not beside the repository (../shared/testdata/dmn-tck)")
    tables = 0
    for path in KIT.rglob("*.dmn"):
        text = path.read_text(encoding="utf-8")
        for grid in grids_of(text):
            written = with_rows(text, grid.owner, list(enumerate(grid.rows)))
            before, after = parse_xml(text), parse_xml(written)
            assert equivalent(before, after) or grid.annotations, path
            assert [one.rows for one in grids_of(written)] == [one.rows for one in grids_of(text)]
            tables += 1
    assert tables > 10
