"""The ledger records an act with its change, keeps it as it was, and tells people who looked at their data."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from zhengtong.kernel.events.api import OutsideTransaction
from zhengtong.trust.ledger import api, guards, law
from zhengtong.trust.ledger.cli import ledger_group
from zhengtong.trust.ledger.models import ConcernRow, RecordedActRow

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
CLERK, CITIZEN, OTHER = uuid4(), uuid4(), uuid4()


def an_act(**changes: object) -> api.Act:
    act = api.Act(
        authority=api.Authority(clause="行政许可法§32", permission="process.case:accept", power_item="330000-XK-0017"),
        business=api.Business(
            command="process.case.accept",
            object_type="process.case",
            object_id=str(uuid4()),
            before=api.digest({"state": "received"}),
            after=api.digest({"state": "accepted"}),
        ),
        responsibility=api.Responsibility(subject=CLERK, account="17", post=uuid4(), channel="window"),
        purpose="process.case.handling",
        concerns=(CITIZEN,),
        at=NOON,
    )
    return replace(act, **changes)  # type: ignore[arg-type]


def record(**changes: object) -> api.ActReceipt:
    with transaction.atomic():
        return api.record(an_act(**changes))


def look(reader: UUID, *people: UUID, at: datetime = NOON) -> api.ActReceipt:
    with transaction.atomic():
        return api.record_reading(
            responsibility=api.Responsibility(subject=reader),
            authority=api.Authority(clause="个人信息保护法§34"),
            concerns=people,
            object_type="process.case",
            object_id="c1",
            purpose="process.case.handling",
            at=at,
        )


@pytest.mark.django_db
def test_an_act_is_read_back_as_it_was_recorded() -> None:
    act = an_act(concerns=tuple(sorted((CITIZEN, OTHER), key=str)))
    with transaction.atomic():
        receipt = api.record(act)
    recorded = api.act(receipt.id)
    assert recorded == api.RecordedAct(id=receipt.id, act=act, leaf_hash=receipt.leaf_hash)
    assert list(api.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_an_act_without_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransaction):
        api.record(an_act())
    assert api.count_acts() == 0


@pytest.mark.django_db(transaction=True)
def test_an_act_is_undone_with_its_change() -> None:
    with transaction.atomic():
        api.record(an_act())
        transaction.set_rollback(True)
    assert api.count_acts() == 0
    assert ConcernRow.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "unfit",
    [
        {"purpose": "给王小明办证"},
        {"purpose": None, "kind": api.ActKind.READ},
        {"at": NOON.replace(tzinfo=None)},
        {"business": api.Business(command="accept", object_type="case", object_id="13800138000")},
        {"business": api.Business(command="accept", object_type="case", object_id="c1", after="the object itself")},
        {"responsibility": api.Responsibility(subject=CLERK, account="王小明")},
        {"authority": api.Authority(clause="")},
    ],
)
def test_an_act_that_says_too_little_or_too_much_is_refused(unfit: dict[str, object]) -> None:
    with pytest.raises(api.UnfitAct):
        record(**unfit)
    assert api.count_acts() == 0


CHANGES = [
    "UPDATE ledger_act SET kind = 'read'",
    "DELETE FROM ledger_act",
    "UPDATE ledger_concern SET kind = 'read'",
    "DELETE FROM ledger_concern",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_or_delete_what_was_recorded(statement: str) -> None:
    receipt = record()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert api.act(receipt.id).act.business.command == "process.case.accept"
    assert ConcernRow.objects.get().kind == "write"


@pytest.mark.django_db
def test_the_database_refuses_to_replace_or_truncate() -> None:
    receipt = record()
    connection.check_constraints()
    statement = (
        "TRUNCATE ledger_act CASCADE"
        if connection.vendor == "postgresql"
        else "INSERT OR REPLACE INTO ledger_act SELECT id, at, 'read', subject, object_type, object_id, leaf,"
        " leaf_hash, organisation FROM ledger_act"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert api.act(receipt.id).act.kind is api.ActKind.WRITE


def test_a_database_with_a_ledger_cannot_be_flushed(settings: Settings) -> None:
    settings.LEDGER_MAY_BE_EMPTIED = False
    with pytest.raises(CommandError, match="never emptied"):
        call_command("flush", interactive=False, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"leaf_hash": b"\0" * 32}, api.Flaw.HASH),
        ({"leaf": b"{}", "leaf_hash": law.leaf_hash(b"{}")}, api.Flaw.LEAF),
        ({"subject": OTHER}, api.Flaw.INDEX),
        ({"object_id": "c9"}, api.Flaw.INDEX),
        ({"at": NOON + timedelta(seconds=1)}, api.Flaw.INDEX),
    ],
)
def test_a_row_altered_behind_the_guards_is_found(change: dict[str, object], flaw: api.Flaw) -> None:
    receipts = [record() for _ in range(3)]
    guards.lift(connection)
    RecordedActRow.objects.filter(id=receipts[1].id).update(**change)
    guards.install(connection)
    assert list(api.verify()) == [api.Finding(act=receipts[1].id, flaw=flaw)]
    assert list(api.verify(after=receipts[1].id)) == []


@pytest.mark.django_db
def test_a_person_taken_off_an_act_is_found() -> None:
    receipt = record()
    guards.lift(connection)
    ConcernRow.objects.filter(act=receipt.id).delete()
    guards.install(connection)
    assert list(api.verify()) == [api.Finding(act=receipt.id, flaw=api.Flaw.CONCERNS)]


@pytest.mark.django_db
def test_a_person_sees_who_looked_and_why_but_not_their_own_looks() -> None:
    api.declare_purpose("process.case.handling", "办理您的申请")
    record()
    look(CITIZEN, CITIZEN)
    look(CLERK, OTHER)
    seen = look(CLERK, CITIZEN, OTHER)
    (found,) = api.looks_at(CITIZEN).items
    assert (found.id, found.subject, found.purpose_title, found.clause) == (
        seen.id,
        CLERK,
        "办理您的申请",
        "个人信息保护法§34",
    )


@pytest.mark.django_db
def test_pages_continue_where_the_last_one_ended() -> None:
    receipts = [look(CLERK, CITIZEN, at=NOON + timedelta(minutes=number)) for number in range(5)]
    newest_first = [receipt.id for receipt in reversed(receipts)]
    for read in (api.acts_concerning, api.looks_at):
        first = read(CITIZEN, limit=2)
        second = read(CITIZEN, before=first.next, limit=3)
        assert [item.id for item in (*first.items, *second.items)] == newest_first
        assert second.next is None
    assert [item.id for item in api.acts_by(CLERK, limit=9).items] == newest_first
    assert [item.id for item in api.acts_on("process.case", "c1", limit=9).items] == newest_first


@pytest.mark.django_db
def test_an_unknown_act_is_not_found() -> None:
    with pytest.raises(api.UnknownAct):
        api.act(uuid4())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_a_digest_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert api.digest(dict(reversed(value.items()))) == api.digest(value)
    assert api.digest(value, salt=b"s") != api.digest(value)


def test_digest_is_sm3_of_canonical_json() -> None:
    # the salt stands before the JSON text
    assert api.digest(3, salt=b"12") == "sm3:" + hashlib.new("sm3", b"123").hexdigest()


@given(st.uuids(), st.lists(st.uuids(), max_size=3), st.sampled_from(api.ActKind))
def test_what_is_written_in_a_leaf_is_read_back(identifier: UUID, people: list[UUID], kind: api.ActKind) -> None:
    act = an_act(concerns=tuple(sorted(set(people), key=str)), kind=kind)
    assert law.read_leaf(law.leaf(identifier, act)) == (identifier, act)


@pytest.mark.django_db
def test_an_auditor_finds_acts_by_who_what_whom_where_and_when() -> None:
    bureau, other_bureau, case = uuid4(), uuid4(), str(uuid4())
    done = record(
        responsibility=api.Responsibility(subject=CLERK, organisation=bureau),
        business=api.Business(command="process.case.accept", object_type="process.case", object_id=case),
    ).id
    elsewhere = record(responsibility=api.Responsibility(subject=OTHER, organisation=other_bureau), concerns=()).id
    by_a_citizen = look(OTHER, CITIZEN).id

    def found(**wanted: object) -> list[UUID]:
        return [item.id for item in api.search_acts(api.ActSearch(**wanted)).items]  # type: ignore[arg-type]

    assert found() == [by_a_citizen, elsewhere, done]
    assert found(subject=CLERK) == [done]
    assert found(object_type="process.case", object_id=case) == [done]
    assert found(concerning=CITIZEN) == [by_a_citizen, done]
    assert found(concerning=CITIZEN, kind=api.ActKind.READ) == [by_a_citizen]
    assert found(organisations=frozenset({bureau})) == [done]
    assert found(organisations=frozenset()) == []
    moment = RecordedActRow.objects.get(id=elsewhere).id.int >> 80
    here = datetime.fromtimestamp(moment / 1000, UTC)
    assert elsewhere in found(since=here, until=here + timedelta(milliseconds=1))
    assert found(until=here - timedelta(days=1)) == found(since=here + timedelta(days=1)) == []


@pytest.mark.django_db
def test_pages_of_a_search_follow_each_other_without_gap() -> None:
    recorded = [record().id for _ in range(5)]
    first = api.search_acts(api.ActSearch(subject=CLERK), limit=3)
    second = api.search_acts(api.ActSearch(subject=CLERK), before=first.next, limit=3)
    assert [item.id for item in first.items + second.items] == recorded[::-1]
    assert second.next is None


@pytest.mark.django_db
def test_a_page_of_acts_is_checked_in_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sound, forged, unconcerned = record(concerns=(CITIZEN, OTHER)).id, record().id, record(concerns=()).id
    guards.lift(connection)
    RecordedActRow.objects.filter(id=forged).update(organisation=uuid4())
    ConcernRow.objects.filter(act=sound, data_subject=OTHER).delete()
    guards.install(connection)
    with django_assert_num_queries(1):
        assert api.check_acts([sound, forged, unconcerned]) == (
            api.Finding(act=sound, flaw=api.Flaw.CONCERNS),
            api.Finding(act=forged, flaw=api.Flaw.INDEX),
        )
    expected = api.act(unconcerned)
    with django_assert_num_queries(1):
        assert api.checked_act(unconcerned) == (expected, None)
    assert api.checked_act(forged) == (api.act(forged), api.Flaw.INDEX)
    with pytest.raises(api.UnknownAct):
        api.checked_act(uuid4())


@pytest.mark.django_db
def test_the_back_office_shows_acts_and_changes_none(admin_client: Client) -> None:
    receipt = record()
    address = f"/admin/ledger/recordedactrow/{receipt.id}/"
    assert receipt.leaf_hash in admin_client.get(f"{address}change/").content.decode()
    for refused in (f"{address}change/", f"{address}delete/", "/admin/ledger/recordedactrow/add/"):
        assert admin_client.post(refused, {"post": "yes"}).status_code == 403
    assert api.count_acts() == 1


@pytest.mark.django_db
def test_the_command_line_shows_acts_and_says_whether_they_still_fit() -> None:
    receipt, run = record(), CliRunner()
    shown = run.invoke(ledger_group, ["show", "--concerning", str(CITIZEN)])
    assert json.loads(shown.output)["leaf_hash"] == receipt.leaf_hash
    assert json.loads(run.invoke(ledger_group, ["show", str(receipt.id)]).output)["id"] == str(receipt.id)
    assert run.invoke(ledger_group, ["show"]).exit_code == 2
    fine = run.invoke(ledger_group, ["verify"])
    assert (fine.exit_code, fine.output) == (0, "1 acts recorded, 0 no longer as recorded\n")
    guards.lift(connection)
    RecordedActRow.objects.update(object_id="c9")
    guards.install(connection)
    flawed = run.invoke(ledger_group, ["verify"])
    assert (flawed.exit_code, flawed.output.split("\n")[0]) == (1, f"✗ {receipt.id}  index")
