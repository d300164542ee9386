"""Any tree, brought in in any pieces, answers as its parent links say."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtong.kernel.regions import api
from zhengtong.kernel.regions.contracts import RegionLevel, RegionRow
from zhengtong.kernel.regions.models import Region
from zhengtong.kernel.regions.tests.builders import TODAY


class Tree(NamedTuple):
    """Rows with parents first, and where to cut them into imports."""

    rows: list[RegionRow]
    cuts: list[int]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw up to 25 regions whose children may skip levels, as towns right under a city do."""
    rows = [RegionRow("10", "首省", RegionLevel.PROVINCE, None)]
    for place in range(draw(st.integers(0, 24))):
        parent = draw(st.sampled_from([None, *[row for row in rows if row.level < RegionLevel.GRID]]))
        above = 0 if parent is None else int(parent.level)
        level = RegionLevel(draw(st.integers(above + 1, min(above + 2, 6)))) if parent else RegionLevel.PROVINCE
        rows.append(RegionRow(f"{11 + place}", f"区{place}", level, parent.code if parent else None))
    return Tree(rows, sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3))))


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo what is done inside, so that each example starts from nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_a_tree_imported_in_pieces_answers_like_its_parent_links(tree: Tree) -> None:
    parents = {row.code: row.parent_code for row in tree.rows}
    chains: dict[str, list[str]] = {}
    for row in tree.rows:
        chains[row.code] = [*chains.get(row.parent_code or "", []), row.code]
    with taken_back():
        for start, end in zip([0, *tree.cuts], [*tree.cuts, len(tree.rows)], strict=True):
            api.import_regions(rows=tree.rows[start:end], on=TODAY)
        views = api.regions(parents)
        for code, chain in chains.items():
            assert [view.code for view in api.ancestors(code)] == chain[:-1]
            assert views[code].full_name == "".join(views[above].name for above in chain)
            inside = set(Region.objects.filter(api.under(code, "parent")).values_list("code", flat=True)) | {code}
            assert inside == {other for other, its_chain in chains.items() if code in its_chain}
            for other in chains:
                assert views[other].contains(views[code]) == (other in chain)
