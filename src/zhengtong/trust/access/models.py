"""Tables of access 授权: roles as data, granted to posts and applications within bounds."""

from django.db import models
from django.db.models import Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Duty


class Role(models.Model):
    """A set of permissions for one duty; the duty never changes, see the triggers of migration 0002."""

    code = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=16, default=Duty.BUSINESS)

    class Meta:
        constraints = [
            models.CheckConstraint(name="access_role_duty_known", condition=Q(duty__in=[duty.value for duty in Duty]))
        ]

    def __str__(self) -> str:
        return self.code


class RolePermission(models.Model):
    """That a role allows something."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="access_a_permission_once_a_role")]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.permission}"


class Grant(models.Model):
    """That a post or an application holds a role, always within an organisation, a region, or both."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    post = models.ForeignKey(
        "identity.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="role_grants"
    )
    application = models.ForeignKey(
        "identity.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="role_grants"
    )
    organisation = models.ForeignKey(
        "identity.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey("regions.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    act = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="access_a_grant_has_one_holder",
                condition=Q(post__isnull=False, application__isnull=True)
                | Q(post__isnull=True, application__isnull=False),
            ),
            models.CheckConstraint(
                name="access_a_grant_has_bounds", condition=Q(organisation__isnull=False) | Q(region__isnull=False)
            ),
            *(
                models.UniqueConstraint(
                    fields=["role", holder, *bounds],
                    condition=Q(
                        organisation__isnull="organisation" not in bounds, region__isnull="region" not in bounds
                    ),
                    name=f"access_{holder}_role_once_{'_'.join(bounds)}",
                )
                for holder in ("post", "application")
                for bounds in (["organisation"], ["region"], ["organisation", "region"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} to {self.post_id or self.application_id}"
