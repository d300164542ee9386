"""Logging in 登录: how django-allauth behaves here (GB/T 22239-2019 level 3, 8.1.4.1)."""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.checkdigits import InvalidResidentId, parse_resident_id
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.identity.models import Account, Subject
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.services.sessions import VISIT, end_sessions
from zhengtong.trust.keys.api import Sealer, key_ring

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest


WITH_NAMES = ("subject__natural", "subject__legal", "subject__official", "subject__application")
_FACTORS = "_second_factors_of_this_page"


class AccountBackend(AuthenticationBackend):
    """allauth's password check; loads the account with subject and name, which every page needs, in one statement."""

    def get_user(self, user_id: Any) -> Account | None:
        """Return the active account of a session."""
        account = Account.objects.select_related(*WITH_NAMES).filter(pk=user_id, is_active=True).first()
        return account if account is not None and self.user_can_authenticate(account) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Let staff read the back office; what is changed there, is changed by services alone."""
        del obj
        return self.has_module_perms(user_obj, perm.partition(".")[0]) and ".view_" in perm

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Say whether the back office shows this app at all: to administrators, never to citizens or clerks."""
        del app_label
        return bool(user_obj.is_active and user_obj.is_staff)


class AccountAdapter(DefaultAccountAdapter):
    """Signing up: an account starts with a provisional subject that has proved nothing yet."""

    def save_user(self, request: "HttpRequest", user: Any, form: "BaseForm", commit: bool = True) -> Any:  # noqa: FBT001, FBT002 -- allauth's signature
        """Save the new account, its provisional subject, and the act, together."""
        at = clock.system.now()
        with transaction.atomic():
            user.subject = Subject.objects.create(kind=SubjectKind.NATURAL, registered_at=at)
            account = super().save_user(request, user, form, commit)
            actor = Actor(subject=user.subject_id, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.LOW)
            record_act(actor, "sign_up", "account", str(user.subject_id), at=at, concerns=(user.subject_id,))
        return account

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 -- allauth's signature
        """Refuse user names that give away who somebody is: they are shown, logged and typed in public."""
        name: str = super().clean_username(username, shallow)
        if is_personal_number(name):
            raise ValidationError(_("请不要用公民身份号码或手机号码作用户名。"), code="personal_number")
        return name

    def set_password(self, user: Any, password: str) -> None:
        """Set a new password; the sessions of the old one end, at applications too."""
        with transaction.atomic():
            super().set_password(user, password)
            actor = Actor(subject=user.subject_id, kind=SubjectKind(user.subject.kind), account=user.pk)
            end_sessions(actor=actor, account=user.pk, at=clock.system.now())


def leave_applications(*, request: "HttpRequest | None", user: Any, **_more: Any) -> None:
    """Sign *user* out of the applications that this browser is signed in to; Django's own signing out calls it."""
    if request is None or not isinstance(user, Account):
        return
    own = Actor(subject=user.subject_id, kind=SubjectKind(user.subject.kind), account=user.pk)
    actor = getattr(request, "actor", None) or own
    end_sessions(actor=actor, visit=request.session.get(VISIT), at=clock.system.now())


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets lie sealed by the key ring."""

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or recovery seed."""
        return _sealer().seal(text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again."""
        return _sealer().open(bytes.fromhex(encrypted_text))

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Tell whether *user* has a second factor of *types*; a page that only shows asks the database once."""
        if user.is_anonymous or self.request is None or self.request.method not in {"GET", "HEAD"}:
            return bool(super().is_mfa_enabled(user, types))
        if not hasattr(user, _FACTORS):
            setattr(user, _FACTORS, set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True)))
        factors: set[str] = getattr(user, _FACTORS)
        return bool(factors if types is None else factors & {str(getattr(kind, "value", kind)) for kind in types})


def is_personal_number(text: str) -> bool:
    """Say whether *text* is an ID number or a mobile number.

    >>> is_personal_number("13800001234"), is_personal_number("11010519491231002X"), is_personal_number("zhang1990")
    (True, True, False)
    """
    if len(text) == 11 and text.isdigit() and text.startswith("1"):
        return True
    try:
        parse_resident_id(text)
    except InvalidResidentId:
        return False
    return True


def _sealer() -> Sealer:
    return Sealer(key_ring(), place="mfa_authenticator|data", purpose="identity.second_factor")
