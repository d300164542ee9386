"""Loading a province: every row or none of its chunk, nothing readable on disk, the constraints hold."""

from datetime import datetime
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity import bulk
from zhengtong.trust.identity.contracts import (
    AssuranceLevel,
    Duty,
    MandateBasis,
    OrganisationEntry,
    OrganisationKind,
    OrganisationLevel,
    PersonEntry,
    ProofMethod,
)
from zhengtong.trust.identity.models import Account, Appointment, Mandate, NaturalPerson, ProofEvent, Subject
from zhengtong.trust.identity.tests.builders import (
    NOW,
    PASSWORD,
    SYSTEM,
    a_person,
    a_post,
    an_account,
    an_enterprise,
    an_official,
    an_organisation,
    id_number,
)
from zhengtong.trust.ledger.api import count_acts

pytestmark = pytest.mark.django_db


def people(number: int) -> list[PersonEntry]:
    return [PersonEntry(subject=new_id(), name="王芳", id_number=id_number(), region="330106") for _ in range(number)]


def test_people_are_loaded_in_chunks_each_with_its_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 10)
    seen: list[int] = []
    entries = people(25)
    assert identity.bulk_register_people(iter(entries), actor=SYSTEM, at=NOW, progress=seen.append) == 25
    assert (seen, NaturalPerson.objects.count(), count_acts()) == ([10, 20, 25], 25, 3)
    stored = NaturalPerson.objects.get(pk=entries[7].subject)
    assert (stored.name, stored.id_number) == ("王芳", entries[7].id_number)


def test_a_person_is_found_by_number_however_it_is_typed_and_shown_masked() -> None:
    number = id_number()
    subject = a_person("欧阳明月", number)
    assert identity.subject_of_id_number(f" {number.lower()} ") == subject
    assert identity.subject_of_id_number(id_number()) is None
    view = identity.person(subject)
    assert (view.name, view.id_number, view.phone) == ("欧**月", f"330{'*' * 13}{number[-2:]}", "138****1234")
    with pytest.raises(NotFound):
        identity.person(new_id())


def test_a_chunk_with_a_number_twice_is_not_loaded_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 10)
    entries = people(20)
    entries[15] = PersonEntry(subject=new_id(), name="另一人", id_number=entries[12].id_number)
    with pytest.raises(IntegrityError), transaction.atomic():
        identity.bulk_register_people(entries[10:], actor=SYSTEM, at=NOW)
    assert (NaturalPerson.objects.count(), Subject.objects.count(), count_acts()) == (0, 0, 0)


def test_no_name_number_or_phone_lies_readable_in_the_tables() -> None:
    number = id_number()
    a_person("司马相如", number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_number, phone, id_index FROM identity_naturalperson")
        *sealed, index = (bytes(value) for value in cursor.fetchone())
    raw = b"|".join([*sealed, index])
    for secret in ("司马相如", number, "13800001234"):
        assert secret.encode() not in raw
    assert [value[:2] for value in sealed] == [b"\x02\x00"] * 3  # sealed in format 2 by a data key of the table


def test_an_enterprise_comes_with_the_mandate_of_its_representative() -> None:
    boss = a_person()
    company = an_enterprise(boss)
    mandate = Mandate.objects.get()
    assert (mandate.principal_id, mandate.agent_id, mandate.basis) == (company, boss, MandateBasis.LEGAL_REPRESENTATIVE)
    assert (mandate.matters, mandate.accepted_at, mandate.valid_until) == (["*"], NOW, None)
    assert identity.enterprise(subject=company).name == "杭州云溪科技有限公司"


def organisations(parents: list[int | None]) -> list[OrganisationEntry]:
    ids = [new_id() for _ in parents]
    return [
        OrganisationEntry(
            id=ids[i], parent=None if parent is None else ids[parent], name=f"机构{i}", name_en="", code="",
            kind=OrganisationKind.GOVERNMENT, level=OrganisationLevel.COUNTY, region="330106",
        )
        for i, parent in enumerate(parents)
    ]  # fmt: skip


def test_the_tree_is_read_by_interval_and_in_pages() -> None:
    entries = organisations([None, 0, 1, 1, 0, 4])
    identity.bulk_establish_organisations(entries, actor=SYSTEM, at=NOW)
    paths = [identity.organisation_path(entry.id) for entry in entries]
    assert paths == ["0001", "00010001", "000100010001", "000100010002", "00010002", "000100020001"]
    page = identity.organisation_tree(entries[0].id, limit=1)
    assert ([o.name for o in page.items], page.next, page.items[0].children) == (["机构1"], "00010001", 2)
    rest = identity.organisation_tree(entries[0].id, after=page.next or "", limit=1)
    assert ([o.name for o in rest.items], rest.next) == (["机构4"], None)
    assert [o.name for o in identity.organisation_chain(entries[3].id)] == ["机构0", "机构1", "机构3"]
    assert [o.name for o in identity.search_organisations("机构", within="00010001")] == ["机构1", "机构2", "机构3"]


def test_later_children_continue_after_the_earlier_ones() -> None:
    root = an_organisation()
    first, second = an_organisation(root), an_organisation(root)
    path = identity.organisation_path(root)
    assert [identity.organisation_path(o) for o in (first, second)] == [f"{path}0001", f"{path}0002"]


def test_an_unknown_parent_refuses_the_organisations() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        an_organisation(new_id())
    assert identity.organisation_tree().items == ()


def test_officials_are_proved_by_their_organisation_and_hold_their_posts() -> None:
    bureau = an_organisation()
    posts = [a_post(bureau, "窗口受理"), a_post(bureau, "审批")]
    official = an_official(*posts)
    held = identity.appointments_of(official, at=NOW)
    assert [a.post.title for a in held] == ["窗口受理", "审批"]
    assert [p.holders for p in identity.posts_of(bureau, at=NOW)] == [("李科长",), ("李科长",)]
    assert ProofEvent.objects.get(subject=official).method == ProofMethod.ORGANISATION


@pytest.mark.parametrize(
    ("one", "other"), [(one, other) for pair in pairwise(Duty) for one, other in (pair, pair[::-1])]
)
def test_the_database_itself_keeps_duties_apart(one: Duty, other: Duty) -> None:
    bureau = an_organisation()
    post = a_post(bureau, "岗位", other)
    official = an_official(duty=one)
    with pytest.raises(IntegrityError, match="duties are kept apart"), transaction.atomic():
        Appointment.objects.create(official_id=official, post_id=post, valid_from=NOW)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("table", ["identity_post", "identity_officialprofile"])
def test_a_duty_never_changes(table: str) -> None:
    a_post(an_organisation())
    an_official()
    with (
        pytest.raises(IntegrityError, match="duties are kept apart"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET duty = 'audit'")  # noqa: S608 -- two names above


def test_an_account_opened_at_a_counter_proves_its_person() -> None:
    proved, unproved = a_person(), a_person()
    an_account(proved, "zhang", ProofMethod.COUNTER)
    an_account(unproved, "li")
    assert Account.objects.get(username="zhang").check_password(PASSWORD)
    assert Account.objects.get(username="zhang").joined_at == NOW
    levels = dict(Subject.objects.values_list("id", "proof_level"))
    assert (levels[proved], levels[unproved]) == (AssuranceLevel.SUBSTANTIAL, AssuranceLevel.NONE)
    view = identity.account("zhang")
    assert (view.name, view.second_factors, view.last_login) == ("张*", (), None)


def test_loading_takes_the_moment_it_is_told() -> None:
    assert isinstance(NOW, datetime)
    subject = a_person()
    assert Subject.objects.get(pk=subject).registered_at == NOW
