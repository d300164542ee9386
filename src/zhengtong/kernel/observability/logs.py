"""Structured logs 结构化日志: one JSON object a line on standard error, or readable lines for a demo.

    log = structlog.get_logger(__name__)
    log.info("case.accepted", case_id=str(case.id))        # ids and codes, never names

Every line written while a request is answered carries its `request_id`. The libraries' logs take the same way.
"""

from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from zhengtong.kernel.observability.redaction import redact_entry

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(*, readable: bool = False, level: str = "INFO") -> dict[str, Any]:
    """Set structlog up and return Django's `LOGGING`.

    Args:
        readable: lines for a person at a terminal, instead of JSON.
        level: the lowest level that is written.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": _final(readable=readable),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # what was not found is told by `request.answered`; a stranger's address may say anything
            "django.request": {"level": "ERROR"},
        },
    }


def _without_address(logger: object, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the address out of what Django says about a request that failed; the `request_id` finds its line."""
    del logger, method
    if entry.get("logger") == "django.request":
        entry["event"] = "request.failed"
        entry.pop("request", None)
    return entry


def _final(*, readable: bool) -> list[Processor]:
    """Return what makes a line of an entry; exceptions become text first, so that they are redacted too."""
    forget_record = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    steps: list[Processor] = [forget_record, _without_address, structlog.processors.format_exc_info, redact_entry]
    if readable:
        return [*steps, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=24)]
    return [*steps, structlog.processors.JSONRenderer(ensure_ascii=False)]
