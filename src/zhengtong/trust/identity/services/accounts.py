"""Accounts 账号: set a new password where the old one is lost; stop and restart a login."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from zhengtong.kernel.errors import InvalidInput, NotFound
from zhengtong.trust.identity.contracts import Actor, Permission
from zhengtong.trust.identity.guard import require
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.models.accounts import one_spelling
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.services.sessions import end_sessions


def reset_password(*, actor: Actor | None, username: str, password: str, at: datetime) -> None:
    """Give an account a new password; every session of the old one ends.

    Raises:
        SignInNeeded, NotAllowed: the actor may not reset passwords.
        NotFound: there is no such account.
        InvalidInput: the password is too weak.
    """
    actor = require(actor, Permission.RESET_PASSWORD)
    with transaction.atomic():
        account = _locked(username)
        try:
            validate_password(password, account)
        except ValidationError as error:
            raise InvalidInput(field="password", what="；".join(error.messages)) from error
        account.set_password(password)
        account.save(update_fields=["password"])
        _record(actor, "reset_password", account, at=at)
        end_sessions(actor=actor, account=account.pk, at=at)


def set_active(*, actor: Actor | None, username: str, active: bool, at: datetime) -> None:
    """Stop a login at once (False), also at the applications it is signed in to, or let it log in again (True).

    Raises:
        SignInNeeded, NotAllowed: the actor may not stop logins.
        NotFound: there is no such account.
    """
    actor = require(actor, Permission.RESET_PASSWORD)
    with transaction.atomic():
        account = _locked(username)
        if account.is_active is not active:
            Account.objects.filter(pk=account.pk).update(is_active=active)
            _record(actor, "restart" if active else "stop", account, at=at)
            if not active:
                end_sessions(actor=actor, account=account.pk, at=at)


def _locked(username: str) -> Account:
    account = Account.objects.select_for_update().filter(username=one_spelling(username)).first()
    if account is None:
        raise NotFound
    return account


def _record(actor: Actor, command: str, account: Account, *, at: datetime) -> None:
    record_act(
        actor,
        f"account.{command}",
        "account",
        str(account.subject_id),
        at=at,
        concerns=(account.subject_id,),
        permission=Permission.RESET_PASSWORD,
    )
