"""A gate that opens for whom a test lets through; access, which stands above identity, has tests of its own."""

import pytest

from zhengtong.trust.identity import guard
from zhengtong.trust.identity.tests.builders import Gate


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    opened = Gate()
    monkeypatch.setattr(guard, "_gatekeepers", [opened])
    return opened
