"""Accounts 账号: logins, and the names by which other applications know them."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from zhengtong.kernel import clock
from zhengtong.trust.identity.contracts import SubjectKind
from zhengtong.trust.identity.models.subjects import Subject


def one_spelling(username: str) -> str:
    """Return *username* as accounts spell it.

    >>> one_spelling(" Ｚhang ")
    'zhang'
    """
    return unicodedata.normalize("NFKC", username).strip().lower()


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; one without a subject gets a provisional one, to be proved later."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account; an unusable password when none is given."""
        fields.setdefault("subject", None)
        if fields["subject"] is None:
            fields["subject"] = Subject.objects.create(kind=SubjectKind.NATURAL, registered_at=clock.system.now())
        account = self.model(username=one_spelling(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account that may use Django's back office."""
        return self.create_user(username, password, **{"is_staff": True, "is_superuser": True, **fields})


class Account(AbstractBaseUser, PermissionsMixin):
    """A login 账号. One subject has at most one; what an account may do follows from its subject.

    User names have one spelling, in lower case: `Zhang` and `zhang` are not two people.
    """

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="account")
    username = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(name="identity_user_names_in_lower_case", condition=Q(username=Lower("username")))
        ]

    def __str__(self) -> str:
        return self.username


class PairwiseSubject(models.Model):
    """The name of an account in one sector of applications: two sectors cannot compare notes (OpenID Connect §8.1).

    It is kept once computed, so that it stays the same when the account's subject is merged into another.
    """

    sub = models.CharField(max_length=64, primary_key=True)
    sector = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sector", "account"], name="identity_one_pairwise_name_a_sector")
        ]

    def __str__(self) -> str:
        return self.sub
