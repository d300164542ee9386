"""Organisations 机构, posts 岗位, appointments 任职."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Duty, OrganisationKind, OrganisationLevel
from zhengtong.trust.identity.law import STEP
from zhengtong.trust.identity.models.subjects import OfficialProfile

MAX_DEPTH = 15


class Organisation(models.Model):
    """An organisation in the tree. Its path is its parent's path and four digits of its own, see `law.child_path`.

    Digits sort alike under every collation, so a subtree is one interval of paths on both databases.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=STEP * MAX_DEPTH, unique=True)
    depth = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in OrganisationKind])
    level = models.PositiveSmallIntegerField(choices=[(level.value, level.name) for level in OrganisationLevel])
    region = models.CharField(max_length=15, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_path_as_long_as_deep", condition=Q(Exact(Length("path"), STEP * F("depth")))
            ),
            models.CheckConstraint(
                name="identity_only_roots_have_no_parent",
                condition=Q(depth=1, parent__isnull=True) | Q(depth__gt=1, parent__isnull=False),
            ),
            models.CheckConstraint(
                name="identity_level_is_one_of_six",
                condition=Q(level__gte=OrganisationLevel.PROVINCE) & Q(level__lte=OrganisationLevel.GRID),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post in an organisation; rights are granted to posts, never to people. Its duty never changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=16, default=Duty.BUSINESS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="identity_one_post_of_a_title"),
            models.CheckConstraint(
                name="identity_post_duty_known", condition=Q(duty__in=[duty.value for duty in Duty])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.title}"


class Appointment(models.Model):
    """That an official holds a post in the half-open period [valid_from, valid_until)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    official = models.ForeignKey(OfficialProfile, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    act = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_appointment_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["official", "post"],
                condition=Q(valid_until__isnull=True),
                name="identity_one_open_appointment_to_a_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_id} at {self.post_id}"
