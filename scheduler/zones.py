"""A new edition of the time zones: everybody's next morning is reckoned anew."""

from __future__ import annotations

import structlog

from models import heartbeats, places, slots
from models.db import reading
from scheduler.planning import BATCH
from scheduler.road import Road

log = structlog.get_logger(__name__)


def reckon_if_new(road: Road) -> int:
    """Reckon every place in the plan anew if it was reckoned with another edition of the zones
    than this process has; how many there were.

    Only what lies ahead: what is due is planned as it is, and nobody's missed day disappears.
    """
    with reading(road.sessions) as session:
        before = heartbeats.newest_edition(session)
    if before in (None, slots.edition()):
        return 0
    count = 0
    for reckon in (places.people, places.channels):
        after: int | None = 0
        while after is not None and not road.stopping.is_set():
            with road.sessions.begin() as session:
                found, after = reckon(session, road.clock(), after, BATCH)
            count += found
    log.info("zones.reckoned", count=count)
    return count
