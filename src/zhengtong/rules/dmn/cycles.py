"""Cycles 循环依赖: decisions that depend on themselves are refused at publishing."""

from zhengtong.rules.dmn import model as m


def find_cycles(definitions: m.Definitions) -> list[list[str]]:
    """Return each circle of requirements once, as names from a node back to itself.

    Decisions may call a service that contains other decisions; a function may not require itself through others, but
    may call itself by its own name.
    """
    graph = {element.id: _requirements(element) for element in definitions.elements}
    names = {element.id: element.name for element in definitions.elements}
    found: list[list[str]] = []
    done: set[str] = set()
    for start in graph:
        _walk(start, graph, names, done, found)
    return found


def _requirements(element: m.DrgElement) -> tuple[str, ...]:
    if isinstance(element, m.Decision):
        return (*element.required_decisions, *element.required_knowledge)
    if isinstance(element, m.BusinessKnowledge):
        return element.required_knowledge
    if isinstance(element, m.DecisionService):
        inside = set(element.input_decisions)
        return tuple(reference for reference in element.outputs if reference not in inside)
    return ()


def _walk(
    start: str, graph: dict[str, tuple[str, ...]], names: dict[str, str], done: set[str], found: list[list[str]]
) -> None:
    path: list[str] = []
    stack: list[tuple[str, int]] = [(start, 0)]
    while stack:
        node, position = stack.pop()
        if position == 0:
            if node in done:
                continue
            if node in path:
                found.append([names[each] for each in [*path[path.index(node) :], node]])
                continue
            path.append(node)
        following = [each for each in graph.get(node, ()) if each in graph]
        if position < len(following):
            stack.append((node, position + 1))
            stack.append((following[position], 0))
        else:
            path.pop()
            done.add(node)
