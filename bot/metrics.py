"""Figures for Prometheus, on a port of their own. Its library is imported only when that is on.

No label names a workspace or a person: there would be too many, and they are nobody's business.
Source: reliability B9.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIServer

from bot.app import Listener
from bot.settings import Settings, SettingsError
from handlers.checking import InvalidForm
from models import outbox
from models.db import Sessions, reading
from models.deliveries import REMINDER
from models.errors import GuestRefused, NoLongerYours, NotAllowed, NotBothYours, NotYours, Refused
from scheduler.clock_guard import ClockGuard
from scheduler.metrics import Meter
from scheduler.pulse import PLAN, Pulse

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily

_ACK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_LATE = (1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 14_400.0)
"""Upper edges of the histograms' buckets, in seconds."""

_DENIALS = (GuestRefused, NoLongerYours, NotAllowed, NotBothYours, NotYours)


def figures(settings: Settings) -> Figures | None:
    """What counts, when METRICS_PORT is set."""
    return Figures() if settings.metrics_port else None


class Figures(Meter):
    """Counts what this process does, and publishes it with what the tables hold."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry: CollectorRegistry = CollectorRegistry()
        self._server: tuple[WSGIServer, threading.Thread] | None = None
        self._ack = Histogram(
            "tb_ack_seconds",
            "Time a listener took until its answer to Slack",
            ["type"],
            buckets=_ACK,
            registry=self.registry,
        )
        self._late = Histogram(
            "tb_reminder_lateness_seconds",
            "How long after it was due a morning message was sent",
            buckets=_LATE,
            registry=self.registry,
        )

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(name, told, labels, registry=self.registry)

        self._uncertain = counter(
            "tb_uncertain", "Messages in doubt, and how each doubt ended", "outcome"
        )
        self._calls = counter("tb_slack_calls", "Calls by jobs to Slack", "method", "code")
        self._limited = counter("tb_429", "Calls by jobs that Slack refused by its rate limit")
        self._denied = counter("tb_authz_denied", "Acts refused to whoever asked for them")

    def timed(self, kind: str, listener: Listener) -> Listener:
        """The listener, measured."""
        ack = self._ack.labels(kind)

        def measured(args: Any) -> None:
            with ack.time():
                listener(args)

        return measured

    def refused(self, refused: Refused) -> None:
        """Somebody was told no."""
        reasons = refused.fields.values() if isinstance(refused, InvalidForm) else [refused]
        self._denied.inc(sum(isinstance(why, _DENIALS) for why in reasons))

    def called(self, method: str, code: str) -> None:
        """A job called Slack, and this came of it."""
        self._calls.labels(method, code).inc()
        if code in ("ratelimited", "rate_limited", "http_429"):
            self._limited.inc()

    def came(self, kind: str, late: timedelta) -> None:
        if kind == REMINDER:
            self._late.observe(max(0.0, late.total_seconds()))

    def doubted(self) -> None:
        self._uncertain.labels("in_doubt").inc()

    def settled(self, outcome: str) -> None:
        self._uncertain.labels(outcome).inc()

    def serve(
        self, settings: Settings, sessions: Sessions, pulse: Pulse, guard: ClockGuard
    ) -> None:
        """Publish the figures until `stop`. Raises SettingsError if it cannot listen."""
        from prometheus_client import Gauge, start_http_server

        age = Gauge(
            "tb_plan_tick_age_seconds",
            "Time since this process last planned",
            registry=self.registry,
        )
        age.set_function(lambda: pulse.age(PLAN))
        skew = Gauge(
            "tb_clock_skew_seconds",
            "How far this machine's clock is ahead of the one furthest from it",
            registry=self.registry,
        )
        skew.set_function(lambda: max(guard.off.values(), key=abs, default=0.0))
        self.registry.register(_Tables(sessions, guard))
        host, port = settings.metrics_host, settings.metrics_port
        try:
            self._server = start_http_server(port, host, registry=self.registry)
        except OSError as fault:
            raise SettingsError(
                f"Cannot listen on {host}:{port} ({fault.strerror}). "
                "Set METRICS_PORT or METRICS_HOST to another one."
            ) from fault

    def stop(self) -> None:
        """Publish them no longer."""
        if self._server is not None:
            server, thread = self._server
            server.shutdown()
            thread.join()
            server.server_close()


class _Tables:
    """What the tables hold, read when somebody asks, at most every few seconds."""

    _FRESH = 10.0

    def __init__(self, sessions: Sessions, guard: ClockGuard) -> None:
        self._sessions, self._guard = sessions, guard
        self._lock = threading.Lock()
        self._read: tuple[float, outbox.Figures] | None = None

    def describe(self) -> list[Any]:
        """Nothing: the library would read the tables to find the names out."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        from prometheus_client.core import GaugeMetricFamily

        found = self._figures()
        rows = GaugeMetricFamily(
            "tb_outbox_rows", "Messages without an end", labels=["state", "kind"]
        )
        for (state, kind), count in found.rows.items():
            rows.add_metric([state, kind], count)
        yield rows
        yield GaugeMetricFamily(
            "tb_outbox_oldest_due_seconds", "How late the latest due message is", found.oldest_due
        )
        yield GaugeMetricFamily("tb_lane_blocked", "Workspaces not sent to for now", found.blocked)

    def _figures(self) -> outbox.Figures:
        with self._lock:
            now = time.monotonic()
            if self._read is None or now - self._read[0] > self._FRESH:
                with reading(self._sessions) as session:
                    found = outbox.of(session, self._guard.clock(), self._guard.machine())
                self._read = now, found
            return self._read[1]
