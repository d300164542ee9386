"""Tables of exchange: requests, agreements, access keys, subscriptions, points of queries, the chain of looks."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.catalog.contracts import SharingClass
from zhengtong.data.exchange.contracts import Algorithm, Outcome, RequestState
from zhengtong.kernel.webhooks import api as webhooks
from zhengtong.trust.keys.api import BlindIndexField, EncryptedTextField


class ShareRequest(models.Model):
    """A request for a dataset 共享申请. Invariant: it is decided once, and a refusal has its reason."""

    id = models.UUIDField(primary_key=True)
    dataset = models.CharField(_("资源代码"), max_length=80)
    dataset_name = models.CharField(max_length=200)
    sharing = models.CharField(max_length=16, choices=[(item.value, item.value) for item in SharingClass])
    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    consumer = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    application = models.UUIDField()
    terms = models.JSONField()
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in RequestState])
    submitted_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("共享申请")
        indexes = [
            models.Index(fields=["provider", "state", "due_on"], name="exchange_request_to_answer"),
            models.Index(fields=["consumer", "-submitted_at"], name="exchange_request_asked"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="submitted", decided_at=None) | (~Q(state="submitted") & Q(decided_at__isnull=False)),
                name="exchange_request_decided_with_its_moment",
            ),
            models.CheckConstraint(condition=~Q(state="refused", reason=""), name="exchange_refusal_has_its_reason"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Agreement(models.Model):
    """An agreement 共享协议. Invariant: one of each approved request; ended, it never works again.

    `changed_at` moves with every change: the gateway reads again what changed, within a second.
    """

    id = models.UUIDField(primary_key=True)
    request = models.OneToOneField(ShareRequest, models.PROTECT, related_name="agreement")
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    daily_quota = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    expires_on = models.DateField()
    suspended = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why it is suspended or ended, for the other party
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("共享协议")
        constraints = [
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=F("high")), name="exchange_agreement_area_is_a_span"
            ),
            models.CheckConstraint(condition=Q(daily_quota__gt=0), name="exchange_agreement_has_a_quota"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AccessKey(models.Model):
    """What an application signs with 接口密钥. Invariant: it is a shared secret, sealed, or a public key.

    It works in [issued_at, expires_at) until revoked.
    """

    id = models.UUIDField(primary_key=True)
    application = models.UUIDField(db_index=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=16, choices=[(item.value, item.value) for item in Algorithm])
    secret: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.exchange.access_key", null=True)
    public_key = models.BinaryField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接口密钥")
        constraints = [
            models.CheckConstraint(
                condition=Q(secret__isnull=True, public_key__isnull=False) | Q(secret__isnull=False, public_key=None),
                name="exchange_key_is_secret_or_public",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Subscription(models.Model):
    """Who is told of new versions under an agreement 订阅. Invariant: `announced` and `number` never go back.

    `announced` is the last version that was announced, `number` counts the announcements; the row's lock orders them.
    `address` is told of them, signed with `secret` under the name `key`; paused, messages wait.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, primary_key=True, related_name="subscription")
    announced = models.BigIntegerField(null=True)
    number = models.PositiveBigIntegerField(default=0)
    address = models.CharField(max_length=300, blank=True)
    key = models.UUIDField(null=True)
    secret: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.exchange.subscription", null=True)
    key_issued_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("订阅")
        constraints = [
            models.CheckConstraint(
                condition=Q(address="", key=None, secret__isnull=True)
                | ~Q(address="") & Q(key__isnull=False, secret__isnull=False),
                name="exchange_subscription_address_has_its_key",
            ),
            models.CheckConstraint(
                condition=Q(announced=None, number=0) | Q(announced__isnull=False, number__gt=0),
                name="exchange_subscription_announced_by_number",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Announcement(models.Model):
    """A range of versions told to a subscriber 变更通知. Never changed.

    Invariant: numbered without a gap, and each range begins where the one before ended; the first has no beginning.
    """

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveBigIntegerField()
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("变更通知")
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="exchange_announcement_numbered"),
            models.UniqueConstraint(fields=["subscription", "last"], name="exchange_announcement_once_a_version"),
            models.CheckConstraint(
                condition=Q(first=None) | Q(first__lte=F("last")), name="exchange_announcement_is_a_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.number}"


class AnnouncementDelivery(webhooks.Delivery):
    """An announcement on its way to its subscriber 推送. Invariant: one an announcement; settled, it has its moment."""

    announcement = models.OneToOneField(Announcement, models.PROTECT, related_name="delivery")

    class Meta(webhooks.Delivery.Meta):
        verbose_name = verbose_name_plural = _("推送")


class AnnouncementAttempt(webhooks.Attempt):
    """One attempt to deliver an announcement 推送尝试. Never changed."""

    delivery = models.ForeignKey(AnnouncementDelivery, models.PROTECT, related_name="tries")

    class Meta:
        verbose_name = verbose_name_plural = _("推送尝试")


class Point(models.Model):
    """A golden record under its key, for point queries 单条查询. Invariant: one row a dataset and key, sealed.

    `place` is the region's place in the tree, which an agreement's area must cover; `subject` is whose data it is.
    """

    pk = models.CompositePrimaryKey("dataset", "key")
    dataset = models.CharField(max_length=80)
    key = BlindIndexField[bytes, bytes]()
    subject = models.UUIDField(null=True)
    place = models.BigIntegerField(null=True)
    row: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.exchange.point")
    version = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("单条查询数据")

    def __str__(self) -> str:
        return self.dataset


class Look(models.Model):
    """One query on record 调用留痕, written before its answer leaves. Never changed.

    Invariant: `number` counts without a gap on each node, `hash` chains over the one before (SM3), and no application's
    nonce occurs twice. Only a part of many rows tells in `handed` what left: JSON of version, part, rows, format,
    digest, and of changes the first version of their range.
    """

    pk = models.CompositePrimaryKey("node", "number")
    node = models.CharField(max_length=40)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    agreement = models.UUIDField()
    access_key = models.UUIDField()
    nonce = models.CharField(max_length=64)
    business = models.CharField(max_length=80)
    key = BlindIndexField[bytes, bytes]()
    subject = models.UUIDField(null=True)
    outcome = models.CharField(max_length=8, choices=[(item.value, item.value) for item in Outcome])
    request_digest = models.BinaryField()
    hash = models.BinaryField()
    handed = models.TextField(default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = _("调用留痕")
        constraints = [
            models.UniqueConstraint(fields=["access_key", "nonce"], name="exchange_nonce_once"),
            models.CheckConstraint(
                condition=(Q(outcome="shared") & ~Q(handed="")) | (~Q(outcome="shared") & Q(handed="")),
                name="exchange_look_batch_tells_what_left",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "-at"], condition=Q(subject__isnull=False), name="exchange_look_at_person"),
            models.Index(fields=["agreement", "-at"], name="exchange_look_by_agreement"),
            models.Index(fields=["agreement", "-at"], condition=~Q(handed=""), name="exchange_look_of_batches"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.number}"


class Usage(models.Model):
    """Looks of a day 调用量. Invariant: the looks under the agreement that day and their rows, written with them.

    `rows` counts those of batches only.
    """

    pk = models.CompositePrimaryKey("agreement", "day")
    agreement = models.UUIDField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("调用量")

    def __str__(self) -> str:
        return f"{self.agreement} {self.day}"
