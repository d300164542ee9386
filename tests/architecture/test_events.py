"""Every event is documented, every handler can hear something."""

from pathlib import Path

from zhengtong.kernel.events.reference import reference
from zhengtong.kernel.events.subscriptions import subscriptions

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/events.md"


def test_every_event_is_documented() -> None:
    again = "run: zhengtong events reference --write docs/reference/events.md"
    assert PAGE.read_text() == reference(), again


def test_every_handler_listens_to_an_event_that_exists() -> None:
    assert subscriptions.deaf() == ()
