"""The auditor: is all that is due planned and sent? Only then somebody outside is told we live.

It reads the tables by queries of its own (`models.auditing`) and looks at this process's pulse and
clock. Silence at HEARTBEAT_URL is what wakes the operator, so nothing is sent there unless all is
well. Source: reliability B9.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence

import structlog

from models import auditing
from models.auditing import Finding
from models.db import reading
from scheduler.clock_guard import ClockGuard
from scheduler.pulse import AUDIT, PLAN, SEND, SETTLE
from scheduler.road import Road

log = structlog.get_logger(__name__)

CLOCK, UNREAD = "clock", "unread"
"""Findings that are not in the tables: clocks that disagree, tables that cannot be read."""


class Auditor:
    """What the last audit of this process found."""

    def __init__(
        self, road: Road, guard: ClockGuard | None = None, heartbeat_url: str = ""
    ) -> None:
        self._road, self._guard, self._url = road, guard, heartbeat_url
        self._found: Sequence[Finding] = ()
        self._unheard = False

    def findings(self) -> list[Finding]:
        """What is not well: as of the last audit, and the pulse of this moment."""
        return [*self._silent(), *self._found]

    def audit(self) -> list[Finding]:
        """Read the tables, repair lanes that sleep, log what is not well; tell the outside when
        nothing is. Raises what reading the tables raises."""
        road = self._road
        try:
            if self._guard is not None:
                self._guard.check()
            found = self._read()
        except Exception:
            self._found = (Finding(UNREAD, 1),)
            raise
        if self._guard is not None and not self._guard.is_well():
            found.insert(0, Finding(CLOCK, 1))
        self._found = found
        road.pulse.mark(AUDIT)
        findings = self.findings()
        for one in findings:
            oldest = one.oldest.isoformat() if one.oldest else ""
            log.error("audit.found", kind=one.kind, count=one.count, oldest=oldest)
        if not findings and not road.answers_only:
            self._tell()
        return findings

    def _read(self) -> list[Finding]:
        road = self._road
        with road.sessions.begin() as session:
            repaired = auditing.repair_lanes(session)
        if repaired:
            log.warning("audit.repaired", count=repaired)
        with reading(road.sessions) as session:
            return auditing.findings(
                session,
                now=road.clock(),
                machine=road.machine(),
                limits=road.timing.limits,
                answers_only=road.answers_only,
                out_of_reach=road.breaker.is_open,
            )

    def _silent(self) -> list[Finding]:
        """Steps of this process that were not done for too long."""
        pulse, timing = self._road.pulse, self._road.timing
        most = dict.fromkeys((SEND, SETTLE, PLAN), timing.step_silent)
        most[AUDIT] = timing.audit_every + timing.step_silent
        if self._road.answers_only:
            del most[PLAN]
        silent = [step for step, longest in most.items() if pulse.age(step) > longest]
        return [Finding(f"no_{step}", 1, pulse.last(step)) for step in silent]

    def _tell(self) -> None:
        if not self._url:
            return
        try:
            ping(self._url, self._road.timing.probe)
        except Exception as fault:  # the watcher's trouble is not ours, and it will say so itself
            if not self._unheard:
                log.warning("heartbeat.unheard", fault=type(fault).__name__)
            self._unheard = True
        else:
            self._unheard = False


def ping(url: str, timeout: float) -> None:
    """GET the address, whatever it answers with. Raises OSError and the like when it fails."""
    asked = urllib.request.Request(url, headers={"User-Agent": "touchbase"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=timeout):  # noqa: S310 - settings: https only
        pass


def names(findings: Sequence[Finding]) -> str:
    """The findings by name, for the heartbeat's row."""
    return " ".join(dict.fromkeys(one.kind for one in findings))
