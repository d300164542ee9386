"""Tables of the ledger. Triggers on both databases refuse every UPDATE and DELETE, see `guards`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordedActRow(models.Model):
    """One act 存证记录, never changed and never deleted.

    `leaf` is what was recorded; the other columns repeat parts of it for searching, and `verify` compares them.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=8)
    subject = models.UUIDField()
    organisation = models.UUIDField(null=True)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=200)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField()

    class Meta:
        db_table = "ledger_act"
        verbose_name = _("存证记录")
        verbose_name_plural = _("存证记录")
        indexes = [
            models.Index(fields=["subject", "id"], name="ledger_act_by_subject"),
            models.Index(fields=["object_type", "object_id", "id"], name="ledger_act_by_object"),
            models.Index(fields=["organisation", "id"], name="ledger_act_by_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ConcernRow(models.Model):
    """That an act concerns a data subject 涉及主体; written with the act, never changed and never deleted."""

    pk = models.CompositePrimaryKey("data_subject", "act")
    data_subject = models.UUIDField()
    act = models.ForeignKey(RecordedActRow, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)

    class Meta:
        db_table = "ledger_concern"
        indexes = [models.Index(fields=["act"], name="ledger_concern_by_act")]

    def __str__(self) -> str:
        return f"{self.act_id} {self.data_subject}"


class LogRow(models.Model):
    """The log 存证日志: how far it has come. One row; whoever appends or signs holds its lock, so there is one order.

    `size` and `root` are those of the tiles, changed in the same transaction. `identity` tells this log from another
    one in a database that was set up anew.
    """

    id = models.SmallIntegerField(primary_key=True)
    identity = models.UUIDField()
    origin = models.CharField(max_length=200)
    hash = models.CharField(max_length=8)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    keys = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_log"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_log_is_one")]

    def __str__(self) -> str:
        return self.origin


class WaitingRow(models.Model):
    """An act that has no place in the log yet; a trigger writes it with the act, whoever wrote that."""

    act_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "ledger_waiting"

    def __str__(self) -> str:
        return str(self.act_id)


class EntryRow(models.Model):
    """Which act stands at which place of the log; never changed and never deleted: a place is given once."""

    number = models.BigIntegerField(primary_key=True)
    act_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return str(self.number)


class TileRow(models.Model):
    """A tile of the tree, see `tree.tiles`; only each level's last one still grows."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()
    nodes = models.BinaryField()

    class Meta:
        db_table = "ledger_tile"

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class CheckpointRow(models.Model):
    """A signed checkpoint 检查点; of one size there is one, so the log never vouches for two."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"
        verbose_name = _("检查点")
        verbose_name_plural = _("检查点")

    def __str__(self) -> str:
        return str(self.size)


class CosignatureRow(models.Model):
    """A witness's signature 见证签名 on a checkpoint; one of each witness."""

    pk = models.CompositePrimaryKey("checkpoint", "witness")
    checkpoint = models.ForeignKey(CheckpointRow, on_delete=models.PROTECT, related_name="+", db_index=False)
    witness = models.CharField(max_length=200)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_cosignature"

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness}"


class StampRow(models.Model):
    """An RFC 3161 time stamp 时间戳 of an outside authority over a checkpoint's text, with its revocation lists."""

    pk = models.CompositePrimaryKey("checkpoint", "authority")
    checkpoint = models.ForeignKey(CheckpointRow, on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.CharField(max_length=200)
    token = models.BinaryField()
    crls = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_stamp"

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.authority}"


class WitnessRow(models.Model):
    """What the log knows of a witness 见证方: the last size it co-signed, and what it said when it would not."""

    name = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "ledger_witness"

    def __str__(self) -> str:
        return self.name
