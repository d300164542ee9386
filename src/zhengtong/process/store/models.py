"""Tables of the process store. Written and read by `statements`; these classes are schema, admin and documentation."""

from django.db import models

from zhengtong.process.store.contracts import InstanceState


class Definition(models.Model):
    """A published version of a process 流程定义. Invariant: immutable; a version once per key.

    `decisions` holds the DMN models its business rule tasks use, by name; `effective_until` is exclusive;
    a version withdrawn before it began has an empty period.
    """

    key = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    bpmn = models.TextField()
    decisions = models.TextField(default="{}")
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)
    effective_from = models.DateTimeField()
    effective_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="definition_version_once"),
            models.CheckConstraint(
                condition=models.Q(effective_until=None) | models.Q(effective_until__gte=models.F("effective_from")),
                name="definition_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Instance(models.Model):
    """A running or ended process instance 流程实例. Invariant: `revision` counts its steps; an end is final.

    Its row is the lock of a command, held for milliseconds; officials work on rows of `LiveRow`, never on a document.
    """

    id = models.UUIDField(primary_key=True)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=[(state, state) for state in InstanceState])
    next_id = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=InstanceState.RUNNING, ended_at=None)
                | (~models.Q(state=InstanceState.RUNNING) & models.Q(ended_at__isnull=False)),
                name="instance_ends_with_its_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RowKind(models.IntegerChoices):
    """Which of the engine's tables a row belongs to."""

    TOKEN = 1
    WORK_ITEM = 2
    TIMER = 3
    SUBSCRIPTION = 4
    VARIABLE = 5
    COMPLETION = 6


class LiveRow(models.Model):
    """One live row of an instance 流程状态行. Invariant: (kind, key, name) once per instance, gone with its cause.

    `due` is set for timers alone and `label` for subscriptions (what they listen for) and work items (who performs
    them), so that the dispatcher, messages and inboxes find them over all instances by a partial index.
    """

    pk = models.CompositePrimaryKey("instance_id", "kind", "key", "name")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    kind = models.PositiveSmallIntegerField(choices=RowKind.choices)
    key = models.BigIntegerField()
    name = models.CharField(max_length=200, default="")
    owner = models.BigIntegerField()
    due = models.DateTimeField(null=True)
    label = models.CharField(max_length=300, null=True)  # noqa: DJ001 -- null keeps the partial index small
    body = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["due"], name="live_row_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["kind", "label"], name="live_row_label", condition=models.Q(label__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.kind} {self.key} {self.name}"


class Step(models.Model):
    """One command carried out 流程日志. Invariant: append-only, no gap; a key is used once per instance.

    The key is the idempotency key, because every command looks for it first; `sequence` follows the revision.
    """

    pk = models.CompositePrimaryKey("instance_id", "command_key")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    sequence = models.PositiveIntegerField()
    command_key = models.CharField(max_length=80)
    command = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    actor = models.UUIDField(null=True)
    at = models.DateTimeField()
    entries = models.TextField()

    def __str__(self) -> str:
        return f"{self.instance_id} #{self.sequence}"


class CaseMigration(models.Model):
    """A batch that moves running instances to another version 批量迁移. Invariant: each instance is counted once.

    `after` is the last instance that was looked at: a batch that was interrupted goes on from there. One that `reverts`
    another takes back only what that one moved.
    """

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    instructions = models.TextField(default="{}")
    reverts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    after = models.UUIDField()
    total = models.PositiveIntegerField()
    moved = models.PositiveIntegerField(default=0)
    blocked = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    begun_by = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class BlockedCase(models.Model):
    """An instance a batch could not move, and why 未迁移办件. Invariant: once per batch and instance."""

    pk = models.CompositePrimaryKey("migration_id", "instance_id")
    migration = models.ForeignKey(CaseMigration, on_delete=models.CASCADE, db_index=False)
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    obstacles = models.TextField()

    def __str__(self) -> str:
        return f"{self.migration_id} {self.instance_id}"


class Message(models.Model):
    """A message on its way 消息. Invariant: one key is taken once; what is taken keeps no content."""

    key = models.CharField(max_length=120, primary_key=True)
    name = models.CharField(max_length=200)
    label = models.CharField(max_length=300)
    body = models.TextField()
    sent_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)
    taken_as = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="message_waiting", condition=models.Q(taken_by=None))]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Call(models.Model):
    """An instance that does a call activity of another 调用. Invariant: one child for a work item."""

    child = models.UUIDField(primary_key=True)
    parent = models.UUIDField()
    work_item = models.BigIntegerField()
    called = models.CharField(max_length=120)
    inputs = models.TextField()
    wanted = models.TextField()
    begun = models.BooleanField(default=False)
    returned = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "work_item"], name="call_once")]

    def __str__(self) -> str:
        return f"{self.parent} → {self.child}"


class Starter(models.Model):
    """A start event that a message or signal triggers 触发启动. Invariant: as its definition says, written with it."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE)
    trigger = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    process = models.CharField(max_length=200)
    node = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["trigger", "name"], name="starter_name")]

    def __str__(self) -> str:
        return f"{self.definition} {self.trigger} {self.name}"


class StartTimer(models.Model):
    """A timer that starts cases of a definition 定时启动. Invariant: one for an event of a version, gone when spent.

    `due` is the next start; `repeats` how many follow it, None for ever; `interval` an ISO 8601 duration; `held_until`
    lets the dispatcher pass by a timer whose process refused to start.
    """

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE)
    process = models.CharField(max_length=200)
    node = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    due = models.DateTimeField(db_index=True)
    repeats = models.PositiveIntegerField(null=True)
    interval = models.CharField(max_length=80)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "process", "node", "position"], name="start_timer_once")
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.node} {self.due}"
