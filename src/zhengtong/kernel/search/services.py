"""Building an index: the owner hands over all documents, the old index serves until the new one is committed.

`put` and `remove` keep a large collection up to date between two such builds: a document that comes later is weighed by
how rare its terms are at that moment, which drifts by little and is put right by the next `rebuild`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction

from zhengtong.kernel.search import law
from zhengtong.kernel.search.contracts import Document

_TERM_LENGTH = 80
_BATCH = 10_000

_SAMPLE = 200  # documents whose mean length stands for the collection's

_INSERT_DOCUMENT = """INSERT INTO search_document (collection, key, title, title_en, initials, pinyin, rank)
    VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_INSERT_POSTING = "INSERT INTO search_posting (collection, term, document_id, weight) VALUES (%s, %s, %s, %s)"


@transaction.atomic
def rebuild(collection: str, documents: Iterable[Document]) -> int:
    """Replace everything in *collection* by *documents*; return how many there are.

    One transaction: a reader meets the old index or the new one, never a half. Memory grows with the postings.

    Raises:
        ValueError: two documents have the same key.
    """
    kept = list(documents)
    if len({document.key for document in kept}) != len(kept):
        raise ValueError(f"two documents of {collection!r} have the same key")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_posting WHERE collection = %s", [collection])
        cursor.execute("DELETE FROM search_document WHERE collection = %s", [collection])
        cursor.executemany(_INSERT_DOCUMENT, [_row(collection, document) for document in kept])
        cursor.execute("SELECT key, id FROM search_document WHERE collection = %s", [collection])
        ids = dict(cursor.fetchall())
        batch = []
        for key, term, weight in _postings(kept):
            batch.append((collection, term, ids[key], weight))
            if len(batch) == _BATCH:
                cursor.executemany(_INSERT_POSTING, batch)
                batch.clear()
        if batch:
            cursor.executemany(_INSERT_POSTING, batch)
    return len(kept)


@transaction.atomic
def put(collection: str, documents: Sequence[Document]) -> int:
    """Add *documents* to *collection*, in place of those with the same keys; return how many there are.

    Raises:
        ValueError: two documents have the same key.
    """
    keys = [document.key for document in documents]
    if len(set(keys)) != len(keys):
        raise ValueError(f"two documents for {collection!r} have the same key")
    remove(collection, keys)
    with connection.cursor() as cursor:
        for start in range(0, len(documents), _SAMPLE):
            _put_some(cursor, collection, documents[start : start + _SAMPLE])
    return len(documents)


@transaction.atomic
def remove(collection: str, keys: Sequence[str]) -> None:
    """Take the documents of these keys out of *collection*; keys it does not have are passed over."""
    for start in range(0, len(keys), _SAMPLE):
        some = keys[start : start + _SAMPLE]
        places = ", ".join(["%s"] * len(some))
        ids = f"SELECT id FROM search_document WHERE collection = %s AND key IN ({places})"  # noqa: S608 -- places only
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM search_posting WHERE document_id IN ({ids})", [collection, *some])  # noqa: S608 -- as above
            cursor.execute(
                f"DELETE FROM search_document WHERE collection = %s AND key IN ({places})",  # noqa: S608 -- as above
                [collection, *some],
            )


def _put_some(cursor: Any, collection: str, documents: Sequence[Document]) -> None:
    cursor.executemany(_INSERT_DOCUMENT, [_row(collection, document) for document in documents])
    places = ", ".join(["%s"] * len(documents))
    cursor.execute(
        f"SELECT key, id FROM search_document WHERE collection = %s AND key IN ({places})",  # noqa: S608 -- places only
        [collection, *(document.key for document in documents)],
    )
    ids = dict(cursor.fetchall())
    counts = [_counted(document) for document in documents]
    size, average, containing = _rarities(cursor, collection, counts)
    rows = [
        (collection, term, ids[document.key], weight)
        for document, count in zip(documents, counts, strict=True)
        for term, weight in _weights(document, count, size, average, containing)
    ]
    cursor.executemany(_INSERT_POSTING, rows)


def _rarities(cursor: Any, collection: str, counts: Sequence[Counter[str]]) -> tuple[int, float, Counter[str]]:
    """Return how many documents there are, their mean length, and how many hold each term, the new ones included."""
    cursor.execute("SELECT COUNT(*) FROM search_document WHERE collection = %s", [collection])
    size = int(cursor.fetchone()[0])
    containing = Counter(term for count in counts for term in count)
    terms = sorted(containing)
    for start in range(0, len(terms), 500):
        some = terms[start : start + 500]
        places = ", ".join(["%s"] * len(some))
        cursor.execute(
            f"SELECT term, COUNT(*) FROM search_posting WHERE collection = %s AND term IN ({places}) GROUP BY term",  # noqa: S608 -- places only
            [collection, *some],
        )
        containing.update(dict(cursor.fetchall()))
    average = sum(sum(count.values()) for count in counts) / len(counts)
    return size, average, containing


def _postings(documents: list[Document]) -> Iterator[tuple[str, str, float]]:
    """Yield (key, term, weight) for all documents: BM25 for words, nothing for tags."""
    counts = [_counted(document) for document in documents]
    lengths = [sum(count.values()) for count in counts]
    average = sum(lengths) / len(lengths) if lengths else 0.0
    containing = Counter(term for count in counts for term in count)
    for document, count in zip(documents, counts, strict=True):
        for term, weight in _weights(document, count, len(documents), average, containing):
            yield document.key, term, weight


def _counted(document: Document) -> Counter[str]:
    return law.weigh(((document.title, 3.0), *document.text))


def _weights(
    document: Document, count: Counter[str], size: int, average: float, containing: Counter[str]
) -> Iterator[tuple[str, float]]:
    """Yield (term, weight) of a document among *size* of this mean length: BM25 for words, nothing for tags."""
    for term, weight in law.saturate(count, sum(count.values()), average).items():
        if len(term) <= _TERM_LENGTH:
            yield term, weight * law.rarity(size, containing[term])
    for tag in dict.fromkeys(document.tags):
        yield law.TAG + tag, 0.0


def _row(collection: str, document: Document) -> tuple[str, str, str, str, str, str, float]:
    spelled = [_syllable(character) for character in document.title]
    initials = "".join(syllable[:1] for syllable in spelled)
    return (
        collection,
        document.key,
        document.title,
        document.title_en.lower(),
        initials,
        "".join(spelled),
        document.rank,
    )


@cache
def _syllable(character: str) -> str:
    """Return the pinyin of one character without tone; letters and digits stay, all else vanishes."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- its tables take 30 MB; only builders need them

    folded = law.fold(character)
    if folded.isascii():
        return folded if folded.isalnum() else ""
    spelled = pinyin(folded, style=Style.NORMAL, errors="ignore")
    return spelled[0][0] if spelled else ""
