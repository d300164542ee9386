"""A bureau that may send registered letters, people and a company that receive them; all through the doors."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from zhengtong.trust.access import api as access
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Duty, SubjectKind
from zhengtong.trust.identity.tests.builders import (
    NOW,
    SYSTEM,
    a_person,
    a_post,
    an_enterprise,
    an_official,
    an_organisation,
    id_number,
    in_post,
    some_regions,
)

HOUR = timedelta(hours=1)
WRITING = delivery.Writing(subject="责令改正通知书", text="请于十五日内改正。", clause="行政处罚法§28")


def oneself(subject: UUID) -> Actor:
    return Actor(subject=subject, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)


def acting_for(agent: UUID, principal: UUID) -> Actor:
    """Return an agent under the mandate they hold from *principal*."""
    held = next(one for one in identity.mandates_held(agent, at=NOW) if one.principal == principal)
    return Actor(
        subject=agent, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL,
        on_behalf_of=principal, on_behalf_of_kind=held.principal_kind, mandate=held.id,
    )  # fmt: skip


def mandated(principal: Actor, agent: UUID, *matters: str) -> Actor:
    """Have *principal* entrust *agent* with these matters, and return the agent acting for them."""
    given = identity.grant_mandate(
        actor=principal, agent=agent, matters=matters, valid_from=NOW, valid_until=NOW + timedelta(days=9), at=NOW
    )
    identity.accept_mandate(actor=oneself(agent), mandate=given.id, at=NOW)
    return acting_for(agent, principal.party)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A bureau, two officials of it who may send, a citizen and a company with its legal representative."""

    bureau: UUID
    sender: Actor
    colleague: Actor
    citizen: Actor
    number: str
    company: UUID
    code: str
    representative: Actor

    def prepare(self, **changes: object) -> delivery.Letter:
        facts: dict[str, object] = {
            "actor": self.sender, "key": uuid4(), "number": self.number, "writing": WRITING, "at": NOW,
        }  # fmt: skip
        return delivery.prepare_registered(**(facts | changes))  # type: ignore[arg-type]

    def send(self, **changes: object) -> delivery.Letter:
        """Send a letter that has not arrived yet."""
        made = self.prepare(**changes)
        return delivery.send_prepared(actor=self.sender, letter=made.id, digest=made.digest, at=NOW)

    def deliver(self, **changes: object) -> delivery.Letter:
        """Send a letter that arrived an hour later."""
        return delivery.put_into_box(letter=self.send(**changes).id, at=NOW + HOUR)


def allow_sending(post: UUID, organisation: UUID, region: str = "330106") -> None:
    access.define_role(
        actor=SYSTEM, code="letter_sender", name="玺邮经办", name_en="Letters", duty=Duty.BUSINESS,
        permissions={str(delivery.Permission.SEND)}, at=NOW,
    )  # fmt: skip
    access.grant_role(
        actor=SYSTEM, role="letter_sender", post_id=post, organisation=organisation, region=region, at=NOW
    )


def an_office() -> Office:
    some_regions()
    bureau = an_organisation(name="西湖区市场监督管理局")
    officials = []
    for name in ("沈科员", "陆科员"):
        post = a_post(bureau, f"{name}岗")
        allow_sending(post, bureau)
        officials.append(in_post(an_official(post, name=name), post))
    number = id_number()
    citizen, representative = a_person("沈一帆", number), a_person("陆二舟")
    company = an_enterprise(representative)
    return Office(
        bureau=bureau, sender=officials[0], colleague=officials[1], citizen=oneself(citizen), number=number,
        company=company, code=identity.enterprise(subject=company).credit_code,
        representative=acting_for(representative, company),
    )  # fmt: skip
