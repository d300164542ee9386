"""What the catalogue tells other rooms."""

from dataclasses import dataclass

from zhengtong.kernel.events.contracts import event

DATASET_PUBLISHED = "data.catalog.dataset.published.v1"
DATASET_CHANGED = "data.catalog.dataset.changed.v1"
DATASET_WITHDRAWN = "data.catalog.dataset.withdrawn.v1"


@event(DATASET_PUBLISHED)
@dataclass(frozen=True, kw_only=True)
class DatasetPublished:
    """A dataset was published in the catalogue: it can be found and asked for."""

    dataset: str
    version: int


@event(DATASET_CHANGED)
@dataclass(frozen=True, kw_only=True)
class DatasetChanged:
    """What the catalogue says of a published dataset changed: agreements and quality rules may need another look."""

    dataset: str
    version: int


@event(DATASET_WITHDRAWN)
@dataclass(frozen=True, kw_only=True)
class DatasetWithdrawn:
    """A dataset was taken out of the catalogue: nobody may be given it anew."""

    dataset: str
    version: int
