"""The inbox holds what waits for the official and for the post acted from, and nobody else's mail."""

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries.tests import builders as registry
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity.tests import builders


def send(to: delivery.Mailbox, title: str) -> delivery.Message:
    with transaction.atomic():
        return delivery.deliver(
            to=to, kind=delivery.MessageKind.NOTICE, title=delivery.Wording(zh=title, en=f"EN {title}"),
            body=delivery.Wording(zh="正文"), at=builders.NOW,
        )  # fmt: skip


def test_mail_to_the_official_and_to_the_post_is_there_and_nobody_elses(house: House, signed_in: SignIn) -> None:
    send(delivery.of_post(house.posts["clerk"]), "给岗位")
    send(delivery.of_subject(house.officials["clerk"]), "给本人")
    foreign = send(delivery.of_post(house.posts["auditor"]), "给审计")
    client = signed_in("clerk")
    page = client.get("/officer/").content.decode()
    assert "给岗位" in page
    assert "给本人" in page
    assert "给审计" not in page
    assert client.get(f"/officer/messages/{foreign.id}/").status_code == 404


def test_opening_a_message_marks_it_read_and_takes_it_out_of_what_waits(house: House, signed_in: SignIn) -> None:
    message = send(delivery.of_post(house.posts["clerk"]), "请阅")
    client = signed_in("clerk")
    assert "请阅" in client.get("/officer/inbox/messages/?show=waiting").content.decode()
    assert client.get(f"/officer/messages/{message.id}/").status_code == 200
    waiting = client.get("/officer/inbox/messages/?show=waiting").content.decode()
    assert "请阅" not in waiting
    assert "都处理完了" in waiting
    assert "请阅" in client.get("/officer/inbox/messages/").content.decode()


def test_the_list_goes_on_page_by_page_without_losing_a_message(house: House, signed_in: SignIn) -> None:
    for number in range(23):
        send(delivery.of_post(house.posts["clerk"]), f"第{number:02}封")
    client = signed_in("clerk")
    first = client.get("/officer/inbox/messages/?show=waiting")
    after = first.context["entries"].next
    second = client.get("/officer/inbox/messages/", {"show": "waiting", "after": after})
    titles = [one.title for answer in (first, second) for one in answer.context["entries"].items]
    assert titles == [f"第{number:02}封" for number in reversed(range(23))]
    assert second.context["entries"].next == ""


def test_a_clerk_who_helps_somebody_does_not_open_that_persons_mail(house: House, signed_in: SignIn) -> None:
    private = send(delivery.of_subject(registry.resident_id(1)), "给市民的信")
    client = signed_in("clerk")
    client.post("/officer/assist/", {"name": "沈建国", "id_number": registry.id_number(1), "consent": "on"})
    page = client.get("/officer/").content.decode()
    assert "正在帮" in page
    assert "给市民的信" not in page
    assert client.get(f"/officer/messages/{private.id}/").status_code == 404


def test_another_post_shows_how_much_waits_there_and_can_be_taken(house: House, signed_in: SignIn) -> None:
    second = builders.a_post(house.government, "值班岗")
    official = builders.an_official(house.posts["clerk"], second, name="双岗")
    builders.an_account(official, "twoposts")
    send(delivery.of_post(second), "值班通知")
    client = signed_in("twoposts")
    page = client.get("/officer/").content.decode()
    assert "1 条未读" in page
    assert "值班通知" not in page
    assert client.post("/officer/post/", {"post": second}).status_code == 302
    assert "值班通知" in client.get("/officer/").content.decode()
    assert client.post("/officer/post/", {"post": house.posts["auditor"]}).status_code in {403, 409}
    assert client.post("/officer/post/", {"post": "nonsense"}).status_code == 404


def test_a_citizen_and_a_stranger_are_turned_away(signed_in: SignIn, client: object) -> None:
    assert signed_in("citizen").get("/officer/").status_code == 403
    assert signed_in("clerk").get("/officer/inbox/nothing/").status_code == 404


@pytest.mark.parametrize("path", ["/officer/", "/officer/inbox/", "/officer/inbox/messages/?show=waiting"])
def test_the_inbox_costs_ten_statements_at_most(
    path: str, house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        send(delivery.of_post(house.posts["clerk"]), f"{number}")
    client = signed_in("clerk")
    with django_assert_max_num_queries(10):
        assert client.get(path).status_code == 200
