"""Messages reach the right mailbox, are read by those entitled, and leave proof of both."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events import api as events
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.trust.delivery import api, inbox
from zhengtong.trust.delivery.models import MessageRow
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.ledger import api as ledger

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
CITIZEN, ENTERPRISE, OFFICIAL, POST = uuid4(), uuid4(), uuid4(), uuid4()
citizen = Actor(subject=CITIZEN, kind=SubjectKind.NATURAL, account=7, assurance=AssuranceLevel.HIGH)
representative = Actor(subject=CITIZEN, kind=SubjectKind.NATURAL, on_behalf_of=ENTERPRISE, mandate=uuid4())
official = Actor(subject=OFFICIAL, kind=SubjectKind.OFFICIAL, post=POST)


def send(to: api.Mailbox, title: str = "您的申请已受理", at: datetime = NOON) -> api.Message:
    with transaction.atomic():
        return api.deliver(
            to=to,
            title=api.Wording(zh=title, en="Accepted"),
            body=[
                api.Paragraph(text=api.Wording(zh="请留意办理进度。", en="Watch its progress.")),
                api.Fact(label=api.Wording(zh="办件编号"), value=api.Wording(zh="BJ-7K3M")),
            ],
            kind=api.MessageKind.RECEIPT,
            link="/cases/1/",
            related=api.Related(object_type="process.case", object_id="c1"),
            at=at,
        )


@pytest.mark.django_db
def test_a_message_lies_in_its_mailbox_and_in_no_other() -> None:
    mine, the_firms, the_posts = (
        send(api.of_subject(CITIZEN)),
        send(api.of_subject(ENTERPRISE)),
        send(api.of_post(POST)),
    )
    assert api.mailbox(citizen).items == (mine,)
    assert api.mailbox(representative).items == (the_firms,)
    assert api.mailbox(official).items == (the_posts,)


@pytest.mark.django_db
def test_what_was_sent_is_what_is_read() -> None:
    sent = send(api.of_subject(CITIZEN))
    opened = api.open_message(citizen, sent.id, at=NOON + timedelta(hours=1))
    assert (opened.title, opened.body, opened.link, opened.related) == (sent.title, sent.body, sent.link, sent.related)
    assert opened.title.in_language("en") == "Accepted"
    assert isinstance(opened.body[1], api.Fact)
    assert opened.body[1].value.in_language("en") == "BJ-7K3M"


@pytest.mark.django_db
def test_the_first_opening_is_kept_as_evidence_and_later_ones_change_nothing() -> None:
    sent = send(api.of_subject(CITIZEN))
    assert api.unread_count(citizen) == 1
    first = api.open_message(citizen, sent.id, at=NOON + timedelta(hours=1))
    again = api.open_message(citizen, sent.id, at=NOON + timedelta(hours=2))
    assert first.read_at == again.read_at == NOON + timedelta(hours=1)
    assert first.read_by == CITIZEN
    assert api.unread_count(citizen) == 0
    acts = [item.act for item in ledger.acts_on("trust.delivery.message", str(sent.id)).items]
    assert [(act.business.command, act.at, act.responsibility.subject) for act in acts] == [
        ("trust.delivery.open", NOON + timedelta(hours=1), CITIZEN),
        ("trust.delivery.deliver", NOON, UUID(int=0)),
    ]
    assert acts[0].business.after == acts[1].business.after
    assert [event.type for event in OutboxEvent.objects.order_by("position")] == [
        "trust.delivery.message.delivered.v1",
        "trust.delivery.message.read.v1",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("stranger", [representative, official])
def test_a_message_of_another_mailbox_is_not_found(stranger: Actor) -> None:
    sent = send(api.of_subject(CITIZEN))
    with pytest.raises(api.UnknownMessage):
        api.open_message(stranger, sent.id, at=NOON)
    assert MessageRow.objects.get().read_at is None
    assert ledger.count_acts() == 1


@pytest.mark.django_db
def test_pages_continue_and_read_messages_can_be_left_out() -> None:
    sent = [send(api.of_subject(CITIZEN), at=NOON + timedelta(minutes=number)).id for number in range(4)]
    api.open_message(citizen, sent[3], at=NOON)
    first = api.mailbox(citizen, unread_only=True, limit=2)
    second = api.mailbox(citizen, unread_only=True, limit=2, before=first.next)
    assert [item.id for item in first.items + second.items] == [sent[2], sent[1], sent[0]]
    assert second.next is None
    assert api.mailbox(citizen, kind=api.MessageKind.DECISION).items == ()


@pytest.mark.django_db
def test_counting_unread_messages_takes_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    send(api.of_post(POST))
    with django_assert_num_queries(1):
        assert api.unread_count(official) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "unfit",
    [
        {"title": " "},
        {"title": "长" * 201},
        {"body": ""},
        {"body": []},
        {"link": "https://elsewhere.example/"},
        {"link": "//elsewhere.example/"},
        {"link": "/\\elsewhere.example/"},
    ],
)
def test_an_unfit_message_is_refused_and_nothing_is_written(unfit: dict[str, object]) -> None:
    fit = {"to": api.of_subject(CITIZEN), "title": "题", "body": "文", "kind": api.MessageKind.NOTICE, "at": NOON}
    with pytest.raises(api.UnfitMessage), transaction.atomic():
        api.deliver(**{**fit, **unfit})  # type: ignore[arg-type]
    assert MessageRow.objects.count() == 0
    assert ledger.count_acts() == 0


class Pigeon:
    """A channel that fails so many times, then carries."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.carried: list[UUID] = []

    def carry(self, message: api.Message) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.carried.append(message.id)


@pytest.mark.django_db
def test_a_channel_that_fails_is_tried_again_and_delays_no_other() -> None:
    clock, subscribers = ManualClock(at=NOON), events.Subscriptions()
    lame, quick = Pigeon(failures=2), Pigeon()  # the batch fails first, then the delivery by itself
    api.register_channel("lame", lame, subscribers=subscribers)
    api.register_channel("quick", quick, subscribers=subscribers)
    dispatcher = events.Dispatcher(clock=clock, subscribers=subscribers)
    sent = send(api.of_subject(CITIZEN)).id
    events.drain(dispatcher)
    assert (lame.carried, quick.carried) == ([], [sent])
    clock.advance(timedelta(seconds=1))
    events.drain(dispatcher)
    assert (lame.carried, quick.carried) == ([sent], [sent])


@pytest.mark.django_db
def test_unread_messages_are_counted_by_post(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    second = uuid4()
    holder = Actor(subject=OFFICIAL, kind=SubjectKind.OFFICIAL, post=POST, posts=(POST, second))
    send(api.of_post(POST)), send(api.of_post(second)), send(api.of_post(second)), send(api.of_post(uuid4()))
    api.open_message(holder, api.mailbox(holder).items[0].id, at=NOON)
    with django_assert_num_queries(1):
        assert api.unread_at_other_posts(holder) == {second: 2}


def test_a_source_of_the_inbox_is_registered_once_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cases:
        name, title = "cases", "办件"

        def waiting(self, actor: Actor) -> int:
            return len(actor.posts)

        def entries(self, actor: Actor, *, waiting_only: bool, after: str, limit: int) -> api.InboxPage:
            del actor, waiting_only, after, limit
            return api.InboxPage(items=())

    monkeypatch.setattr(inbox, "_sources", {})
    earlier, later = Cases(), Cases()
    api.register_inbox_source(earlier)
    api.register_inbox_source(later)
    assert list(api.inbox_sources()) == [later]
