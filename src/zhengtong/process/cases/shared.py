"""Evidence from shared data 数据共享: what the base registries answer instead of a paper, on the record."""

from datetime import datetime

from zhengtong.data.registries import api as registries
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, SubjectKind

_OF_PERSON = {"id_card", "household_register"}


class RegistryEvidence:
    """The population and enterprise registries: identity and household of a person, registration of an enterprise."""

    title = "基础库"

    def find(self, key: str, *, actor: Actor, purpose: str, at: datetime) -> str | None:
        """Return the registry's entry for the actor's party; None for what the registries do not hold."""
        if key in _OF_PERSON and actor.party_kind is SubjectKind.NATURAL:
            view = registries.resident_of(actor.party, actor=actor, purpose=purpose, at=at)
            return f"population/{view.region}"
        if key == "business_licence" and actor.party_kind is SubjectKind.LEGAL:
            entity = registries.enterprise(identity.represented(actor).credit_code)
            return f"enterprise/{entity.credit_code}"
        return None
