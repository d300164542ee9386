"""Issuing what was issued on paper before 存量证照: row by row, each a transaction, so that a run can be resumed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase, Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.licenses import law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import AttributesUnfit, HolderKind, LicenseType, RowOutcome, UnknownHolder
from zhengtong.trust.licenses.services.issuing import issue

_PAPER = UUID("0b5e7a52-4f0c-4d3e-8f57-0d6f3f8e21c4")
HOLDER, VALID_FROM = "holder", "valid_from"
_NO_DATE = f"{VALID_FROM}: YYYY-MM-DD"


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
        yield issue_row(count, row, kind=kind, actor=actor, issuer=issuer, at=at)


def issue_row(
    count: int, row: Mapping[str, str], *, kind: LicenseType, actor: Actor, issuer: UUID, at: datetime
) -> RowOutcome:
    """Issue the licence of one row, the *count*-th, and tell what became of it."""
    try:
        return RowOutcome(row=count, number=_issue(row, kind, actor, issuer, at))
    except Refusal as refusal:
        return RowOutcome(row=count, trouble=f"{refusal.explanation} {refusal.advice}")
    except ValueError:
        return RowOutcome(row=count, trouble=_NO_DATE)


def troubles_of(rows: Iterable[Mapping[str, str]], *, kind: LicenseType, at: datetime) -> Iterator[RowOutcome]:
    """Tell which rows could not be issued and why; nothing is written."""
    seen: set[tuple[UUID, date]] = set()
    for count, row in enumerate(rows, start=1):
        try:
            paper = _check(row, kind, at)
        except Refusal as refusal:
            yield RowOutcome(row=count, trouble=f"{refusal.explanation} {refusal.advice}")
        except ValueError:
            yield RowOutcome(row=count, trouble=_NO_DATE)
        else:
            if paper in seen:
                yield RowOutcome(row=count, trouble=gettext("与前面的一行重复：同一持证人、同一生效日期。"))
            seen.add(paper)


def _check(row: Mapping[str, str], kind: LicenseType, at: datetime) -> tuple[UUID, date]:
    paper = _paper(row, kind)
    if paper[1] > on_day(at):
        raise AttributesUnfit(what=Phrase(_("生效日期不能晚于今天")), field=VALID_FROM)
    law.check_attributes(kind, _attributes(row))
    return paper


def _paper(row: Mapping[str, str], kind: LicenseType) -> tuple[UUID, date]:
    """Return whose licence a row is and from when: what tells one paper from another."""
    holder = _holder(kind, (row.get(HOLDER) or "").strip())
    return holder, date.fromisoformat((row.get(VALID_FROM) or "").strip())


def _attributes(row: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in row.items() if key not in {HOLDER, VALID_FROM} and value}


def _issue(row: Mapping[str, str], kind: LicenseType, actor: Actor, issuer: UUID, at: datetime) -> str:
    holder, first = _paper(row, kind)
    same_paper = uuid5(_PAPER, f"{kind.key}|{issuer}|{holder}|{first}")
    issued = issue(
        actor=actor,
        type_key=kind.key,
        issuer=issuer,
        holder=holder,
        attributes=_attributes(row),
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
