"""Scoring golden records against the truth 评分: only where a truth exists, as in the demo.

A record is right if it states, for every attribute that some row of its subject states at all, what is so; what no
department knows cannot be known. A subject without a record is wrong, a record without a subject too. The same rows
are fused three ways: by the valid key alone, by Splink alone (the key is one more thing to compare), and by the key
first, then Splink.
"""
# ruff: noqa: S608 -- every name in these statements is ours, Splink's or declared; values are bound or registered

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zhengtong.data.fusion import linkage
from zhengtong.data.fusion.declaration import Registry
from zhengtong.data.fusion.workshop import GOLDEN, Workshop

_TRUTH = "truth"
_ALIKE = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How right the records are: `right` of `subjects`, `stray` records of nobody, values right by attribute."""

    way: str
    subjects: int
    right: int
    stray: int
    values: dict[str, float]

    @property
    def share(self) -> float:
        """Right records over subjects and strays."""
        return self.right / (self.subjects + self.stray) if self.subjects + self.stray else 0.0


def score(registry: Registry, sources: Path, truth: Path, *, ways: tuple[str, ...] = ("key", "both")) -> list[Score]:
    """Return the scores of *registry* made from *sources*, judged by *truth*.

    Args:
        registry: the declaration.
        sources: the folder of departments' files.
        truth: the folder with `<registry>.parquet` and `links.parquet`.
        ways: of "key", "splink", "both".
    """
    return [_score(registry, sources, truth, way) for way in ways]


def _score(registry: Registry, sources: Path, truth: Path, way: str) -> Score:
    with Workshop(registry) as shop:
        shop.stage(sources)
        _reachable(shop, truth)
        _WAYS[way](shop)
        shop.fuse()
        return _compare(shop, way)


def _reachable(shop: Workshop, truth: Path) -> None:
    """Make the table of what records should say: the truth, null where no row of the subject says anything."""
    paths = ", ".join(f"({place}, '{one.path}')" for place, one in enumerate(shop.registry.sources))
    shop.db.execute(
        f"""CREATE TABLE subjects AS SELECT s.source, s.row, upper(l.key) AS key FROM standard s
        JOIN (VALUES {paths}) AS p(place, path) ON p.place = s.source
        JOIN '{truth / "links.parquet"}' l ON l.source = p.path AND l.row = s.row"""
    )
    known = {
        row[0] for row in shop.db.execute(f"DESCRIBE SELECT * FROM '{truth / shop.registry.name}.parquet'").fetchall()
    }
    names = [name for name in shop.registry.names if name in known]
    said = ", ".join(f'max(s."{name}") IS NOT NULL AS "{name}"' for name in names)
    told = ", ".join(f'CASE WHEN a."{name}" THEN {_form(name)} END AS "{name}"' for name in names)
    shop.db.execute(
        f"""CREATE TABLE {_TRUTH} AS SELECT a.key, {told} FROM '{truth / shop.registry.name}.parquet' t
        JOIN (SELECT u.key, {said} FROM standard s JOIN subjects u ON u.source = s.source AND u.row = s.row
              GROUP BY u.key) a ON a.key = upper(t.key)"""
    )


def _form(name: str) -> str:
    """Return the truth's *name* in the standard form."""
    return (
        f't."{name}"::VARCHAR'
        if name not in {"longitude", "latitude"}
        else f'round(t."{name}" * 1000000)::BIGINT::VARCHAR'
    )


def _compare(shop: Workshop, way: str) -> Score:
    names = [row[0] for row in shop.db.execute(f"DESCRIBE {_TRUTH}").fetchall()][1:]
    same = {name: f'g."{name}" IS NOT DISTINCT FROM t."{name}"' for name in names}
    counts = ", ".join(
        f'count(*) FILTER ({test} AND t."{name}" IS NOT NULL) / count(t."{name}")' for name, test in same.items()
    )
    row = shop.db.execute(
        f"""SELECT count(*), count(*) FILTER ({" AND ".join(same.values())} AND g.key IS NOT NULL), {counts}
        FROM {_TRUTH} t LEFT JOIN {GOLDEN} g ON g.key = t.key"""
    ).fetchone()
    stray = shop.db.execute(f"SELECT count(*) FROM {GOLDEN} WHERE key NOT IN (SELECT key FROM {_TRUTH})").fetchone()[0]
    return Score(way=way, subjects=row[0], right=row[1], stray=stray, values=dict(zip(names, row[2:], strict=True)))


def _by_key(shop: Workshop) -> None:
    """Leave rows without a valid key out."""
    del shop


def _by_both(shop: Workshop) -> None:
    """Link what has no key, where one record is certain and no second is likely."""
    declared = shop.registry.linkage
    if declared is not None:
        shop.apply({one.uid: one.key for one in shop.link() if linkage.is_certain(one, declared)})


def _by_splink(shop: Workshop) -> None:
    """Let Splink cluster all rows, the key being one more attribute; name clusters by their commonest valid key."""
    declared = shop.registry.linkage
    if declared is None:
        return
    wider = replace(declared, compare={**declared.compare, "raw_key": "exact"}, block=(*declared.block, ("raw_key",)))
    shop.db.execute(
        """CREATE TABLE every AS SELECT record AS uid, * EXCLUDE (record) FROM standard
        QUALIFY row_number() OVER (PARTITION BY record ORDER BY row) = 1"""
    )
    people = shop.db.execute("SELECT count(DISTINCT key) FROM every").fetchone()[0]
    model = linkage.train(shop.db, "every", wider, prior=1 / max(2, people))
    found = linkage.pairs(shop.db, model, ["every"], threshold=_ALIKE)
    pairs = shop.db.execute(f'SELECT uid_l, uid_r FROM "{found}"').fetchall()
    keys = dict(shop.db.execute("SELECT uid, key FROM every").fetchall())
    shop.db.execute("UPDATE standard SET key = NULL")
    shop.apply(_named(clusters(keys, pairs), keys))


def clusters(names: Any, pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Return the connected components of *pairs* over *names*."""
    root = {name: name for name in names}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for one, other in pairs:
        root[find(one)] = find(other)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(find(name), []).append(name)
    return list(groups.values())


def _named(groups: list[list[str]], keys: dict[str, str | None]) -> dict[str, str]:
    named = {}
    for group in groups:
        count = Counter(key for name in group if (key := keys[name]))
        if count:
            best = min(count, key=lambda key: (-count[key], key))
            named.update(dict.fromkeys(group, best))
    return named


_WAYS: dict[str, Callable[[Workshop], None]] = {"key": _by_key, "splink": _by_splink, "both": _by_both}
