"""Tables of collection: sources, batches, lineage. Rows themselves lie in the lake, refused ones too."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.collection.contracts import BATCH_STATE_LABELS, CONNECTOR_LABELS, BatchState
from zhengtong.trust.keys.api import EncryptedTextField


class Source(models.Model):
    """A source 数据源 of a dataset. Invariant: one name a dataset; `position` is where the last landed piece ended.

    `sequence` counts pieces: the lake holds the last one it took, so no piece is written twice. The address may hold a
    password and lies sealed.
    """

    id = models.UUIDField(primary_key=True)
    dataset = models.ForeignKey("catalog.Dataset", models.PROTECT, related_name="+", verbose_name=_("数据集"))
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(
        _("归集方式"), max_length=12, choices=[(key.value, label) for key, label in CONNECTOR_LABELS.items()]
    )
    location: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.collection.location")
    options: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    mode = models.CharField(max_length=12)
    watermark = models.CharField(max_length=80, blank=True)
    position: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    sequence = models.PositiveBigIntegerField(default=0)
    every_minutes = models.PositiveIntegerField(null=True)
    next_due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "collection_source"
        verbose_name = verbose_name_plural = _("数据源")
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="collection_source_name")]
        indexes = [models.Index(fields=["next_due_at"], name="collection_due", condition=Q(next_due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.name}"


class Batch(models.Model):
    """A batch 批次. Invariant: of one source at most one is running, and only a landed one has a version."""

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="batches", verbose_name=_("数据源"))
    number = models.PositiveIntegerField(_("批次号"))
    state = models.CharField(
        _("状态"), max_length=12, choices=[(key.value, label) for key, label in BATCH_STATE_LABELS.items()]
    )
    started_at = models.DateTimeField(_("开始时间"))
    heard_at = models.DateTimeField()
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_landed = models.PositiveBigIntegerField(default=0)
    rows_refused = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(_("版本"), null=True)
    reasons: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "collection_batch"
        verbose_name = verbose_name_plural = _("批次")
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="collection_batch_number"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state=BatchState.RUNNING), name="collection_one_running"
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.LANDED) | Q(version__isnull=False), name="collection_landed_has_version"
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="collection_latest")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"


class LineageEvent(models.Model):
    """A run of a job in the form of OpenLineage. Invariant: one row a run and event type; never altered."""

    run = models.UUIDField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    job = models.CharField(max_length=120)
    document: "models.JSONField[Any, Any]" = models.JSONField()

    class Meta:
        db_table = "collection_lineage_event"
        constraints = [models.UniqueConstraint(fields=["run", "kind"], name="collection_lineage_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.kind}"


class LineageEdge(models.Model):
    """That a column goes into a column 血缘. Invariant: one row an edge and job; `seen_at` is its last run."""

    source = models.CharField(max_length=200)
    source_column = models.CharField(max_length=80)
    target = models.CharField(max_length=200)
    target_column = models.CharField(max_length=80)
    job = models.CharField(max_length=120)
    how = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "collection_lineage_edge"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "target_column", "source", "source_column", "job"], name="collection_edge_once"
            )
        ]
        indexes = [models.Index(fields=["source"], name="collection_edge_source")]

    def __str__(self) -> str:
        return f"{self.source}.{self.source_column} -> {self.target}.{self.target_column}"
