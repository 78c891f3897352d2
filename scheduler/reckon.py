"""Bringing accounts' due days up to date after the cadence rules changed, batch by batch."""

from __future__ import annotations

from models import reckoning
from models.db import reading
from scheduler.road import Road

_BREATH = 0.05
"""Seconds between two batches: on SQLite others store what they have meanwhile."""


def catch_up(road: Road) -> int:
    """Look at all accounts that are behind; how many batches that took. What is not done when
    the process stops is done by the next, or by another."""
    with reading(road.sessions) as session:
        behind = reckoning.behind(session)
    done = 0
    for workspace_id in behind:
        more = True
        while more and not road.stopping.is_set():
            with road.sessions.begin() as session:
                more = reckoning.next_batch(session, workspace_id)
            done += 1
            if more:
                road.stopping.wait(_BREATH)
    return done
