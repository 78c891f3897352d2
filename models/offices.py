"""When the office is open, and how long things take in its hours. The reckoning is pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from models import holidays, profiles, slots
from models.slots import IsOff

_LOOKED_AHEAD = 370
"""Days in which an office opens at least once, or never does."""


@dataclass(frozen=True)
class Office:
    """An office's hours, by its own clock.

    hours      from and until, on one day; None: round the clock, every day, holidays included.
    work_days  bits, Monday the lowest.
    answer     how soon a referral is to be answered, in these hours.
    """

    zone: str
    hours: tuple[time, time] | None
    work_days: int = slots.WEEKDAYS
    is_off: IsOff = slots.never_off
    answer: timedelta = timedelta(hours=2)

    @property
    def always_open(self) -> bool:
        """Whether it never closes."""
        return self.hours is None

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The instant by which so much open time has passed since `start`.

        Minutes are real ones: where clocks change within the open hours, the day is an hour
        longer or shorter. Time that is used up just at closing ends then, not next morning. An
        office that never opens counts as one that never closes.
        """
        left = span
        for opens, closes in self._open_from(start, _LOOKED_AHEAD):
            begin = max(opens, start)
            if closes - begin >= left:
                return begin + left
            left -= max(closes - begin, timedelta(0))
        return start + span

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between two instants; none when `end` is the earlier one."""
        if self.hours is None:
            return max(end - start, timedelta(0))
        days = (slots.local_day(end, self.zone) - slots.local_day(start, self.zone)).days + 1
        return sum(
            (
                max(min(closes, end) - max(opens, start), timedelta(0))
                for opens, closes in self._open_from(start, days)
            ),
            timedelta(0),
        )

    def _open_from(self, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The office's hours of the next so many days, as instants."""
        if self.hours is None:
            yield start, start + timedelta(days=days)
            return
        first: date = slots.local_day(start, self.zone)
        for day in (first + timedelta(days=ahead) for ahead in range(days)):
            if not slots.is_work_day(day, self.work_days) or self.is_off(day):
                continue
            opens, closes = (slots.instant(day, at, self.zone) for at in self.hours)
            if opens is not None and closes is not None and opens < closes:
                yield opens, closes


def of(session: Session, workspace_id: int, since: datetime) -> Office:
    """The workspace's office, with its days off from `since` on."""
    workspace, days_off = holidays.with_office(session, workspace_id, since)
    profile = profiles.of(workspace.industry_profile)
    hours = profile.hours
    if workspace.opens_at is not None and workspace.closes_at is not None:
        hours = (workspace.opens_at, workspace.closes_at)
    if hours is not None and hours[0] == hours[1]:
        hours = None
    return Office(
        zone=workspace.zone,
        hours=hours,
        work_days=slots.WEEKDAYS if workspace.work_days is None else workspace.work_days,
        is_off=days_off.is_off,
        answer=timedelta(minutes=workspace.answer_minutes or profile.answer_minutes),
    )
