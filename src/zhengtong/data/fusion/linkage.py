"""Linkage of rows without a valid key 无主键关联: Splink 5 on DuckDB, taught by the rows that do have a key.

The Fellegi-Sunter model (Fellegi and Sunter 1969, as Splink implements it) weighs for each attribute how often two
rows of one subject agree against how often two rows of different subjects do. The first is counted on rows that share
a valid key, so that no hand labels and no iteration are needed; without keyed rows it is estimated by expectation
maximisation. Only rows without a valid key are linked: a valid key is exact and cheap, and nothing that Splink says
overrules it.
"""
# ruff: noqa: S608 -- every name in these statements is ours, Splink's or declared; values are bound or registered

import logging
from dataclasses import dataclass
from typing import Any

from zhengtong.data.fusion.declaration import Linkage

_RANDOM_PAIRS = 1_000_000
_EM_RULES = 2
_UNSEEN = 1e-4
Model = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """That the row `uid` belongs to the record `key`; `second` is the probability of the next-best record."""

    uid: str
    key: str
    probability: float
    second: float


def train(
    con: Any, table: str, linkage: Linkage, *, prior: float, label: str | None = "key", subjects: str | None = None
) -> Model:
    """Return a model learnt from *table* (columns `uid`, the compared attributes and, if any, *label*).

    Args:
        con: an open DuckDB connection.
        table: rows to learn from.
        linkage: what is compared and blocked.
        prior: the probability that two rows taken at random are one subject.
        label: the column that names the subject, None if there is none.
        subjects: a table with one row a subject, from which chance agreement is learnt; else it is learnt from *table*,
            where some pairs are one subject, so that what agrees by chance alone looks commoner than it is.
    """
    chance = None if subjects is None else _chance(con, subjects, linkage, prior)
    linker = _linker(con, [table], chance or _settings(linkage, prior, "dedupe_only"))
    if chance is None:
        linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
    if label is not None:
        linker.training.estimate_m_from_label_column(label)
    else:
        from splink import block_on  # noqa: PLC0415 -- heavy

        for group in linkage.block[:_EM_RULES]:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*group))
    return _filled(linker.misc.save_model_to_json())


def pairs(con: Any, model: Model, tables: list[str], *, threshold: float) -> str:
    """Link *tables* (one: within it; two: between them) and return the name of a DuckDB table of pairs.

    The table has `uid_l`, `uid_r`, `match_probability` (at least *threshold*), its `_l` side from the first table.
    """
    kind = "dedupe_only" if len(tables) == 1 else "link_only"
    found = _linker(con, tables, model | {"link_type": kind}).inference.predict(threshold_match_probability=threshold)
    name: str = found.physical_name
    return name


def propose(con: Any, pairs_table: str, reference: str) -> list[Proposal]:
    """Return for each row the record it fits best: a record is as probable as its most probable row.

    Args:
        con: an open DuckDB connection.
        pairs_table: what `pairs` returned for [rows, *reference*].
        reference: the table of keyed rows with `uid` and `key`.
    """
    rows = con.execute(
        f"""
        WITH by_key AS (
            SELECT p.uid_l AS uid, r.key, max(p.match_probability) AS probability
            FROM "{pairs_table}" p JOIN "{reference}" r ON r.uid = p.uid_r GROUP BY ALL
        ), placed AS (
            SELECT *, row_number() OVER (PARTITION BY uid ORDER BY probability DESC, key) AS place,
                   lead(probability, 1, 0) OVER (PARTITION BY uid ORDER BY probability DESC, key) AS second
            FROM by_key
        )
        SELECT uid, key, probability, second FROM placed WHERE place = 1 ORDER BY uid
        """
    ).fetchall()
    return [Proposal(uid=uid, key=key, probability=first, second=second) for uid, key, first, second in rows]


def is_certain(proposal: Proposal, declared: Linkage) -> bool:
    """Say whether a proposal is linked at once, without an official."""
    return proposal.probability >= declared.accept and proposal.second < declared.review


def _chance(con: Any, subjects: str, linkage: Linkage, prior: float) -> Model:
    linker = _linker(con, [subjects], _settings(linkage, prior, "dedupe_only"))
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
    model: Model = linker.misc.save_model_to_json()
    return model


def _linker(con: Any, tables: list[str], settings: Any) -> Any:
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 -- heavy, and only where rows are linked

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI(con)
    frames = [database.register(name, dataset_display_name=place) for place, name in zip("ab", tables, strict=False)]
    return Linker(frames, settings, log_level=None)


def _settings(linkage: Linkage, prior: float, kind: str) -> Any:
    from splink import SettingsCreator, block_on  # noqa: PLC0415 -- heavy

    return SettingsCreator(
        link_type=kind,
        unique_id_column_name="uid",
        probability_two_random_records_match=prior,
        comparisons=[_comparison(name, how) for name, how in linkage.compare.items()],
        blocking_rules_to_generate_predictions=[block_on(*group) for group in linkage.block],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def _filled(model: Model) -> Model:
    """Give levels that never occurred a small probability instead of none: what nobody has seen is rare, not void."""
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                level["m_probability"] = level.get("m_probability") or _UNSEEN
                level["u_probability"] = level.get("u_probability") or 1 / _RANDOM_PAIRS
    return model


def _comparison(name: str, how: str) -> Any:
    import splink.comparison_level_library as cll  # noqa: PLC0415 -- heavy
    import splink.comparison_library as cl  # noqa: PLC0415

    match how:
        case "name":
            return cl.CustomComparison(
                output_column_name=name,
                comparison_levels=[
                    cll.NullLevel(name),
                    cll.ExactMatchLevel(name, term_frequency_adjustments=True),
                    # DuckDB measures in bytes, of which a Chinese character has three.
                    cll.CustomLevel(f"length({name}_l) = length({name}_r) AND levenshtein({name}_l, {name}_r) <= 3"),
                    cll.ElseLevel(),
                ],
            )
        case "date":
            return cl.DamerauLevenshteinAtThresholds(name, [1, 2])
        case "text":
            return cl.JaroWinklerAtThresholds(name, [0.92, 0.8])
        case _:
            return cl.ExactMatch(name)
