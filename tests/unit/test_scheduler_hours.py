"""Local hours, days and Mondays as instants; the quiet hours; how fast and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import slots, subscriptions
from models.subscriptions import Subscription
from scheduler import quiet
from scheduler.pace import Pace
from scheduler.timing import Timing
from tests.make import at

HALF_PAST_SEVEN = time(7, 30)
CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("day", "hour", "zone", "instant"),
    [
        # Clocks go from 02:00 to 03:00: 02:30 is read with the offset before the gap.
        (date(2026, 3, 8), time(2, 30), CHICAGO, "2026-03-08T08:30Z"),
        # 01:30 comes twice; the first one counts.
        (date(2026, 11, 1), time(1, 30), CHICAGO, "2026-11-01T06:30Z"),
        (date(2026, 3, 7), HALF_PAST_SEVEN, CHICAGO, "2026-03-07T13:30Z"),
        (date(2026, 3, 8), HALF_PAST_SEVEN, CHICAGO, "2026-03-08T12:30Z"),
        # Greenland changes late in the evening: the hour moves past midnight, the day does not.
        (date(2026, 3, 28), time(23, 30), "America/Nuuk", "2026-03-29T01:30Z"),
        (date(2011, 12, 31), HALF_PAST_SEVEN, "Pacific/Apia", "2011-12-30T17:30Z"),
    ],
)
def test_an_hour_of_a_day_is_one_instant_whatever_the_clocks_do(
    day: date, hour: time, zone: str, instant: str
) -> None:
    assert slots.instant(day, hour, zone) == at(instant)


def test_a_day_that_a_country_skipped_has_no_morning() -> None:
    assert slots.instant(date(2011, 12, 30), HALF_PAST_SEVEN, "Pacific/Apia") is None
    assert slots.window(date(2011, 12, 30), HALF_PAST_SEVEN, "Pacific/Apia") is None


def test_the_morning_after_a_skipped_day_is_the_next_one_planned() -> None:
    thursday = at("2011-12-29T20:00Z")  # in Apia it is the 29th, ten in the morning
    found = slots.next_window(
        date(2011, 12, 30), HALF_PAST_SEVEN, "Pacific/Apia", 0b1111111, thursday
    )
    assert found == (date(2011, 12, 31), at("2011-12-30T17:30Z"))


@given(
    zone=st.sampled_from(
        [CHICAGO, "America/Nuuk", "Asia/Tehran", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
    half_hours=st.integers(10, 39),
    first=st.dates(date(2025, 1, 1), date(2031, 12, 1)),
)
def test_thirty_days_have_thirty_mornings_in_order(zone: str, half_hours: int, first: date) -> None:
    hour = time(half_hours // 2, 30 * (half_hours % 2))
    found = [slots.instant(first + timedelta(days=n), hour, zone) for n in range(30)]
    mornings = [morning for morning in found if morning is not None]
    assert len(set(mornings)) == 30
    assert mornings == sorted(mornings)
    for n, morning in enumerate(mornings):
        assert slots.local_day(morning, zone) == first + timedelta(days=n)


def test_a_morning_message_is_worth_sending_for_four_hours_and_never_in_the_evening() -> None:
    day = date(2026, 3, 10)
    assert slots.window(day, HALF_PAST_SEVEN, CHICAGO) == (
        at("2026-03-10T12:30Z"),
        at("2026-03-10T16:30Z"),
    )
    _, closes = slots.window(day, time(19, 30), CHICAGO) or (None, None)
    assert closes == at("2026-03-11T01:00Z")  # eight in the evening


@pytest.mark.parametrize(
    ("now", "own_hour", "ends"),
    [
        ("2026-03-10T00:59Z", None, None),  # 19:59 the evening before
        ("2026-03-10T01:00Z", None, "2026-03-10T12:00Z"),  # 20:00: until seven
        ("2026-03-10T11:59Z", None, "2026-03-10T12:00Z"),
        ("2026-03-10T12:00Z", None, None),
        ("2026-03-10T10:30Z", time(5, 30), None),  # 05:30, as this person asked for
        ("2026-03-10T10:29Z", time(5, 30), "2026-03-10T10:30Z"),
        ("2026-03-10T11:30Z", time(9), "2026-03-10T12:00Z"),  # a late hour does not lengthen it
    ],
)
def test_nights_are_quiet_until_seven_or_a_persons_own_earlier_hour(
    now: str, own_hour: time | None, ends: str | None
) -> None:
    assert quiet.ends(at(now), CHICAGO, own_hour) == (at(ends) if ends else None)


def a_subscription(asked: str) -> Subscription:
    return Subscription(active=True, zone=CHICAGO, created_at=at(asked))


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-03-16T12:59Z", "2026-03-16T13:00Z"),  # a minute before eight on a Monday
        ("2026-03-16T13:01Z", "2026-03-23T13:00Z"),  # a minute after: the week was just over
        ("2026-03-17T15:00Z", "2026-03-23T13:00Z"),
        ("2026-03-07T15:00Z", "2026-03-09T13:00Z"),  # over the change to summer time
    ],
)
def test_the_first_digest_comes_on_the_first_monday_after_it_was_asked_for(
    asked: str, first: str
) -> None:
    found = a_subscription(asked)
    subscriptions.reschedule(found, at(asked))
    assert found.next_due_at == at(first)


def test_after_three_missed_mondays_only_the_newest_digest_is_left() -> None:
    found = a_subscription("2026-02-01T15:00Z")
    tuesday_morning = at("2026-03-17T14:00Z")
    subscriptions.reschedule(found, tuesday_morning, done=date(2026, 2, 23))
    assert found.next_local_date == date(2026, 3, 16)
    subscriptions.reschedule(found, at("2026-03-17T17:01Z"), done=date(2026, 2, 23))
    assert found.next_local_date == date(2026, 3, 23)


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_messages_leave_at_the_workspaces_pace_and_a_second_apart_in_one_channel() -> None:
    clock = Seconds()
    pace = Pace(5.0, 1.0, clock)
    waits = [pace.wait_for(1, channel) for channel in ("U1", "U2", "U2", "U3")]
    assert waits == pytest.approx([0.0, 0.2, 1.2, 1.4])
    assert pace.wait_for(2, "U1") == 0.0  # another workspace has a pace of its own
    clock.now = 60.0
    assert pace.wait_for(1, "U9") == 0.0
    assert pace.wait_for(1, "U8") == pytest.approx(0.2)  # a pause saves up no burst


def test_backoff_grows_to_five_minutes_and_differs_from_lane_to_lane() -> None:
    timing = Timing()
    first = [timing.backoff(1).total_seconds() for _ in range(50)]
    assert all(5 <= wait <= 10 for wait in first)
    assert len(set(first)) > 10
    assert all(150 <= timing.backoff(30).total_seconds() <= 300 for _ in range(20))


def test_all_waits_shorten_together_and_counts_do_not() -> None:
    quick = Timing().divided(30)
    assert (quick.lease, quick.settle_after, quick.call) == (2.0, 2.0, pytest.approx(1 / 3))
    assert quick.pace == pytest.approx(148.5)
    assert (quick.turn, quick.looks) == (10, 2)
