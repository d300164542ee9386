"""Append-only 只增不改: triggers by which the database itself refuses to change or delete what was recorded.

They stop mistakes and casual tampering. Who owns the database can take them away; that is found by `verify` and
`check`, and by the checkpoints that others hold. One more trigger queues every act for the sequencer, in the act's
own transaction.
"""

from collections.abc import Mapping

from django.db.backends.base.base import BaseDatabaseWrapper

ACTS = {"ledger_act": "id = NEW.id", "ledger_concern": "data_subject = NEW.data_subject AND act_id = NEW.act_id"}
"""The tables that are kept, each with the condition by which SQLite finds a row that would be replaced."""
LOG = {
    "ledger_entry": "number = NEW.number OR act_id = NEW.act_id",
    "ledger_checkpoint": "size = NEW.size",
    "ledger_cosignature": "checkpoint_id = NEW.checkpoint_id AND witness = NEW.witness",
    "ledger_stamp": "checkpoint_id = NEW.checkpoint_id AND authority = NEW.authority",
}
_SENTENCE = "the ledger is append-only"
_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_QUEUE_FUNCTION = """
    CREATE OR REPLACE FUNCTION ledger_queue() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO ledger_waiting (act_id) VALUES (NEW.id); RETURN NULL; END $$
"""


def install(connection: BaseDatabaseWrapper, tables: Mapping[str, str] = ACTS | LOG) -> None:
    """Create the triggers that keep *tables*."""
    _run(connection, _kept_by_postgresql(tables) if connection.vendor == "postgresql" else _kept_by_sqlite(tables))


def lift(connection: BaseDatabaseWrapper, tables: Mapping[str, str] = ACTS | LOG) -> None:
    """Drop those triggers: for undoing the migration and for emptying a test database."""
    if connection.vendor == "postgresql":
        dropped = [f"{table}_{event} ON {table}" for table in tables for event in ("keep", "keep_all")]
    else:
        dropped = [f"{table}_{event}" for table in tables for event in ("update", "delete", "replace")]
    _run(connection, [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in dropped])


def queue_acts(connection: BaseDatabaseWrapper) -> None:
    """Create the trigger that queues each act for the sequencer."""
    if connection.vendor == "postgresql":
        trigger = "FOR EACH ROW EXECUTE FUNCTION ledger_queue()"
        statements = [_QUEUE_FUNCTION]
    else:
        trigger = "BEGIN INSERT INTO ledger_waiting (act_id) VALUES (NEW.id); END"
        statements = []
    _run(connection, [*statements, f"CREATE TRIGGER ledger_act_queue AFTER INSERT ON ledger_act {trigger}"])


def unqueue_acts(connection: BaseDatabaseWrapper) -> None:
    """Drop that trigger, to undo the migration."""
    place = " ON ledger_act" if connection.vendor == "postgresql" else ""
    _run(connection, [f"DROP TRIGGER IF EXISTS ledger_act_queue{place}"])


def _kept_by_postgresql(tables: Mapping[str, str]) -> list[str]:
    statements = [_FUNCTION]
    for table in tables:
        refuse = "EXECUTE FUNCTION ledger_refuse()"
        statements += [
            f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        ]
    return statements


def _kept_by_sqlite(tables: Mapping[str, str]) -> list[str]:
    """SQLite's `INSERT OR REPLACE` deletes without asking delete triggers, so it is refused by itself."""
    statements = []
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END"
    for table, same in tables.items():
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 -- constants only
        statements += [
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN {exists} {refuse}",
        ]
    return statements


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
