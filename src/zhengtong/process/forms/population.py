"""Prefill from the base registries 人口库、法人库 and from the account: every reading is on the record."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from zhengtong.data.registries import api as registries
from zhengtong.data.registries.api import Relation, ResidentView
from zhengtong.kernel.checkdigits import Sex, parse_resident_id
from zhengtong.kernel.errors import Text
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.keys.api import mask_id_number, mask_name

Values = Mapping[str, tuple[str, str]]
_SPOUSES = {Relation.HEAD, Relation.SPOUSE}


class PopulationSource:
    """The population registry: name, number, sex, day of birth, address, region, and the household's spouse."""

    title = gettext_lazy("人口库")
    department = "public_security"
    items: Mapping[str, Text] = {
        "name": gettext_lazy("姓名"),
        "id_number": gettext_lazy("公民身份号码"),
        "sex": gettext_lazy("性别"),
        "born_on": gettext_lazy("出生日期"),
        "birth_year": gettext_lazy("出生年份"),
        "address": gettext_lazy("户籍地址"),
        "region": gettext_lazy("户籍所在地"),
        "spouse_name": gettext_lazy("配偶姓名"),
        "spouse_id_number": gettext_lazy("配偶公民身份号码"),
    }

    def values(self, names: Collection[str], *, actor: Actor, purpose: str, at: datetime) -> Values:
        """Return what the registry says of a natural person; nothing for an enterprise."""
        if actor.party_kind is not SubjectKind.NATURAL:
            return {}
        if any(name.startswith("spouse_") for name in names):
            members = registries.household_of(actor.party, actor=actor, purpose=purpose, at=at)
            me = next(member for member in members if member.id == actor.party)
            spouse = _spouse(me, members)
            return self._of(me) | (_prefixed("spouse_", self._of(spouse)) if spouse else {})
        return self._of(registries.resident_of(actor.party, actor=actor, purpose=purpose, at=at))

    @staticmethod
    def _of(view: ResidentView) -> dict[str, tuple[str, str]]:
        sex = gettext("男") if view.sex is Sex.MALE else gettext("女")
        born_on = parse_resident_id(view.id_number).born_on.isoformat()
        return {
            "name": (view.name, mask_name(view.name)),
            "id_number": (view.id_number, mask_id_number(view.id_number)),
            "sex": (view.sex.value, sex),
            "born_on": (born_on, born_on[:4] + "-**-**"),
            "birth_year": (str(view.birth_year), str(view.birth_year)),
            "address": (view.address, view.address),
            "region": (view.region, view.region_name),
        }


class EnterpriseSource:
    """The enterprise registry: what it makes public of the entity the actor acts for."""

    title = gettext_lazy("法人库")
    department = "market_supervision"
    items: Mapping[str, Text] = {
        "name": gettext_lazy("名称"),
        "credit_code": gettext_lazy("统一社会信用代码"),
        "address": gettext_lazy("住所"),
        "region": gettext_lazy("所在地"),
        "legal_representative": gettext_lazy("法定代表人"),
        "established_on": gettext_lazy("成立日期"),
        "registered_capital": gettext_lazy("注册资本"),
    }

    def values(self, names: Collection[str], *, actor: Actor, purpose: str, at: datetime) -> Values:
        """Return the public entry of a legal entity; nothing for a person."""
        del names, purpose, at
        if actor.party_kind is not SubjectKind.LEGAL:
            return {}
        view = registries.enterprise(identity.represented(actor).credit_code)
        shown = {
            "name": view.name,
            "credit_code": view.credit_code,
            "address": view.address,
            "region": view.region_name,
            "legal_representative": view.legal_representative_name,
            "established_on": view.established_on.isoformat(),
        }
        values = {name: (view.region if name == "region" else value, value) for name, value in shown.items()}
        capital = view.registered_capital // 100
        return {**values, "registered_capital": (str(capital), f"{capital:,}")}


def _spouse(me: ResidentView, members: tuple[ResidentView, ...]) -> ResidentView | None:
    """Return the spouse as the household register shows it: only between the head and the head's spouse."""
    if me.relation not in _SPOUSES:
        return None
    (other,) = _SPOUSES - {me.relation}
    return next((member for member in members if member.relation is other), None)


def _prefixed(prefix: str, values: Values) -> dict[str, tuple[str, str]]:
    return {prefix + name: value for name, value in values.items()}
