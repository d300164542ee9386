"""The table of who may have what 数据访问矩阵, with its clauses; it knows nothing of the code that it judges.

Grades are written as numbers: general 1 to 4, important 5, core 6. A grade closes doors to the public, never a door
between departments: there the sharing class and the agreement decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

SHARINGS = ("unconditional", "conditional", "withheld")  # 国发〔2016〕51号 §9
GRADES = (1, 2, 3, 4, 5, 6)  # GB/T 43697-2024
CLASSES = ("public", "organisation", "personal", "sensitive")  # 个人信息保护法 §4, §28
OPENINGS = ("unconditional", "registration", "agreement", "withheld")
ACCESSES = ("unconditional", "registration", "agreement", "research")

CLASS_FLOORS = {"public": 1, "organisation": 1, "personal": 2, "sensitive": 4}  # TC260-PG-20212A
SHARING_FLOORS = {"unconditional": 1, "conditional": 2, "withheld": 4}  # TC260-PG-20212A
MOST_OPEN_GRADE = {"unconditional": 1, "registration": 2, "agreement": 3, "research": 3}  # this platform's standards
IMPORTANT = 5  # 数据安全法 §21


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as the catalogue describes it; `grade` is what its provider says of its one telling element."""

    number: int
    sharing: str
    grade: int
    opening: str
    data_class: str

    @property
    def element_grade(self) -> int:
        """The grade of the telling element: never below the floor of its class."""
        return max(self.grade, CLASS_FLOORS[self.data_class])

    @property
    def whole_grade(self) -> int:
        """The grade of the resource: the higher one wins 就高从严 (GB/T 43697-2024)."""
        return max(self.element_grade, SHARING_FLOORS[self.sharing])

    @property
    def may_stand(self) -> bool:
        """Whether the catalogue may hold such an entry: nothing personal is open to all, nothing important to anybody.

        个人信息保护法 §13, §23; 数据安全法 §21.
        """
        if self.opening == "unconditional" and self.data_class in {"personal", "sensitive"}:
            return False
        return self.opening == "withheld" or self.whole_grade < IMPORTANT

    @property
    def is_public_entry(self) -> bool:
        """Whether the public finds the entry (数据安全法 §42: a catalogue of what is open)."""
        return self.opening != "withheld"


def every_resource() -> Iterator[Resource]:
    """Yield every combination of class of sharing, grade, opening and class of data."""
    for number, (sharing, grade, opening, data_class) in enumerate(product(SHARINGS, GRADES, OPENINGS, CLASSES), 1):
        yield Resource(number=number, sharing=sharing, grade=grade, opening=opening, data_class=data_class)


def one_of_each() -> list[Resource]:
    """Return the resources that may stand, one for each sharing, grade and opening; classes of data take turns."""
    found: dict[tuple[str, int, str], Resource] = {}
    for one in every_resource():
        turn = SHARINGS.index(one.sharing) + one.grade + OPENINGS.index(one.opening)
        place = (one.sharing, one.grade, one.opening)
        if one.may_stand and (place not in found or CLASSES.index(one.data_class) == turn % len(CLASSES)):
            found[place] = one
    return list(found.values())


# Between departments. What a caller is told, by the class of sharing; None: it is answered.
# GB/T 22239-2019 8.1.4.1: who cannot prove who it is gets nothing.
UNSIGNED, WRONG = "signature_missing", "signature_wrong"
# 国发〔2016〕51号 §12: shared by agreement; another's agreement looks like none.
NOT_YOURS, OVER = "agreement_not_working", "agreement_stopped"
# 数据安全法 §38, 个人信息保护法 §6: only for the purpose named, and no more than it needs.
OTHER_PURPOSE, OTHER_FIELD = "business_not_agreed", "field_not_agreed"
# 国发〔2016〕51号 §9: what is withheld is shared with nobody, whatever was agreed before.
WITHHELD = "resource_not_offered"

AT_THE_GATEWAY: Mapping[str, Mapping[str, str | None]] = {
    caller: dict(zip(SHARINGS, told, strict=True))
    for caller, told in {
        "visitor of the open data portal": (UNSIGNED, UNSIGNED, UNSIGNED),
        "citizen": (UNSIGNED, UNSIGNED, UNSIGNED),
        "researcher with a key to open data": (UNSIGNED, UNSIGNED, UNSIGNED),
        "somebody with another's key": (WRONG, WRONG, WRONG),
        "application whose key was revoked": (WRONG, WRONG, WRONG),
        "department without an agreement": (NOT_YOURS, NOT_YOURS, NOT_YOURS),
        "clerk of another county with the agreement's number": (NOT_YOURS, NOT_YOURS, NOT_YOURS),
        "operator": (NOT_YOURS, NOT_YOURS, NOT_YOURS),
        "department whose agreement expired": (OVER, OVER, OVER),
        "department whose agreement is suspended": (OVER, OVER, OVER),
        "department for another purpose": (OTHER_PURPOSE, OTHER_PURPOSE, WITHHELD),
        "department for a field outside the agreement": (OTHER_FIELD, OTHER_FIELD, WITHHELD),
        "department with an agreement": (None, None, WITHHELD),
    }.items()
}
DOORS = ("query", "batch", "batch/manifest", "changes", "changes/manifest", "announcements")
NAMES_NEITHER = {"announcements"}
"""Doors that are asked for no business and no field: they tell of versions, never of data."""
SUBSCRIBED = {"changes", "changes/manifest", "announcements"}
"""Doors where another's agreement looks like no subscription."""


def told_at(door: str, caller: str, resource: Resource) -> str | None:
    """Return the code a caller is refused with at a door of the gateway, None where it is answered."""
    code = AT_THE_GATEWAY[caller][resource.sharing]
    if door in NAMES_NEITHER and code in {OTHER_PURPOSE, OTHER_FIELD}:
        return None
    return "subscription_unknown" if code == NOT_YOURS and door in SUBSCRIBED else code


# At the agreement desk. What asking for a resource comes to, by its class of sharing (国发〔2016〕51号 §9, §12).
ASKED = {"unconditional": "approved", "conditional": "submitted", "withheld": "sharing_withheld"}
NOT_ALLOWED, NO_SUCH_REQUEST, NO_SUCH_AGREEMENT = "not_allowed", "request_unknown", "agreement_unknown"


# To the public.
def may_be_opened(resource: Resource, access: str, *, counted: bool) -> str | None:
    """Return why a resource is not opened so, `plan` or `risk`; None when it may be.

    Rows are never more open than the catalogue says, nor open at all where departments may not have them; counts are
    data of their own, one grade lower, except of important and core data (GB/T 43697-2024, derived data).
    """
    strictness = {"unconditional": 0, "registration": 1, "agreement": 2, "research": 2}
    grade = resource.element_grade
    if counted:
        grade = grade if grade >= IMPORTANT else max(grade - 1, 1)
    elif "withheld" in {resource.opening, resource.sharing} or strictness[access] < strictness[resource.opening]:
        return "plan"
    return "risk" if grade > MOST_OPEN_GRADE[access] else None


NEEDS, NO_KEY = "opening_access_needed", "opening_key_wrong"
TO_THE_PUBLIC: Mapping[str, Mapping[str, str | None]] = {  # the caller's answer by the access of the release
    caller: dict(zip(ACCESSES, told, strict=True))
    for caller, told in {
        "visitor": (None, NEEDS, NEEDS, NEEDS),
        "citizen": (None, NEEDS, NEEDS, NEEDS),
        "clerk of another county": (None, NEEDS, NEEDS, NEEDS),
        "department with an agreement at the exchange": (None, NEEDS, NEEDS, NEEDS),
        "operator": (None, NEEDS, NEEDS, NEEDS),
        "somebody who registered": (None, None, NEEDS, NEEDS),  # an agreement waits for the department's answer
        "researcher whom the department agreed to": (None, None, None, None),
        "somebody with a key to another release": (None, NO_KEY, NO_KEY, NO_KEY),
    }.items()
}
