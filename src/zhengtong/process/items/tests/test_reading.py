"""A mistake in the catalogue is named with its place; the real catalogue has none."""

from pathlib import Path

import pytest

from zhengtong.process.items import api
from zhengtong.process.items.tests import builders


def test_the_demo_catalogue_is_whole() -> None:
    catalogue = api.read_catalogue(builders.DEMO)
    assert len(catalogue.items) >= 60
    assert len({item.department_key for item in catalogue.items}) >= 20
    assert len(catalogue.bundles) == 16
    assert sum(bundle.national for bundle in catalogue.bundles) == 13
    for item in catalogue.items:
        assert item.basis
        assert item.criteria
        assert item.promised.days <= 20
        if item.statutory:
            assert item.statutory.basis is not None
            assert item.statutory.basis.articles


def test_every_item_of_the_demo_is_found_under_some_life_event() -> None:
    assert all(item.life_events for item in api.read_catalogue(builders.DEMO).items)


@pytest.mark.parametrize(
    ("file", "before", "after", "line", "word"),
    [
        ("police", "kind: confirmation", "kind: favour", 4, "favour"),
        ("police", "basis: [code 15]", "basis: []", 4, "依据"),
        ("police", "basis: [code 15]", "basis: [custom 15]", 4, "custom"),
        ("police", "basis: [code 15]", "basis: [code fifteen]", 4, "fifteen"),
        ("police", "evidence: [id]", "evidence: [passport]", 4, "passport"),
        ("police", "output: permit", "output: money", 4, "money"),
        ("police", "levels: [town]", "levels: [street]", 4, "street"),
        ("police", "life_events: [birth]", "life_events: [party]", 4, "party"),
        ("police", "promised: instant", "promised: soon", 4, "soon"),
        ("police", "name: [出生登记, Birth registration]", "name: 出生登记", 4, "出生登记"),
        ("police", '"901001000000"', "901001000000", 4, "12"),
        ("police", "rank: 5", "rnak: 5", 4, "rnak"),
        ("police", "criteria:", "criterion:", 4, "criterion"),
        ("police", "department: police", "department: navy", 1, "navy"),
        ("health", "promised: 3 workdays", "promised: 21 workdays", 4, "承诺时限"),
        ("health", '"903001000000"', '"901001000000"', 4, "重复"),
        ("bundles", '"903001000000"', '"909009000000"', 3, "909009000000"),
        ("vocabulary", "served: licence", "served: pigeon", 5, "pigeon"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_word(
    tmp_path: Path, file: str, before: str, after: str, line: int, word: str
) -> None:
    text = {"police": builders.POLICE, "health": builders.HEALTH, "bundles": builders.BUNDLES,
            "vocabulary": builders.VOCABULARY}[file]  # fmt: skip
    assert before in text
    folder = builders.write(tmp_path, **{file: text.replace(before, after, 1)})
    with pytest.raises(api.CatalogueBroken) as caught:
        api.read_catalogue(folder)
    place = caught.value.details["place"]
    reported = "police" if "重复" in word else file
    assert place in {f"{file}.yaml:{line}", f"{reported}.yaml:{line}"}
    assert word in caught.value.explanation


def test_a_file_that_is_not_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    folder = builders.write(tmp_path, police="department: police\nitems: [\n")
    with pytest.raises(api.CatalogueBroken) as caught:
        api.read_catalogue(folder)
    assert str(caught.value.details["place"]).startswith("police.yaml:")


def test_a_folder_without_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(api.CatalogueBroken) as caught:
        api.read_catalogue(tmp_path)
    assert caught.value.details["place"] == "vocabulary.yaml"
