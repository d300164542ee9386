"""The measures are those of the papers, and those of a peer."""

from datetime import date
from itertools import groupby

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycanon import anonymity

from zhengtong.data.opening import buffer, law, risk, storing
from zhengtong.data.opening.contracts import FieldPlan, IdentifierKind, Measures, Plan, Role, Treatment
from zhengtong.kernel.checkdigits import compose_resident_id

STANDARD = storing.standard_on(date(2026, 11, 26))
PLAN = Plan(
    fields=(
        FieldPlan(name="born", role=Role.QUASI), FieldPlan(name="area", role=Role.QUASI),
        FieldPlan(name="illness", role=Role.SENSITIVE), FieldPlan(name="wage", role=Role.SENSITIVE),
    )
)  # fmt: skip
ROWS = st.lists(
    st.tuples(st.sampled_from("123"), st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("uv")),
    min_size=1, max_size=40,
)  # fmt: skip
Row = tuple[str, str, str, str]


def measured(rows: list[Row], plan: Plan = PLAN) -> Measures:
    names = ("born", "area", "illness", "wage")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    with duckdb.connect() as connection:
        connection.register("rows", table)
        return risk.measured(connection, "rows", plan, STANDARD)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_k_and_l_are_those_of_pycanon(rows: list[Row]) -> None:
    frame = pd.DataFrame(rows, columns=["born", "area", "illness", "wage"])
    found = measured(rows)
    assert found.k == anonymity.k_anonymity(frame, ["born", "area"])
    for field in ("illness", "wage"):
        assert found.variety[field] == anonymity.l_diversity(frame, ["born", "area"], [field])


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_classes_uniques_and_small_classes_are_counted_as_the_definition_says(rows: list[Row]) -> None:
    sizes = [len(list(group)) for _key, group in groupby(sorted(rows), key=lambda row: row[:2])]
    found = measured(rows)
    assert (found.classes, found.uniques) == (len(sizes), sizes.count(1))
    assert found.small == sum(size for size in sizes if size < STANDARD.k)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_suppression_leaves_only_rows_that_enough_others_resemble(rows: list[Row]) -> None:
    plan = Plan(fields=PLAN.fields, suppress=True)
    table = pa.table({"born": [row[0] for row in rows], "area": [row[1] for row in rows],
                      "illness": [row[2] for row in rows], "wage": [row[3] for row in rows]})  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("closed", table)
        found = buffer.copy(connection, "closed", plan, STANDARD)
    assert found.rows + found.suppressed == len(rows)
    assert found.k is None or found.k >= STANDARD.k


def test_an_identity_number_is_found_in_any_field_and_a_mistyped_one_is_not_one() -> None:
    number = compose_resident_id(region="330106", born_on=date(1990, 5, 1), sequence=7)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    rows = [("1", f"证件{number}号", wrong, "13800001234"), ("2", "a", "x", "138000012345")]
    assert [(one.field, one.kind, one.rows) for one in measured(rows).identifiers] == [
        ("area", IdentifierKind.RESIDENT_ID, 1),
        ("wage", IdentifierKind.MOBILE, 1),
    ]


@pytest.mark.parametrize(
    ("treatment", "value", "expected"),
    [
        (Treatment.KEEP, date(1990, 5, 1), date(1990, 5, 1)),
        (Treatment.YEAR, date(1990, 5, 1), "1990"),
        (Treatment.MONTH, date(1990, 5, 1), "1990-05"),
        (Treatment.COUNTY, "330106001001", "330106"),
        (Treatment.CITY, "330106001001", "3301"),
    ],
)
def test_each_treatment_leaves_what_it_says(treatment: Treatment, value: object, expected: object) -> None:
    with duckdb.connect() as connection:
        connection.register("closed", pa.table({"field": [value]}))
        buffer.copy(connection, "closed", Plan(fields=(FieldPlan(name="field", treatment=treatment),)), STANDARD)
        assert connection.execute(f"SELECT * FROM {buffer.COPY}").fetchall() == [(expected,)]  # noqa: S608 -- our own name


def test_the_standard_of_a_day_is_the_last_that_has_begun() -> None:
    assert law.standard_on(storing.standards(), date(2026, 1, 1)).k == 5
    with pytest.raises(ValueError, match="no standard in force"):
        law.standard_on(storing.standards(), date(2025, 12, 31))
