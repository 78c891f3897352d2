"""The days a report is about: a month, an ISO week, a quarter, from one day to another, or all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from models.errors import Refused

ALL = "all"

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])", re.IGNORECASE)
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.IGNORECASE)
_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_YEARS = range(1900, 2200)


@dataclass
class BadPeriod(Refused):
    """Words that name no period."""

    words: str


@dataclass
class EndsBeforeItBegins(Refused):
    """A period whose last day is before its first."""

    first: date
    last: date


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included, as days of the workspace's calendar; None: no end."""

    name: str
    first: date | None = None
    last: date | None = None

    def covers(
        self, column: InstrumentedAttribute[date] | InstrumentedAttribute[date | None]
    ) -> ColumnElement[bool]:
        """Whether a day is within; of a period without ends every row is, even one without."""
        if self.first is None or self.last is None:
            return true()
        return column.between(self.first, self.last)

    def holds(
        self,
        column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
        zone: str,
    ) -> ColumnElement[bool]:
        """Whether an instant is within, by the calendar of `zone`."""
        if self.first is None or self.last is None:
            return true()
        begins = midnight(self.first, zone)
        ends = midnight(self.last + timedelta(days=1), zone)
        return (column >= begins) & (column < ends)


def parse(words: str) -> Period:
    """The period that the words name: `2026-03`, `2026-W10`, `2026-Q1`,
    `2016-10-01..2017-12-31` or `all`.

    Raises BadPeriod, EndsBeforeItBegins.
    """
    told = words.strip()
    if told.casefold() == ALL:
        return Period(ALL)
    try:
        found = _parsed(told)
    except (ValueError, OverflowError):  # a day that is none, or one past the last year there is
        raise BadPeriod(words) from None
    if found is None or found.first is None or found.last is None:
        raise BadPeriod(words)
    if found.first.year not in _YEARS or found.last.year not in _YEARS:
        raise BadPeriod(words)
    if found.last < found.first:
        raise EndsBeforeItBegins(found.first, found.last)
    return found


def month(day: date) -> Period:
    """The month a day is in."""
    return _months(f"{day:%Y-%m}", day.year, day.month, 1)


def quarter(day: date) -> Period:
    """The quarter a day is in."""
    number = (day.month - 1) // 3 + 1
    return _months(f"{day.year:04}-Q{number}", day.year, 3 * number - 2, 3)


def week(day: date) -> Period:
    """The ISO week a day is in."""
    year, number, _ = day.isocalendar()
    return _week(year, number)


def _parsed(told: str) -> Period | None:
    if found := _MONTH.fullmatch(told):
        return month(date(int(found[1]), int(found[2]), 1))
    if found := _QUARTER.fullmatch(told):
        return quarter(date(int(found[1]), 3 * int(found[2]), 1))
    if found := _WEEK.fullmatch(told):
        return _week(int(found[1]), int(found[2]))
    if found := _DAYS.fullmatch(told):
        return Period(told, date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    return None


def _week(year: int, number: int) -> Period:
    monday = date.fromisocalendar(year, number, 1)
    return Period(f"{year:04}-W{number:02}", monday, monday + timedelta(days=6))


def _months(name: str, year: int, first: int, count: int) -> Period:
    after = date(year + (first + count > 12), (first + count - 1) % 12 + 1, 1)
    return Period(name, date(year, first, 1), after - timedelta(days=1))


def midnight(day: date, zone: str) -> datetime:
    """When the day begins there; where a clock change skips midnight, the first moment after."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
