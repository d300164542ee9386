"""The door of bundles 一件事: apply once, follow every part, withdraw."""

from zhengtong.process.bundles.contracts import (
    BundleLine,
    BundleNotOffered,
    BundleState,
    BundleUnknown,
    BundleView,
    PartState,
    PartView,
)
from zhengtong.process.bundles.queries import bundle_within_reach, bundles_of, own_bundle
from zhengtong.process.bundles.rehearsal import Rehearsed, rehearse_bundle
from zhengtong.process.bundles.services import apply, merged_schema, schema_of, withdraw

__all__ = [
    "BundleLine",
    "BundleNotOffered",
    "BundleState",
    "BundleUnknown",
    "BundleView",
    "PartState",
    "PartView",
    "Rehearsed",
    "apply",
    "bundle_within_reach",
    "bundles_of",
    "merged_schema",
    "own_bundle",
    "rehearse_bundle",
    "schema_of",
    "withdraw",
]
