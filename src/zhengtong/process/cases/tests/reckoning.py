"""What must be true of one case, reckoned day by day from the words of 行政许可法 §32, §42, §45 and §82."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
from zhengtong.process.cases.api import CaseState, DeadlineLight

CALENDAR = WorkingCalendar(shipped_notices())
DAY = timedelta(days=1)
NOTICE_DAYS = 5
LONGEST_EXTENSION = 10


def last_day(start: date, days: int) -> date:
    """Return the last of so many working days after *start*."""
    day = start
    while days:
        day += DAY
        days -= CALENDAR.is_working_day(day)
    return day


def light_of(today: date, due: date | None) -> DeadlineLight | None:
    """Return red after the day, yellow on it and on the working day before, else green."""
    if due is None:
        return None
    if today > due:
        return DeadlineLight.RED
    day, left = today, 0
    while day < due:
        day += DAY
        left += CALENDAR.is_working_day(day)
    return DeadlineLight.YELLOW if left <= 1 else DeadlineLight.GREEN


@dataclass
class Waiting:
    """A task that waits, where, for whom, and by when an acceptance must be told."""

    kind: str
    region: str
    acceptance_due: date | None = None
    assignee: str = ""
    giver: str = ""
    escalated: bool = False


@dataclass
class Reckoning:
    """One case as the law has it. Periods are in working days; a procedure that runs has no end."""

    item: str
    region: str
    promised: int
    statutory: int
    opinions: int
    state: CaseState = CaseState.RECEIVED
    handed_in_on: date = date.min
    accepted_on: date | None = None
    accepted_by: str = ""
    untouched: bool = False
    returned: bool = False
    missing: set[str] = field(default_factory=set)
    unchecked: set[str] = field(default_factory=set)
    procedures: list[tuple[date, date | None]] = field(default_factory=list)
    extension: str = ""
    extension_days: int = 0
    extended: dict[str, int] = field(default_factory=lambda: {"promised": 0, "statutory": 0})
    waiting: list[Waiting] = field(default_factory=list)
    acts: int = 0
    done: dict[str, int] = field(default_factory=dict)

    def due(self, term: str) -> date | None:
        """Return the last day of a term; None before acceptance and while the clock stands still."""
        if self.accepted_on is None:
            return None
        left = {"promised": self.promised, "statutory": self.statutory}[term] + self.extended[term]
        day = self.accepted_on
        while left:
            day += DAY
            covering = [span for span in self.procedures if span[0] <= day and (span[1] is None or day <= span[1])]
            if any(ended is None for _began, ended in covering):
                return None
            left -= CALENDAR.is_working_day(day) and not covering
        return day

    def late(self, term: str, today: date) -> bool:
        """Tell whether a term has run out."""
        due = self.due(term)
        return due is not None and today > due

    @property
    def running(self) -> bool:
        """Whether a special procedure runs."""
        return any(ended is None for _began, ended in self.procedures)

    def due_of(self, task: Waiting) -> date | None:
        """Return the day the inbox shows for a task."""
        if task.kind == "accept":
            return task.acceptance_due
        return None if task.kind == "supplement" else self.due("promised")

    def open(self, kind: str) -> list[Waiting]:
        """Return the tasks of a kind that wait."""
        return [task for task in self.waiting if task.kind == kind]

    def silent(self, today: date) -> bool:
        """Tell whether the office has kept silent for too long (§32)."""
        return any(today > (task.acceptance_due or today) for task in self.open("accept"))

    def examine(self, today: date) -> None:
        """An examination begins: five working days to say what is missing."""
        self.state = CaseState.RECEIVED
        self.waiting = [Waiting("accept", self.region, last_day(today, NOTICE_DAYS))]

    def accept(self, on: date, by: str) -> None:
        """Accepted, and from *on* both terms run."""
        self.state, self.accepted_on, self.accepted_by, self.untouched = CaseState.ACCEPTED, on, by, True
        self.waiting = [Waiting("opine", "330106") for _number in range(self.opinions)] or [self.decision()]

    def decision(self) -> Waiting:
        """The task of the office that decides."""
        return Waiting("decide", self.region)

    def end(self, state: CaseState) -> None:
        """Nothing waits any more."""
        self.state, self.waiting, self.extension = state, [], "over" if self.extension == "asked" else self.extension
        self.procedures = [(began, ended or began) for began, ended in self.procedures]

    def await_correction(self) -> None:
        """The applicant has the turn, and no day runs."""
        self.waiting = [Waiting("supplement", self.region)]

    def spoken(self) -> None:
        """A department has given its opinion; after the last the office decides."""
        self.waiting.remove(self.open("opine")[0])
        if not self.open("opine"):
            self.waiting.append(self.decision())

    def ask_extension(self, days: int) -> None:
        """The approver asks: once."""
        self.extension, self.extension_days, self.untouched = "asked", days, False
        self.waiting.append(Waiting("extension", self.region))

    def extension_decided(self, today: date, *, granted: bool) -> None:
        """The head approves or not: a term that has run out stays as it is."""
        self.waiting.remove(self.open("extension")[0])
        self.extension = "granted" if granted else ""
        running = [term for term in self.extended if not self.late(term, today)]
        for term in running if granted else ():
            self.extended[term] = self.extension_days

    def move(self, region: str) -> None:
        """Another office handles the case; opinions stay where they were asked."""
        self.region, self.untouched = region, False
        for task in self.waiting:
            if task.kind != "opine":
                task.region, task.assignee, task.giver = region, "", ""

    def recallable(self, by: str) -> bool:
        """Tell whether *by* accepted and nothing has happened since."""
        decides = self.open("decide")
        alone = self.untouched and self.opinions == 0 and decides and not decides[0].assignee
        return self.state is CaseState.ACCEPTED and bool(by) and self.accepted_by == by and bool(alone)

    def recall(self, today: date) -> None:
        """The acceptance never was, nor what it left open."""
        self.accepted_on = None
        self.missing.clear()
        self.examine(today)
