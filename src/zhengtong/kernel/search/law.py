"""How text becomes terms and terms become weights: pure functions.

Chinese is cut into overlapping pairs of characters (bigrams): no dictionary, no model, and in our measurements on
letters to the government the best of all plain methods (recall of the first ten .753). Latin letters and digits are
words. Weights are BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) with k₁ = 1.2, b = 0.75.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from math import log

K1, B = 1.2, 0.75
TAG = "#"  # marks the terms that are tags: no text holds it
_RUNS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)|([a-z0-9]+)")


def terms_of(text: str) -> list[str]:
    """Return the terms under which *text* is indexed: single characters, pairs and words.

    >>> terms_of("办理ＩＤ卡")
    ['办', '理', '办理', 'id', '卡']
    """
    terms: list[str] = []
    for han, word in _RUNS.findall(fold(text)):
        if word:
            terms.append(word)
        else:
            terms.extend(han)
            terms.extend(_pairs(han))
    return terms


def query_terms(text: str) -> list[str]:
    """Return the distinct terms a question is looked up by: pairs where there are any, else the single character.

    >>> query_terms("出生 证 birth")
    ['出生', '证', 'birth']
    """
    terms: list[str] = []
    for han, word in _RUNS.findall(fold(text)):
        terms.extend([word] if word else _pairs(han) or [han])
    return list(dict.fromkeys(terms))


def fold(text: str) -> str:
    """Return *text* with full-width forms and capitals put down to one form."""
    return unicodedata.normalize("NFKC", text).lower()


def saturate(counts: Counter[str], length: float, average: float) -> dict[str, float]:
    """Return for each term how much its count says, whatever the document's length (the tf part of BM25)."""
    longness = K1 * (1 - B + B * length / average) if average else K1
    return {term: count * (K1 + 1) / (count + longness) for term, count in counts.items()}


def rarity(documents: int, containing: int) -> float:
    """Return how much a term tells documents apart (the idf part of BM25); never negative.

    >>> rarity(100, 100) < rarity(100, 1)
    True
    """
    return log(1 + (documents - containing + 0.5) / (containing + 0.5))


def weigh(passages: Iterable[tuple[str, float]]) -> Counter[str]:
    """Return the weighted term counts of a document's passages."""
    counts: Counter[str] = Counter()
    for text, weight in passages:
        for term in terms_of(text):
            counts[term] += weight  # type: ignore[assignment]  # a Counter holds fractions as well
    return counts


def _pairs(han: str) -> list[str]:
    return [han[place : place + 2] for place in range(len(han) - 1)]
