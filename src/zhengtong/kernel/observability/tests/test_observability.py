"""Requests are measured and told in one line; probes are always answered; nothing tells about a person."""

import json
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog
from django.db import connection
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pytest_django import Settings

from zhengtong.kernel import clock
from zhengtong.kernel.events import presence
from zhengtong.kernel.observability import health, logs
from zhengtong.kernel.observability.middleware import may_read_metrics
from zhengtong.kernel.observability.redaction import redact
from zhengtong.kernel.observability.statements import count_statements

RESIDENT = "11010519491231002X"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    formatter = logs.configure()["formatters"]["structured"]
    made = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
    )
    read: dict[str, object] = json.loads(made.format(record))
    return read


def a_record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    trouble = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("a.library", logging.WARNING, "file.py", 1, message, arguments, trouble)


def caught(message: str) -> RuntimeError:
    with pytest.raises(RuntimeError) as info:
        raise RuntimeError(message)
    return info.value


def test_a_library_s_line_becomes_json_without_numbers_of_persons() -> None:
    line = line_of(a_record("call %s, %s or %s", "13800138000", RESIDENT, "who@example.org"))
    assert (line["event"], line["level"], line["logger"]) == ("call …, … or …", "warning", "a.library")


def test_an_exception_is_told_without_the_row_that_a_database_quotes() -> None:
    error = caught("duplicate key\nDETAIL:  Key (name)=(王小明) already exists.")
    line = line_of(a_record("failed", error=error))
    assert "duplicate key" in str(line["exception"])
    assert "王小明" not in str(line)


def test_a_failed_request_is_told_without_its_address() -> None:
    record = a_record("Internal Server Error: %s", "/people/王小明/", error=caught("broken"))
    record.name, record.status_code, record.request = "django.request", 500, "<WSGIRequest: GET '/people/王小明/'>"
    line = line_of(record)
    assert (line["event"], line["status_code"]) == ("request.failed", 500)
    assert "RuntimeError: broken" in str(line["exception"])
    assert "王小明" not in str(line)


def test_a_line_carries_the_id_of_the_request() -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        assert line_of(a_record("hello"))["request_id"] == "r1"


@given(st.uuids(), st.integers(0, 10**10))
def test_ids_and_small_numbers_stay_readable(identifier: object, number: int) -> None:
    assert redact(f"{identifier} {number}") == f"{identifier} {number}"


def test_a_live_probe_needs_no_database_and_no_known_host() -> None:
    answer = Client(headers={"Host": "10.0.0.7"}).get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@pytest.mark.django_db
def test_a_platform_without_a_worker_is_ready_but_says_so(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["worker"]) == (200, "degraded", "not seen")
    presence.arrive(uuid4(), host="elsewhere", pid=1, at=clock.system.now() - timedelta(minutes=1))
    assert client.get("/health/ready").json()["worker"] == "not seen"
    presence.arrive(uuid4(), host="elsewhere-too", pid=1, at=clock.system.now())
    assert client.get("/health/ready").json() == {
        "status": "ready",
        "database": "ok",
        "migrations": "ok",
        "worker": "ok",
    }


@pytest.mark.django_db
def test_a_platform_with_a_migration_to_come_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'events'")
    monkeypatch.setattr(health, "_migrated", False)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["migrations"]) == (503, "unready", "pending")


@pytest.mark.django_db
def test_a_request_is_counted_by_its_route_and_named_in_its_answer(client: Client) -> None:
    labels = {"route": "unmatched", "method": "GET", "status": "404"}
    before = REGISTRY.get_sample_value("zhengtong_http_requests_total", labels) or 0.0
    answer = client.get("/no/such/page/13800138000", headers={"X-Request-ID": "abcdefgh-1"})
    assert answer["X-Request-ID"] == "abcdefgh-1"
    assert REGISTRY.get_sample_value("zhengtong_http_requests_total", labels) == before + 1
    forged = client.get("/no/such/page", headers={"X-Request-ID": "a b"})
    assert len(forged["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_the_metrics_tell_how_many_events_wait(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert "zhengtong_events_waiting 0.0\n" in text
    assert "zhengtong_workers_alive 0.0\n" in text
    assert "zhengtong_http_request_seconds_bucket" in text


@pytest.mark.parametrize(
    ("headers", "address", "allowed"),
    [
        ({}, "127.0.0.1", True),
        ({}, "203.0.113.9", False),
        ({}, "192.0.2.4", True),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", False),
        ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer of-trust"}, "127.0.0.1", True),
        ({"Authorization": "Bearer wrong"}, "203.0.113.9", False),
        ({"Authorization": ""}, "203.0.113.9", False),
    ],
)
def test_metrics_are_shown_to_this_machine_to_listed_addresses_and_for_the_token(
    settings: Settings, headers: dict[str, str], address: str, *, allowed: bool
) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "of-trust", frozenset({"192.0.2.4"})
    assert may_read_metrics(RequestFactory(headers=headers).get("/metrics", REMOTE_ADDR=address)) is allowed


def test_without_a_token_an_empty_one_opens_nothing(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "", frozenset()
    request = RequestFactory(headers={"Authorization": "Bearer "}).get("/metrics", REMOTE_ADDR="203.0.113.9")
    assert may_read_metrics(request) is False


@pytest.mark.django_db
def test_statements_are_counted_in_the_block_and_not_after_it() -> None:
    with count_statements(keep=True) as counted, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT %s", ["secret"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 2")
    assert (counted.total, counted.texts) == (2, ["SELECT 1", "SELECT %s"])


@pytest.mark.django_db
def test_a_request_leaves_one_line_with_its_route_and_without_its_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="zhengtong.kernel.observability.middleware"):
        client.get("/no/such/page?name=%E7%8E%8B", headers={"X-Request-ID": "abcdefgh-2"})
    (line,) = [record.msg for record in caplog.records if "request.answered" in str(record.msg)]
    assert isinstance(line, dict)
    told = {name: line[name] for name in ("event", "route", "method", "status", "request_id")}
    assert told == {
        "event": "request.answered",
        "route": "unmatched",
        "method": "GET",
        "status": 404,
        "request_id": "abcdefgh-2",
    }
    assert "such" not in str(line)
