"""Issuing what was issued on paper before 存量证照: row by row, each a transaction, so that a run can be resumed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from zhengtong.kernel.errors import Refusal
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.licenses import queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import HolderKind, LicenseType, UnknownHolder
from zhengtong.trust.licenses.services.issuing import issue

_PAPER = UUID("0b5e7a52-4f0c-4d3e-8f57-0d6f3f8e21c4")
HOLDER, VALID_FROM = "holder", "valid_from"


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOutcome:
    """What became of a row, counted from 1: the licence's number, or why not (never what the row said)."""

    row: int
    number: str = ""
    trouble: str = ""


def issue_back_catalogue(
    rows: Iterable[Mapping[str, str]], *, actor: Actor, type_key: str, issuer: UUID, at: datetime
) -> Iterator[RowOutcome]:
    """Issue a licence for each row and tell what became of it; a row issued before gives the same licence again.

    Args:
        rows: `holder` (ID number or credit code), `valid_from` (YYYY-MM-DD), and the type's fields.
        actor: who answers for it.
        type_key: what kind of licence.
        issuer: in whose name.
        at: the present moment.

    Raises:
        UnknownLicenseType: none is published.
    """
    kind = load_type(queries.type_row(type_key).content)
    for count, row in enumerate(rows, start=1):
        try:
            yield RowOutcome(row=count, number=_issue(row, kind, actor, issuer, at))
        except Refusal as refusal:
            yield RowOutcome(row=count, trouble=f"{refusal.explanation} {refusal.advice}")
        except ValueError:
            yield RowOutcome(row=count, trouble=f"{VALID_FROM}: YYYY-MM-DD")


def _issue(row: Mapping[str, str], kind: LicenseType, actor: Actor, issuer: UUID, at: datetime) -> str:
    holder = _holder(kind, (row.get(HOLDER) or "").strip())
    first = date.fromisoformat((row.get(VALID_FROM) or "").strip())
    same_paper = uuid5(_PAPER, f"{kind.key}|{issuer}|{holder}|{first}")
    attributes = {key: value for key, value in row.items() if key not in {HOLDER, VALID_FROM} and value}
    issued = issue(
        actor=actor,
        type_key=kind.key,
        issuer=issuer,
        holder=holder,
        attributes=attributes,
        case=same_paper,
        valid_from=first,
        at=at,
    )
    return issued.number


def _holder(kind: LicenseType, said: str) -> UUID:
    if kind.holder is HolderKind.ENTERPRISE:
        return identity.enterprise(credit_code=said).subject
    found = identity.subject_of_id_number(said) if said else None
    if found is None:
        raise UnknownHolder
    return found
