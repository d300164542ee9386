"""What a thief of the database would read: no name, no number, no phone, in any table; and words for every kind."""

from collections.abc import Iterator, Mapping
from enum import Enum

import pytest
from django.db import connection

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity import contracts
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, PersonEntry, ProofMethod, SubjectKind
from zhengtong.trust.identity.tests.builders import DAY, NOW, SYSTEM, an_account, an_enterprise, id_number


def everything_stored() -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- the database's own names
            for row in cursor.fetchall():
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    if connection.vendor == "sqlite":
        yield connection.connection.serialize()


@pytest.mark.django_db
def test_a_raw_dump_of_the_database_gives_away_nobody() -> None:
    names = ["司马相如", "欧阳明月", "上官婉儿"]
    people = [
        PersonEntry(subject=new_id(), name=name, id_number=id_number(), phone=f"1391234567{place}")
        for place, name in enumerate(names)
    ]
    identity.bulk_register_people(people, actor=SYSTEM, at=NOW)
    an_enterprise(people[0].subject)
    an_account(people[0].subject, "sima", ProofMethod.COUNTER)
    actor = Actor(subject=people[0].subject, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    agent = identity.find_agent(actor=actor, id_number=people[1].id_number, name=people[1].name, at=NOW)
    identity.grant_mandate(actor=actor, agent=agent, matters=["*"], valid_from=NOW, valid_until=NOW + DAY, at=NOW)
    identity.register_person(actor=SYSTEM, name="诸葛孔明", id_number=(extra := id_number()), at=NOW)
    secrets = [*names, "诸葛孔明", extra, *(p.id_number for p in people), *(p.phone for p in people)]
    stored = list(everything_stored())
    assert any("杭州云溪科技有限公司".encode() in value for value in stored)
    assert [secret for secret in secrets if any(secret.encode() in value for value in stored)] == []


@pytest.mark.parametrize("labels", [name for name in dir(contracts) if name.endswith("_LABELS")])
def test_every_kind_has_a_name_on_screen(labels: str) -> None:
    named: Mapping[Enum, object] = getattr(contracts, labels)
    assert set(named) == set(type(next(iter(named))))
    assert all(str(label) for label in named.values())
