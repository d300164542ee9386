"""The store's session: as fast as the driver, and to Django a transaction like any other."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from zhengtong.kernel.ids import new_id
from zhengtong.process.store import session as sessions
from zhengtong.process.store.models import Definition, Instance
from zhengtong.process.store.session import Statement, Transaction

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
STATE = ("autocommit", "in_atomic_block", "commit_on_exit", "needs_rollback", "savepoint_ids", "closed_in_transaction")


def state() -> dict[str, Any]:
    return {name: getattr(connection, name) for name in STATE} | {"blocks": len(connection.atomic_blocks)}


def inside(work: Callable[[sessions.Session], None]) -> None:
    with Transaction() as db:
        work(db)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_leaves_the_connection_as_djangos_own_does() -> None:
    with transaction.atomic():
        inside = state()
    outside = state()
    with Transaction():
        assert state() == inside
        with transaction.atomic():
            assert connection.savepoint_ids[0] is not None
    assert state() == outside
    with pytest.raises(KeyError), Transaction():
        raise KeyError
    assert state() == outside


@pytest.mark.django_db(transaction=True)
def test_what_was_to_happen_on_commit_happens_after_it_and_not_without_it() -> None:
    happened: list[bool] = []
    with Transaction():
        transaction.on_commit(lambda: happened.append(connection.in_atomic_block))
        assert happened == []
    assert happened == [False]

    def fails(_db: sessions.Session) -> None:
        transaction.on_commit(lambda: happened.append(True))
        raise KeyError

    with pytest.raises(KeyError):
        inside(fails)
    assert happened == [False]


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_driver_comes_as_djangos_and_takes_everything_back() -> None:
    twice = Statement("INSERT INTO process_store_instance SELECT * FROM process_store_instance")
    definition = Definition.objects.create(
        key="k", version=1, content_hash="h", bpmn="", published_at=NOW, effective_from=NOW
    )

    def fails(db: sessions.Session) -> None:
        Instance.objects.create(id=new_id(), definition=definition, state="running", started_at=NOW)
        db.execute(twice, ())

    with pytest.raises(IntegrityError):
        inside(fails)
    assert Instance.objects.count() == 0
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_an_error_outside_a_transaction_comes_as_djangos_too() -> None:
    with pytest.raises(DatabaseError):
        sessions.session().all(Statement("SELECT id FROM process_store_nowhere"), ())


@pytest.mark.django_db(transaction=True)
def test_a_rollback_asked_for_inside_is_heeded() -> None:
    with Transaction():
        Definition.objects.create(key="k", version=1, content_hash="h", bpmn="", published_at=NOW, effective_from=NOW)
        transaction.set_rollback(True)
    assert Definition.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has a shorter way")
def test_the_driver_is_used_where_nobody_watches_and_django_where_somebody_does() -> None:
    connection.ensure_connection()
    with Transaction() as db:
        assert isinstance(db, sessions.DriverSession)
    with connection.execute_wrapper(lambda run, *rest: run(*rest)), Transaction() as db:
        assert not isinstance(db, sessions.DriverSession)
