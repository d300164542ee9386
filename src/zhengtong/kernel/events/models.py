"""Tables of kernel.events: the outbox, the timers, the inbox, outstanding deliveries, workers alive."""

from django.db import models
from django.db.models import Q


class OutboxEvent(models.Model):
    """An event written in the transaction that caused it 发件箱. It exists exactly when its cause does.

    `position` gives the order in which the events of one subject are handled.
    """

    position = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    time = models.DateTimeField()
    data = models.TextField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "events_outbox"
        indexes = [
            models.Index(fields=["subject", "position"], condition=Q(dispatched_at=None), name="events_outbox_lane"),
            models.Index(fields=["position"], condition=Q(dispatched_at=None), name="events_outbox_waiting"),
            models.Index(fields=["dispatched_at"], name="events_outbox_dispatched"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Timer(models.Model):
    """An event that will happen unless it is cancelled before 定时: moved to the outbox, once, when due."""

    id = models.UUIDField(primary_key=True)
    type = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    data = models.TextField()
    due = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "events_timer"

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class InboxEntry(models.Model):
    """A handler took an event 收件箱: written in the handler's own transaction, so its effect exists exactly once."""

    pk = models.CompositePrimaryKey("event", "handler")
    event = models.UUIDField()
    handler = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "events_inbox"

    def __str__(self) -> str:
        return f"{self.handler} {self.event}"


class OutstandingDelivery(models.Model):
    """An event a handler could not take 未决投递; its subject's later events wait behind it for that handler."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="+")
    handler = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    attempts = models.PositiveIntegerField()
    due = models.DateTimeField(db_index=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300)

    class Meta:
        db_table = "events_outstanding"
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="events_outstanding_once")]
        indexes = [models.Index(fields=["subject", "handler", "event"], name="events_outstanding_lane")]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class Worker(models.Model):
    """A worker process and when it was last seen 工作进程; a worker that stopped in order has removed its row."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "events_worker"

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
