"""Timers that start cases 定时启动: armed with the version that names them, fired once for each time they are due.

A start has an id made of its version, event and due moment, and arms the next in its own transaction: however many
dispatchers see the timer, and wherever one of them breaks off, each moment starts one case. A moment belongs to the
version in effect at that moment: what a newer version replaced, or somebody withdrew, starts nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import Q

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import parse_duration
from zhengtong.process.engine.api import StartProcess
from zhengtong.process.store import services
from zhengtong.process.store.contracts import UnknownDefinition
from zhengtong.process.store.definitions import in_effect
from zhengtong.process.store.models import StartTimer

log = structlog.get_logger(__name__)

RETRY = timedelta(hours=1)
_NAMESPACE = UUID("5d1f0ac5-94a1-4a0e-9a53-4a1b6f0d7e21")


def fire_due_starts(at: datetime, *, limit: int = 100) -> int:
    """Start up to *limit* cases whose timers are due at *at*, each in a transaction of its own; return how many.

    Missed moments are made up for, one case each. A timer whose process refuses to start is tried again after `RETRY`.
    """
    fired = 0
    due = StartTimer.objects.filter(Q(held_until=None) | Q(held_until__lte=at), due__lte=at).order_by("due", "pk")
    for key in due.values_list("pk", flat=True)[:limit]:
        try:
            fired += _fire(key, at)
        except Refusal as refusal:
            log.warning("process.start_timer_refused", timer=key, code=refusal.code)
            StartTimer.objects.filter(pk=key).update(held_until=at + RETRY)
    return fired


def _fire(key: int, at: datetime) -> bool:
    with transaction.atomic():
        timers = StartTimer.objects.select_for_update(of=("self",)).select_related("definition")
        timer = timers.filter(pk=key, due__lte=at).first()
        if timer is None:
            return False  # another dispatcher was faster
        if not _rules(timer):
            timer.delete()
            return False
        instance = uuid5(_NAMESPACE, f"{timer.definition_id}:{timer.node}:{timer.position}:{timer.due.timestamp()}")
        order = StartProcess(process=timer.process, start=timer.node, definition=timer.position)
        services.start(instance, timer.definition_id, order, at=at)
        _arm_next(timer)
        return True


def _rules(timer: StartTimer) -> bool:
    """Tell whether the timer's version is the one in effect at the moment it is due."""
    try:
        return in_effect(timer.definition.key, timer.due).id == timer.definition_id
    except UnknownDefinition:
        return False


def _arm_next(timer: StartTimer) -> None:
    interval = parse_duration(timer.interval) if timer.interval else None
    if interval is None or timer.repeats == 0:
        timer.delete()
        return
    timer.due = interval.after(timer.due)
    timer.repeats = None if timer.repeats is None else timer.repeats - 1
    timer.held_until = None
    timer.save(update_fields=["due", "repeats", "held_until"])
