"""The departments' files: the same for one seed, wrong in the ways departments are wrong, with the truth kept apart."""

import csv
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.checkdigits import InvalidCode, parse_resident_id
from zhengtong.site.demo import province
from zhengtong.site.demo.chance import Draw
from zhengtong.site.demo.cli import demo
from zhengtong.site.demo.sources.files import make
from zhengtong.site.demo.sources.noise import misspelt, transposed
from zhengtong.site.demo.tests import small


def write(folder: Path, seed: str = "s", scale: int = 1) -> Path:
    parts = province.parts(small.tree(), small.content(), seed=seed, scale=scale)
    make(parts, folder, today=small.content().as_of, seed=seed)
    return folder / "sources"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("files"))


def insured(sources: Path) -> list[dict[str, str]]:
    with (sources / "medical_insurance/参保人员.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_valid(number: str) -> bool:
    try:
        parse_resident_id(number)
    except InvalidCode:
        return False
    return True


def test_twelve_departments_deliver_in_six_forms(sources: Path) -> None:
    assert len([folder for folder in sources.iterdir() if folder.is_dir()]) == 12
    assert {path.suffix for path in sources.rglob("*.*")} == {".csv", ".xlsx", ".json", ".parquet", ".sqlite"}


def test_one_seed_makes_the_same_rows_and_another_makes_others(sources: Path, tmp_path: Path) -> None:
    again, other = write(tmp_path / "again"), write(tmp_path / "other", seed="t")
    assert insured(again) == insured(sources)
    assert insured(other) != insured(sources)


def test_each_form_reads_with_the_means_of_its_department(sources: Path) -> None:
    register = (sources / "public_security/常住人口登记.csv").read_text(encoding="gb18030")
    assert register.startswith("公民身份号码,姓名")
    assert pq.read_table(sources / "health/居民健康档案.parquet").num_rows > 400
    assert json.loads((sources / "education/学籍.json").read_text(encoding="utf-8"))[0].keys() >= {"sfzh", "xm"}
    database = sqlite3.connect(sources / "human_resources/社会保险.sqlite")
    assert database.execute("SELECT count(*) FROM insured WHERE person_number <> ''").fetchone()[0] > 100
    database.close()


def test_numbers_are_missing_and_mistyped_in_some_rows(sources: Path) -> None:
    numbers = [row["公民身份号码"] for row in insured(sources)]
    wrong = [number for number in numbers if number and not is_valid(number)]
    assert 0 < numbers.count("") < len(numbers) / 10
    assert 0 < len(wrong) < len(numbers) / 20


def test_the_truth_knows_whose_every_row_is_and_the_files_do_not(sources: Path) -> None:
    links = pq.read_table(sources.parent / "truth/links.parquet").to_pylist()
    mine = [link for link in links if link["source"] == "medical_insurance/参保人员.csv"]
    assert [link["row"] for link in mine] == list(range(1, len(insured(sources)) + 1))
    people = pq.read_table(sources.parent / "truth/population.parquet").column("key").to_pylist()
    assert len(people) == len(set(people)) == small.content().residents
    keyless = next(link for link, row in zip(mine, insured(sources), strict=True) if not row["公民身份号码"])
    assert keyless["key"] in people


def test_the_present_telephone_is_the_one_told_last(sources: Path) -> None:
    truth = {row["key"]: row["phone"] for row in pq.read_table(sources.parent / "truth/population.parquet").to_pylist()}
    rows = [row for row in insured(sources) if row["公民身份号码"] in truth]
    stale = [row for row in rows if row["手机"] and row["手机"] != truth[row["公民身份号码"]]]
    assert 0 < len(stale) < len(rows) / 5


def test_a_second_part_goes_on_where_the_first_ended(tmp_path: Path, sources: Path) -> None:
    both = write(tmp_path, scale=2)
    assert len(insured(both)) > len(insured(sources))
    assert insured(both)[: len(insured(sources))] == insured(sources)
    links = pq.read_table(tmp_path / "truth/links.parquet").to_pylist()
    rows = [link["row"] for link in links if link["source"] == "medical_insurance/参保人员.csv"]
    assert rows == list(range(1, len(insured(both)) + 1))


@given(st.text("陈建国王伟", min_size=2, max_size=4), st.integers())
def test_a_misspelt_name_differs_in_one_character(name: str, seed: int) -> None:
    wrong = misspelt(name, Draw(seed))
    assert sum(one != other for one, other in zip(name, wrong, strict=True)) == 1


@given(st.text("0123456789X", min_size=2, max_size=18), st.integers())
def test_transposing_keeps_the_characters(code: str, seed: int) -> None:
    wrong = transposed(code, Draw(seed))
    assert sorted(wrong) == sorted(code)
    assert (wrong == code) == (len(set(code)) == 1)


def test_the_command_needs_a_folder() -> None:
    result = CliRunner().invoke(demo, ["sources"])
    assert result.exit_code == 2
    assert "--out" in result.output
