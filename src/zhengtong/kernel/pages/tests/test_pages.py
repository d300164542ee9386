"""Preferences, refusals and form fields as a reader meets them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override

import zhengtong
from zhengtong.kernel.errors import InvalidInput, NotAllowed, SignInNeeded
from zhengtong.kernel.pages import middleware, preferences, refusals
from zhengtong.kernel.pages.fields import DatePartsField
from zhengtong.kernel.pages.models import Preference

LOGIN = "/accounts/login/"
PACKAGE = Path(zhengtong.__file__).parent


def test_a_browser_that_asks_for_english_still_gets_chinese(client: Client) -> None:
    answer = client.get("/offline/", headers={"accept-language": "en"})
    assert '<html lang="zh-Hans"' in answer.content.decode()
    assert answer["Content-Language"] == "zh-Hans"


def test_a_choice_is_kept_and_returns_to_the_same_page(client: Client) -> None:
    answer = client.post("/preferences/", {"edition": "elder", "next": "/offline/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/offline/?a=1")
    client.post("/preferences/", {"language": "en"})
    assert client.cookies[preferences.COOKIE].value == "en.system.elder"
    page = client.get("/offline/").content.decode()
    assert '<html lang="en" data-theme="system" data-edition="elder">' in page


def test_a_theme_is_one_attribute_of_the_page_and_no_template_but_the_layout_knows_it() -> None:
    """The browser journeys change a theme in place, so nothing else may hang on it."""
    knowing = [page for page in PACKAGE.rglob("*.html") if "preferences.theme" in page.read_text(encoding="utf-8")]
    assert [page.relative_to(PACKAGE).as_posix() for page in knowing] == ["kernel/pages/templates/pages/base.html"]
    layout = knowing[0].read_text(encoding="utf-8").splitlines()
    attribute, choices = (line.strip() for line in layout if "preferences.theme" in line)
    assert attribute.startswith("<html ")
    assert choices.startswith("<fieldset>")


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_choice_never_leads_to_another_site(client: Client, target: str) -> None:
    assert client.post("/preferences/", {"theme": "dark", "next": target})["Location"] == "/"


def test_an_unknown_choice_changes_nothing(client: Client) -> None:
    client.post("/preferences/", {"language": "xx", "theme": "pink"})
    assert client.cookies[preferences.COOKIE].value == "zh-hans.system.standard"


@pytest.mark.django_db
def test_the_account_s_own_setting_stands_before_the_cookie(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = SimpleNamespace(is_authenticated=True, pk=7)  # type: ignore[assignment]  # all that is asked of it
    request.COOKIES = {settings.SESSION_COOKIE_NAME: "any", preferences.COOKIE: "zh-hans.dark.standard"}
    assert preferences.find(request).theme == "dark"
    preferences.keep(request, HttpResponse(), preferences.Preferences(language="en"))
    assert Preference.objects.get().reader == "7"
    assert str(preferences.find(request)) == "en.system.standard"


@pytest.mark.parametrize("text", ["", "...", "en", "en.dark.elder.more", "zh-hans.system.standard", "\x00.é"])
def test_any_cookie_can_be_read(text: str) -> None:
    read = preferences.Preferences.parse(text)
    assert preferences.Preferences.parse(str(read)) == read


def _refuse(request: HttpRequest, refusal: Exception) -> HttpResponse:
    answer = middleware.RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, refusal)
    assert answer is not None
    return answer


def test_a_program_gets_a_problem_document(rf: RequestFactory) -> None:
    answer = _refuse(rf.get("/api/cases"), InvalidInput(field="name", what="空"))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert '"code": "invalid_input"' in answer.content.decode()


def test_a_person_gets_a_page_with_the_remedy(rf: RequestFactory) -> None:
    answer = _refuse(rf.get("/officer/", headers={"accept": "text/html"}), NotAllowed())
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "您没有办理这项操作的权限。" in page
    assert "如工作需要，请向本单位管理员申请相应岗位权限。" in page


def test_htmx_gets_a_fragment_to_put_in_place(rf: RequestFactory) -> None:
    page = _refuse(rf.get("/x", headers={"hx-request": "true", "accept": "text/html"}), NotAllowed()).content.decode()
    assert 'role="alert"' in page
    assert "<html" not in page


def test_a_visitor_is_led_to_sign_in_and_back(rf: RequestFactory) -> None:
    answer = _refuse(rf.get("/me/?a=1", headers={"accept": "text/html"}), SignInNeeded())
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/me/%3Fa%3D1")


def test_other_exceptions_are_left_alone(rf: RequestFactory) -> None:
    assert middleware.RefusalMiddleware(lambda _: HttpResponse()).process_exception(rf.get("/"), KeyError()) is None


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: refusals.bad_request(request, Exception()), 400),
        (lambda request: refusals.forbidden(request, Exception()), 403),
        (refusals.stale_form, 403),
        (lambda request: refusals.not_found(request, Exception()), 404),
        (refusals.broken, 500),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_failure_pages_need_no_database(
    rf: RequestFactory, answer: Callable[[HttpRequest], HttpResponse], status: int, language: str
) -> None:
    # without the django_db mark any query fails this test
    with override(language):
        response = answer(rf.get("/x", headers={"accept": "text/html"}))
    assert response.status_code == status
    assert response.content.decode().count("<h1>") == 1


def test_a_failure_leads_back_only_within_the_site(rf: RequestFactory) -> None:
    outside = rf.get("/x", headers={"accept": "text/html", "referer": "https://elsewhere.example/"})
    assert "elsewhere" not in refusals.broken(outside).content.decode()


class Birthday(forms.Form):
    born = DatePartsField(label="出生日期")
    died = DatePartsField(label="死亡日期", required=False)


def test_a_date_is_asked_in_three_fields() -> None:
    form = Birthday({"born_0": "1990", "born_1": "2", "born_2": "28"})
    assert form.is_valid()
    assert form.cleaned_data == {"born": date(1990, 2, 28), "died": None}


@pytest.mark.parametrize("parts", [("1990", "2", "30"), ("1990", "", "1"), ("x", "1", "1"), ("1990", "13", "1")])
def test_a_day_that_is_not_in_the_calendar_is_refused(parts: tuple[str, str, str]) -> None:
    form = Birthday(dict(zip(("born_0", "born_1", "born_2"), parts, strict=True)))
    assert form.errors["born"] == ["请填写真实存在的日期，例如 2026 年 11 月 22 日。"]


def test_a_missing_date_says_that_it_is_needed() -> None:
    assert Birthday({}).errors.get_json_data()["born"][0]["code"] == "required"


def test_each_part_of_a_date_has_its_label_and_the_group_a_legend() -> None:
    drawn = str(Birthday()["born"].as_field_group())
    assert "<legend>出生日期</legend>" in drawn.replace("\n", "")
    assert all(f'for="id_born_{index}"' in drawn for index in range(3))
