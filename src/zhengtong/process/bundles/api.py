"""The door of bundles 一件事: apply once, follow every part, lead and remind, withdraw."""

from zhengtong.process.bundles.contracts import (
    BundleLine,
    BundleNotOffered,
    BundleState,
    BundleUnknown,
    BundleView,
    NothingToNudge,
    NotRehearsable,
    NudgedToday,
    PartPlace,
    PartState,
    PartView,
)
from zhengtong.process.bundles.leading import LedBundle, LedLine, LedPage, LedPart, bundles_led_by, led_bundle, nudge
from zhengtong.process.bundles.queries import bundle_of_case, bundles_of, own_bundle, places_in
from zhengtong.process.bundles.rehearsal import Rehearsed, rehearse_bundle
from zhengtong.process.bundles.services import apply, merged_schema, schemas_of, withdraw

__all__ = [
    "BundleLine",
    "BundleNotOffered",
    "BundleState",
    "BundleUnknown",
    "BundleView",
    "LedBundle",
    "LedLine",
    "LedPage",
    "LedPart",
    "NotRehearsable",
    "NothingToNudge",
    "NudgedToday",
    "PartPlace",
    "PartState",
    "PartView",
    "Rehearsed",
    "apply",
    "bundle_of_case",
    "bundles_led_by",
    "bundles_of",
    "led_bundle",
    "merged_schema",
    "nudge",
    "own_bundle",
    "places_in",
    "rehearse_bundle",
    "schemas_of",
    "withdraw",
]
