"""How much is shared of a dataset 调用量: what a room above counts as the use of what is made of it."""

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from zhengtong.data.exchange.contracts import AgreementUse
from zhengtong.data.exchange.models import Agreement, Usage


def use_of(datasets: Iterable[str], *, first: date, until: date) -> tuple[AgreementUse, ...]:
    """Return the agreements over *datasets* with their looks in the half-open period, the busiest first: one statement.

    Args:
        datasets: codes of the catalogue.
        first: the first day that counts.
        until: the day from which on nothing counts.
    """
    used = Usage.objects.filter(agreement=OuterRef("pk"), day__gte=first, day__lt=until).order_by().values("agreement")
    rows = (
        Agreement.objects.filter(request__dataset__in=list(datasets))
        .select_related("request__consumer")
        .annotate(
            calls=Coalesce(Subquery(used.annotate(total=Sum("count")).values("total")), 0),
            handed=Coalesce(Subquery(used.annotate(total=Sum("rows")).values("total")), 0),
        )
        .order_by("-calls", "starts_at", "pk")
    )
    return tuple(
        AgreementUse(
            agreement=row.id, dataset=row.request.dataset, dataset_name=row.request.dataset_name,
            consumer=row.request.consumer_id, consumer_name=row.request.consumer.name,
            consumer_name_en=row.request.consumer.name_en, calls=row.calls, rows=row.handed,
        )
        for row in rows
    )  # fmt: skip
