"""Looking things up: two statements for a search, one for suggestions, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence

from django.db import connection

from zhengtong.kernel.search import law
from zhengtong.kernel.search.contracts import Hit, Hits

_MOST_TERMS = 60
_TELLING = 0.05  # the weight of a term that nineteen of twenty documents hold
_SHORT = 4  # a short question means all its words, a long one is told in the reader's own


def search(collection: str, text: str, *, tags: Sequence[str] = (), limit: int = 20, offset: int = 0) -> Hits:
    """Return the documents that fit *text* best, all of them carrying every one of *tags*.

    A document must hold half the terms of a short question and a quarter of a long one's; where none does, one term is
    enough. A term that nearly every document holds tells nothing and counts only where nothing else is found. Latin
    letters that are no known word are tried as pinyin.

    Args:
        collection: where to look.
        text: what the reader typed; blank text finds nothing.
        tags: narrow the search; matched whole.
        limit: at most so many hits.
        offset: skip so many.
    """
    terms = law.query_terms(text)[:_MOST_TERMS]
    if not terms:
        return Hits(total=0, hits=())
    least = (len(terms) + 1) // 2 if len(terms) <= _SHORT else len(terms) // 4
    found = _by_terms(collection, terms, tags, least, limit, offset, telling=_TELLING)
    if found.total or (offset and _by_terms(collection, terms, tags, least, 1, 0, telling=_TELLING).total):
        return found  # the second: a page past the last one, which has no row to tell the total
    if text.isascii():
        return _by_pinyin(collection, text, tags, limit, offset)
    return _by_terms(collection, terms, tags, 1, limit, offset, telling=0.0)


def suggest(collection: str, text: str, *, tags: Sequence[str] = (), limit: int = 8) -> list[str]:
    """Return keys of documents whose title begins with, holds or sounds like *text*, the most asked for first."""
    typed = law.fold(text).strip()
    if not typed:
        return []
    plain = typed.replace(" ", "")
    begins, holds = _like(typed) + "%", f"%{_like(typed)}%"
    condition, parameters = "LOWER(title) LIKE %s ESCAPE '!' OR title_en LIKE %s ESCAPE '!'", [holds, holds]
    if plain.isascii():
        condition += " OR initials LIKE %s ESCAPE '!' OR pinyin LIKE %s ESCAPE '!'"
        parameters += [f"%{_like(plain)}%", _like(plain) + "%"]
    narrowed, tag_parameters = _narrow("d.id", collection, tags)
    sql = f"""SELECT d.key FROM search_document d WHERE d.collection = %s AND ({condition}){narrowed}
        ORDER BY CASE WHEN LOWER(d.title) LIKE %s ESCAPE '!' OR d.title_en LIKE %s ESCAPE '!'
            OR d.initials LIKE %s ESCAPE '!' THEN 0 ELSE 1 END, d.rank DESC, LENGTH(d.title), d.key LIMIT %s"""  # noqa: S608 -- built from constants only
    with connection.cursor() as cursor:
        cursor.execute(sql, [collection, *parameters, *tag_parameters, begins, begins, begins, limit])
        return [key for (key,) in cursor.fetchall()]


def _by_terms(
    collection: str, terms: list[str], tags: Sequence[str], least: int, limit: int, offset: int, *, telling: float
) -> Hits:
    places = ", ".join(["%s"] * len(terms))
    narrowed, tag_parameters = _narrow("g.document_id", collection, tags)
    sql = f"""SELECT d.key, s.score, s.total FROM (
            SELECT g.document_id, g.score, COUNT(*) OVER () AS total FROM (
                SELECT p.document_id, SUM(p.weight) AS score FROM search_posting p
                WHERE p.collection = %s AND p.term IN ({places}) AND p.weight >= %s
                GROUP BY p.document_id HAVING COUNT(*) >= %s) g
            WHERE 1 = 1{narrowed} ORDER BY g.score DESC, g.document_id LIMIT %s OFFSET %s) s
        JOIN search_document d ON d.id = s.document_id ORDER BY s.score DESC, d.id"""  # noqa: S608 -- built from constants only
    return _page(sql, [collection, *terms, telling, least, *tag_parameters, limit, offset])


def _by_pinyin(collection: str, text: str, tags: Sequence[str], limit: int, offset: int) -> Hits:
    typed = _like(law.fold(text).replace(" ", ""))
    narrowed, tag_parameters = _narrow("d.id", collection, tags)
    sql = f"""SELECT d.key, d.rank, COUNT(*) OVER () FROM search_document d
        WHERE d.collection = %s AND (d.initials LIKE %s ESCAPE '!' OR d.pinyin LIKE %s ESCAPE '!'){narrowed}
        ORDER BY d.rank DESC, LENGTH(d.title), d.id LIMIT %s OFFSET %s"""  # noqa: S608 -- built from constants only
    return _page(sql, [collection, f"%{typed}%", f"%{typed}%", *tag_parameters, limit, offset])


def _page(sql: str, parameters: list[str | int | float]) -> Hits:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return Hits(total=rows[0][2] if rows else 0, hits=tuple(Hit(key=row[0], score=row[1]) for row in rows))


def _narrow(column: str, collection: str, tags: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that the document carries every tag, and its parameters.

    Asked of each document that was found, not the other way round: a tag may be on half of all documents.
    """
    one = f""" AND EXISTS (SELECT 1 FROM search_posting t
        WHERE t.collection = %s AND t.term = %s AND t.document_id = {column})"""  # noqa: S608 -- the column is ours
    return one * len(tags), [value for tag in tags for value in (collection, law.TAG + tag)]


def _like(text: str) -> str:
    """Return *text* so that LIKE takes it literally; the escape character is `!`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
