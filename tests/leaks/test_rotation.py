"""Rotation is an act and touches no row; resealing moves the rows of a table to its newest key, cut off or not."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.leaks import seeding
from zhengtong.site.keys_cli import keys_group
from zhengtong.trust.identity import api as identity
from zhengtong.trust.keys import api as keys
from zhengtong.trust.ledger.models import RecordedActRow

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
PEOPLE, BATCH, TABLE = 20, 6, "identity_naturalperson"
pytestmark = pytest.mark.django_db


class CutOff(Exception):  # noqa: N818 -- a power cut, no error of ours
    """The power goes."""


@pytest.fixture
def people() -> list[seeding.Seeded]:
    people = seeding.the_people(PEOPLE)
    seeding.register(people, at=NOW)
    return people


def sealed() -> list[tuple[bytes, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, id_number, phone FROM {TABLE} ORDER BY subject_id")  # noqa: S608 -- our own name
        return [tuple(bytes(value) for value in row) for row in cursor.fetchall()]


def keys_named(rows: list[tuple[bytes, ...]]) -> set[int]:
    return {int.from_bytes(value[1:3], "big") for row in rows for value in row}


def acts(command: str) -> int:
    return sum(command.encode() in bytes(leaf) for leaf in RecordedActRow.objects.values_list("leaf", flat=True))


def can_be_found(people: list[seeding.Seeded]) -> bool:
    seekers = zip(people, [*people[1:], people[0]], strict=True)
    return all(
        identity.find_agent(actor=one.actor, id_number=other.id_number, name=other.name, at=NOW) == other.subject
        for one, other in seekers
    )


def test_a_rotation_is_on_record_and_leaves_every_row_as_it_was(people: list[seeding.Seeded]) -> None:
    before, root = sealed(), keys.key_ring().current
    done = keys.rotate(by=seeding.SYSTEM, at=NOW)
    assert done.root == root + 1
    assert done.wrapped > 0
    assert sealed() == before
    assert acts("trust.keys.rotate") == 1
    assert can_be_found(people)


def test_resealing_gives_every_row_the_new_key_and_is_on_record(people: list[seeding.Seeded]) -> None:
    (number,) = keys_named(sealed())
    done = keys.reseal(by=seeding.SYSTEM, table=TABLE, at=NOW, new_key=True, batch=BATCH)
    assert (done.seen, done.resealed) == (PEOPLE, PEOPLE)
    assert keys_named(sealed()) == {number + 1}
    assert acts("trust.keys.reseal") == 4
    assert can_be_found(people)


def test_resealing_cut_off_goes_on_with_the_rows_that_are_left(people: list[seeding.Seeded]) -> None:
    def power_cut(_: keys.Resealing) -> None:
        raise CutOff

    with pytest.raises(CutOff):
        keys.reseal(by=seeding.SYSTEM, table=TABLE, at=NOW, new_key=True, batch=BATCH, progress=power_cut)
    assert len(keys_named(sealed())) == 2
    assert can_be_found(people)
    done = keys.reseal(by=seeding.SYSTEM, table=TABLE, at=NOW, batch=BATCH)
    assert (done.seen, done.resealed) == (PEOPLE, PEOPLE - BATCH)
    assert len(keys_named(sealed())) == 1
    before = sealed()
    assert keys.reseal(by=seeding.SYSTEM, table=TABLE, at=NOW).resealed == 0
    assert sealed() == before


def test_a_table_without_sealed_columns_is_refused_by_name(people: list[seeding.Seeded]) -> None:
    del people
    before = sealed()
    for table in ("ledger_act", "nobody's"):
        with pytest.raises(keys.TableNotSealed) as refused:
            keys.reseal(by=seeding.SYSTEM, table=table, at=NOW, new_key=True)
        assert TABLE in str(refused.value)
    assert (sealed(), acts("trust.keys.reseal")) == (before, 0)


def test_the_commands_tell_in_a_sentence_what_they_did_or_refuse(people: list[seeding.Seeded]) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(keys_group, list(words))
        return result.exit_code, result.output

    code, said = run("reseal", TABLE, "--new-key", "--batch", "15")
    assert code == 0
    assert f"✓ {TABLE}: {PEOPLE} of {PEOPLE} rows resealed" in said
    assert run("rotate")[1].startswith("✓ root ")
    assert "0 keys wrapped" in run("rotate", "--resume")[1]
    code, said = run("reseal", "ledger_act")
    assert (code, "Traceback" in said, TABLE in said) == (1, False, True)
    assert can_be_found(people)
