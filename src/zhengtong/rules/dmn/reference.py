"""Reference 参考页: what of DMN is executed, what is kept, what is refused and what the checker finds.

Run `python -m zhengtong.rules.dmn.reference > docs/reference/dmn.md`; a test holds the page to the code.
"""

from typing import Final

from zhengtong.rules.dmn.checker.messages import FINDINGS
from zhengtong.rules.dmn.errors import MODEL_MESSAGES
from zhengtong.rules.dmn.expressions import AGGREGATIONS, EXPRESSION_ELEMENTS, HIT_POLICIES
from zhengtong.rules.dmn.external import JAVA_FUNCTIONS
from zhengtong.rules.dmn.reader import IN_DECISION, IN_DEFINITIONS

EXECUTED: Final = {
    "import": "another model's elements, under the import's name",
    "itemDefinition": "named types: structures, collections, function types, allowed values, type constraints",
    "inputData": "what comes from outside, converted to its type; members left out are null",
    "decision": "its logic over what it requires",
    "businessKnowledgeModel": "a function that decisions share; may call itself",
    "decisionService": "a part of the graph as one function: input data first, then input decisions",
    "variable": "name and type of the value",
    "informationRequirement": "input data and decisions in scope",
    "knowledgeRequirement": "functions in scope",
}
_HEAD: Final = """# DMN: what is executed, kept, refused and checked

Decision models after OMG DMN 1.5 (namespaces of 1.1 to 1.5 are read). This page is generated:
`python -m zhengtong.rules.dmn.reference > docs/reference/dmn.md`. Conformance:
`zhengtong conformance dmn FOLDER`; the expression language has its own page, [FEEL](feel.md).

Export writes a model back as it was read, layout, comments and foreign extensions included.
"""


def reference_page() -> str:
    """Return the page."""
    kept = sorted((IN_DEFINITIONS | IN_DECISION) - EXECUTED.keys())
    parts = [
        _HEAD,
        "\n## Elements executed\n\n| element | meaning |\n|---|---|\n",
        *(f"| `{name}` | {meaning} |\n" for name, meaning in EXECUTED.items()),
        "\nBoxed expressions: ",
        ", ".join(f"`{name}`" for name in sorted(EXPRESSION_ELEMENTS)),
        ".\n\n## Elements kept, not executed\n\n",
        ", ".join(f"`{name}`" for name in kept),
        ".\n\n## Decision tables\n\nHit policies: ",
        ", ".join(f"`{name}`" for name in sorted(HIT_POLICIES)),
        ". Aggregations of `COLLECT`: ",
        ", ".join(f"`{name}`" for name in sorted(AGGREGATIONS) if name),
        ".\n\n## External functions\n\nA model calls nothing by name but these, or those a caller passes in:\n\n",
        "".join(f"- `{name}`\n" for name in sorted(JAVA_FUNCTIONS)),
        "\n## Refusals\n\n| code | message | remedy |\n|---|---|---|\n",
        *(_row(code, message, remedy) for code, (message, remedy) in MODEL_MESSAGES.items()),
        "\n## What the checker finds\n\n`zhengtong dmn check FILE`: an error keeps a model from being published.\n\n",
        "| code | severity | message | remedy |\n|---|---|---|---|\n",
        *(
            f"| `{code}` | {severity} | {zh} {en} | {fix} {fix_en} |\n"
            for code, (severity, (zh, en), (fix, fix_en)) in FINDINGS.items()
        ),
    ]
    return "".join(parts)


def _row(code: str, message: tuple[str, str], remedy: tuple[str, str]) -> str:
    return f"| `{code}` | {' '.join(message)} | {' '.join(remedy)} |\n"


if __name__ == "__main__":
    print(reference_page(), end="")  # noqa: T201 -- the page is the output
