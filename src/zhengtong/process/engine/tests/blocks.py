"""Random block-structured processes, with what they must do: for property tests, migration and differential tests.

A block is a task, a sequence, a choice, a fork, an inclusive split, a repetition, a sub-process or several instances.
What a process must do is read off the blocks, so the engine is compared with arithmetic, not with itself.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count, pairwise

from hypothesis import strategies as st

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.tests.builders import flows, model


@dataclass(frozen=True)
class Block:
    """A block: its kind, its parts, and the number that decides what it does."""

    kind: str
    parts: tuple["Block", ...] = ()
    number: int = 0


LEAF = st.just(Block("task"))


def composite(children: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    """Return blocks made of *children*."""
    parts = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Block, st.just("sequence"), parts),
        st.builds(Block, st.just("choice"), parts, st.integers(0, 2)),
        st.builds(Block, st.just("fork"), parts),
        st.builds(Block, st.just("inclusive"), parts, st.integers(1, 7)),
        st.builds(Block, st.just("loop"), st.tuples(children), st.integers(1, 3)),
        st.builds(Block, st.just("sub"), st.tuples(children)),
        st.builds(Block, st.just("many"), st.tuples(children), st.integers(0, 3)),
        st.builds(Block, st.just("each"), st.tuples(children), st.integers(0, 3)),
    )


BLOCKS = st.recursive(LEAF, composite, max_leaves=8)


@dataclass
class Drawing:
    """A process being drawn from blocks, with the variables that decide its choices."""

    nodes: list[str] = field(default_factory=list)
    wires: list[str] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def name(self, prefix: str) -> str:
        """Return a new id."""
        return f"{prefix}{next(self.numbers)}"

    def gateway(self, kind: str, default: str = "") -> str:
        """Add a gateway."""
        name = self.name("g")
        self.nodes.append(f'<{kind} id="{name}" {default.format(name=name)}/>')
        return name

    def draw(self, block: Block) -> tuple[str, str]:
        """Add *block*; return where it begins and ends."""
        return getattr(self, f"draw_{block.kind}")(block)  # type: ignore[no-any-return]

    def draw_task(self, _block: Block) -> tuple[str, str]:
        name = self.name("t")
        self.nodes.append(f'<userTask id="{name}"/>')
        return name, name

    def draw_sequence(self, block: Block) -> tuple[str, str]:
        ends = [self.draw(part) for part in block.parts]
        for (_, last), (first, _) in pairwise(ends):
            self.wires.append(f"{last}>{first}")
        return ends[0][0], ends[-1][1]

    def draw_split(self, block: Block, kind: str, conditions: list[str]) -> tuple[str, str]:
        first, last = self.gateway(kind), self.gateway(kind)
        for part, condition in zip(block.parts, conditions, strict=True):
            begin, end = self.draw(part)
            self.wires += [f"{first}>{begin}{condition}", f"{end}>{last}"]
        return first, last

    def draw_choice(self, block: Block) -> tuple[str, str]:
        chosen = block.number % len(block.parts)
        return self.draw_split(block, "exclusiveGateway", [f"[{chosen} = {at}]" for at in range(len(block.parts))])

    def draw_fork(self, block: Block) -> tuple[str, str]:
        return self.draw_split(block, "parallelGateway", ["" for _ in block.parts])

    def draw_inclusive(self, block: Block) -> tuple[str, str]:
        chosen = inclusive_choice(block)
        conditions = [f"[{str(at in chosen).lower()}]" for at in range(len(block.parts))]
        return self.draw_split(block, "inclusiveGateway", conditions)

    def draw_loop(self, block: Block) -> tuple[str, str]:
        """A cycle in the graph: back while a counter, kept by a script, is below the number."""
        counter = self.name("n")
        merge = self.gateway("exclusiveGateway")
        begin, end = self.draw(block.parts[0])
        script = self.name("s")
        text = f"{{{counter}: if {counter} = null then 1 else {counter} + 1}}"
        self.nodes.append(f'<scriptTask id="{script}"><script>{text}</script></scriptTask>')
        split = self.name("g")
        out = self.gateway("exclusiveGateway")
        self.nodes.append(f'<exclusiveGateway id="{split}" default="{split}_{out}"/>')
        back = f"{split}>{merge}[{counter} < {block.number}]"
        self.wires += [f"{merge}>{begin}", f"{end}>{script}", f"{script}>{split}", back, f"{split}>{out}"]
        return merge, out

    def draw_inside(self, block: Block, loop: str) -> tuple[str, str]:
        inner = Drawing(numbers=self.numbers)
        first, last = inner.draw(block.parts[0])
        start, end, name = self.name("is"), self.name("ie"), self.name("p")
        wires = [*inner.wires, f"{start}>{first}", f"{last}>{end}"]
        inside = "".join(inner.nodes) + f'<startEvent id="{start}"/><endEvent id="{end}"/>' + flows(" ".join(wires))
        self.nodes.append(f'<subProcess id="{name}">{loop}{inside}</subProcess>')
        return name, name

    def draw_sub(self, block: Block) -> tuple[str, str]:
        return self.draw_inside(block, "")

    def draw_many(self, block: Block) -> tuple[str, str]:
        return self.draw_inside(block, instances(block.number, sequential=False))

    def draw_each(self, block: Block) -> tuple[str, str]:
        return self.draw_inside(block, instances(block.number, sequential=True))


def instances(number: int, *, sequential: bool) -> str:
    """Return multi-instance characteristics."""
    name = "multiInstanceLoopCharacteristics"
    return f'<{name} isSequential="{str(sequential).lower()}"><loopCardinality>{number}</loopCardinality></{name}>'


def inclusive_choice(block: Block) -> set[int]:
    """Return which parts an inclusive split takes; never none."""
    chosen = {at for at in range(len(block.parts)) if block.number >> at & 1}
    return chosen or {0}


def drawn(block: Block) -> Definitions:
    """Return the process of *block*."""
    drawing = Drawing()
    first, last = drawing.draw(block)
    nodes = "".join(drawing.nodes) + '<startEvent id="start"/><endEvent id="end"/>'
    return model(nodes, " ".join([*drawing.wires, f"start>{first}", f"{last}>end"]))


def work_of(block: Block) -> Counter[int]:
    """Return how often each task, by its place in the block, is done."""
    return Counter(dict(enumerate(_done(block, 1))))


def _done(block: Block, times: int) -> list[int]:
    """Return for each task below *block*, in drawing order, how often it is done when the block runs *times* times."""
    if block.kind == "task":
        return [times]
    found: list[int] = []
    for at, part in enumerate(block.parts):
        factor = 1
        if block.kind == "choice":
            factor = int(at == block.number % len(block.parts))
        elif block.kind == "inclusive":
            factor = int(at in inclusive_choice(block))
        elif block.kind in {"many", "each"} or block.kind == "loop":
            factor = block.number
        found += _done(part, times * factor)
    return found
