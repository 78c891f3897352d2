"""How long things take in an office's hours, worked by hand."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from models.offices import Office
from tests.make import at

CHICAGO = Office("America/Chicago", (time(8), time(17)))
PHOENIX = Office("America/Phoenix", (time(8), time(17)))
ALWAYS = Office("America/Chicago", None)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Tuesday, 10:00 in Chicago (UTC-5): two hours later.
        ("2026-03-10T15:00Z", 2, "2026-03-10T17:00Z"),
        # Tuesday 16:00: one hour today, one from 08:00 tomorrow.
        ("2026-03-10T21:00Z", 2, "2026-03-11T14:00Z"),
        # Tuesday 15:00: used up at 17:00 sharp, not next morning.
        ("2026-03-10T20:00Z", 2, "2026-03-10T22:00Z"),
        # At night: from 08:00 on.
        ("2026-03-11T04:00Z", 2, "2026-03-11T15:00Z"),
        # Friday 16:30: Monday 09:30. Between the two clocks went forward: 08:00 is 13:00Z now.
        ("2026-03-06T22:30Z", 2, "2026-03-09T14:30Z"),
        # Friday 30 October 16:00, clocks go back on Sunday: Monday 2 November 09:00 is 15:00Z.
        ("2026-10-30T21:00Z", 2, "2026-11-02T15:00Z"),
        # The last day of a month, a Tuesday, 16:00: the first of April, 09:00.
        ("2026-03-31T21:00Z", 2, "2026-04-01T14:00Z"),
        # A whole week of nine-hour days: 45 hours from Monday 08:00 end on Friday 17:00.
        ("2026-03-09T13:00Z", 45, "2026-03-13T22:00Z"),
    ],
)
def test_when_so_many_open_hours_have_passed(start: str, hours: int, end: str) -> None:
    assert CHICAGO.after(at(start), hours * HOUR) == at(end)


def test_two_offices_have_their_own_mornings() -> None:
    late = at("2026-03-11T02:00Z")  # Tuesday 21:00 in Chicago, 19:00 in Phoenix
    assert CHICAGO.after(late, HOUR) == at("2026-03-11T14:00Z")
    assert PHOENIX.after(late, HOUR) == at("2026-03-11T16:00Z")


def test_a_holiday_is_passed_over() -> None:
    memorial_day = date(2026, 5, 25)
    office = Office("America/Chicago", (time(8), time(17)), is_off=lambda day: day == memorial_day)
    friday_four = at("2026-05-22T21:00Z")
    assert office.after(friday_four, 2 * HOUR) == at("2026-05-26T14:00Z")
    assert office.between(friday_four, at("2026-05-26T14:00Z")) == 2 * HOUR


def test_round_the_clock_a_quarter_of_an_hour_is_one() -> None:
    sunday_night = at("2026-03-08T07:55Z")  # five minutes before clocks go forward
    quarter = timedelta(minutes=15)
    assert ALWAYS.after(sunday_night, quarter) == sunday_night + quarter
    assert ALWAYS.between(sunday_night, sunday_night + quarter) == quarter


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-10T15:00Z", "2026-03-10T16:30Z", 1.5),
        # Tuesday 16:00 to Wednesday 09:00.
        ("2026-03-10T21:00Z", "2026-03-11T14:00Z", 2),
        # Saturday to Sunday: closed.
        ("2026-03-07T16:00Z", "2026-03-08T16:00Z", 0),
        # Friday 16:00 to Monday 09:00, over the change of clocks.
        ("2026-03-06T22:00Z", "2026-03-09T14:00Z", 2),
        # Month's end: Friday 27 February 08:00 to Monday 2 March 08:30.
        ("2026-02-27T14:00Z", "2026-03-02T14:30Z", 9.5),
        # Backwards.
        ("2026-03-10T16:00Z", "2026-03-10T15:00Z", 0),
    ],
)
def test_how_much_open_time_lies_between(start: str, end: str, hours: float) -> None:
    assert CHICAGO.between(at(start), at(end)) == hours * HOUR


def test_clocks_that_change_in_open_hours_make_a_shorter_day() -> None:
    night_shift = Office("America/Chicago", (time(1), time(9)), work_days=0b1111111)
    sunday = at("2026-03-08T07:00Z")  # 01:00; at 02:00 it is 03:00
    assert night_shift.between(sunday, at("2026-03-08T14:00Z")) == 7 * HOUR


def test_an_office_that_never_opens_does_not_hold_a_clock_up_for_ever() -> None:
    closed = Office("America/Chicago", (time(8), time(17)), work_days=0)
    assert closed.after(at("2026-03-10T15:00Z"), HOUR) == at("2026-03-10T16:00Z")
