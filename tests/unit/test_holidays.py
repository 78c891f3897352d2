"""Days off: public holidays by country and state, a workspace's own list, a person's own state."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from handlers.views import holidays as views
from models import holidays, slots, users
from models.audit import Audit
from models.db import Sessions
from models.errors import BadPlace
from models.holidays import DaysOff
from models.users import User
from tests.by_the_clock import Clockwork, a_clockwork, a_person
from tests.conftest import Database
from tests.make import at
from tests.touchbase_in_slack import say, touchbase

WEDNESDAY = at("2026-11-25T15:00Z")
"""Nine in the morning in Chicago, the day before Thanksgiving."""


def next_day(it: Clockwork, slack_id: str = "U1") -> date | None:
    return it.user(slack_id).next_local_date


def test_nobody_is_reminded_on_thanksgiving_and_the_next_work_day_lists_what_was_due(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, WEDNESDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1)
            users.reschedule(user, WEDNESDAY, done=WEDNESDAY.date())
            assert user.next_local_date == date(2026, 11, 27)
        for _ in range(47):
            it.wait(hours=1)
            it.plan()
        (row,) = it.rows()
        assert row.local_date == date(2026, 11, 27)


def test_each_state_has_its_own_days_and_the_workspaces_list_is_above_them() -> None:
    cesar_chavez, columbus = date(2026, 3, 31), date(2026, 10, 12)
    federal = DaysOff("US", {date(2026, 12, 24): True, columbus: False})
    assert not federal.is_off(cesar_chavez)
    assert federal.is_off(cesar_chavez, "US-CA")
    assert federal.is_off(date(2026, 7, 3))  # the 4th is a Saturday
    assert not federal.is_off(date(2026, 7, 3), holidays.NONE)
    assert federal.is_off(date(2026, 12, 24), holidays.NONE)  # the company's own day
    assert not federal.is_off(columbus) and DaysOff("US").is_off(columbus)
    assert federal.is_off(date(2026, 10, 12), "CA-ON") is False  # listed as worked: for everybody
    assert not DaysOff("ZZ-TOP").is_off(columbus)  # a place the package no longer knows


@pytest.mark.parametrize(
    ("code", "known"),
    [("US", True), ("US-TX", True), ("", True), ("US-", False), ("us", False), ("US-ZZ", False)],
)
def test_a_place_is_a_country_or_one_of_its_parts(code: str, known: bool) -> None:
    assert holidays.is_place(code) is known


def test_the_week_begins_on_its_first_work_day() -> None:
    off = DaysOff("US").is_off
    memorial, tuesday = date(2026, 5, 25), date(2026, 5, 26)
    assert slots.is_first_work_day(tuesday, slots.WEEKDAYS, off)
    assert not slots.is_first_work_day(tuesday, slots.WEEKDAYS)
    assert slots.is_first_work_day(memorial, slots.WEEKDAYS, off)  # who works in spite of it
    assert not slots.is_first_work_day(date(2026, 5, 27), slots.WEEKDAYS, off)


def test_an_admin_lists_the_companys_days_and_everybodys_next_message_moves(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, WEDNESDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session, "U1", overdue=1)
            users.reschedule(user, WEDNESDAY, done=WEDNESDAY.date())
            a_person(session, "U3", role=users.ADMIN)
        shown = say(it, "U3", "holidays").words
        assert "• Thu, Nov 26 Thanksgiving Day" in shown
        assert "United States (federal)" in shown
        shown = say(it, "U3", "holidays add 2026-11-27 Company day").words
        assert "Fri, Nov 27, 2026 is now a day off." in shown
        assert "• Fri, Nov 27 Company day (your list)" in shown
        it.plan()
        assert next_day(it) == date(2026, 11, 30)
        assert "(you work)" in say(it, "U3", "holidays work 11/26/2026").words
        it.plan()
        assert next_day(it) == date(2026, 11, 26)
        say(it, "U3", "holidays remove 2026-11-26")
        say(it, "U3", "holidays remove 2026-11-27")
        it.plan()
        assert next_day(it) == date(2026, 11, 27)
        assert "follow Texas (US)" in say(it, "U3", "holidays texas").words
        it.plan()
        assert next_day(it) == date(2026, 11, 30)  # the Friday after Thanksgiving is one there
        assert it.rows(user_id=it.user().id) == []
        with it.sessions() as session:
            acts = [row.facts for row in session.query(Audit).filter_by(action="holidays_changed")]
        assert acts[-1] == {"place": "US-TX"}


def test_a_rep_sees_the_holidays_and_cannot_change_them(sessions: Sessions) -> None:
    with touchbase(sessions, WEDNESDAY) as it:
        with it.sessions.begin() as session:
            a_person(session, "U1")
        shown = say(it, "U1", "holidays").words
        assert "Thanksgiving" in shown and "Change them" not in shown
        assert "Only an admin" in say(it, "U1", "holidays none").words
        assert "/touchbase settings" in shown


def test_what_is_no_day_and_no_place_is_refused_with_an_example(sessions: Sessions) -> None:
    with touchbase(sessions, WEDNESDAY) as it:
        with it.sessions.begin() as session:
            a_person(session, "U3", role=users.ADMIN)
        assert "2026-12-24" in say(it, "U3", "holidays add Company day").words
        refused = say(it, "U3", "holidays Atlantis <!channel>").words
        assert "I don't know the holidays of" in refused and "<!channel>" not in refused
        assert (
            "no patient details"
            in say(it, "U3", "holidays add 2026-12-24 patient John Smith DOB 1/2/1950").words
        )


def test_a_person_picks_their_state_in_the_settings(sessions: Sessions) -> None:
    with touchbase(sessions, at("2026-03-30T15:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session, "U1", overdue=1)
            users.reschedule(user, it.clock(), done=date(2026, 3, 30))
        assert it.slack.command("U1", "/touchbase", "settings").ok
        form = it.slack.form("U1")
        assert form.value("Holidays") == "Same as the team"
        assert form.offers("Holidays", "cali") == ["California (US)"]
        form.fill("Holidays", "California (US)")
        form.save()
        assert "Saved." in form.words, form.errors
        assert (it.user().holidays, next_day(it)) == ("US-CA", date(2026, 4, 1))
        assert it.slack.command("U1", "/touchbase", "settings").ok
        form = it.slack.form("U1")
        assert form.value("Holidays") == "California (US)"
        form.fill("Holidays", "None")
        form.save()
        assert (it.user().holidays, next_day(it)) == ("", date(2026, 3, 31))


def test_an_unknown_place_is_not_stored(sessions: Sessions) -> None:
    with sessions.begin() as session:
        user = a_person(session)
        with pytest.raises(BadPlace):
            holidays.move(session, user.workspace_id, "MARS", by_id=None, now=WEDNESDAY)


def test_what_is_typed_finds_states_before_countries() -> None:
    found = views.options("", holidays.places_like("", 60))
    assert [one.label for one in found[:4]] == [
        "Same as the team",
        "None",
        "United States (federal)",
        "Alabama (US)",
    ]
    assert [one.code for one in holidays.places_like("new y", 5)] == ["US-NY"]
    assert [one.code for one in holidays.places_like("de-by", 5)] == ["DE-BY"]


def test_planning_a_batch_reads_the_days_off_once(sessions: Sessions) -> None:
    with a_clockwork(sessions, at("2026-11-25T13:30:10Z")) as it:
        with it.sessions.begin() as session:
            for number in range(30):
                a_person(session, f"U{number}")
        seen: list[str] = []
        engine = it.sessions.kw["bind"]
        event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
        assert it.plan()["planned"] == 30
        assert sum("JOIN holiday" in statement for statement in seen) == 2  # March's miss, today's
        with it.sessions() as session:
            days = {user.next_local_date for user in session.query(User)}
        assert days == {date(2026, 11, 27)}
