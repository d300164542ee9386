"""Which rows a scope reaches: the same in Python, in SQL and in a queryset."""

from itertools import product
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.regions import api as regions
from zhengtong.trust.access import api as access
from zhengtong.trust.access.contracts import Clause, RegionSpan, Scope
from zhengtong.trust.identity.models import Organisation
from zhengtong.trust.identity.tests.builders import an_organisation, some_regions

SPANS = [
    RegionSpan(code="a", low=0, high=99),
    RegionSpan(code="b", low=10, high=19),
    RegionSpan(code="c", low=15, high=15),
]
PATHS = ["0001", "00010001", "00010002", "000100010003"]
clauses = st.builds(Clause, organisation=st.none() | st.sampled_from(PATHS), region=st.none() | st.sampled_from(SPANS))
scopes = st.builds(Scope, clauses=st.lists(clauses, max_size=3).map(tuple))


@given(scope=scopes, path=st.none() | st.sampled_from(PATHS), place=st.none() | st.integers(0, 120))
def test_a_scope_reaches_a_row_exactly_when_one_of_its_clauses_does(
    scope: Scope, path: str | None, place: int | None
) -> None:
    expected = any(
        (c.organisation is None or (path or "").startswith(c.organisation))
        and (c.region is None or (place is not None and place in range(c.region.low, c.region.high + 1)))
        for c in scope.clauses
    )
    assert scope.covers(organisation=path, place=place) is expected
    assert access.union([scope, scope]).covers(organisation=path, place=place) is expected


@pytest.mark.django_db
def test_the_sql_of_a_scope_selects_exactly_the_rows_it_covers() -> None:
    some_regions()
    root = an_organisation(region="33")
    for region in ("3301", "330106", "330107", "330106001"):
        child = an_organisation(root, region=region)
        an_organisation(child, region="330106001001")
    spans = [regions.region(code) for code in ("3301", "330106", "330107")]
    bounds = [None, *(RegionSpan(code=r.code, low=r.low, high=r.high) for r in spans)]
    paths = [None, *Organisation.objects.values_list("path", flat=True)]
    rows = [(path, regions.region(code).low) for path, code in Organisation.objects.values_list("path", "region")]
    for path, span in product(paths, bounds):
        for other in (Clause(organisation="00010002"), Clause(region=bounds[2])):
            scope = Scope(clauses=(Clause(organisation=path, region=span), other))
            expected = sorted(path for path, place in rows if scope.covers(organisation=path, place=place))
            condition, parameters = access.within_sql(scope, organisation="path", region="region")
            assert selected(condition, parameters) == expected
            regional, parameters = access.within_sql(scope, region="region")
            assert selected(regional, parameters) == sorted(p for p, place in rows if scope.covers(place=place))


def selected(condition: str, parameters: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT path FROM identity_organisation WHERE {condition} ORDER BY path", parameters)  # noqa: S608 -- under test
        return [path for (path,) in cursor.fetchall()]


@pytest.mark.django_db
@given(scope=scopes)
def test_a_queryset_within_a_scope_agrees_with_the_scope(scope: Scope) -> None:
    if not Organisation.objects.exists():
        root = an_organisation()
        for parent in (an_organisation(root), an_organisation(root)):
            an_organisation(parent)
    expected = [o.path for o in Organisation.objects.order_by("path") if scope.covers(organisation=o.path)]
    found = Organisation.objects.filter(access.within(scope, organisation="path")).order_by("path")
    assert list(found.values_list("path", flat=True)) == expected
