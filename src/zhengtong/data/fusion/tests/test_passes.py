"""A pass from files to a version: golden records, a feed, discrepancies that answers clear, merges that split."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from zhengtong.data.fusion import api as fusion
from zhengtong.data.fusion import lake, law, queries
from zhengtong.data.fusion.models import Discrepancy, Review
from zhengtong.data.fusion.tests import builders
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, responsibility_of, system_actor
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders as identity_builders
from zhengtong.trust.ledger import api as ledger

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
SYSTEM = responsibility_of(system_actor())


@pytest.fixture
def files(db: None, settings: Settings, tmp_path: Path) -> Path:
    del db
    identity_builders.some_regions()
    declared, delivered = tmp_path / "declared", tmp_path / "delivered"
    declared.mkdir()
    delivered.mkdir()
    (declared / "people.yaml").write_text(builders.PEOPLE, encoding="utf-8")
    settings.FUSION_DECLARATIONS, settings.HOME = declared, tmp_path
    return builders.deliver(delivered)


@pytest.fixture
def linked(files: Path, settings: Settings) -> Path:
    """Let rows without a number be linked; the other tests do without, which is quicker."""
    builders.people(Path(settings.FUSION_DECLARATIONS))
    queries._registries.cache_clear()
    return files


def run(files: Path, at: datetime = NOW) -> fusion.Pass:
    return fusion.run("people", sources=files, responsibility=SYSTEM, at=at)


def records() -> dict[str, dict[str, object]]:
    return {row["key"]: row for row in lake.read(fusion.table_of("people")).to_table().to_pylist()}


def official(department: str) -> Actor:
    """Return an official of the organisation that answers for *department*, with every right of fusion."""
    organisation = identity_builders.an_organisation(name=department)
    fusion.name_office(department=department, organisation=organisation, responsibility=SYSTEM, at=NOW)
    role = f"of-{department.replace('_', '-')}"
    access.define_role(
        actor=identity_builders.SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS,
        permissions=list(fusion.Permission), at=NOW,
    )  # fmt: skip
    post = identity_builders.a_post(organisation)
    access.grant_role(actor=identity_builders.SYSTEM, role=role, post_id=post, region="33", at=NOW)
    return identity_builders.in_post(identity_builders.an_official(post), post)


def test_a_pass_publishes_one_record_a_person_with_provenance(files: Path) -> None:
    done = run(files)
    assert (done.version, done.records, done.keyless) == (0, 60, 1)
    record = records()[builders.number(5)]
    assert (record["phone"], record["phone_source"], record["phone_conflict"]) == ("19911112222", 2, True)
    assert record["birth_date_conflict"] is False
    assert [one.digest for one in fusion.versions("people")] == [done.digest]


def test_a_repeated_pass_makes_no_version_and_no_discrepancy(files: Path) -> None:
    first, second = run(files), run(files)
    assert (second.version, second.digest, second.upserted) == (first.version, first.digest, 0)
    assert (second.opened, Discrepancy.objects.count(), len(fusion.versions("people"))) == (0, 1, 1)


def test_a_contradiction_goes_to_the_department_that_answers_for_the_datum(files: Path) -> None:
    run(files)
    police, insurance = official("public_security"), official("medical_insurance")
    [row] = fusion.discrepancies(police)
    assert (row.attribute, row.department) == ("name", "public_security")
    assert fusion.discrepancies(insurance) == ()
    view = fusion.open_discrepancy(row.id, actor=police, at=NOW)
    assert view.key == builders.number(3)
    assert {one.department for one in view.candidates} == {"public_security", "medical_insurance", "health"}
    with pytest.raises(fusion.DiscrepancyUnknown):
        fusion.open_discrepancy(row.id, actor=insurance, at=NOW)


@pytest.mark.parametrize(
    ("attribute", "typed", "kept"),
    [("name", " 陈 甲 ", "陈甲"), ("birth_date", "1990年02月03日", "1990-02-03"), ("birth_date", "早春", None)],
)
def test_an_answer_that_no_source_gives_is_read_as_the_authoritative_source_is(
    files: Path, attribute: str, typed: str, kept: str | None
) -> None:
    run(files)
    police = official("public_security")
    [row] = fusion.discrepancies(police)
    Discrepancy.objects.update(attribute=attribute)
    if kept is None:
        with pytest.raises(fusion.AnswerUnreadable):
            fusion.answer(row.id, value=typed, actor=police, at=NOW)
    else:
        assert fusion.answer(row.id, value=typed, actor=police, at=NOW).answer == kept
    assert Discrepancy.objects.get().answer == kept


def test_a_telephone_that_changed_is_flagged_but_put_to_nobody(files: Path) -> None:
    run(files)
    assert not Discrepancy.objects.filter(attribute="phone").exists()


def test_the_answer_is_believed_by_the_next_pass_and_clears_the_discrepancy(files: Path) -> None:
    run(files)
    police = official("public_security")
    [row] = fusion.discrepancies(police)
    fusion.answer(row.id, value="陈甲", actor=police, at=NOW)
    done = run(files, NOW + timedelta(days=1))
    record = records()[builders.number(3)]
    assert (record["name"], record["name_conflict"], record["name_source"]) == ("陈甲", False, 63)
    assert (done.cleared, done.upserted, fusion.resolution("people").share) == (1, 1, 1.0)
    commands = {one.act.business.command for one in ledger.acts_on("data.fusion.discrepancy", str(row.id)).items}
    assert "data.fusion.answer" in commands


def test_a_source_that_speaks_against_the_answer_later_opens_it_again(files: Path) -> None:
    run(files)
    police = official("public_security")
    [row] = fusion.discrepancies(police)
    fusion.answer(row.id, value="陈甲", actor=police, at=NOW)
    run(files, NOW + timedelta(days=1))
    text = (files / "police.csv").read_text(encoding="utf-8").splitlines()
    text[4] = text[4].replace("2024-05-01", "2027-01-01")
    (files / "police.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    done = run(files, NOW + timedelta(days=90))
    assert (done.opened, fusion.resolution("people").open) == (1, 1)
    assert records()[builders.number(3)]["name_conflict"] is True


def test_an_empty_or_second_answer_is_refused_and_changes_nothing(files: Path) -> None:
    run(files)
    police = official("public_security")
    [row] = fusion.discrepancies(police)
    with pytest.raises(fusion.AnswerMissing):
        fusion.answer(row.id, value=" ", actor=police, at=NOW)
    fusion.answer(row.id, value="陈甲", actor=police, at=NOW)
    assert fusion.answer(row.id, value="陈甲", actor=police, at=NOW).answer == "陈甲"
    with pytest.raises(fusion.DiscrepancyClosed):
        fusion.answer(row.id, value="陈乙", actor=police, at=NOW)
    assert Discrepancy.objects.get().answer == "陈甲"


def test_who_may_not_review_sees_nothing(files: Path) -> None:
    run(files)
    with pytest.raises(fusion.ReviewUnknown):
        fusion.reviews(official("public_security"))
    with pytest.raises(NotAllowed):
        fusion.reviews(identity_builders.an_actor_in_post())


def test_a_row_without_a_number_is_merged_and_split_again(linked: Path) -> None:
    files = linked
    run(files)
    review = Review.objects.get()
    registrar = official(fusion.REGISTRAR)
    before = records()[builders.number(7)]
    fusion.merge(review.id, actor=registrar, at=NOW)
    run(files)
    assert records()[builders.number(7)]["phone_source"] == 2
    fusion.split(review.id, actor=registrar, at=NOW)
    done = run(files)
    assert records()[builders.number(7)]["phone_source"] == 1
    assert (done.linked, done.to_review) == (0, 0)
    assert before["key"] == builders.number(7)
    Review.objects.update(decision="pending", decided_at=None)
    with pytest.raises(fusion.ReviewDecided):
        fusion.split(review.id, actor=registrar, at=NOW)


def test_the_feed_tells_what_changed_between_versions(files: Path) -> None:
    first = run(files)
    text = (files / "police.csv").read_text(encoding="utf-8").splitlines()
    (files / "police.csv").write_text("\n".join(text[:-1]) + "\n", encoding="utf-8")
    (files / "insured.csv").write_text("号码,姓名,出生,手机,时间\n", encoding="gb18030")
    second = run(files)
    assert second.version > first.version
    found = fusion.changes("people", first.version, second.version).to_pylist()
    assert {row["_change_type"] for row in found} <= {"insert", "delete", "update_preimage", "update_postimage"}
    assert len([row for row in found if row["_change_type"] == "update_postimage"]) == second.upserted
    with pytest.raises(fusion.VersionUnknown):
        fusion.changes("people", 0, 99)


def test_a_source_that_cannot_be_read_publishes_nothing(files: Path) -> None:
    run(files)
    (files / "health.csv").unlink()
    with pytest.raises(fusion.SourceUnreadable) as refused:
        run(files)
    assert "health" in refused.value.explanation
    assert len(fusion.versions("people")) == 1


def test_a_lacking_column_is_named(files: Path) -> None:
    builders.write(files / "health.csv", "号码,姓名,出生,时间", [])
    with pytest.raises(fusion.SourceUnreadable) as refused:
        run(files)
    assert "手机" in refused.value.explanation


def test_an_unknown_registry_is_refused_with_those_that_are_known(files: Path) -> None:
    with pytest.raises(fusion.RegistryUnknown) as refused:
        fusion.run("animals", sources=files, responsibility=SYSTEM, at=NOW)
    assert "people" in refused.value.advice


def test_two_passes_over_one_registry_do_not_meet(files: Path) -> None:
    from zhengtong.data.fusion.services import passes

    with passes._alone(fusion.registry("people"), fusion.table_of("people")), pytest.raises(fusion.PassRunning):
        run(files)


def test_values_and_keys_lie_sealed_in_the_tables(files: Path) -> None:
    from django.db import connection

    run(files)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, candidates FROM fusion_discrepancy")
        stored = b"".join(bytes(cell) for row in cursor.fetchall() for cell in row)
    assert builders.number(3).encode() not in stored
    assert "陈".encode() not in stored


def test_ids_of_people_go_to_the_ledger_not_their_numbers(files: Path) -> None:
    run(files)
    police = official("public_security")
    [row] = fusion.discrepancies(police)
    fusion.open_discrepancy(row.id, actor=police, at=NOW)
    [act] = [one.act for one in ledger.acts_on("data.fusion.discrepancy", str(row.id)).items]
    assert act.kind is ledger.ActKind.READ
    assert isinstance(UUID(act.business.object_id), UUID)
    assert builders.number(3) not in repr(act)


def test_supply_says_whose_word_every_golden_value_is(files: Path) -> None:
    run(files)
    known = records().values()
    for name in ("name", "birth_date", "phone"):
        told = {one.source: one for one in fusion.supply("people") if one.attribute == name}
        assert sum(one.records for one in told.values()) == sum(row[name] is not None for row in known)
        assert sum(one.conflicts for one in told.values()) == sum(bool(row[f"{name}_conflict"]) for row in known)
        for source, one in told.items():
            place = next(n for n, declared in enumerate(fusion.registry("people").sources) if declared.name == source)
            minutes = [int(str(row[f"{name}_at"])) for row in known if row[f"{name}_source"] == place]
            assert one.records == len(minutes)
            assert (one.oldest, one.newest) == (law.moment(min(minutes)), law.moment(max(minutes)))


def test_a_registry_that_was_never_published_supplies_nothing(files: Path) -> None:
    with pytest.raises(fusion.VersionUnknown):
        fusion.supply("people")
