"""What every table of messages has in common; the rooms that send add what a message is about."""

from typing import Any

from django.db import models
from django.db.models import Q

from zhengtong.kernel.ids import new_id
from zhengtong.kernel.webhooks.contracts import DeliveryState


class Delivery(models.Model):
    """A message on its way 推送. Invariant: settled, it has its moment. `tries` are its attempts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in DeliveryState])
    failures = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    tries: Any

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None) | ~Q(state="waiting") & Q(settled_at__isnull=False),
                name="%(class)s_settled_with_its_moment",
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="%(class)s_due")]

    def __str__(self) -> str:
        return str(self.id)


class Attempt(models.Model):
    """One attempt to deliver 推送尝试, under the `delivery` it belongs to. Never changed."""

    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.at} {self.status or self.error}"
