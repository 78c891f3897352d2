"""A digest's figures are kept when it is made; its menus open the rows behind them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.sandbox import faults
from models import figures, rows, users
from models.db import Sessions
from models.errors import NotYours
from models.snapshots import Snapshot
from models.subscriptions import EVERYONE, TEAM, subscribe
from models.touches import Touch
from models.users import Actor
from scheduler import render
from tests.by_the_clock import MONDAY_EIGHT, Clockwork, a_person
from tests.conftest import Database
from tests.digest_team import a_team, digest, run
from tests.make import a_touch, a_user, a_workspace, an_account, an_actor, at
from tests.touchbase_in_slack import touchbase


def opened(it: Clockwork, person: str, option: str, nth: int = 0) -> str:
    """What the person reads after choosing a number from the menu of the nth line."""
    it.slack.select(person, digest(it), "digest_rows", option, nth=nth)
    words = it.slack.form(person).words
    it.slack.form(person).close_all()
    return words


def late_touch(it: Clockwork, rep: Actor, day: str) -> None:
    with it.sessions.begin() as session:
        account = an_account(session, rep.workspace_id, f"Late of {day}", owner=rep)
        days_ago = (rep.today(it.clock()) - date.fromisoformat(day)).days
        a_touch(session, rep, account, days_ago=days_ago, now=it.clock())


def test_choosing_a_number_opens_its_formula_and_its_rows(each_database: Database) -> None:
    with touchbase(each_database.sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        said = opened(it, "U2", "3 touches", nth=1)
        assert "3 touches · Mar 9–15" in said
        assert "by the day it happened" in said
        assert "Oak\nVisit · Wed, Mar 11 · Dana Reyes" in said
        assert "Ash\nVisit · Wed, Mar 11 · Lee Park" in said
        said = opened(it, "U2", "3 overdue", nth=4)
        assert "Fir\nA · 69 of 10 days · Dana Reyes" in said
        assert "rule's limit" in said
        assert "Oak" not in said
        assert "Oak\nA · 4 of 10 days · Dana Reyes" in opened(it, "U2", "A: 3 of 6 in cadence", 2)


def test_a_rep_sees_their_own_rows_and_the_count_of_the_rest(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        said = opened(it, "U1", "3 touches", nth=1)
        assert "Oak" in said
        assert "Ash" not in said
        assert "Lee" not in said
        assert "1 row of other people: counted, but not shown to you." in said
        said = opened(it, "U1", "2 far behind", nth=4)
        assert "Dana Reyes\n1 account far overdue" in said
        assert "Lee" not in said


def test_a_manager_sees_the_team_and_an_admin_everyone(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it, EVERYONE)
        with it.sessions.begin() as session:
            lone = an_actor(a_person(session, "U4", name="Cy Lone"))
            it.slack.add_person("U4", "Cy Lone", "America/Chicago")
            far = an_account(session, lone.workspace_id, "Far", owner=lone)
            a_touch(session, lone, far, now=at("2026-03-12T18:00Z"))
        run(it)
        assert "Far" in opened(it, "U3", "4 touches", nth=1)
        said = opened(it, "U2", "4 touches", nth=1)
        assert "Far" not in said
        assert "1 row of other people" in said


def test_a_long_list_is_turned_page_by_page(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        with it.sessions.begin() as session:
            for number in range(95):
                account = an_account(
                    session, people["U2"].workspace_id, f"Clinic {number:03}", owner=people["U2"]
                )
                a_touch(session, people["U2"], account, now=at("2026-03-13T18:00Z"))
        run(it)
        it.slack.select("U2", digest(it), "digest_rows", "98 touches", nth=1)
        pages = [it.slack.form("U2").words]
        for _ in range(2):
            it.slack.form("U2").press("Next 40")
            pages.append(it.slack.form("U2").words)
        assert [len(re.findall(r"\nVisit ·", page)) for page in pages] == [40, 40, 18]
        assert "Rows 41–80 of 98." in pages[1]
        it.slack.form("U2").press("Back")
        assert it.slack.form("U2").words == pages[1]


def test_what_was_told_stands_and_what_came_later_is_counted_beside_it(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        run(it)
        assert "*3 touches* (+3) · *3 accounts* reached (+3)" in digest(it).words
        it.wait(hours=2)
        for day in ("2026-03-13", "2026-03-15"):
            late_touch(it, people["U1"], day)
        late_touch(it, people["U1"], "2026-03-16")  # of the new week
        said = opened(it, "U2", "3 touches", nth=1)
        assert "2 more logged after Mon, Mar 16 at 8:00 AM: not counted in 3." in said
        assert "Late of" not in said
        it.clock.now = it.machine.now = at("2026-03-23T13:00:30Z")
        run(it)
        # Against the 3 that were told, not the 5 that there are by now.
        assert "*1 touch* (−2) · *1 account* reached (−2) · last week 3 (+2 logged late)" in (
            digest(it).words
        )
        said = opened(it, "U2", "2 logged late for the week before", nth=1)
        assert "Late of 2026-03-13" in said
        assert "Late of 2026-03-15" in said
        assert "Late of 2026-03-16" not in said


def test_a_touch_stored_while_the_digest_was_made_is_never_lost_between_weeks(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        run(it)
        with it.sessions.begin() as session:
            account = an_account(session, people["U1"].workspace_id, "Slow", owner=people["U1"])
            touch = a_touch(session, people["U1"], account, days_ago=1, now=it.clock())
            # Its form was sent just before eight, and stored just after.
            session.get_one(Touch, touch).logged_at = it.clock() - timedelta(seconds=20)
        assert "1 more logged after" in opened(it, "U2", "3 touches", nth=1)


def test_what_was_taken_back_is_said_and_the_number_stays(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        with it.sessions.begin() as session:
            session.delete(session.scalars(select(Touch).order_by(Touch.id)).first())
        said = opened(it, "U2", "3 touches", nth=1)
        assert "3 touches · Mar 9–15" in said
        assert "1 undone or merged since; the number stays as it was." in said


def test_made_again_after_a_crash_it_says_the_same(each_database: Database) -> None:
    with touchbase(each_database.sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        while it.send().total():
            pass  # the receipts
        it.plan()
        it.slack.faults.always("chat.postMessage", faults.reset())
        it.send()
        it.slack.faults.clear()
        row = it.row(kind="digest")
        assert it.said("C1") == []
        with it.sessions() as session:
            first = render.render(session, row, it.clock())
        late_touch(it, people["U1"], "2026-03-14")
        for _ in range(3):  # looked for twice, then sent
            it.wait(seconds=61)
            it.settle()
        run(it)
        assert isinstance(first, render.Message)
        assert digest(it).words.splitlines()[0] == first.blocks[0]["text"]["text"]
        assert "*3 touches* (+3)" in digest(it).words
        with it.sessions() as session:
            assert len(session.scalars(select(Snapshot)).all()) == 1


def test_two_channels_about_the_same_people_are_told_the_same(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        it.slack.add_channel("C2", "managers", members={"U2"}, bot_is_member=True)
        with it.sessions.begin() as session:
            subscribe(session, people["U2"], "C2", TEAM, at("2026-03-10T15:00Z"))
        run(it)
        first, second = it.said("C1")[-1].words, it.said("C2")[-1].words
        assert first.splitlines()[:5] == second.splitlines()[:5]
        with it.sessions() as session:
            assert len(session.scalars(select(Snapshot)).all()) == 1


def test_my_list_answers_whoever_presses_it_with_their_own(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        it.slack.press("U1", digest(it), "My list")
        said = it.slack.ephemerals("U1")[-1].words
        assert "Fir" in said
        assert "Yew" not in said


def test_another_workspaces_digest_is_not_there(each_database: Database) -> None:
    with touchbase(each_database.sessions, MONDAY_EIGHT) as it:
        a_team(it)
        run(it)
        with it.sessions.begin() as session:
            other = a_user(session, a_workspace(session, "T2"), "U9", role=users.ADMIN)
            snapshot = session.scalars(select(Snapshot)).one()
            with pytest.raises(NotYours):
                figures.page(session, an_actor(other), snapshot.id, figures.TOUCHES)


def test_of_a_big_week_the_first_rows_are_kept_and_that_is_said(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY_EIGHT) as it:
        people = a_team(it)
        run(it)
        with it.sessions.begin() as session:
            snapshot = session.scalars(select(Snapshot)).one()
            ids = snapshot.row_ids["touches"]
            snapshot.row_ids = {**snapshot.row_ids, "touches": ids + [10**6] * (rows.MOST - 3)}
            numbers = snapshot.numbers["week"] | {"touches": 5000}
            snapshot.numbers = {**snapshot.numbers, "week": numbers}
        with it.sessions() as session:
            page = figures.page(session, people["U3"], snapshot.id, figures.TOUCHES)
        assert figures.truncated(page)
        assert "Only the first 2,000 rows are kept." in opened(it, "U3", "3 touches", nth=1)
