"""Founding 初始化: the first administrators of an installation, made by the platform itself from the command line."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import InvalidInput, NotFound
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.services import grant_role
from zhengtong.trust.access.standard import STANDARD_ROLES, define_standard_roles
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import AccountEntry, Duty, OfficialEntry, PostEntry, PostView, UsernameTaken


@transaction.atomic
def found_administrator(
    *, username: str, name: str, duty: Duty, organisation: UUID | None, password: str, at: datetime
) -> PostView:
    """Make an administrator: an official of *duty*, a post of that duty with the standard role, and a login.

    Args:
        username: of the login; also the staff number.
        name: of the official.
        duty: one of the three administrations; business has no administrator.
        organisation: which they administer, with all below it; None means the first root, made when there is none.
        password: checked against the platform's rules.
        at: now.

    Raises:
        NotFound: there is no such organisation.
        InvalidInput: the password is too weak.
        UsernameTaken: the user name or staff number is in use.
    """
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput(field="password", what="；".join(error.messages)) from error
    actor = identity.system_actor()
    place = organisation or _first_root(at)
    code, title, title_en = STANDARD_ROLES[duty]
    post = next((p for p in identity.posts_of(place, at=at) if p.title == title), None)
    if post is None:
        entry = PostEntry(id=new_id(), organisation=place, title=title, title_en=title_en, duty=duty)
        if identity.organisation_path(place) is None:
            raise NotFound
        identity.bulk_establish_posts([entry], actor=actor, at=at)
        post = identity.post(entry.id)
    official = OfficialEntry(
        subject=new_id(), name=name, staff_number=username, duty=duty, posts=(post.id,), appointed_at=at
    )
    login = AccountEntry(username=username, subject=official.subject, password=password, staff=True)
    try:
        with transaction.atomic():
            identity.bulk_register_officials([official], actor=actor, at=at)
            identity.bulk_open_accounts([login], actor=actor, at=at)
    except IntegrityError as error:
        raise UsernameTaken from error
    define_standard_roles(actor=actor, at=at)
    grant_role(actor=actor, role=code, post_id=post.id, organisation=place, at=at)
    return post


def _first_root(at: datetime) -> UUID:
    roots = identity.organisation_tree(limit=1).items
    if roots:
        return roots[0].id
    entry = identity.OrganisationEntry(
        id=new_id(),
        parent=None,
        name="平台运行机构",
        name_en="Platform operator",
        code="",
        kind=identity.OrganisationKind.INSTITUTION,
        level=identity.OrganisationLevel.PROVINCE,
        region="",
    )
    identity.bulk_establish_organisations([entry], actor=identity.system_actor(), at=at)
    return entry.id
