"""Reads of departments' applications."""

from uuid import UUID

from zhengtong.kernel.errors import NotFound
from zhengtong.trust.identity.contracts import ApplicationView, AssuranceLevel
from zhengtong.trust.identity.models import Application


def application(subject: UUID) -> ApplicationView:
    """Return one application of a department.

    Raises:
        NotFound: there is none of this id.
    """
    row = Application.objects.filter(pk=subject, organisation__isnull=False).first()
    if row is None:
        raise NotFound
    return application_view(row)


def applications_of(organisation: UUID) -> tuple[ApplicationView, ...]:
    """Return the applications of an organisation, by name."""
    return tuple(map(application_view, Application.objects.filter(organisation=organisation).order_by("name")))


def application_view(row: Application) -> ApplicationView:
    """Return *row*, which an organisation runs, as a contract."""
    assert row.organisation_id is not None  # noqa: S101 -- callers leave out what enterprises run
    return ApplicationView(
        subject=row.pk,
        name=row.name,
        name_en=row.name_en,
        organisation=row.organisation_id,
        sector=row.sector,
        needs_level=AssuranceLevel(row.needs_level),
    )
