"""Logins of the demo province 演示账号 and a little life in it: only where ZHENGTONG_DEMO=1.

Everything goes through the rooms' own doors, so every step is an act in the ledger. One transaction: either all of it
is there or nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhengtong.data.assets import api as assets
from zhengtong.data.ministries import api as ministries
from zhengtong.data.opening import api as opening
from zhengtong.data.registries import api as registries
from zhengtong.data.registries.api import EnterpriseRecord, RegistryPart, Relation, ResidentRecord
from zhengtong.kernel.errors import Refusal
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.store import api as store
from zhengtong.process.systems import api as systems
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.access import api as access
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, AssuranceLevel, Duty, ProofMethod, SubjectKind
from zhengtong.trust.licenses import api as licenses

PASSWORD = "zhengtong-demo"  # noqa: S105 -- published on purpose, refused outside the demo
CITIZEN, FAMILY, ELDER, ENTERPRISE = "citizen", "family", "elder", "enterprise"
ELDER_BORN = 1955
OPERATOR, OPERATOR_ROLE = "operator", "data_operator"  # opened with the assets, not with the offices
HANDLER, SUPERVISOR, KEEPER = "case_handler", "case_supervisor", "license_keeper"
_LEADING = frozenset(  # a leader reforms, connects, and says who may ask ministries
    {*map(str, store.Permission), *map(str, systems.Permission), str(ministries.Permission.GRANT)}
)
_KEEPING = frozenset(str(name) for name in licenses.Permission)  # only the issuing body keeps its licences
_DESKS = frozenset(map(str, cases.DeskPermission))  # the head of an organ answers for its desks
_AT_HAND = {str(cases.DeskPermission.KEEP_PHRASES), str(cases.DeskPermission.ANSWER_CHECKS)}  # who handles its cases
_SUPERVISING = frozenset({str(cases.Permission.EXTEND), str(cases.Permission.SUPERVISE)}) | _DESKS
_OPENING = frozenset(map(str, opening.Permission))  # a department's officer applies, its head decides
_ASSETS = frozenset(map(str, assets.Permission))  # a department's officer registers, not who sits at the window
_OPERATING = {str(assets.Permission.OPERATE)}  # a company that makes products of data, no office
_OF_BODIES = frozenset(  # held for one's own body alone
    {*map(str, cases.Permission), *map(str, forms.Permission), *map(str, delivery.Permission)}
)
_DEVELOPING = "trust.identity:develop_application"  # a department's developer, not who sits at the window
_SOCIAL, _READING = "social", "data.registries.identity_check"
_LOOKS_AGO = (timedelta(days=9), timedelta(days=2))


class DemoOnly(Refusal):
    """Demo logins have a published password: they are opened in a demo home and nowhere else."""

    code = "demo_only"
    status = 409
    message = _("演示账号只能在演示环境的空库中开通。")
    remedy = _("请用 zhengtong demo 启动，并用 --home 或 DATABASE_URL 指定一个空的演示库。")


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A demo login as the start screen shows it."""

    username: str
    role: tuple[str, str]
    path: str


LOGINS = (
    Login(username=CITIZEN, role=("市民（刚有了孩子）", "A citizen with a newborn"), path="/"),
    Login(username=FAMILY, role=("市民的配偶（可代办社保事项）", "The citizen's spouse, with a mandate"), path="/"),
    Login(username=ELDER, role=("老人（可办老年人优待证）", "An elder who may apply for a senior card"), path="/"),
    Login(username=ENTERPRISE, role=("企业法定代表人（可切换法人）", "Legal representative of a company"), path="/"),
    Login(username="window", role=("窗口受理（行政服务中心）", "Clerk at the single window"), path="/officer/"),
    Login(
        username="approver", role=("部门审批（县公安局）", "Approver at the public security bureau"), path="/officer/"
    ),
    Login(username="civil", role=("部门审批（县民政局）", "Approver at the civil affairs bureau"), path="/officer/"),
    Login(username="health", role=("部门审批（县卫生健康局）", "Approver at the health bureau"), path="/officer/"),
    Login(
        username="insurance",
        role=("部门审批（县医疗保障局）", "Approver at the medical insurance bureau"),
        path="/officer/",
    ),
    Login(username="social", role=("部门审批（县人社局）", "Approver at the human resources bureau"), path="/officer/"),
    Login(username="leader", role=("县领导", "Leader of the county"), path="/cockpit/"),
    Login(
        username=OPERATOR,
        role=("数据运营企业（只得统计）", "A company that operates data, given counts only"),
        path="/officer/operations/",
    ),
    Login(username="auditor", role=("审计管理员", "Auditor"), path="/officer/"),
    Login(username="security", role=("安全管理员", "Security administrator"), path="/officer/"),
    Login(username="admin", role=("系统管理员", "System administrator"), path="/officer/"),
)
_POSTS = {
    "window": ("centre", "clerk"),
    "approver": ("public_security", "approver"),
    "civil": ("civil_affairs", "approver"),
    "health": ("health", "approver"),
    "insurance": ("medical_insurance", "approver"),
    "social": ("human_resources", "approver"),
    "leader": ("county", "leader"),
    "auditor": ("data", "auditor"),
    "security": ("data", "security_administrator"),
    "admin": ("data", "system_administrator"),
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people of the demo's stories: a couple with a newborn, and who represents a company of some size."""

    citizen: ResidentRecord
    spouse: ResidentRecord
    elder: ResidentRecord
    owner: ResidentRecord
    companies: list[EnterpriseRecord]


def opened() -> bool:
    """Say whether the demo logins are there.

    Raises:
        DemoOnly: there are accounts, and they are not ours.
    """
    accounts = get_user_model().objects
    if accounts.filter(username=CITIZEN).exists():
        return True
    if accounts.exists():
        raise DemoOnly
    return False


@transaction.atomic
def open_offices(offices: Offices, part: RegistryPart, *, at: datetime) -> None:
    """Establish the bodies and posts, appoint the officials, open all accounts and begin the stories.

    Raises:
        DemoOnly: this is no demo.
    """
    if not settings.DEMO:
        raise DemoOnly
    actor = identity.system_actor()
    cast = choose_cast(part)
    identity.bulk_establish_organisations((body.entry for body in offices.bodies), actor=actor, at=at)
    identity.bulk_establish_posts((post.entry for post in offices.posts), actor=actor, at=at)
    people = {person.id: person for person in offices.people.values()}
    people |= {person.id: person for person in (cast.citizen, cast.spouse, cast.elder, cast.owner)}
    identity.bulk_register_people(map(_person, people.values()), actor=actor, at=at)
    identity.bulk_register_officials(offices.officials, actor=actor, at=at)
    identity.bulk_register_enterprises(
        (
            identity.EnterpriseEntry(
                subject=legal_subject(company),
                name=company.name,
                credit_code=company.credit_code,
                region=company.region,
                representative=cast.owner.id,
            )
            for company in cast.companies
        ),
        actor=actor,
        at=at,
    )
    _open_accounts(offices, cast, actor, at)
    refresh_roles(at=at)
    grant_roles(offices, at=at)
    _begin_stories(offices, cast, at)


def choose_cast(part: RegistryPart) -> Cast:
    """Return the first young couple with a child born last, and the owner of the company with most employees."""
    families: dict[object, list[ResidentRecord]] = {}
    for resident in part.residents:
        families.setdefault(resident.household, []).append(resident)
    couples = [members for members in families.values() if _is_young_family(members)]
    couple = max(couples, key=lambda members: max(m.born_on for m in members if m.relation is Relation.CHILD))
    mother, father = sorted(couple[:2], key=lambda member: member.sex.value)  # female sorts before male
    companies = [
        firm for firm in part.enterprises if firm.status is registries.EnterpriseStatus.ACTIVE and firm.employees > 1
    ]
    largest = max(companies, key=lambda company: (company.employees, company.credit_code))
    owner = next(resident for resident in part.residents if resident.id == largest.legal_representative)
    owned = [company for company in companies if company.legal_representative == owner.id]
    others = [resident for resident in part.residents if resident.id not in {mother.id, father.id, owner.id}]
    elder = min(others, key=lambda resident: (abs(resident.born_on.year - ELDER_BORN), resident.id))
    return Cast(citizen=mother, spouse=father, elder=elder, owner=owner, companies=owned)


def refresh_roles(*, at: datetime) -> int:
    """Define the roles whose permissions differ from what the platform has now; return how many changed.

    Administrators hold every permission of their duty 三员分立, so a new room's permissions reach them by themselves.
    """
    known = {role.code: role.permissions for role in access.roles()}
    of_duty: dict[Duty, set[str]] = {duty: set() for duty in Duty}
    for entry in access.permissions():
        of_duty[entry.duty].add(entry.permission)
    business = of_duty[Duty.BUSINESS]
    everyday = business - _LEADING - _KEEPING - _OF_BODIES - _DESKS - _OPERATING
    administration, security = of_duty[Duty.ADMINISTRATION], of_duty[Duty.SECURITY]
    wanted: dict[str, tuple[str, str, Duty, set[str]]] = {
        "clerk": (
            "窗口受理",
            "Window clerk",
            Duty.BUSINESS,
            (everyday - _OPENING - _ASSETS - {_DEVELOPING}) | {cases.Permission.ACCEPT},
        ),
        "approver": (
            "审批",
            "Approver",
            Duty.BUSINESS,
            everyday - {"trust.identity:assist", str(opening.Permission.DECIDE), str(assets.Permission.AUTHORIZE)},
        ),
        HANDLER: (
            "办件经办",
            "Case handler",
            Duty.BUSINESS,
            (set(_OF_BODIES) - _SUPERVISING) | _AT_HAND,
        ),
        OPERATOR_ROLE: ("数据运营", "Data operator", Duty.BUSINESS, set(_OPERATING)),
        KEEPER: ("证照管理", "Licence keeper", Duty.BUSINESS, set(_KEEPING)),
        SUPERVISOR: ("办件督办", "Case supervisor", Duty.BUSINESS, set(_SUPERVISING)),
        "leader": (
            "分管领导",
            "Leader",
            Duty.BUSINESS,
            {name for name in business if not _acts_on_people(name)} - _OPERATING,
        ),
        "system_administrator": (
            "系统管理员",
            "System administrator",
            Duty.ADMINISTRATION,
            administration,
        ),
        "security_administrator": ("安全管理员", "Security administrator", Duty.SECURITY, security),
        "auditor": ("审计管理员", "Auditor", Duty.AUDIT, of_duty[Duty.AUDIT]),
    }
    changed = 0
    for code, (name, name_en, duty, permissions) in wanted.items():
        if set(known.get(code, ())) != permissions or code not in known:
            access.define_role(
                actor=identity.system_actor(), code=code, name=name, name_en=name_en, duty=duty,
                permissions=permissions, at=at,
            )  # fmt: skip
            changed += 1
    return changed


def grant_roles(offices: Offices, *, at: datetime) -> None:
    """Grant each post the role of its kind, within its body's region."""
    bodies = {body.key: body for body in offices.bodies}
    roles = {role.code for role in access.roles()}
    for post in offices.posts:
        region = bodies[post.body].entry.region
        if post.kind in roles:
            access.grant_role(
                actor=identity.system_actor(), role=post.kind, post_id=post.entry.id, region=region, at=at
            )
        if post.kind == "approver":  # decides what its own body handles, keeps what it issued, and nothing else
            for role in (HANDLER, KEEPER):
                access.grant_role(
                    actor=identity.system_actor(), role=role, post_id=post.entry.id, region=region,
                    organisation=bodies[post.body].entry.id, at=at,
                )  # fmt: skip
        if post.kind in {"leader", "deputy"}:  # the head of an organ approves extensions and answers for what is late
            access.grant_role(
                actor=identity.system_actor(), role=SUPERVISOR, post_id=post.entry.id, region=region,
                organisation=bodies[post.body].entry.id, at=at,
            )  # fmt: skip


def _acts_on_people(permission: str) -> bool:
    return (
        permission.startswith(
            ("trust.identity:", "trust.license:", "trust.delivery:", "process.case:", "process.desk:", "process.form:")
        )
        or permission == registries.Permission.READ_RESIDENT
    )


def _is_young_family(members: list[ResidentRecord]) -> bool:
    relations = [member.relation for member in members]
    return relations[:2] == [Relation.HEAD, Relation.SPOUSE] and Relation.CHILD in relations


def _person(resident: ResidentRecord) -> identity.PersonEntry:
    return identity.PersonEntry(
        subject=resident.id, name=resident.name, id_number=resident.id_number, region=resident.region
    )


def legal_subject(company: EnterpriseRecord) -> UUID:
    """Return the id of the legal entity that a company is."""
    return company.address  # unique to the company, repeatable, and of another kind than every person's id


def _open_accounts(offices: Offices, cast: Cast, actor: Actor, at: datetime) -> None:
    """Open all accounts with one ready-made hash: Argon2 is slow on purpose, and the password is published anyway."""
    shared = make_password(PASSWORD)
    holders = {name: offices.holder(*post).subject for name, post in _POSTS.items()}
    people = {CITIZEN: cast.citizen.id, FAMILY: cast.spouse.id, ELDER: cast.elder.id, ENTERPRISE: cast.owner.id}
    accounts = [
        identity.AccountEntry(username=name, subject=subject, password_hash=shared, proved_by=ProofMethod.COUNTER)
        for name, subject in people.items()
    ]
    accounts += [
        identity.AccountEntry(username=name, subject=subject, password_hash=shared, staff=name == "admin")
        for name, subject in holders.items()
    ]
    named = set(holders.values())
    accounts += [
        identity.AccountEntry(username=official.staff_number.lower(), subject=official.subject, password_hash=shared)
        for official in offices.officials
        if official.subject not in named
    ]
    identity.bulk_open_accounts(accounts, actor=actor, at=at)


def _begin_stories(offices: Offices, cast: Cast, at: datetime) -> None:
    """Let something have happened: a mandate, two looks at a citizen's data, messages."""
    me = Actor(subject=cast.citizen.id, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    agent = Actor(subject=cast.spouse.id, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    mandate = identity.grant_mandate(
        actor=me, agent=agent.subject, matters=[_SOCIAL], valid_from=at, valid_until=at + timedelta(days=365), at=at
    )
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=at)
    for (body, kind), ago in zip((_POSTS["window"], _POSTS["approver"]), _LOOKS_AGO, strict=True):
        clerk = in_post(offices, body, kind)
        registries.resident_of(cast.citizen.id, actor=clerk, purpose=_READING, at=at - ago)
    people = [cast.citizen.id, cast.spouse.id, cast.elder.id, cast.owner.id]
    mailboxes = [delivery.of_subject(person) for person in people]
    mailboxes += [delivery.of_post(offices.post(*post).entry.id) for post in _POSTS.values()]
    _welcome(mailboxes, at)
    delivery.deliver(
        to=delivery.of_subject(cast.citizen.id),
        kind=delivery.MessageKind.REMINDER,
        title=delivery.Wording(zh="新生儿出生“一件事”可以办理了", en="A child is born: you can apply now"),
        body=delivery.Wording(
            zh="出生登记、医保参保、社会保障卡和预防接种一次申请，部门并联办理。",
            en="Registration, medical insurance, social security card and vaccination: apply once.",
        ),
        link="/bundles/newborn/",
        at=at,
    )


def _welcome(mailboxes: Iterable[delivery.Mailbox], at: datetime) -> None:
    for mailbox in mailboxes:
        delivery.deliver(
            to=mailbox,
            kind=delivery.MessageKind.NOTICE,
            title=delivery.Wording(zh="欢迎使用政通演示省", en="Welcome to the demo province"),
            body=delivery.Wording(
                zh="这里的人员、企业和办件都是合成的演示数据；区划名称和代码是真实的。",
                en="People, enterprises and cases here are synthetic; names and codes of regions are real.",
            ),
            at=at - timedelta(days=1),
        )


def in_post(offices: Offices, body: str, kind: str) -> Actor:
    """Return the actor that the first holder of a post is at work."""
    holder, post = offices.holder(body, kind), offices.post(body, kind)
    view = identity.post(post.entry.id)
    return Actor(
        subject=holder.subject,
        kind=SubjectKind.OFFICIAL,
        post=view.id,
        organisation=view.organisation,
        organisation_path=view.organisation_path,
        region=view.region,
        duty=view.duty,
        assurance=AssuranceLevel.SUBSTANTIAL,
        channel=identity.Channel.WINDOW,
    )
