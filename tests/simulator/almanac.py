"""Local time reckoned from the other side, to judge `models.slots` by: no `fold`, no `combine` in a
zone. A zone is its spans of unchanged offset, found by asking UTC instants alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From one change of a zone's clocks to the next. What clocks show is kept as if it were UTC,
    so that it can be reckoned with: an instant plus the offset."""

    begins: datetime
    ends: datetime
    offset: timedelta


@cache
def spans(zone: str, first: int, last: int) -> tuple[Span, ...]:
    """The zone's spans from the beginning of year `first` to the end of year `last`."""
    place = ZoneInfo(zone)
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)

    def offset(instant: datetime) -> timedelta:
        told = instant.astimezone(place).utcoffset()
        assert told is not None
        return told

    found, begins = [], at
    while at < end:
        following = min(at + _DAY, end)
        if offset(following) != offset(at):
            change = _first(at, following, offset)
            found.append(Span(begins, change, offset(at)))
            begins = change
        at = following
    return (*found, Span(begins, end, offset(at)))


def changes(zone: str, first: int, last: int) -> list[datetime]:
    """When the zone's clocks are changed in those years."""
    return [span.begins for span in spans(zone, first, last)[1:]]


def instant(day: date, at: time, zone: str) -> datetime | None:
    """RFC 5545 section 3.3.5 word for word: a time that comes twice is its first coming, one that
    does not come is read with the offset before the gap; None for a day that does not come."""
    wanted = datetime.combine(day, at, tzinfo=UTC)
    known = spans(zone, day.year - 1, day.year + 1)
    if not any(_shown(span, day) for span in known):
        return None
    for span in known:
        if span.begins <= wanted - span.offset < span.ends:
            return wanted - span.offset
    for before, after in pairwise(known):
        if before.ends + before.offset <= wanted < after.begins + after.offset:
            return wanted - before.offset
    raise AssertionError(f"{wanted} is in no span of {zone}")


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _shown(span: Span, day: date) -> bool:
    """Whether clocks show that day at some time in the span."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    return span.begins + span.offset < midnight + _DAY and span.ends + span.offset > midnight


def _first(low: datetime, high: datetime, offset: Callable[[datetime], timedelta]) -> datetime:
    """The first instant with another offset than `low`, to the second."""
    old = offset(low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if offset(middle) == old else (low, middle)
    return high
