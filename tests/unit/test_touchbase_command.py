"""`/touchbase`: help, today's list, and the hour of the morning message."""

from __future__ import annotations

from datetime import date, time

import pytest

from handlers.reading.habits import Wish, read
from handlers.views import habits as habit_views
from handlers.views import help as help_views
from models import users
from models.db import Sessions
from models.errors import BadDays, BadHour
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import an_account, an_actor, at
from tests.touchbase_in_slack import say, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""

HALF_PAST_SEVEN = at("2026-11-20T13:30:05Z")
"""The same day, five seconds after the morning message's hour: nothing is planned yet."""


def people(it: Clockwork, *, overdue: int = 0, done: date | None = date(2026, 11, 20)) -> None:
    """An admin, and a rep whose morning message of the day `done` has been dealt with."""
    with it.sessions.begin() as session:
        rep = a_person(session, "U1", overdue=overdue)
        users.reschedule(rep, it.clock(), done=done)
        users.stop_reminding(a_person(session, "U3", role=users.ADMIN))


def test_the_bare_command_answers_with_at_most_eight_lines(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        said = say(it, "U1", "").words
        assert len(said.splitlines()) <= 8
        for typed in ("/logvisit", "/logreferral", "today", "remind 07:30", "digest here", "role"):
            assert typed in said
        assert say(it, "U1", "help").words == said


def test_a_slip_of_the_thumb_is_answered_with_the_nearest_word(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        said = say(it, "U1", "tody").words
        assert "“tody”" in said
        assert "Did you mean `/touchbase today`?" in said
        assert "/logvisit" in said
        said = say(it, "U1", "<!channel>*x*&").words
        assert "&lt;!channel&gt;" in said
        assert "&amp;”" in said
        assert "Did you mean" not in said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("remnd", "remind"), ("Digets", "digest"), ("overdue", "today"), ("roles", "role")],
)
def test_common_slips_are_understood(typed: str, meant: str) -> None:
    assert help_views.nearest(typed) == meant
    assert help_views.nearest("northwestern") is None


def test_today_shows_the_morning_list_at_any_hour(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it, overdue=7)
        said = say(it, "U1", "today")
        assert "7 accounts are overdue for a touch" in said.words
        assert said.buttons.count("Log a visit") == 5
        assert "Show all 7" in said.buttons


def test_with_nothing_overdue_today_says_what_comes_next(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        assert "Nothing is overdue. You have no accounts yet." in say(it, "U1", "today").words
        with it.sessions.begin() as session:
            rep = an_actor(it.user())
            # Tier B: 21 days from the 9th, so the 30th is the last day in its cadence.
            for name, since in (("Oak Clinic", 9), ("Elm Clinic", 10)):
                an_account(
                    session, rep.workspace_id, name, owner=rep, tier="B",
                    owned_since=date(2026, 11, since),
                )  # fmt: skip
        said = say(it, "U1", "today").words
        assert "Nothing is overdue. Next: Oak Clinic, due by Mon, Nov 30." in said


def test_the_morning_message_is_moved_and_the_answer_says_when_it_comes(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        people(it)
        said = say(it, "U1", "remind 07:30 mon-fri").words
        assert "Next one: Mon, Nov 23 at 7:30 AM (Chicago time)" in said
        said = say(it, "U1", "remind 8am tue,thu").words
        assert "8:00 AM, Tue and Thu" in said
        assert "Next one: Tue, Nov 24 at 8:00 AM (Chicago time)" in said
        user = it.user()
        assert (user.remind_at, user.work_days) == (time(8), 0b0001010)
        assert user.next_due_at == at("2026-11-24T14:00Z")


def test_a_later_hour_today_is_still_today(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        assert "Next one: today at 12:00 PM" in say(it, "U1", "remind noon").words


def test_whoever_had_todays_message_gets_no_second_one(sessions: Sessions) -> None:
    with touchbase(sessions, HALF_PAST_SEVEN) as it:
        people(it, overdue=1, done=None)
        assert it.plan()["planned"] == 1
        it.wait(hours=1)
        assert "Next one: Mon, Nov 23" in say(it, "U1", "remind noon").words
        it.wait(hours=4)
        assert it.plan()["planned"] == 0


def test_naming_days_a_moment_before_todays_is_planned_does_not_lose_it(sessions: Sessions) -> None:
    with touchbase(sessions, HALF_PAST_SEVEN) as it:
        people(it, overdue=1, done=None)
        assert "today at 7:30 AM" in say(it, "U1", "remind mon-sat").words
        assert it.plan()["planned"] == 1


def test_reminders_stop_and_come_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        assert "no more morning messages" in say(it, "U1", "remind off").words
        assert it.user().next_due_at is None
        assert "is off" in say(it, "U1", "remind").words
        assert "Next one: Mon, Nov 23 at 7:30 AM" in say(it, "U1", "remind on").words
        assert "comes at 7:30 AM, Mon–Fri" in say(it, "U1", "remind").words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("04:59", "from 05:00 to 19:30"),
        ("19:31", "from 05:00 to 19:30"),
        ("8pm", "from 05:00 to 19:30"),
        ("25:00", "from 05:00 to 19:30"),
        ("7am 8am", "from 05:00 to 19:30"),
        ("tomorrow", "Name the days"),
        ("off until monday", "Name the days"),
    ],
)
def test_an_odd_wish_changes_nothing_and_is_repeated(
    sessions: Sessions, typed: str, sentence: str
) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        before = it.user()
        said = say(it, "U1", f"remind {typed}").words
        assert sentence in said
        assert f"/touchbase remind {typed}" in said
        after = it.user()
        assert (after.remind_at, after.work_days) == (before.remind_at, before.work_days)
        assert after.reminders_on


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("", Wish()),
        ("me", Wish()),
        ("off", Wish(on=False)),
        ("ON", Wish(on=True)),
        ("7", Wish(on=True, at=time(7))),
        ("0730", Wish(on=True, at=time(7, 30))),
        ("7.45 am", Wish(on=True, at=time(7, 45))),
        ("12am", Wish(on=True, at=time(0))),
        ("12 p.m.", Wish(on=True, at=time(12))),
        ("5pm weekdays", Wish(on=True, at=time(17), work_days=0b0011111)),
        ("7:45 mon,wed,fri", Wish(on=True, at=time(7, 45), work_days=0b0010101)),
        ("Mondays, Weds and Fridays at 7:45", Wish(on=True, at=time(7, 45), work_days=0b0010101)),
        ("mon – sat", Wish(on=True, work_days=0b0111111)),
        ("sat-mon", Wish(on=True, work_days=0b1100001)),
        ("tues to thurs", Wish(on=True, work_days=0b0001110)),
        ("every day at 6", Wish(on=True, at=time(6), work_days=0b1111111)),
    ],
)  # fmt: skip
def test_an_hour_and_days_are_read_as_people_write_them(typed: str, wish: Wish) -> None:
    assert read(typed) == wish


@pytest.mark.parametrize("typed", ["t", "s", "mon-", "-fri", "noday", "st marys"])
def test_words_that_could_be_two_days_or_none_are_refused(typed: str) -> None:
    with pytest.raises(BadDays):
        read(typed)


@pytest.mark.parametrize("typed", ["13pm", "0am", "7:60", "7-8", "7:5", "٧"])
def test_what_is_no_hour_is_refused(typed: str) -> None:
    with pytest.raises(BadHour):
        read(typed)


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (0b0011111, "Mon–Fri"),
        (0b1111111, "every day"),
        (0b0010101, "Mon, Wed and Fri"),
        (0b1100000, "Sat and Sun"),
        (0b0000100, "Wed"),
    ],
)
def test_days_are_named_shortly(bits: int, words: str) -> None:
    assert habit_views.days(bits) == words
