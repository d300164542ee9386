"""The glossary 术语表: its reference page, and whether code, screens and prose keep to it.

    python scripts/glossary.py           write docs/reference/glossary.md
    python scripts/glossary.py --check   tell where the page is stale or a word is not the glossary's

`docs/reference/glossary.yml` is the source. Titles of laws, inside 《…》 or ending like one (条例, 办法, 规定, 法),
are left alone.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs/reference/glossary.yml"
PAGE = ROOT / "docs/reference/glossary.md"
READ = (".py", ".html", ".md", ".po", ".toml", ".yml", ".yaml", ".json", ".mjs", ".css", ".txt", ".svg")
LEFT_ALONE = (
    "tests/architecture/test_glossary.py",
    "docs/reference/glossary.",
    "package-lock.json",
    "requirements/",
    "docs/decisions/",
    "scripts/glossary.py",
)
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
TITLES = re.compile(r"《[^》]*》|[\u4e00-\u9fff]+(?:条例|办法|规定|法)(?![\u4e00-\u9fff])")
# "A mandate 受托: …", "Sex 性别 as …": the Chinese name that directly follows the English one at a docstring's start
NAMED = re.compile(
    r"^(?:An?\s|The\s)?(?!.*\bof\b.*[\u4e00-\u9fff])[A-Za-z][\w\s\-/]{0,60}?\s([\u4e00-\u9fff]+)(?=[\s:：.,，。（(]|$)"
)


@dataclass(frozen=True, kw_only=True)
class Term:
    """One concept: the Chinese words for it, its identifiers, where it comes from, and words not to use."""

    zh: tuple[str, ...]
    identifiers: tuple[str, ...]
    source: str
    law: str
    not_zh: tuple[str, ...]
    not_en: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Glossary:
    """All terms, and the pinyin that has no place in identifiers."""

    terms: tuple[Term, ...]
    pinyin: frozenset[str]

    def by_zh(self) -> dict[str, Term]:
        return {zh: term for term in self.terms for zh in term.zh}


def load(path: Path = SOURCE) -> Glossary:
    """Read the glossary.

    Raises:
        ValueError: a term stands twice, or lacks its Chinese word or its identifiers.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    terms = tuple(
        Term(
            zh=(entry["zh"], *entry.get("also", ())),
            identifiers=tuple(entry["identifiers"]),
            source=entry.get("source", ""),
            law=entry.get("law", ""),
            not_zh=tuple(entry.get("not_zh", ())),
            not_en=tuple(entry.get("not_en", ())),
        )
        for entry in document["terms"]
    )
    for what, words in (
        ("zh", [z for t in terms for z in t.zh]),
        ("identifier", [i for t in terms for i in t.identifiers]),
    ):
        doubles = sorted({word for word in words if words.count(word) > 1})
        if doubles:
            raise ValueError(f"{what} given twice in {path.name}: {', '.join(doubles)}")
    return Glossary(terms=terms, pinyin=frozenset(document["pinyin"]))


def page(glossary: Glossary) -> str:
    """Return the reference page."""
    lines = [
        "# Glossary 术语表",
        "",
        "One concept, one word: English identifiers in code, Chinese labels on screen. Generated from",
        "`glossary.yml` by `python scripts/glossary.py`; add the law or standard that defines a term as you meet it.",
        "",
        "| 中文 | identifier | source | law or standard | do not write |",
        "|---|---|---|---|---|",
    ]
    for term in glossary.terms:
        identifiers = ", ".join(f"`{name}`" for name in term.identifiers)
        banned = ", ".join([*term.not_zh, *term.not_en])
        cells = (" / ".join(term.zh), identifiers, term.source or "—", term.law, banned)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def spelling_dictionary(glossary: Glossary) -> str:
    """Return the banned English words in codespell's format, each with the identifier's words as the remedy."""
    lines = []
    for term in glossary.terms:
        remedy = " ".join(word.lower() for word in WORDS.findall(term.identifiers[0]))
        lines += [f"{word}->{remedy}" for word in term.not_en]
    return "\n".join(lines) + "\n"


def misnamed(glossary: Glossary, source: str) -> Iterator[str]:
    """Yield what a module calls by another name than the glossary's, or in pinyin."""
    banned = {word: term.identifiers[0] for term in glossary.terms for word in term.not_en}
    by_zh = glossary.by_zh()
    for node in ast.walk(ast.parse(source)):
        name = defined_name(node)
        if name is None:
            continue
        for word in (word.lower() for word in WORDS.findall(name)):
            if word in banned:
                yield f"{name}: the glossary says {banned[word]}"
            if word in glossary.pinyin:
                yield f"{name}: pinyin is no English identifier"
        if isinstance(node, ast.ClassDef) and (match := NAMED.match(first_sentence(node))):
            term = by_zh.get(match.group(1))
            if term and not any(shares_a_word(name, identifier) for identifier in term.identifiers):
                yield f"{name} is called {match.group(1)}: the glossary says {' or '.join(term.identifiers)}"


def defined_name(node: ast.AST) -> str | None:
    """Return the name that *node* brings into the world, if it does."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    if isinstance(node, ast.arg):
        return node.arg
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None


def first_sentence(node: ast.ClassDef) -> str:
    """Return the first line of a class's docstring."""
    return (ast.get_docstring(node) or "").split("\n", 1)[0]


def shares_a_word(name: str, identifier: str) -> bool:
    """Tell whether *name* holds a word of *identifier*.

    >>> shares_a_word("CaseAccepted", "Case"), shares_a_word("Dossier", "Case")
    (True, False)
    """
    return bool({w.lower() for w in WORDS.findall(name)} & {w.lower() for w in WORDS.findall(identifier)})


def miswritten(glossary: Glossary, text: str) -> Iterator[tuple[int, str]]:
    """Yield line and complaint for each Chinese word that the glossary replaces; titles of laws are left alone."""
    pairs = [(word, term.zh[0]) for term in glossary.terms for word in term.not_zh]
    if not any(word in text for word, _right in pairs):
        return
    for number, line in enumerate(text.splitlines(), start=1):
        plain = TITLES.sub("", line)
        for word, right in pairs:
            if word in plain.replace(right, ""):
                yield number, f"{word}: the glossary says {right}"


def tracked() -> list[Path]:
    """Return the files git knows and those it would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(READ) and not name.startswith(LEFT_ALONE)]


def complaints(glossary: Glossary, paths: Iterable[Path]) -> Iterator[str]:
    """Yield `file:line: what` for every word in *paths* that is not the glossary's."""
    for path in paths:
        if not path.exists():
            continue
        text, name = path.read_text(encoding="utf-8", errors="replace"), path.relative_to(ROOT)
        for number, complaint in miswritten(glossary, text):
            yield f"{name}:{number}: {complaint}"
        if path.suffix == ".py" and "migrations" not in path.parts:
            for complaint in misnamed(glossary, text):
                yield f"{name}: {complaint}"


def main() -> int:
    """Write the page, or with `--check` compare it and look for words that are not the glossary's."""
    glossary = load()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(glossary), encoding="utf-8")
        print(f"✓ {PAGE.relative_to(ROOT)}: {len(glossary.terms)} terms")
        return 0
    found = list(complaints(glossary, tracked()))
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(glossary):
        found.append(f"{PAGE.relative_to(ROOT)} is stale: run `.venv/bin/python scripts/glossary.py`")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
