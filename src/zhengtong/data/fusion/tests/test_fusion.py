"""One expression, several engines, one plain judge: whose word counts, and what is flagged."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtong.data.fusion import expression, lake, law, loading, oracle, standard
from zhengtong.data.fusion.declaration import KeyCheck, Registry
from zhengtong.data.fusion.refusals import DeclarationBroken, SecondSourceUnnamed
from zhengtong.data.fusion.tests import builders
from zhengtong.kernel.checkdigits import InvalidCode, parse_credit_code, parse_resident_id

SYSTEM = {"bucket": pa.int16(), "key": pa.string(), "source": pa.int16(), "minute": pa.int64(), "row": pa.int64()}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return builders.people(tmp_path_factory.mktemp("declared"))


def fuse(rows: list[dict[str, Any]], registry: Registry) -> list[dict[str, Any]]:
    schema = pa.schema(list(SYSTEM.items()) + [(name, pa.string()) for name in registry.names])
    connection = ibis.duckdb.connect()
    connection.con.register("rows", pa.Table.from_pylist(rows, schema=schema))
    found = expression.golden(connection.table("rows"), registry).order_by("key").to_pyarrow().to_pylist()
    connection.disconnect()
    return list(found)


def row(source: int, minute: int = 0, number: int = 1, key: str = "k", **said: str | None) -> dict[str, Any]:
    words = {"name": None, "birth_date": None, "phone": None} | said
    return {"bucket": 0, "key": key, "source": source, "minute": minute, "row": number} | words


def test_authority_counts_before_time(people: Registry) -> None:
    [record] = fuse([row(0, 10, name="陈建国"), row(1, 99, name="程建国")], people)
    assert (record["name"], record["name_source"], record["name_at"]) == ("陈建国", 0, 10)
    assert record["name_conflict"]


def test_between_equals_the_newer_word_counts(people: Registry) -> None:
    [record] = fuse([row(1, 10, phone="1"), row(2, 11, phone="2")], people)
    assert (record["phone"], record["phone_source"], record["phone_conflict"]) == ("2", 2, True)


def test_what_nobody_says_is_neither_known_nor_contradicted(people: Registry) -> None:
    [record] = fuse([row(0, name="陈建国")], people)
    assert record["phone"] is None
    assert record["phone_source"] is None
    assert record["phone_conflict"] is False


def test_an_answer_stands_above_all_and_ends_the_contradiction(people: Registry) -> None:
    [record] = fuse([row(0, 10, name="甲"), row(1, 99, name="乙"), row(law.ANSWERS, 5, name="丙")], people)
    assert (record["name"], record["name_conflict"]) == ("丙", False)


words = st.lists(
    st.builds(
        row, st.sampled_from([0, 1, 2, law.ANSWERS]), st.integers(0, 3), key=st.sampled_from("ab"),
        name=st.sampled_from(["甲", "乙", None]), phone=st.sampled_from(["1", "2", None]), birth_date=st.none(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words)
def test_the_engine_agrees_with_the_plain_judge(people: Registry, said: list[dict[str, Any]]) -> None:
    rows = [one | {"row": number} for number, one in enumerate(said, 1)]
    assert fuse(rows, people) == oracle.golden(rows, people)


def test_the_digest_is_the_same_in_sql_and_in_plain_python(people: Registry) -> None:
    rows = [row(place % 3, place, place, key=f"k{place % 40}", name=f"n{place % 3}") for place in range(120)]
    rows = [one | {"bucket": int(one["key"][1:]) % 4} for one in rows]
    connection = ibis.duckdb.connect()
    schema = pa.schema(list(SYSTEM.items()) + [(name, pa.string()) for name in people.names])
    connection.con.register("rows", pa.Table.from_pylist(rows, schema=schema))
    connection.con.execute(
        "CREATE TABLE golden AS " + connection.compile(expression.golden(connection.table("rows"), people))
    )
    assert lake.digest(connection.con, "golden", 4) == lake.digest_of(oracle.golden(rows, people), 4)
    connection.disconnect()


@given(st.integers(0, 31), st.integers(0, 2**25 - 1), st.integers(0, 63), st.integers(0, 2**27 - 1))
def test_a_standing_fits_63_bits_and_can_be_told_apart(level: int, minute: int, source: int, number: int) -> None:
    found = law.standing(level=level, minute=minute, source=source, row=number)
    assert 0 <= found < 2**63
    assert (found // law.LEVEL_UNIT, found // law.MINUTE_UNIT % 2**25) == (level, minute)
    assert (found // law.SOURCE_UNIT % 64, found % law.SOURCE_UNIT) == (source, number)


def test_only_the_newest_row_of_a_source_counts(people: Registry) -> None:
    connection = ibis.duckdb.connect()
    rows = [row(1, 5, 1, phone="old"), row(1, 9, 2, phone="new"), row(2, 1, 3, phone="other")]
    schema = pa.schema(list(SYSTEM.items()) + [(name, pa.string()) for name in people.names])
    connection.con.register("rows", pa.Table.from_pylist(rows, schema=schema))
    kept = expression.current(connection.table("rows")).to_pyarrow().column("phone").to_pylist()
    assert sorted(kept) == ["new", "other"]
    connection.disconnect()


def keys_hold(texts: list[str], check: KeyCheck) -> list[bool]:
    connection = ibis.duckdb.connect()
    connection.con.register("t", pa.table({"key": pa.array(texts, pa.string()), "place": pa.array(range(len(texts)))}))
    table = connection.table("t")
    found = table.select("place", ok=standard.valid_key(table.key, check)).order_by("place").to_pyarrow()
    connection.disconnect()
    return list(found.column("ok").to_pylist())


def is_well_formed(text: str, check: KeyCheck) -> bool:
    try:
        (parse_resident_id if check is KeyCheck.RESIDENT_ID else parse_credit_code)(text)
    except InvalidCode:
        return False
    return True


def test_keys_are_checked_as_the_kernel_checks_them() -> None:
    good = [builders.number(person) for person in range(40)]
    wrong = [one[:5] + one[6] + one[5] + one[7:] for one in good] + [
        "",
        "33052119800101001",
        "A" * 18,
        good[0][:-1] + "x",
    ]
    expected = [is_well_formed(one, KeyCheck.RESIDENT_ID) for one in good + wrong[:-1]] + [False]
    assert keys_hold(good + wrong, KeyCheck.RESIDENT_ID) == expected
    codes = ["91330106589880818P", "91330106589880818Q", "9133010658988081SP", "92330521DM00000000"]
    assert keys_hold(codes, KeyCheck.CREDIT_CODE) == [is_well_formed(one, KeyCheck.CREDIT_CODE) for one in codes]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.datetimes(datetime(2000, 1, 2), datetime(2062, 12, 31)), min_size=1, max_size=60))  # noqa: DTZ001
def test_moments_become_minutes_since_2000(moments: list[datetime]) -> None:
    connection = ibis.duckdb.connect()
    texts = [f"{one:%Y-%m-%d %H:%M}" for one in moments]
    connection.con.register("t", pa.table({"at": texts, "place": range(len(texts))}))
    table = connection.table("t")
    found = table.select("place", minute=standard._minute(table["at"])).order_by("place").to_pyarrow()
    beijing = [one.replace(second=0, microsecond=0, tzinfo=UTC) - timedelta(hours=8) for one in moments]
    assert found.column("minute").to_pylist() == [law.minutes(one) for one in beijing]
    connection.disconnect()


def test_the_five_base_registries_are_declared_and_each_datum_has_one_source() -> None:
    declared = loading.read_registries(builders.DEMO)
    assert set(declared) == {"population", "legal_persons", "e_licences", "space", "social_credit"}
    for registry in declared.values():
        for name in registry.names:
            assert law.authoritative(registry, name)


def test_a_second_source_that_names_no_first_is_refused(tmp_path: Path) -> None:
    text = builders.PEOPLE.replace("name: {column: 姓名, reading: name, after: police}", "name: {column: 姓名}")
    with pytest.raises(SecondSourceUnnamed) as refused:
        builders.people(tmp_path, text)
    assert "police" in refused.value.explanation
    assert "insured" in refused.value.explanation


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("after: police", "after: nobody"),
        ("beside: insured", "beside: health"),
        ("buckets: 4", "buckets: 0"),
        ("review: 0.3", "review: 1.3"),
        ("phone: exact}", "phone: magic}"),
        ("attributes:", "attribute:"),
        ("registry: people", "registry: [people"),
        ("phone: {title", "telephone: {title"),
    ],
)
def test_a_broken_declaration_is_named(tmp_path: Path, before: str, after: str) -> None:
    text = builders.PEOPLE + builders.LINKAGE
    assert before in text
    path = tmp_path / "people.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises((DeclarationBroken, SecondSourceUnnamed)):
        loading.read_registry(path)
