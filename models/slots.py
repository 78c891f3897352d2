"""A local hour on a local day as an instant, and which day comes next. Pure.

Never "plus 24 hours", never a cron trigger: both are wrong around clock changes. Source:
RFC 5545 section 3.3.5, and reliability B4.1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import metadata
from itertools import islice
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

LATE = timedelta(hours=4)
"""How long after its hour a morning message is still worth sending."""

QUIET_FROM, QUIET_UNTIL = time(20, 0), time(7)
"""The hours in which nobody is sent a reminder or a digest who has not chosen others."""

EARLIEST, LATEST = time(5, 0), time(19, 30)
"""The hours a person may choose for the morning message."""

AFTERNOON = time(15, 30)
"""When the second list of the day comes to those who chose two."""

WEEKDAYS = 0b0011111
"""Work days as bits, Monday the lowest: Monday to Friday."""

APART = timedelta(hours=10)
"""Two morning messages are at least this far apart, wherever their reader flies in between."""

IsOff = Callable[[date], bool]

_LOOKED_AHEAD = 370


def never_off(_day: date) -> bool:
    """The calendar without holidays."""
    return False


@cache
def edition(folders: tuple[str, ...] = TZPATH) -> str:
    """The edition of the time zones that are used here, such as "2026a".

    zoneinfo takes the machine's own files where it has any, else the package tzdata. The
    machine's tell their edition in tzdata.zi or +VERSION; where they do not, "unknown".
    """
    for folder in map(Path, folders):
        if (folder / "America" / "New_York").exists():
            for name in ("tzdata.zi", "+VERSION"):
                if (folder / name).exists():
                    with (folder / name).open(encoding="utf-8") as file:
                        return file.readline().removeprefix("# version").strip()[:20]
            return "unknown"
    return metadata.version("tzdata")


def is_zone(name: str | None) -> bool:
    """Whether `name` is a zone of the IANA database (Slack has been seen to send others)."""
    return name in _zones()


def local_day(now: datetime, zone: str) -> date:
    """The calendar day in `zone` at the instant `now`."""
    return now.astimezone(ZoneInfo(zone)).date()


def instant(day: date, at: time, zone: str) -> datetime | None:
    """The instant (UTC) at which clocks in `zone` show `at` on `day`.

    A time skipped by a clock change is read with the offset before the gap (02:30 becomes
    03:30); a time that comes twice is its first coming. None when the whole day does not exist
    there (Apia had no 30 December 2011).
    """
    place = ZoneInfo(zone)
    if _round_trip(datetime.combine(day, time(12), tzinfo=place)).date() != day:
        return None
    return datetime.combine(day, at, tzinfo=place).astimezone(UTC)


def zones_like(words: str, most: int) -> list[str]:
    """Zones in whose name all the words stand, "new york", by name."""
    wanted = words.casefold().replace("_", " ").split()
    found = (
        zone
        for zone in sorted(_zones())
        if all(word in zone.casefold().replace("_", " ") for word in wanted)
    )
    return list(islice(found, most))


def within(at: time, begins: time, until: time) -> bool:
    """Whether a time lies in hours that may go past midnight; `until` itself does not."""
    if begins < until:
        return begins <= at < until
    return at >= begins or at < until


def window(
    day: date, at: time, zone: str, quiet_from: time = QUIET_FROM
) -> tuple[datetime, datetime] | None:
    """From when to when the message of `day` may be sent; None when the day does not exist."""
    opens = instant(day, at, zone)
    # Quiet hours that began before `at` begin again after midnight: too late to matter.
    quiet = instant(day, quiet_from, zone) if at < quiet_from else opens and opens + LATE
    if opens is None or quiet is None:
        return None
    return opens, min(opens + LATE, quiet)


def is_work_day(day: date, work_days: int) -> bool:
    """Whether the bit of `day`'s weekday is set."""
    return bool(work_days >> day.weekday() & 1)


def next_window(
    not_before: date,
    at: time,
    zone: str,
    work_days: int,
    now: datetime,
    quiet_from: time = QUIET_FROM,
    *,
    is_off: IsOff = never_off,
    rested_at: datetime | None = None,
) -> tuple[date, datetime] | None:
    """The first work day from `not_before` on whose window is open or still to come, and the
    instant from which on its message may be sent; None when there is none within a year.

    is_off     whether a day is a holiday.
    rested_at  no message before this instant; a day whose window closes before it is left out.
    """
    if not work_days:
        return None
    for ahead in range(_LOOKED_AHEAD):
        day = not_before + timedelta(days=ahead)
        if not is_work_day(day, work_days) or is_off(day):
            continue
        times = window(day, at, zone, quiet_from)
        if times is None:
            continue
        opens, closes = times
        if rested_at is not None:
            opens = max(opens, rested_at)
        if now <= closes and opens <= closes:
            return day, opens
    return None


def is_first_work_day(day: date, work_days: int, is_off: IsOff = never_off) -> bool:
    """Whether no day before it in its week, which begins on a Monday, is a work day."""
    before = (day - timedelta(days=back) for back in range(1, day.weekday() + 1))
    return not any(is_work_day(one, work_days) and not is_off(one) for one in before)


def is_last_work_day(day: date, work_days: int, is_off: IsOff = never_off) -> bool:
    """Whether no day after it in its week, which ends on a Sunday, is a work day."""
    after = (day + timedelta(days=ahead) for ahead in range(1, 7 - day.weekday()))
    return not any(is_work_day(one, work_days) and not is_off(one) for one in after)


@cache
def _zones() -> set[str]:
    return available_timezones()


def _round_trip(moment: datetime) -> datetime:
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
