"""The hours in which nobody is sent a reminder or a digest."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models import slots


def ends(
    now: datetime,
    zone: str,
    own_hour: time | None = None,
    chosen: tuple[time, time] | None = None,
) -> datetime | None:
    """When the quiet hours end that `now` lies in, from 20:00 to 07:00 in `zone`; None when it
    lies in none.

    own_hour  the person's own hour for reminders: choosing 06:30 ends the quiet at 06:30.
    chosen    the person's own quiet hours, from and until, in the place of all that.
    """
    usual = slots.QUIET_FROM, min(slots.QUIET_UNTIL, own_hour or slots.QUIET_UNTIL)
    begins, until = chosen or usual
    local = now.astimezone(ZoneInfo(zone))
    if not slots.within(local.time(), begins, until):
        return None
    day = local.date()
    if local.time() >= until:
        day += timedelta(days=1)
    found = slots.instant(day, until, zone)
    # A day that does not exist there: the quiet goes on into the one after it.
    return found or slots.instant(day + timedelta(days=1), until, zone)
