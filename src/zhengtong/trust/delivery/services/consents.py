"""Consent to electronic service 电子送达确认: given by the party, revocable at any time, dated both ways."""

from datetime import datetime

from django.db import IntegrityError, transaction

from zhengtong.kernel.ids import new_id
from zhengtong.trust.delivery import law, queries
from zhengtong.trust.delivery.contracts import Consent
from zhengtong.trust.delivery.models import ConsentRow
from zhengtong.trust.delivery.services.recording import record_consent
from zhengtong.trust.identity.api import Actor, responsibility_of


def give_consent(*, actor: Actor | None, at: datetime) -> Consent:
    """Agree to electronic service for the actor's party; consenting twice changes nothing.

    Raises:
        SignInNeeded, AssuranceTooLow, NotByHelper: who asks is not known well enough, or only helps.
        MandateOutsideMatter: the agent's mandate does not cover `delivery.consent`.
    """
    actor = queries.require_reader(actor, law.CONSENTING, at=at)
    known = queries.consent_of(actor.party)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row = ConsentRow.objects.create(id=new_id(), party=actor.party, given_at=at, given_by=actor.subject)
            record_consent("consent", row.id, row.party, by=responsibility_of(actor), at=at)
    except IntegrityError:
        known = queries.consent_of(actor.party)
        if known is None:
            raise
        return known
    return Consent(id=row.id, given_at=row.given_at)


@transaction.atomic
def revoke_consent(*, actor: Actor | None, at: datetime) -> None:
    """Take the consent back: letters that arrive from now on are notice only. Revoking twice changes nothing.

    Raises:
        SignInNeeded, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `give_consent`.
    """
    actor = queries.require_reader(actor, law.CONSENTING, at=at)
    row = ConsentRow.objects.select_for_update().filter(party=actor.party, revoked_at=None).first()
    if row is None:
        return
    row.revoked_at, row.revoked_by = at, actor.subject
    row.save(update_fields=["revoked_at", "revoked_by"])
    record_consent("revoke_consent", row.id, row.party, by=responsibility_of(actor), at=at)
