"""Logs: ids, counts and durations on stderr. Never a note, a name, a token or a payload."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "account", "attempt", "cancelled", "check", "clips", "code", "count", "delivery", "draft",
        "error", "event",
        "exc_info", "expired", "failed", "fault", "handler", "job", "kind", "lane", "length",
        "level", "method", "oldest", "planned", "ref", "retry_after", "rule", "seconds", "sent",
        "settled",
        "state", "status", "timestamp", "uncertain", "user", "version", "workspace", "where",
    }
)  # fmt: skip
"""The only keys a line may have: what is not named here is dropped, not masked."""

_SECRET = re.compile(
    r"xox[a-z]*[-.][\w.-]+|xapp-[\w-]+|Bearer \S+|\S*hooks\.slack\.com\S*|[0-9a-fA-F]{32,}"
)

Event = MutableMapping[str, Any]


def set_up() -> None:
    """Send every log line of the process through here, one line of key=value each."""
    shared = [_only_allowed, _place_of_fault, _scrub]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shared,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Library())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # Whatever slack_sdk logs it also raises, and whoever called says what came of it.
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
    # Waitress says how deep its queue is at every burst; it is 32 threads and that is known.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    threading.excepthook = _thread_failed


def trace(fault: BaseException) -> str:
    """Where a fault came from: its type, and file, line and function of each frame.

    Not its message, and no values: either may hold what somebody typed.
    """
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in frames]
    return f"{type(fault).__name__} at {' < '.join(reversed(places))}"


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    """Python's own hook would print the fault's words, and those may be somebody's note."""
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        structlog.get_logger(__name__).error("thread.failed", exc_info=args.exc_value)


def _only_allowed(_logger: Any, _method: str, event: Event) -> Event:
    return {name: value for name, value in event.items() if name in ALLOWED}


def _place_of_fault(_logger: Any, _method: str, event: Event) -> Event:
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()[1]
    if isinstance(fault, BaseException):
        event["where"] = trace(fault)
    return event


def _scrub(_logger: Any, _method: str, event: Event) -> Event:
    return {
        name: _SECRET.sub("[secret]", value) if isinstance(value, str) else value
        for name, value in event.items()
    }


class _Library(logging.Formatter):
    """A library's line: who, how bad, and of a fault only the place. Its text may hold a body,
    so none of it is shown but what the library itself wrote into the source."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.msg if isinstance(record.msg, str) and record.args else ""
        line = f"level={record.levelname.lower()} event='library' where='{record.name}'"
        if said:
            line += f" said={_SECRET.sub('[secret]', said)!r}"
        fault = record.exc_info[1] if record.exc_info else None
        return f"{line} fault={trace(fault)!r}" if fault is not None else line

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return trace(ei[1]) if ei[1] is not None else ""
