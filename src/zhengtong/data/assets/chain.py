"""The supply chain of an asset 数据供应链, read from what the other rooms keep: nothing is written down twice."""

from collections.abc import Iterable
from datetime import date

from zhengtong.data.assets.contracts import AssetView, Chain, Inputs
from zhengtong.data.exchange import api as exchange
from zhengtong.data.opening import api as opening
from zhengtong.data.quality import api as quality


def chain_of(one: AssetView, *, first: date, until: date) -> Chain:
    """Return what *one* is made of, what is built on it and how much that is used: three statements.

    Args:
        one: the asset, as its reader may see it.
        first: the first day whose calls count.
        until: the day from which on none count.
    """
    used = exchange.use_of(one.datasets, first=first, until=until)
    opened = opening.released_of(one.datasets)
    releases = tuple(release for code in one.datasets for release in opened.get(code, ()))
    return Chain(asset=one, first=first, until=until, agreements=used, releases=releases)


def inputs_of(one: AssetView, *, first: date, until: date) -> Inputs:
    """Return what a valuation of *one* may begin with, its calls in the period as in `chain_of`: two statements."""
    used = exchange.use_of(one.datasets, first=first, until=until)
    volume, score = _judged(one, quality.scores(provider=one.provider))
    return Inputs(volume=volume, quality=score, calls=sum(use.calls for use in used), spent=one.spent)


def _judged(one: AssetView, scores: Iterable[quality.Score]) -> tuple[int | None, float | None]:
    """Return the rows of the resources that were checked and their mean score by rows; None without any."""
    own = [score for score in scores if score.dataset in one.datasets]
    if not own:
        return None, None
    rows = sum(score.rows for score in own)
    weighted = sum(score.score * max(score.rows, 1) for score in own) / sum(max(score.rows, 1) for score in own)
    return rows, round(weighted, 1)
