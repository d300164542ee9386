"""Lists, steps and charts do what their readers rely on."""

from collections.abc import Mapping
from typing import Any

import pytest
from django import forms
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.errors import Conflict
from zhengtong.kernel.pages import charts, listing, paging, wizard
from zhengtong.kernel.pages.models import Preference
from zhengtong.kernel.pages.paging import Asked

Pair = tuple[str, int]


def _all_pages(rows: list[int], size: int, *, descending: bool) -> list[int]:
    seen: list[int] = []
    after = ""
    while True:
        asked = Asked(sort="n", descending=descending, after=after, size=size)
        found = paging.of_sequence(rows, asked, orders={"n": lambda row: row})
        seen += found.rows
        after = found.after
        if not after:
            return seen


@given(rows=st.lists(st.integers(), max_size=60), size=st.integers(1, 20), descending=st.booleans())
def test_leafing_through_a_list_shows_every_row_once(rows: list[int], size: int, *, descending: bool) -> None:
    assert _all_pages(rows, size, descending=descending) == sorted(rows, reverse=descending)


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [False, True])
def test_leafing_through_a_table_shows_every_row_once_though_values_repeat(*, descending: bool) -> None:
    Preference.objects.bulk_create(Preference(reader=f"{n:03}", chosen=f"c{n % 4}") for n in range(23))
    seen: list[str] = []
    after = ""
    while True:
        asked = Asked(sort="chosen", descending=descending, after=after, size=5)
        found = paging.of_queryset(Preference.objects.all(), asked, orders={"chosen": "chosen"}, default="reader")
        seen += [row.reader for row in found.rows]
        after = found.after
        if not after:
            break
    expected = sorted((f"c{n % 4}", f"{n:03}") for n in range(23))
    assert seen == [reader for _, reader in (reversed(expected) if descending else expected)]


@pytest.mark.parametrize("text", ["x", "é", "bnVsbA==", "WyJhIl0=", paging.mark([-1])])
def test_a_forged_mark_is_refused(text: str) -> None:
    with pytest.raises(paging.UnreadableCursor):
        paging.of_sequence([1, 2], Asked(after=text), orders={})


def _listing() -> listing.Listing[Pair]:
    rows: list[Pair] = [("甲", 3), ("乙", 1), ("=1+1", 2)]
    orders = {"count": lambda row: row[1]}

    def source(asked: Asked) -> paging.Slice[Pair]:
        return paging.of_sequence([row for row in rows if asked.text in row[0]], asked, orders=orders)

    return listing.Listing(
        title="清单",
        name="list",
        source=source,
        search="搜索清单",
        empty="请换个说法。",
        columns=[
            listing.Column(key="name", label="名称", value=lambda row: row[0], link=lambda row: f"/x/{row[1]}/"),
            listing.Column(key="count", label="数量", value=lambda row: row[1], sortable=True, number=True),
        ],
    )


def test_a_list_can_be_put_in_the_order_of_a_column_and_back(rf: RequestFactory) -> None:
    page = listing.show(rf.get("/", {"sort": "count"}), _listing()).content.decode()
    assert page.index("乙") < page.index("=1+1") < page.index("甲")
    assert 'aria-sort="ascending"' in page
    assert 'href="?sort=-count"' in page


def test_an_order_that_is_not_offered_is_ignored(rf: RequestFactory) -> None:
    assert listing.asked(rf.get("/", {"sort": "name"}), _listing()).sort == ""


def test_a_list_without_rows_says_what_to_do(rf: RequestFactory) -> None:
    page = listing.show(rf.get("/", {"q": "丙"}), _listing()).content.decode()
    assert "请换个说法。" in page
    assert "<table" not in page


def test_htmx_gets_the_table_alone(rf: RequestFactory) -> None:
    page = listing.show(rf.get("/", headers={"hx-request": "true"}), _listing()).content.decode()
    assert "<html" not in page
    assert "<caption" in page


def test_an_export_holds_every_row_and_runs_no_formula(rf: RequestFactory) -> None:
    answer = listing.show(rf.get("/", {"format": "csv", "sort": "count"}), _listing())
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[union-attr, arg-type]
    assert text.splitlines() == ["名称,数量", "乙,1", "'=1+1,2", "甲,3"]
    assert answer["Content-Disposition"] == 'attachment; filename="list.csv"'


class Name(forms.Form):
    name = forms.CharField(label="姓名")


class Colour(forms.Form):
    colour = forms.ChoiceField(label="颜色", choices=[("r", "红"), ("g", "绿")], widget=forms.RadioSelect)


def _wizard(done: list[Mapping[str, Any]], *, refuse: bool = False) -> wizard.Wizard:
    def act(request: HttpRequest, answers: wizard.Answers) -> HttpResponse:
        if refuse:
            raise Conflict
        done.append(dict(answers))
        return HttpResponse("done")

    def step(name: str, form: type[forms.Form]) -> wizard.Step:
        return wizard.Step(name=name, title=name, form=lambda _request, data, _answers: form(data))

    steps = [step("first", Name), step("second", Colour)]
    return wizard.Wizard(
        name="w", title="申请", steps=steps, address=lambda name: f"/w/{name}/", act=act, submit="提交"
    )


def _send(
    rf: RequestFactory, session: SessionStore, flow: wizard.Wizard, at: str, data: str | None = None
) -> HttpResponse:
    request = rf.get("/") if data is None else rf.post("/", QueryDict(data).dict())
    request.session = session
    return wizard.run(request, flow, at)


def test_steps_are_answered_checked_and_done_once(rf: RequestFactory) -> None:
    done: list[Mapping[str, Any]] = []
    session, flow = SessionStore(), _wizard(done)
    assert _send(rf, session, flow, "first", "name=张").headers["Location"] == "/w/second/"
    assert _send(rf, session, flow, "second", "colour=g").headers["Location"] == "/w/check/"
    page = _send(rf, session, flow, "check").content.decode()
    assert "张" in page
    assert "绿" in page
    assert done == []
    _send(rf, session, flow, "check", "")
    assert done == [{"name": "张", "colour": "g"}]
    assert _send(rf, session, flow, "check", "").headers["Location"] == "/w/first/"
    assert len(done) == 1


def test_a_step_cannot_be_skipped(rf: RequestFactory) -> None:
    session, flow = SessionStore(), _wizard([])
    assert _send(rf, session, flow, "second").headers["Location"] == "/w/first/"
    assert _send(rf, session, flow, "check", "").headers["Location"] == "/w/first/"


def test_a_wrong_answer_stays_on_its_page_and_is_named(rf: RequestFactory) -> None:
    session, flow = SessionStore(), _wizard([])
    answer = _send(rf, session, flow, "first", "name=")
    assert answer.status_code == 422
    assert 'href="#id_name"' in answer.content.decode()
    assert "w" not in session


def test_a_refused_act_keeps_the_answers(rf: RequestFactory) -> None:
    done: list[Mapping[str, Any]] = []
    session, flow = SessionStore(), _wizard(done, refuse=True)
    _send(rf, session, flow, "first", "name=张")
    _send(rf, session, flow, "second", "colour=g")
    answer = _send(rf, session, flow, "check", "")
    assert answer.status_code == 409
    assert "内容已被他人更新。" in answer.content.decode()
    assert done == []
    assert "first" in session["w"]


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1)), max_size=40))
def test_a_schematic_map_gives_every_area_a_place_of_its_own(areas: list[tuple[str, int, float, float]]) -> None:
    drawn = charts.tiles(areas).tiles
    assert sorted((tile.label, tile.value) for tile in drawn) == sorted((a, b) for a, b, _, _ in areas)
    assert len({(tile.x, tile.y) for tile in drawn}) == len(areas)
    assert all(1 <= tile.level <= 4 for tile in drawn)


def test_charts_of_nothing_are_empty_not_broken() -> None:
    assert charts.bars([], label="", unit="").bars == ()
    assert charts.columns([("a", 0)], label="", unit="").columns[0].height == 0
    assert charts.pyramid([("a", 0, 0)], label="", left="", right="").bands[0].left_start == 100
