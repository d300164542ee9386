"""The model 模型: what a DMN file says, as immutable values (DMN 1.5, chapters 6, 7 and 10.2)."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """Any boxed expression; `type_ref` is the declared type of its value, `line` its place in the file."""

    id: str = ""
    type_ref: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression(Expression):
    """A FEEL text."""

    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name with a declared type."""

    name: str = ""
    type_ref: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """A named value of a boxed context; without a name it is the result."""

    variable: Variable | None
    value: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext(Expression):
    """Named values, later ones seeing earlier ones."""

    entries: tuple[ContextEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList(Expression):
    """A list of expressions."""

    items: tuple[Expression | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Expression):
    """A table of values: a list of contexts."""

    columns: tuple[Variable, ...] = ()
    rows: tuple[tuple[Expression | None, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One argument of an invocation."""

    parameter: Variable
    value: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Expression):
    """A call with named arguments."""

    function: Expression | None = None
    bindings: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Expression):
    """A function; `kind` is FEEL, Java or PMML."""

    kind: str = "FEEL"
    parameters: tuple[Variable, ...] = ()
    body: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Expression):
    """A boxed if."""

    condition: Expression | None = None
    then: Expression | None = None
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedFilter(Expression):
    """A boxed filter."""

    source: Expression | None = None
    match: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedIterator(Expression):
    """A boxed for, some or every."""

    kind: str = "for"
    variable: str = ""
    source: Expression | None = None
    body: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The text of a table cell."""

    text: str
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause:
    """A column of conditions: what it looks at, and which values it may meet."""

    expression: LiteralExpression
    label: str = ""
    values: str = ""
    id: str = ""

    @property
    def title(self) -> str:
        """The label, or what it looks at."""
        return self.label or self.expression.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause:
    """A column of conclusions; `values` lists the possible ones, the most important first."""

    name: str = ""
    label: str = ""
    type_ref: str = ""
    values: str = ""
    default: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row."""

    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]
    annotations: tuple[str, ...] = ()
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Expression):
    """A decision table; `aggregation` belongs to COLLECT."""

    hit_policy: str = "UNIQUE"
    aggregation: str = ""
    inputs: tuple[InputClause, ...] = ()
    outputs: tuple[OutputClause, ...] = ()
    rules: tuple[Rule, ...] = ()
    annotations: tuple[str, ...] = ()
    output_label: str = ""
    orientation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionItem:
    """The signature of a function type."""

    parameters: tuple[Variable, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """A named type."""

    name: str
    type_ref: str = ""
    is_collection: bool = False
    components: "tuple[ItemDefinition, ...]" = ()
    allowed_values: str = ""
    type_constraint: str = ""
    function: FunctionItem | None = None
    id: str = ""
    label: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrgElement:
    """A node of the decision requirement graph."""

    id: str
    name: str
    variable: Variable
    line: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(DrgElement):
    """What comes from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(DrgElement):
    """A decision: references are ids, or `namespace#id` of an imported model."""

    required_inputs: tuple[str, ...] = ()
    required_decisions: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()
    logic: Expression | None = None
    question: str = ""
    allowed_answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessKnowledge(DrgElement):
    """A business knowledge model: a function that decisions share."""

    function: FunctionDefinition | None = None
    required_knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService(DrgElement):
    """A part of the graph offered as one function."""

    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Another model whose elements are used under a name."""

    name: str
    namespace: str
    location: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A model: everything one file says."""

    name: str
    namespace: str
    id: str = ""
    types: tuple[ItemDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[BusinessKnowledge, ...] = ()
    services: tuple[DecisionService, ...] = ()
    imports: tuple[Import, ...] = ()
    expression_language: str = ""
    exporter: str = ""
    source: object | None = field(default=None, compare=False, repr=False)

    @property
    def elements(self) -> tuple[DrgElement, ...]:
        """All nodes of the graph."""
        return (*self.inputs, *self.decisions, *self.knowledge, *self.services)
