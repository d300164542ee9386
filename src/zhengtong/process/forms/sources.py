"""Prefilled values 共享预填: a registry of sources, and one call that fills a schema's fields.

The registry lies here; `site/wiring.py` fills it. A source that does not answer leaves its fields to be asked: the
applicant is never turned away because another system sleeps.
"""

from collections import defaultdict
from datetime import datetime

import structlog
from django.utils.text import format_lazy

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal, Text
from zhengtong.process.forms.contracts import Prefilled, PrefillSource, Schema, SourceUnknown
from zhengtong.process.forms.schema import sources_of
from zhengtong.trust.identity.contracts import Actor

log = structlog.get_logger(__name__)
_sources: dict[str, PrefillSource] = {}


def register_prefill_source(key: str, source: PrefillSource) -> None:
    """Answer for fields whose `source` begins with *key* and a dot."""
    _sources[key] = source


def source_named(key: str) -> PrefillSource:
    """Return the source of a data item `key.item`, or of its key.

    Raises:
        SourceUnknown: there is none.
    """
    found = _sources.get(key.partition(".")[0])
    if found is None:
        raise SourceUnknown
    return found


def titled(source: str) -> Text:
    """Return how a data item `key.item` is called on screen; its own name where the source says no other.

    Raises:
        SourceUnknown: there is no such source.
    """
    found, item = source_named(source), source.partition(".")[2]
    named = found.items.get(item)
    return found.title if named is None else format_lazy("{source} · {item}", source=found.title, item=named)


def data_items() -> tuple[tuple[str, Text], ...]:
    """Return every shared data item a field may be filled from: `key.item`, and how it is called on screen."""
    return tuple((named, titled(named)) for key, one in _sources.items() for named in (f"{key}.{i}" for i in one.items))


def prefill(schema: Schema, *, actor: Actor, purpose: str, at: datetime) -> dict[str, Prefilled]:
    """Return the fields of *schema* that sources fill for the actor's party, each with source and day."""
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for name, named in sources_of(schema).items():
        key, _dot, item = named.partition(".")
        wanted[key][name] = item
    filled: dict[str, Prefilled] = {}
    for key, fields in wanted.items():
        source = _sources.get(key)
        if source is None:
            continue
        try:
            values = source.values(set(fields.values()), actor=actor, purpose=purpose, at=at)
        except Refusal as refusal:
            log.info("forms.source_silent", source=key, code=refusal.code)
            continue
        for name, item in fields.items():
            if item in values:
                value, shown = values[item]
                filled[name] = Prefilled(
                    value=value, shown=shown, source=f"{key}.{item}", title=source.title, on=clock.on_day(at)
                )
    return filled
