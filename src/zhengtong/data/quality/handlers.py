"""What quality does when it hears that a batch landed: it assesses the dataset as it is now."""

from typing import Any

from zhengtong.data.quality import api
from zhengtong.kernel.events.api import Event


def assess_landed(event: Event[Any]) -> None:
    """Assess the dataset of the batch, if it has rules."""
    api.assess_landed(dataset=event.data.dataset, version=event.data.version, at=event.time)
