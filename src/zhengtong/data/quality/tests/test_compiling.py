"""The compiled expression counts what the oracle counts, for every check and any rows."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import api, services
from zhengtong.data.quality.tests import oracle
from zhengtong.kernel.checkdigits import compose_credit_code, compose_resident_id
from zhengtong.kernel.clock import BEIJING

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 12, tzinfo=BEIJING)
C, D = api.Check, api.Dimension


def rule(check: api.Check, column: str, /, **parameters: Any) -> api.Rule:
    return api.Rule(
        key=f"{column}_{check}", name=check, dimension=D.ACCURACY, check=check, column=column, parameters=parameters
    )


RULES = [
    rule(C.NOT_NULL, "name"),
    rule(C.PATTERN, "phone", pattern=r"1[3-9][0-9]{9}"),
    rule(C.LENGTH, "name", least=2, most=3),
    rule(C.RANGE, "age", least=0, most=120),
    rule(C.RANGE, "age", most=60),
    rule(C.ONE_OF, "sex", values=["男", "女"]),
    rule(C.NOT_FUTURE, "born"),
    rule(C.FRESH, "seen", days=365),
    rule(C.RESIDENT_ID, "id"),
    rule(C.CREDIT_CODE, "credit"),
    rule(C.COMPARE, "born", than="seen", operator="<="),
    rule(C.COMPARE, "born", than="seen", operator="<"),
    rule(C.BORN_AS_ID_SAYS, "born", id="id"),
    rule(C.UNIQUE, "id"),
    rule(C.UNIQUE, "id", columns=["id", "name"]),
    rule(C.REFERENCE, "sex", dataset="x", column="code"),
]
SCHEMA = pa.schema([
    ("id", pa.string()), ("credit", pa.string()), ("name", pa.string()), ("phone", pa.string()), ("sex", pa.string()),
    ("age", pa.int64()), ("born", pa.date32()), ("seen", pa.date32()),
])  # fmt: skip
days = st.dates(date(1930, 1, 1), date(2030, 12, 31))
good_ids = st.builds(
    lambda born, number: compose_resident_id(region="330106", born_on=born, sequence=number), days, st.integers(0, 999)
)
good_codes = st.builds(
    lambda number: compose_credit_code(authority="9", category="1", region="330106", organisation=f"MA{number:06d}"),
    st.integers(0, 999_999),
)


def spoilt(codes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return codes of which some have one character changed, are cut off, or are something else."""
    changed = st.builds(
        lambda code, place, character: code[:place] + character + code[place + 1 :],
        codes, st.integers(0, 17), st.sampled_from("0123456789XAI一 "),
    )  # fmt: skip
    return st.one_of(codes, changed, codes.map(lambda code: code[:-1]), st.sampled_from(["", "x", "三三〇一"]))


rows = st.fixed_dictionaries({
    "id": st.one_of(st.none(), spoilt(good_ids)),
    "credit": st.one_of(st.none(), spoilt(good_codes)),
    "name": st.one_of(st.none(), st.text("张王李四", max_size=5)),
    "phone": st.one_of(st.none(), st.sampled_from(["13800138000", "1380013800", "x13800138000", "138001380001"])),
    "sex": st.sampled_from([None, "男", "女", "未知", "1"]),
    "age": st.one_of(st.none(), st.integers(-5, 200)),
    "born": st.one_of(st.none(), days),
    "seen": st.one_of(st.none(), days),
})  # fmt: skip


def counted(given_rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes = pa.table({"code": ["男", "1", None]})
    with monkeypatch.context() as patch:
        patch.setattr(collection, "rows", lambda *_a, **_k: codes)
        patch.setattr(catalog, "dataset", lambda _code: None)
        patch.setattr(services, "_table", lambda _view: "x")
        table = pa.Table.from_pylist(given_rows, schema=SCHEMA)
        return [result.failing for result in api.evaluate(table, RULES, at=AT)]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(rows, max_size=40))
@example([])
def test_every_check_counts_what_the_oracle_counts(given_rows: list[dict[str, Any]]) -> None:
    references = {"x": {"男", "1"}}
    expected = [oracle.failing(given_rows, one, today=TODAY, references=references) for one in RULES]
    assert counted(given_rows, pytest.MonkeyPatch()) == expected


def test_long_numbers_are_not_rounded_on_the_way() -> None:
    """Seventeen digits do not fit a double; a wrong last digit must show all the same."""
    number = compose_resident_id(region="330106", born_on=date(1990, 3, 7), sequence=123)
    wrong = [number[:17] + character for character in "0123456789X" if character != number[17]]
    table = pa.Table.from_pylist([{"id": one} for one in [number, *wrong]], schema=SCHEMA)
    (result,) = api.evaluate(table, [rule(C.RESIDENT_ID, "id")], at=AT)
    assert (result.rows, result.failing) == (11, 10)
