"""What a replication is made of 推演的组成: cases on their way, waiting tasks, offices, and what is measured."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhengtong.process.engine.api import MemoryRows

_MANY = 50  # occurrences of one element in one case before draws repeat


@dataclass(eq=False, slots=True)
class Case:
    """A case on its way."""

    number: int
    began: float
    rows: MemoryRows = field(default_factory=MemoryRows)
    times: Counter[str] = field(default_factory=Counter)
    cost: float = 0.0
    ended: float | None = None
    refused: str = ""

    def occurrence(self, what: str) -> int:
        """Return how often *what* has been asked for before."""
        self.times[what] += 1
        return min(self.times[what] - 1, _MANY)


@dataclass(eq=False, slots=True)
class Task:
    """A work item that waits for somebody, or is in hand."""

    case: Case
    item: int
    node: str
    came: float
    seconds: float
    begun: float | None = None
    gone: bool = False


@dataclass(eq=False, slots=True)
class Station:
    """An office: its people, its line, and what is measured of both while the measuring lasts."""

    people: int
    cost: float
    line: deque[Task] = field(default_factory=deque)
    busy: int = 0
    length: int = 0
    area: float = 0.0
    looked: float = 0.0
    worked: float = 0.0
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """One office in one replication; times in office hours."""

    utilisation: float
    queue: float
    wait: float
    wait_p90: float
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One replication: of the cases that came in the measured time."""

    cases: int
    finished: int
    refused: Mapping[str, int]
    calendar_days: Sequence[float]
    working_days: Sequence[float]
    office_hours: Sequence[float]
    costs: Sequence[float]
    stations: Mapping[str, StationResult]
    open_at: Mapping[str, int]
