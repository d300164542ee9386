"""Reads of exchange: requests and agreements of a department, looks at a person, whether the chain is sound."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import orjson
from django.db.models import Max, Min, Q, QuerySet, Sum

from zhengtong.data.exchange import terms
from zhengtong.data.exchange.contracts import (
    FEED_PAGE,
    AgreementState,
    AgreementUnknown,
    AgreementView,
    Announcements,
    AnnouncementView,
    BatchLook,
    BulkShare,
    ExchangeLook,
    Format,
    LooksVerdict,
    Outcome,
    RequestState,
    RequestUnknown,
    RequestView,
)
from zhengtong.data.exchange.gateway.chain import START, link
from zhengtong.data.exchange.models import Agreement, Announcement, Look, ShareRequest, Subscription, Usage
from zhengtong.kernel import clock
from zhengtong.trust.identity.contracts import Actor

PAGE = 50
_STRIDE = 5_000


def requests_to_answer(actor: Actor) -> tuple[RequestView, ...]:
    """Return what other departments ask of the actor's organisation and nobody has answered, the most urgent first."""
    rows = _requests().filter(provider=actor.organisation, state=RequestState.SUBMITTED)
    return tuple(map(request_view, rows.order_by("due_on", "submitted_at")[:PAGE]))


def requests_made(actor: Actor) -> tuple[RequestView, ...]:
    """Return what the actor's organisation asked for, the newest first."""
    return tuple(map(request_view, _requests().filter(consumer=actor.organisation).order_by("-submitted_at")[:PAGE]))


def request(actor: Actor, identifier: UUID) -> RequestView:
    """Return one request that the actor's organisation made or answers.

    Raises:
        RequestUnknown: there is none for this reader.
    """
    mine = Q(provider=actor.organisation) | Q(consumer=actor.organisation)
    row = _requests().filter(mine, pk=identifier).first()
    if row is None:
        raise RequestUnknown
    return request_view(row)


def agreements(actor: Actor, *, at: datetime) -> tuple[AgreementView, ...]:
    """Return the agreements the actor's organisation is a party to, with the looks of the day, the newest first."""
    party = Q(request__provider=actor.organisation) | Q(request__consumer=actor.organisation)
    return _agreement_views(_agreements().filter(party).order_by("-starts_at")[:PAGE], at)


def agreement(actor: Actor, identifier: UUID, *, at: datetime, counts_use: bool = True) -> AgreementView:
    """Return one agreement that the actor's organisation is a party to.

    Args:
        actor: who asks.
        identifier: its id.
        at: now.
        counts_use: whether the use of the day is counted, in a second statement.

    Raises:
        AgreementUnknown: there is none for this reader.
    """
    party = Q(request__provider=actor.organisation) | Q(request__consumer=actor.organisation)
    found = _agreement_views(_agreements().filter(party, pk=identifier), at, counts_use=counts_use)
    if not found:
        raise AgreementUnknown
    return found[0]


def announcements(agreement: UUID, *, after: int = 0, limit: int = FEED_PAGE) -> Announcements:
    """Return what was announced under an agreement after a position, in order. Three statements."""
    own = Announcement.objects.filter(subscription=agreement)
    rows = own.select_related("subscription__agreement__request").filter(number__gt=after).order_by("number")[:limit]
    found = tuple(map(announcement_view, rows))
    oldest = own.aggregate(oldest=Min("number"))["oldest"]
    paused = Subscription.objects.filter(pk=agreement, paused_at__isnull=False).exists()
    return Announcements(items=found, next=found[-1].number if found else after, oldest=oldest or 0, is_paused=paused)


def announcement_view(row: Announcement) -> AnnouncementView:
    """Return *row*, whose agreement's request is loaded, as a contract."""
    return AnnouncementView(
        id=row.id,
        number=row.number,
        agreement=row.subscription_id,
        dataset=row.subscription.agreement.request.dataset,
        first=row.first,
        last=row.last,
        at=row.at,
    )


def usage_by_day(identifier: UUID, *, days: int = 30) -> tuple[tuple[date, int, int], ...]:
    """Return the looks under an agreement and their rows on its latest days of use, the oldest first."""
    rows = Usage.objects.filter(agreement=identifier).order_by("-day").values_list("day", "count", "rows")[:days]
    return tuple(reversed(rows))


def use_of_day(identifier: UUID, day: date) -> tuple[int, int]:
    """Return the looks under an agreement on a day, and their rows. One statement."""
    row = Usage.objects.filter(agreement=identifier, day=day).values_list("count", "rows").first()
    return row or (0, 0)


def looks_at_person(subject: UUID, *, most: int = PAGE) -> tuple[ExchangeLook, ...]:
    """Return what departments' applications asked about a person, the newest first (个人信息保护法 §45)."""
    return _looks(Look.objects.filter(subject=subject).order_by("-at")[:most])


def looks_under(agreed: AgreementView, *, most: int = PAGE) -> tuple[ExchangeLook, ...]:
    """Return the looks under an agreement, the newest first; they name no person. One statement."""
    names = tuple(field.name for field in agreed.terms.fields)
    return tuple(
        ExchangeLook(
            node=row.node,
            number=row.number,
            at=row.at,
            agreement=agreed.id,
            application=agreed.application,
            consumer_name=agreed.consumer_name,
            dataset=agreed.dataset,
            dataset_name=agreed.dataset_name,
            fields=names,
            business=row.business,
            outcome=Outcome(row.outcome),
        )
        for row in Look.objects.filter(agreement=agreed.id, handed="").order_by("-at")[:most]
    )


def batches_under(agreement: UUID, *, most: int = PAGE) -> tuple[BatchLook, ...]:
    """Return the batch answers under an agreement, the newest first. One statement."""
    rows = Look.objects.filter(agreement=agreement).exclude(handed="").order_by("-at")[:most]
    return tuple(map(_batch_look, rows))


def shared_in_bulk(*, most: int = PAGE) -> tuple[BulkShare, ...]:
    """Return what was shared in batches, an agreement each, the latest first. Two statements."""
    used = Usage.objects.filter(rows__gt=0).values("agreement").annotate(last_on=Max("day"), total=Sum("rows"))
    found = list(used.order_by("-last_on")[:most])
    known = {row.id: row for row in _agreements().filter(pk__in=[one["agreement"] for one in found])} if found else {}
    return tuple(_bulk_share(known[one["agreement"]], one["last_on"], one["total"]) for one in found)


def check_looks() -> LooksVerdict:
    """Compute every hash again from what is stored; return the first look that does not fit, if any."""
    checked = 0
    for node, rows in groupby(_chain(), key=lambda row: row.node):
        head, expected = START, 1
        for row in rows:
            head = link(head, node, expected, told(row))
            if row.number != expected or head != bytes(row.hash):
                return LooksVerdict(checked=checked, broken_node=node, broken_number=expected)
            checked, expected = checked + 1, expected + 1
    return LooksVerdict(checked=checked)


def nodes() -> Iterator[str]:
    """Yield the names of the nodes that have written looks, each by one step through the index."""
    name = Look.objects.order_by("node").values_list("node", flat=True).first()
    while name is not None:
        yield name
        name = Look.objects.filter(node__gt=name).order_by("node").values_list("node", flat=True).first()


def told(row: Look) -> list[object]:
    """Return a stored look as the scribe was told it; where it was no batch, without quotas."""
    batch = [0, orjson.loads(row.handed)] if row.handed else []
    return [
        round(row.at.timestamp() * 1_000_000), str(row.agreement), str(row.access_key), row.nonce, row.business,
        bytes(row.key).hex(), str(row.subject) if row.subject else "", row.outcome, bytes(row.request_digest).hex(),
        *batch,
    ]  # fmt: skip


def _chain() -> Iterator[Look]:
    return Look.objects.order_by("node", "number").iterator(chunk_size=_STRIDE)


def _looks(rows: QuerySet[Look]) -> tuple[ExchangeLook, ...]:
    found = list(rows)
    known = {row.id: row for row in _agreements().filter(pk__in={look.agreement for look in found})}
    return tuple(_look(row, known[row.agreement]) for row in found if row.agreement in known)


def _look(row: Look, agreed: Agreement) -> ExchangeLook:
    return ExchangeLook(
        node=row.node,
        number=row.number,
        at=row.at,
        agreement=row.agreement,
        application=agreed.request.application,
        consumer_name=agreed.request.consumer.name,
        dataset=agreed.request.dataset,
        dataset_name=agreed.request.dataset_name,
        fields=tuple(field.name for field in terms.read(agreed.request.terms).fields),
        business=row.business,
        outcome=Outcome(row.outcome),
    )


def _batch_look(row: Look) -> BatchLook:
    version, part, rows, form, digest, *since = orjson.loads(row.handed)
    return BatchLook(
        node=row.node,
        number=row.number,
        at=row.at,
        agreement=row.agreement,
        business=row.business,
        version=version,
        part=part,
        rows=rows,
        format=Format(form),
        digest=digest,
        is_range=bool(since),
        first=since[0] if since else None,
    )


def _bulk_share(agreed: Agreement, last_on: date, rows: int) -> BulkShare:
    request, own = agreed.request, terms.read(agreed.request.terms)
    return BulkShare(
        agreement=agreed.id,
        dataset=request.dataset,
        dataset_name=request.dataset_name,
        consumer_name=request.consumer.name,
        purpose=own.purpose,
        basis=own.basis,
        last_on=last_on,
        rows=rows,
    )


def _requests() -> QuerySet[ShareRequest]:
    return ShareRequest.objects.select_related("provider", "consumer", "agreement")


def _agreements() -> QuerySet[Agreement]:
    return Agreement.objects.select_related("request__provider", "request__consumer")


def request_view(row: ShareRequest) -> RequestView:
    """Return *row*, whose organisations and agreement are loaded, as a contract."""
    return RequestView(
        id=row.id,
        dataset=row.dataset,
        dataset_name=row.dataset_name,
        provider=row.provider_id,
        provider_name=row.provider.name,
        consumer=row.consumer_id,
        consumer_name=row.consumer.name,
        application=row.application,
        terms=terms.read(row.terms),
        state=RequestState(row.state),
        submitted_at=row.submitted_at,
        due_on=row.due_on,
        decided_at=row.decided_at,
        reason=row.reason,
        agreement=row.agreement.id if hasattr(row, "agreement") else None,
    )


def state_of(row: Agreement, today: date) -> AgreementState:
    """Return where an agreement stands on a day."""
    if row.ended_at is not None:
        return AgreementState.ENDED
    if today > row.expires_on:
        return AgreementState.EXPIRED
    return AgreementState.SUSPENDED if row.suspended else AgreementState.ACTIVE


def _agreement_views(rows: QuerySet[Agreement], at: datetime, *, counts_use: bool = True) -> tuple[AgreementView, ...]:
    found, today = list(rows), clock.on_day(at)
    usage = Usage.objects.filter(agreement__in=[row.id for row in found] if counts_use else [], day=today)
    used = {agreement: (count, rows) for agreement, count, rows in usage.values_list("agreement", "count", "rows")}
    return tuple(
        AgreementView(
            id=row.id,
            dataset=row.request.dataset,
            dataset_name=row.request.dataset_name,
            provider=row.request.provider_id,
            provider_name=row.request.provider.name,
            consumer=row.request.consumer_id,
            consumer_name=row.request.consumer.name,
            application=row.request.application,
            terms=terms.read(row.request.terms),
            state=state_of(row, today),
            starts_at=row.starts_at,
            used_today=used.get(row.id, (0, 0))[0],
            reason=row.reason,
            rows_today=used.get(row.id, (0, 0))[1],
        )
        for row in found
    )
