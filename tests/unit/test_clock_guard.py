"""A machine whose clock is wrong reminds nobody early, and nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from models.db import Sessions
from scheduler import planning, reminders
from scheduler.clock_guard import ClockGuard
from scheduler.timing import Timing
from tests.by_the_clock import MONDAY_EIGHT, Hands, a_clockwork, a_person
from tests.conftest import Database

START = MONDAY_EIGHT - timedelta(hours=2)
"""Six in the morning in Chicago: the morning message is an hour and a half away."""

FRIDAY = START - timedelta(days=3)


@dataclass
class Clocks:
    """The true time, and one machine's idea of it. Its database and Slack keep the true time."""

    true: Hands = field(default_factory=lambda: Hands(START))
    monotonic: float = 1000.0
    set_by: timedelta = timedelta(0)  # how far the machine's clock was set ahead
    has_database: bool = True
    database_off: timedelta = timedelta(0)
    slack_answers: bool = True
    guard: ClockGuard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = ClockGuard(
            Timing(),
            wall=lambda: self.true() + self.set_by,
            monotonic=lambda: self.monotonic,
            database=lambda: self.true() + self.database_off if self.has_database else None,
            ask=self.api_test,
        )

    def api_test(self) -> None:
        if not self.slack_answers:
            raise OSError
        self.guard.saw(self.true().replace(microsecond=0))

    def wait(self, **length: float) -> None:
        """Time goes by, everywhere."""
        self.true.wait(**length)
        self.monotonic += timedelta(**length).total_seconds()

    def off(self, moment: Callable[[], datetime]) -> float:
        """Seconds by which a clock is ahead of the true time."""
        return (moment() - self.true()).total_seconds()


def test_clocks_that_agree_are_trusted_and_give_the_machines_time() -> None:
    clocks = Clocks()
    for _half_minute in range(10):
        clocks.guard.check()
        assert clocks.guard.is_well() and not clocks.guard.suspect
        assert clocks.off(clocks.guard.clock) == clocks.off(clocks.guard.machine) == 0
        clocks.wait(seconds=30)


@pytest.mark.parametrize("has_database", [True, False])
@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(hours=1)])
def test_a_clock_set_while_running_is_doubted_and_time_goes_on_as_before(
    ahead: timedelta, has_database: bool
) -> None:
    clocks = Clocks(has_database=has_database)
    clocks.guard.check()
    clocks.wait(seconds=20)
    clocks.set_by = ahead
    assert clocks.off(clocks.guard.clock) == 0  # before anybody has looked
    for _half_minute in range(5):
        clocks.guard.check()
        assert clocks.guard.suspect and not clocks.guard.is_well()
        assert abs(clocks.off(clocks.guard.clock)) <= 1
        assert abs(clocks.off(clocks.guard.machine)) <= 1
        clocks.wait(seconds=30)
    clocks.set_by = timedelta(0)
    clocks.guard.check()
    assert clocks.guard.is_well() and not clocks.guard.suspect


@pytest.mark.parametrize("has_database", [True, False])
def test_a_clock_wrong_from_the_start_is_at_most_a_minute_ahead_for_people(
    has_database: bool,
) -> None:
    clocks = Clocks(set_by=timedelta(days=1), has_database=has_database)
    clocks.guard.check()
    assert clocks.guard.suspect
    assert 55 <= clocks.off(clocks.guard.clock) <= 60
    assert clocks.off(clocks.guard.machine) == (0 if has_database else 86_400)


def test_leases_go_by_the_databases_time_on_a_machine_ten_minutes_off() -> None:
    clocks = Clocks(set_by=timedelta(minutes=10))
    clocks.guard.check()
    assert clocks.guard.suspect  # the database and Slack agree against it
    assert clocks.off(clocks.guard.machine) == 0


def test_a_database_ten_minutes_off_is_told_and_outvoted() -> None:
    clocks = Clocks(database_off=timedelta(minutes=10))
    clocks.guard.check()
    assert not clocks.guard.is_well()
    assert not clocks.guard.suspect  # Slack agrees with this machine
    assert clocks.off(clocks.guard.machine) == 600  # as on every other replica


@pytest.mark.parametrize("has_database", [True, False])
def test_a_laptop_that_slept_is_trusted_again_within_a_minute(has_database: bool) -> None:
    clocks = Clocks(has_database=has_database)
    clocks.guard.check()
    clocks.true.wait(hours=9)  # the monotonic clock stands still meanwhile
    clocks.guard.check()
    if has_database:  # which agrees, as Slack does
        assert not clocks.guard.suspect
        assert abs(clocks.off(clocks.guard.machine)) <= 1
    clocks.wait(seconds=30)
    clocks.guard.check()
    assert clocks.guard.is_well() and not clocks.guard.suspect
    assert abs(clocks.off(clocks.guard.clock)) <= 1


def test_a_set_clock_stays_doubted_while_nobody_else_can_be_asked() -> None:
    clocks = Clocks(has_database=False, slack_answers=False)
    clocks.guard.check()
    assert not clocks.guard.suspect  # nothing speaks against it
    clocks.set_by = timedelta(hours=1)
    for _minute in range(20):
        clocks.guard.check()
        assert clocks.guard.suspect
        clocks.wait(minutes=1)
    clocks.slack_answers, clocks.set_by = True, timedelta(0)
    clocks.guard.check()
    assert not clocks.guard.suspect


def test_what_slack_said_long_ago_is_asked_again() -> None:
    clocks = Clocks(has_database=False)
    clocks.guard.check()
    clocks.wait(minutes=11)
    clocks.slack_answers = False
    clocks.guard.check()
    assert "slack" not in clocks.guard.off


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(hours=1), timedelta(minutes=10)])
def test_nobody_is_reminded_early_or_twice_by_a_machine_whose_clock_is_ahead(
    each_database: Database, ahead: timedelta
) -> None:
    with a_clockwork(each_database.sessions, START) as it:
        with it.sessions.begin() as session:
            a_person(session, overdue=1, now=FRIDAY)
        clocks = Clocks(true=it.clock, set_by=ahead)
        clocks.guard.check()
        wrong = it.another()
        object.__setattr__(wrong.road, "clock", clocks.guard.clock)
        object.__setattr__(wrong.road, "machine", clocks.guard.machine)
        for _quarter in range(5):  # until a quarter past seven
            planning.plan_all(it.sessions, clocks.guard.clock, (reminders.plan,))
            assert wrong.send().total() == 0
            it.wait(minutes=15)
            clocks.wait(minutes=0)
            clocks.guard.check()
        assert it.rows() == []
        it.wait(minutes=15)
        clocks.guard.check()
        planning.plan_all(it.sessions, clocks.guard.clock, (reminders.plan,))
        it.plan()
        wrong.send()
        it.send()
        assert len(it.said()) == 1
        assert it.row().local_date == START.date()


def test_a_machine_whose_clock_is_behind_sends_nothing_twice(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            a_person(session, overdue=1, now=FRIDAY)
        it.plan()
        it.send()
        clocks = Clocks(true=it.clock, set_by=timedelta(days=-1), has_database=False)
        clocks.guard.check()
        for _hour in range(4):
            planning.plan_all(it.sessions, clocks.guard.clock, (reminders.plan,))
            it.send()
            it.machine.wait(hours=1)
            clocks.wait(hours=1)
        it.plan()
        it.send()
        assert len(it.said()) == 1
