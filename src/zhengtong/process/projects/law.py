"""The code of an investment project 项目代码, and how the items of its stages follow one another, as pure functions.

GB/T 40058-2021 全国固定资产投资项目代码编码规范: 24 digits, namely a time code (4), the region (6), the guiding
department (2), the type of project (2), random digits (5) and a check digit. The code is given at registration and
stays with the project (发改投资〔2020〕1439号). These lengths and their order are published. The numbers of departments
and types, the time code as year and month, and how the check digit is reckoned are not verified: they are the
platform's own (decision 0263), so a code drawn here is no code of the national platform.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from zhengtong.process.projects.contracts import (
    Industry,
    ProjectKind,
    ProjectType,
    Stage,
    StageItem,
    StageState,
    StepState,
)

RANDOM = 100_000
"""How many codes one month, region, department and type have."""
_GUIDING = {industry: f"{number:02d}" for number, industry in enumerate(Industry, 1)}
_TYPE = {kind: f"{number:02d}" for number, kind in enumerate(ProjectType, 1)}
_LENGTHS = (4, 6, 2, 2, 6)


def compose(*, on: date, region: str, industry: Industry, project_type: ProjectType, number: int) -> str:
    """Return the code of a project registered on a day, in a region of six digits, with a random *number*.

    >>> compose(on=date(2026, 11, 26), region="330106", industry=Industry.HOUSING,
    ...         project_type=ProjectType.CONSTRUCTION, number=12345)
    '2611-330106-06-01-123454'
    """
    if not 0 <= number < RANDOM:
        raise ValueError(number)
    digits = f"{on:%y%m}{region[:6]}{_GUIDING[industry]}{_TYPE[project_type]}{number:05d}"
    return _written(digits + check_digit(digits))


def check_digit(digits: str) -> str:
    """Return the check digit by GB/T 17710-2008 (ISO/IEC 7064), hybrid system MOD 11,10.

    >>> check_digit("0794")
    '5'
    """
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def read(text: str) -> str | None:
    """Return a typed code as it is kept, or None where it is not well formed: blanks and dashes do not matter.

    >>> read("2611 3301060601 123454"), read("2611-330106-06-01-123445")
    ('2611-330106-06-01-123454', None)
    """
    digits = "".join(character for character in text if character not in " -－—\t")
    if len(digits) != sum(_LENGTHS) or not (digits.isascii() and digits.isdigit()):
        return None
    return _written(digits) if check_digit(digits[:-1]) == digits[-1] else None


def _written(digits: str) -> str:
    parts, start = [], 0
    for length in _LENGTHS:
        parts.append(digits[start : start + length])
        start += length
    return "-".join(parts)


def steps(
    stages: Iterable[Stage], kind: ProjectKind, begun: Mapping[str, StepState]
) -> dict[str, tuple[StepState, tuple[StageItem, ...]]]:
    """Return the state of every item that projects of *kind* have, and the items it still waits for.

    Args:
        stages: what the plan says.
        kind: the project's; an item for other kinds is left out, and nobody waits for it.
        begun: how far the items are that were applied for; the others wait or may begin.
    """
    items = {item.code: item for stage in stages for item in stage.items if item.is_for(kind)}
    found = {}
    for code, item in items.items():
        lacking = tuple(items[other] for other in item.after if other in items and not _granted(begun, other))
        waits = StepState.LATER if lacking else StepState.READY
        found[code] = (begun.get(code, waits), lacking)
    return found


def _granted(begun: Mapping[str, StepState], code: str) -> bool:
    return begun.get(code) is StepState.GRANTED


def stage_state(required: Iterable[StepState], others: Iterable[StepState]) -> StageState:
    """Return how far a stage is by the states of what it requires and of what else belongs to it.

    >>> stage_state([StepState.GRANTED], [StepState.READY])
    <StageState.DONE: 'done'>
    >>> stage_state([StepState.GRANTED, StepState.LATER], [])
    <StageState.OPEN: 'open'>
    """
    asked = list(required)
    states = [*asked, *others]
    if all(state is StepState.GRANTED for state in asked):
        return StageState.DONE
    if any(state not in {StepState.LATER, StepState.READY} for state in states):
        return StageState.OPEN
    return StageState.READY if StepState.READY in states else StageState.LATER


def bundle_may_begin(items: Iterable[str], found: Mapping[str, tuple[StepState, tuple[StageItem, ...]]]) -> bool:
    """Say whether all *items* of a bundle may be applied for at once: none has begun, none waits for one outside."""
    inside = set(items)
    return bool(inside & set(found)) and all(
        state in {StepState.READY, StepState.LATER} and all(item.code in inside for item in lacking)
        for code, (state, lacking) in found.items()
        if code in inside
    )
