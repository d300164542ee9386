"""Triggers that keep duties apart 三员分立 in the database itself, where no forgotten check can pass them by.

A rule over two tables fits no CHECK, so each is a trigger, written here for SQLite and for PostgreSQL. A later
migration that rebuilds one of these tables on SQLite drops its triggers: let it run `install` again (a test watches).
"""

from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MESSAGE = "duties are kept apart"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A condition under which a row must not be written.

    Args:
        name: of the trigger.
        table: whose rows are watched.
        when: `INSERT`, `UPDATE OF column`, or both.
        forbidden: an SQL condition on NEW (and OLD).
    """

    name: str
    table: str
    when: str
    forbidden: str


def _other_duty(*, of: str, key: str, column: str, than: str) -> str:
    return f"(SELECT duty FROM {of} WHERE {key} = NEW.{column}) <> ({than})"  # noqa: S608 -- our own names


APPOINTMENT = _other_duty(
    of="identity_officialprofile",
    key="subject_id",
    column="official_id",
    than="SELECT duty FROM identity_post WHERE id = NEW.post_id",
)
GRANT = _other_duty(
    of="access_role",
    key="code",
    column="role_id",
    than="SELECT COALESCE((SELECT duty FROM identity_post WHERE id = NEW.post_id), 'business')",
)
IDENTITY_RULES = (
    Rule(
        name="identity_appointment_keeps_duties_apart",
        table="identity_appointment",
        when="INSERT",
        forbidden=APPOINTMENT,
    ),
    Rule(
        name="identity_appointment_stays_apart",
        table="identity_appointment",
        when="UPDATE OF official_id, post_id",
        forbidden=APPOINTMENT,
    ),
    Rule(
        name="identity_post_keeps_its_duty",
        table="identity_post",
        when="UPDATE OF duty",
        forbidden="NEW.duty <> OLD.duty",
    ),
    Rule(
        name="identity_official_keeps_their_duty",
        table="identity_officialprofile",
        when="UPDATE OF duty",
        forbidden="NEW.duty <> OLD.duty",
    ),
)
ACCESS_RULES = (
    Rule(name="access_grant_keeps_duties_apart", table="access_grant", when="INSERT", forbidden=GRANT),
    Rule(name="access_grant_stays_apart", table="access_grant", when="UPDATE OF role_id, post_id", forbidden=GRANT),
    Rule(
        name="access_role_keeps_its_duty",
        table="access_role",
        when="UPDATE OF duty",
        forbidden="NEW.duty <> OLD.duty",
    ),
)


def install(rules: tuple[Rule, ...], editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers of *rules*, replacing what is there."""
    uninstall(rules, editor)
    for rule in rules:
        for statement in _statements(rule, editor.connection.vendor):
            editor.execute(statement, params=None)


def uninstall(rules: tuple[Rule, ...], editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers of *rules*."""
    for rule in rules:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}", params=None)
            editor.execute(f"DROP FUNCTION IF EXISTS {rule.name}_check()", params=None)
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS {rule.name}", params=None)


def _statements(rule: Rule, vendor: str) -> list[str]:
    trigger = f"CREATE TRIGGER {rule.name} BEFORE {rule.when} ON {rule.table}"
    if vendor == "postgresql":
        body = f"IF {rule.forbidden} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF;"
        function = f"CREATE FUNCTION {rule.name}_check() RETURNS trigger LANGUAGE plpgsql"
        return [
            f"{function} AS $$ BEGIN {body} RETURN NEW; END $$",
            f"{trigger} FOR EACH ROW EXECUTE FUNCTION {rule.name}_check()",
        ]
    return [f"{trigger} WHEN {rule.forbidden} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"]
