"""What is published, found, shown and counted."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import api
from zhengtong.process.items.models import Implementation, ServiceItem
from zhengtong.process.items.tests import builders
from zhengtong.trust.ledger.models import RecordedActRow

pytestmark = pytest.mark.django_db
BIRTH, HYGIENE = "901001000000", "903001000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return builders.write(tmp_path)


@pytest.fixture
def published(folder: Path) -> Path:
    builders.county()
    builders.publish(folder)
    entries = [builders.implementation(HYGIENE, "330521", 1)]
    entries += [builders.implementation(BIRTH, town, n) for n, town in ((2, "330521001"), (3, "330521002"))]
    api.publish_implementations(entries, responsibility=builders.PUBLISHER, at=builders.AT)
    return folder


def codes(page: api.EntryPage) -> list[str]:
    return [entry.code for entry in page.entries]


def test_publishing_again_changes_nothing_and_records_nothing(folder: Path) -> None:
    assert builders.publish(folder) == api.PublishReport(added=2, changed=0, unchanged=0, withdrawn=0)
    acts = RecordedActRow.objects.count()
    assert builders.publish(folder) == api.PublishReport(added=0, changed=0, unchanged=2, withdrawn=0)
    assert RecordedActRow.objects.count() == acts == 1


def test_a_change_is_a_new_version_and_the_old_one_is_still_read_for_its_day(folder: Path) -> None:
    builders.publish(folder)
    builders.write(folder, police=builders.POLICE.replace("promised: instant", "promised: 2 workdays"))
    report = builders.publish(folder, builders.AT + timedelta(days=10))
    assert (report.changed, report.unchanged) == (1, 1)
    assert api.guide(BIRTH, at=date(2026, 3, 11)).item.promised.days == 0
    newer = api.guide(BIRTH, at=date(2026, 3, 12))
    assert (newer.item.promised.days, newer.version) == (2, 2)


def test_two_changes_on_one_day_leave_one_version(folder: Path) -> None:
    builders.publish(folder)
    builders.write(folder, police=builders.POLICE.replace("promised: instant", "promised: 2 workdays"))
    builders.publish(folder)
    assert ServiceItem.objects.filter(code=BIRTH).count() == 1
    assert api.guide(BIRTH, at=builders.TODAY).item.promised.days == 2


def test_an_item_taken_out_of_the_catalogue_ends_and_is_no_longer_found(published: Path) -> None:
    builders.write(published, police=builders.POLICE.replace(BIRTH, "901009000000"),
                   bundles=builders.BUNDLES.replace(BIRTH, "901009000000"))  # fmt: skip
    report = builders.publish(published, builders.AT + timedelta(days=1))
    assert (report.added, report.withdrawn) == (1, 1)
    with pytest.raises(api.ItemUnknown):
        api.guide(BIRTH, at=date(2026, 3, 3))
    assert api.guide(BIRTH, at=builders.TODAY).item.code == BIRTH
    assert BIRTH not in codes(api.search("出生登记"))


def test_an_item_that_comes_back_counts_its_versions_on(folder: Path) -> None:
    builders.publish(folder)
    builders.write(folder, police=builders.POLICE.replace(BIRTH, "901009000000"),
                   bundles=builders.BUNDLES.replace(BIRTH, "901009000000"))  # fmt: skip
    builders.publish(folder, builders.AT + timedelta(days=1))
    builders.publish(builders.write(folder), builders.AT + timedelta(days=2))
    assert api.guide(BIRTH, at=date(2026, 3, 4)).version == 2


def test_no_guide_before_the_first_version(published: Path) -> None:
    with pytest.raises(api.ItemUnknown) as caught:
        api.guide(BIRTH, at=date(2026, 3, 1))
    assert BIRTH in caught.value.explanation


def test_a_guide_names_the_body_of_the_readers_town(published: Path) -> None:
    [body] = api.guide(BIRTH, region="330521002", at=builders.TODAY).implementations
    assert body.organisation_name == api.Words("机构3", "Body 3")
    assert body.code == "11330521DM00000003" + "2" + BIRTH
    assert len(body.code) == 31


def test_a_guide_for_a_town_names_the_county_body_where_the_county_handles_it(published: Path) -> None:
    [body] = api.guide(HYGIENE, region="330521001", at=builders.TODAY).implementations
    assert body.region == "330521"


def test_a_guide_for_a_county_lists_its_towns(published: Path) -> None:
    bodies = api.guide(BIRTH, region="330521", at=builders.TODAY).implementations
    assert [body.region for body in bodies] == ["330521001", "330521002"]
    assert api.guide(BIRTH, region="330522", at=builders.TODAY).implementations == ()


def test_a_guide_names_the_bundles_it_is_part_of(published: Path) -> None:
    [bundle] = api.guide(BIRTH, at=builders.TODAY).bundles
    assert (bundle.code, bundle.parts, bundle.is_bundle) == ("newborn", 2, True)


def test_search_finds_by_name_keyword_english_and_pinyin(published: Path) -> None:
    for text in ("出生登记", "birth registration", "csdj"):
        assert BIRTH in codes(api.search(text)), text
    assert codes(api.search("孩子怎么上户口"))
    assert api.search("不存在的词").total == 0


def test_search_narrows_by_audience_kind_department_and_county(published: Path) -> None:
    assert codes(api.search("卫生许可", audience=api.Audience.NATURAL)) == ["newborn"]
    assert HYGIENE in codes(api.search("许可", audience=api.Audience.LEGAL))
    assert codes(api.search("登记 许可", kind=api.ItemKind.LICENSE)) == [HYGIENE]
    assert codes(api.search("登记", department="police")) == [BIRTH]
    assert codes(api.search("登记", region="330522")) == []
    assert codes(api.search("出生登记", region="330521001")) == [BIRTH]


def test_a_blank_search_lists_everything_the_most_asked_for_first(published: Path) -> None:
    page = api.search("", size=2)
    assert codes(page) == ["newborn", BIRTH]
    assert (page.total, page.pages) == (3, 2)
    assert codes(api.search("", size=2, page=2)) == [HYGIENE]
    assert codes(api.search("", kind=api.ItemKind.LICENSE)) == [HYGIENE]
    assert codes(api.search("", audience=api.Audience.NATURAL)) == ["newborn", BIRTH]
    assert codes(api.search("", region="330522")) == ["newborn"]


def test_an_unknown_region_is_refused(published: Path) -> None:
    with pytest.raises(regions.RegionNotFound):
        api.search("登记", region="999999")


def test_suggestions_come_while_typing(published: Path) -> None:
    assert [entry.code for entry in api.suggest("新生")] == ["newborn"]
    assert [entry.code for entry in api.suggest("cs")] == [BIRTH]


def test_a_bundle_asks_for_each_evidence_once(published: Path) -> None:
    guide = api.bundle("newborn")
    assert [entry.code for entry in guide.items] == [BIRTH, HYGIENE]
    assert [piece.key for piece in guide.evidence] == ["id", "form"]
    assert guide.evidence_before == 3
    with pytest.raises(api.ItemUnknown):
        api.bundle("nothing")


def test_life_events_hold_bundles_before_items(published: Path) -> None:
    [theme] = api.by_life_event()
    assert theme.event.name == api.Words("出生", "Birth")
    assert [entry.code for entry in theme.entries] == ["newborn", BIRTH]


def test_statistics_count_what_the_reform_promises(published: Path) -> None:
    figures = api.statistics()
    assert (figures.items, figures.bundles, figures.implementations) == (2, 1, 3)
    assert figures.online_share == 0.5
    assert figures.at_most_one_visit_share == 1.0
    assert figures.instant_share == 0.5
    assert figures.evidence_not_asked_share == pytest.approx(2 / 3)
    assert sum(count.items for count in figures.departments) == 2
    sped_up = {
        str(count.department): (count.with_statutory_period, count.promised_shorter) for count in figures.departments
    }
    assert sped_up == {"卫健": (1, 1), "公安": (0, 0)}


def test_an_implementation_of_an_unpublished_item_is_refused_and_nothing_changes(published: Path) -> None:
    before = set(Implementation.objects.values_list("code", flat=True))
    with pytest.raises(api.ImplementationBroken):
        api.publish_implementations(
            [builders.implementation("909000000000", "330521", 9)], responsibility=builders.PUBLISHER, at=builders.AT
        )
    assert set(Implementation.objects.values_list("code", flat=True)) == before


def test_words_print_in_the_readers_language_and_chinese_when_in_doubt() -> None:
    basis = api.Basis(law=api.Words("民法典", "Civil Code"), articles=(15, 16))
    with translation.override("en"):
        assert str(api.Words("事项", "Item")) == "Item"
        assert str(api.Words("事项", "")) == "事项"
        assert str(basis) == "Civil Code, art. 15, 16"
    with translation.override("zh-hans"):
        assert str(api.Words("事项", "Item")) == "事项"
        assert str(basis) == "《民法典》第15条、第16条"
        assert str(api.Period(days=0, unit=api.DayUnit.DAYS)) == "即时办结"


def test_lists_cost_few_statements(published: Path, django_assert_max_num_queries: object) -> None:
    for call in (
        lambda: api.search("登记", region="330521"),
        lambda: api.search(""),
        api.by_life_event,
        api.statistics,
    ):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            call()
