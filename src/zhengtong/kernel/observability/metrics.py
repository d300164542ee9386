"""Metrics 指标, in the text format of Prometheus. Labels are route names, methods, statuses: few, and never ids.

With several web processes each writes to files in `PROMETHEUS_MULTIPROC_DIR`, which `zhengtong web` sets; any of them
then answers for all.
"""

import os
from collections.abc import Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import depth, presence

__all__ = ["CONTENT_TYPE_LATEST", "DURATIONS", "REQUESTS", "STATEMENTS", "exposition"]

REQUESTS = Counter(
    "zhengtong_http_requests_total", "Requests answered, by route, method and status.", ["route", "method", "status"]
)
DURATIONS = Histogram(
    "zhengtong_http_request_seconds",
    "Time to answer a request, in seconds, by route.",
    ["route"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24),
)
STATEMENTS = Histogram(
    "zhengtong_http_sql_statements",
    "SQL statements to answer a request, by route.",
    ["route"],
    buckets=(0, 1, 2, 4, 6, 8, 10, 15, 20, 50, 100),
)


class House(Collector):
    """What the database tells at the moment of asking: events that wait, parked deliveries, workers alive."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; five statements."""
        now, waiting = clock.system.now(), depth()
        age = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        yield GaugeMetricFamily("zhengtong_events_waiting", "Events not dispatched yet.", value=waiting.waiting)
        yield GaugeMetricFamily("zhengtong_events_oldest_seconds", "Age of the oldest of them.", value=max(age, 0.0))
        yield GaugeMetricFamily("zhengtong_deliveries_retrying", "Deliveries to try again.", value=waiting.retrying)
        yield GaugeMetricFamily("zhengtong_deliveries_parked", "Deliveries that need a person.", value=waiting.parked)
        yield GaugeMetricFamily("zhengtong_timers", "Timers set.", value=waiting.timers)
        yield GaugeMetricFamily("zhengtong_workers_alive", "Workers seen lately.", value=len(presence.alive(now)))

    def describe(self) -> Iterator[Metric]:
        """Yield nothing, so that registering asks the database nothing."""
        yield from ()


def exposition() -> bytes:
    """Return all metrics as Prometheus reads them."""
    house = CollectorRegistry()
    house.register(House())
    return generate_latest(_processes()) + generate_latest(house)


def _processes() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return registry
