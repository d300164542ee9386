"""Loading many at once 批量登记: people, enterprises, organisations, officials, accounts, in bounded memory.

Rows go straight to the database in chunks, each chunk one transaction with one act in the ledger. The constraints of
the tables hold as for single registrations; a chunk that breaks one is not loaded at all. Only the platform itself
(`system_actor`) loads; people use the services.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import law
from zhengtong.trust.identity.contracts import (
    ALL_MATTERS,
    AccountEntry,
    Actor,
    AssuranceLevel,
    EnterpriseEntry,
    MandateBasis,
    OfficialEntry,
    OrganisationEntry,
    PersonEntry,
    PostEntry,
    Progress,
    ProofMethod,
    SubjectKind,
)
from zhengtong.trust.identity.models import (
    Account,
    Appointment,
    LegalEntity,
    Mandate,
    NaturalPerson,
    OfficialProfile,
    Organisation,
    Post,
    ProofEvent,
    Subject,
)
from zhengtong.trust.identity.models.accounts import one_spelling
from zhengtong.trust.identity.models.subjects import ID_NUMBER_INDEX
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.keys.api import normalise

CHUNK = 10_000
Entry = TypeVar("Entry")
Row = tuple[Any, ...]

_SUBJECT = ("id", "kind", "proof_level", "merged_into", "registered_at")


def bulk_register_people(
    entries: Iterable[PersonEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Register natural persons and return how many; a number that occurs twice refuses its whole chunk.

    Raises:
        IntegrityError: a subject or an ID number is registered already.
    """

    def load(chunk: list[PersonEntry]) -> None:
        _insert_subjects([person.subject for person in chunk], SubjectKind.NATURAL, at)
        insert(
            NaturalPerson,
            ("subject", "name", "id_number", "id_index", "phone", "region"),
            (
                (p.subject, p.name, normalise(p.id_number), ID_NUMBER_INDEX.of(p.id_number), p.phone, p.region)
                for p in chunk
            ),
        )

    return _in_chunks(entries, load, command="register_people", actor=actor, at=at, progress=progress)


def bulk_register_enterprises(
    entries: Iterable[EnterpriseEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Register legal entities, each with the mandate of its legal representative, and return how many.

    Raises:
        IntegrityError: a subject or a credit code is registered already, or a representative is unknown.
    """

    def load(chunk: list[EnterpriseEntry]) -> None:
        _insert_subjects([entity.subject for entity in chunk], SubjectKind.LEGAL, at, AssuranceLevel.SUBSTANTIAL)
        insert(
            LegalEntity,
            ("subject", "credit_code", "name", "name_en", "region"),
            ((e.subject, normalise(e.credit_code), e.name, e.name_en, e.region) for e in chunk),
        )
        _insert_proofs([entity.subject for entity in chunk], ProofMethod.BUSINESS_REGISTRY, at)
        insert(
            Mandate,
            ("id", "principal", "agent", "basis", "matters", "channels", "valid_from", "accepted_at"),
            (
                (new_id(), e.subject, e.representative, MandateBasis.LEGAL_REPRESENTATIVE, [ALL_MATTERS], [], at, at)
                for e in chunk
                if e.representative is not None
            ),
        )

    return _in_chunks(entries, load, command="register_enterprises", actor=actor, at=at, progress=progress)


def bulk_establish_organisations(
    entries: Iterable[OrganisationEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Establish organisations and return how many; a parent comes before its children or exists already.

    Raises:
        KeyError: a parent is neither among the entries before it nor in the database.
    """
    paths = dict(Organisation.objects.values_list("id", "path"))
    last: dict[str, str] = {}
    for path in sorted(paths.values()):
        last[path[: -law.STEP]] = path

    def row(entry: OrganisationEntry) -> Row:
        parent = paths[entry.parent] if entry.parent else ""
        path = last[parent] = paths[entry.id] = law.child_path(parent, last.get(parent))
        depth = len(path) // law.STEP
        return (
            entry.id, entry.parent, path, depth, entry.name, entry.name_en,
            entry.code or None, entry.kind, entry.level, entry.region,
        )  # fmt: skip

    def load(chunk: list[OrganisationEntry]) -> None:
        columns = ("id", "parent", "path", "depth", "name", "name_en", "code", "kind", "level", "region")
        insert(Organisation, columns, map(row, chunk))

    return _in_chunks(entries, load, command="establish_organisations", actor=actor, at=at, progress=progress)


def bulk_establish_posts(
    entries: Iterable[PostEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Establish posts and return how many."""

    def load(chunk: list[PostEntry]) -> None:
        columns = ("id", "organisation", "title", "title_en", "duty")
        insert(Post, columns, ((p.id, p.organisation, p.title, p.title_en, p.duty) for p in chunk))

    return _in_chunks(entries, load, command="establish_posts", actor=actor, at=at, progress=progress)


def bulk_register_officials(
    entries: Iterable[OfficialEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Register officials, proved by their organisation, appoint them to their posts, and return how many.

    Raises:
        IntegrityError: a staff number is taken, or a post's duty is not the official's (三员分立).
    """

    def load(chunk: list[OfficialEntry]) -> None:
        _insert_subjects([o.subject for o in chunk], SubjectKind.OFFICIAL, at, AssuranceLevel.SUBSTANTIAL)
        insert(
            OfficialProfile,
            ("subject", "staff_number", "name", "name_en", "duty", "person"),
            ((o.subject, o.staff_number, o.name, o.name_en, o.duty, o.person) for o in chunk),
        )
        _insert_proofs([official.subject for official in chunk], ProofMethod.ORGANISATION, at)
        insert(
            Appointment,
            ("id", "official", "post", "valid_from"),
            ((new_id(), o.subject, post, o.appointed_at or at) for o in chunk for post in o.posts),
        )

    return _in_chunks(entries, load, command="register_officials", actor=actor, at=at, progress=progress)


def bulk_open_accounts(
    entries: Iterable[AccountEntry], *, actor: Actor, at: datetime, progress: Progress | None = None
) -> int:
    """Open accounts for subjects that are registered, and return how many.

    A natural person's account with `proved_by` raises the person's proof to substantial: somebody checked in person
    that this login belongs to them.

    Raises:
        IntegrityError: a user name is taken, or a subject has an account.
    """

    def load(chunk: list[AccountEntry]) -> None:
        insert(
            Account,
            ("username", "subject", "password", "email", "is_active", "is_staff", "is_superuser", "joined_at"),
            (
                (
                    one_spelling(a.username),
                    a.subject,
                    a.password_hash or make_password(a.password or None),
                    "",
                    True,
                    a.staff,
                    False,
                    at,
                )
                for a in chunk
            ),
        )
        for method in ProofMethod:
            proved = [account.subject for account in chunk if account.proved_by is method]
            _insert_proofs(proved, method, at)
            Subject.objects.filter(id__in=proved).update(proof_level=AssuranceLevel.SUBSTANTIAL)

    return _in_chunks(entries, load, command="open_accounts", actor=actor, at=at, progress=progress)


def insert(model: type[models.Model], names: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Insert *rows* with one prepared statement, each value adapted by its field as the ORM would."""
    meta = model._meta  # noqa: SLF001 -- Django's documented model API
    fields: list[models.Field[Any, Any]] = [meta.get_field(name) for name in names]  # type: ignore[misc]
    adapt: list[Callable[..., Any]] = [field.get_db_prep_save for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 -- our own names
    values = (tuple(prepare(value, connection) for prepare, value in zip(adapt, row, strict=True)) for row in rows)
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)  # type: ignore[arg-type]  # both drivers take iterators


def _in_chunks(
    entries: Iterable[Entry],
    load: Callable[[list[Entry]], None],
    *,
    command: str,
    actor: Actor,
    at: datetime,
    progress: Progress | None,
) -> int:
    if not actor.is_system:
        raise NotAllowed
    done = 0
    for chunk in _chunks(entries):
        with transaction.atomic():
            load(chunk)
            done += len(chunk)
            record_act(actor, command, "load", str(new_id()), at=at, states=(None, {"rows": len(chunk)}))
        if progress:
            progress(done)
    return done


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    source = iter(entries)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _insert_subjects(
    subjects: list[UUID], kind: SubjectKind, at: datetime, level: AssuranceLevel = AssuranceLevel.NONE
) -> None:
    insert(Subject, _SUBJECT, ((subject, kind, level, None, at) for subject in subjects))


def _insert_proofs(subjects: list[UUID], method: ProofMethod, at: datetime) -> None:
    insert(
        ProofEvent,
        ("id", "subject", "method", "level", "source", "at"),
        ((new_id(), subject, method, AssuranceLevel.SUBSTANTIAL, "load", at) for subject in subjects),
    )
