"""The hours in which nobody is sent a reminder or a digest."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models import slots

QUIET_UNTIL = time(7)


def ends(now: datetime, zone: str, own_hour: time | None = None) -> datetime | None:
    """When the quiet hours end that `now` lies in, from 20:00 to 07:00 in `zone`; None when it
    lies in none.

    own_hour  the person's own hour for reminders: choosing 06:30 ends the quiet at 06:30.
    """
    until = min(QUIET_UNTIL, own_hour or QUIET_UNTIL)
    local = now.astimezone(ZoneInfo(zone))
    if until <= local.time() < slots.QUIET_FROM:
        return None
    day = local.date()
    if local.time() >= slots.QUIET_FROM:
        day += timedelta(days=1)
    found = slots.instant(day, until, zone)
    # A day that does not exist there: the quiet goes on into the one after it.
    return found or slots.instant(day + timedelta(days=1), until, zone)
