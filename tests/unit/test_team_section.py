"""What a manager reads on the first work day of the week: who is far behind, by name."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import update

from bot.sandbox.limits import problems_in_message, problems_in_view
from handlers.views import reminders
from handlers.views import team as views
from handlers.views.reminders import Habits
from models import overdue_team, users
from models.accounts import Account
from models.cadence import Overdue
from models.db import Sessions
from models.mornings import ToDo
from models.overdue_team import Behind, Team
from models.users import User
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import an_account, an_actor, at
from tests.touchbase_in_slack import touchbase

MONDAY = at("2026-03-16T12:30:10Z")
TODAY = MONDAY.date()
NASTY = "<!channel> *bold* _it_ & `code` @here"


def a_rep(
    it: Clockwork, slack_id: str, name: str, days: tuple[int, ...], under: str | None = None
) -> None:
    """Somebody with tier A accounts last touched so many days ago (10 are allowed)."""
    with it.sessions.begin() as session:
        user = a_person(session, slack_id, name=name)
        user.reminders_on = False
        for number, ago in enumerate(days, start=1):
            account = an_account(
                session,
                user.workspace_id,
                f"Clinic {number} of {name}",
                owner=an_actor(user),
                owned_since=date(2025, 1, 1),
            )
            account.last_touch_on = TODAY - timedelta(days=ago)
            account.due_on = account.last_touch_on + timedelta(days=10)
        if under:
            boss = session.query(User).filter_by(slack_id=under).one()
            users.put_under(session, user, boss)


def a_manager(it: Clockwork, slack_id: str = "U3", name: str = "Ann Boss") -> None:
    with it.sessions.begin() as session:
        a_person(session, slack_id, name=name, role=users.MANAGER, now=at("2026-03-13T15:00Z"))


def monday(it: Clockwork, person: str = "U3") -> list[str]:
    it.plan()
    it.send()
    return [message.words for message in it.said(person)]


def test_a_manager_without_accounts_reads_who_is_past_twice_their_cadence(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, MONDAY) as it:
        a_manager(it)
        a_rep(it, "U1", "Dana Reyes", (26, 22, 21, 20, 11), under="U3")
        a_rep(it, "U2", "Lee Park", (40, 3), under="U3")
        a_rep(it, "U4", "Not Theirs", (99,))
        it.plan()
        it.send()
        (message,) = it.said("U3")
        assert "Far behind in your team (past twice the limit):" in message.words
        assert (
            "• Dana Reyes: 3 accounts, worst Clinic 1 of Dana Reyes, 26 of 10 days\n"
            "• Lee Park: 1 account, worst Clinic 1 of Lee Park, 40 of 10 days"
        ) in message.words
        assert "Not Theirs" not in message.words
        it.slack.press("U3", message, "Dana Reyes")
        shown = it.slack.form("U3")
        assert shown.title == "Dana Reyes"
        assert "5 accounts overdue:" in shown.words  # those of 20 and 11 days, too
        it.wait(days=1)
        assert len(monday(it)) == 1  # on Tuesday there is nothing to say


def test_after_a_monday_off_it_is_tuesdays_message_that_says_so(sessions: Sessions) -> None:
    memorial_day = at("2026-05-25T12:30:10Z")
    with touchbase(sessions, memorial_day) as it:
        a_manager(it)
        a_rep(it, "U1", "Dana Reyes", (26,), under="U3")
        with it.sessions.begin() as session:
            session.execute(update(User).values(enrolled_on=date(2026, 5, 22)))
            boss = session.query(User).filter_by(slack_id="U3").one()
            users.reschedule(boss, memorial_day)
        assert monday(it) == []
        it.wait(days=1)
        (words,) = monday(it)
        assert "Dana Reyes: 1 account" in words


def test_whoever_is_no_manager_or_stopped_the_message_is_not_told(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY) as it:
        a_manager(it)
        a_rep(it, "U1", "Dana Reyes", (26,), under="U3")
        with it.sessions.begin() as session:
            session.execute(update(User).where(User.slack_id == "U3").values(role=users.REP))
        assert monday(it) == []
    with sessions.begin() as session:
        boss = session.query(User).filter_by(slack_id="U3").one()
        boss.role = users.MANAGER
        users.stop_reminding(boss)
    with touchbase(sessions, MONDAY + timedelta(days=7)) as it:
        assert monday(it) == []


def test_accounts_in_no_cadence_and_people_who_left_are_left_out(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY) as it:
        a_manager(it)
        a_rep(it, "U1", "Dana Reyes", (26,), under="U3")
        a_rep(it, "U2", "Lee Park", (26,), under="U3")
        with it.sessions.begin() as session:
            session.execute(
                update(Account).where(Account.name.contains("Dana")).values(status="dormant")
            )
            session.execute(update(User).where(User.slack_id == "U2").values(active=False))
            boss = session.query(User).filter_by(slack_id="U3").one()
            assert overdue_team.of(session, boss.workspace_id, boss.id, TODAY) is None


def test_a_vp_reads_of_more_than_five_people_by_their_managers(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY) as it:
        it.slack.add_person("U9", "Vic Prez", "America/Chicago", "u9@rehab.example")
        a_manager(it, "U9", "Vic Prez")
        for boss, name in (("U3", "Ann Boss"), ("U8", "Bo Chief")):
            a_manager(it, boss, name)
        for number in range(4):
            a_rep(it, f"UA{number}", f"Ana {number}", (30 + number,), under="U3")
            a_rep(it, f"UB{number}", f"Bob {number}", (50, 21), under="U8")
        with it.sessions.begin() as session:
            people = {user.slack_id: user for user in session.query(User)}
            for boss in ("U3", "U8"):
                users.put_under(session, people[boss], people["U9"])
                users.stop_reminding(people[boss])
        it.plan()
        it.send()
        (message,) = it.said("U9")
        assert "• Bo Chief's team (4 people): 8 accounts, worst Clinic 1 of Bob 0, 50 of 10" in (
            message.words
        )
        assert "• Ann Boss's team (4 people): 4 accounts, worst Clinic 1 of Ana 3, 33 of 10" in (
            message.words
        )
        it.slack.press("U9", message, "Ann Boss")
        shown = it.slack.form("U9")
        assert "• Ana 0: 1 account" in shown.words
        shown.press("Ana 0")
        assert "1 account overdue:" in it.slack.form("U9").words


def test_of_seven_people_under_one_manager_the_worst_five_are_named(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY) as it:
        a_manager(it)
        for number in range(7):
            a_rep(it, f"UA{number}", f"Ana {number}", (30,) * (number + 1), under="U3")
        (words,) = monday(it)
        assert "• Ana 6: 7 accounts" in words and "• Ana 2: 3 accounts" in words
        assert "Ana 1" not in words and "and 2 more people" in words


def test_only_who_leads_a_person_sees_their_list(sessions: Sessions) -> None:
    with touchbase(sessions, MONDAY) as it:
        a_manager(it)
        a_rep(it, "U1", "Dana Reyes", (26,), under="U3")
        it.plan()
        it.send()
        (message,) = it.said("U3")
        with it.sessions.begin() as session:
            session.execute(update(User).where(User.slack_id == "U1").values(manager_id=None))
        it.slack.press("U3", message, "Dana Reyes")
        assert "I can't find that among yours." in it.slack.ephemerals("U3")[-1].words


def test_the_section_fits_below_the_longest_list_and_the_list_in_a_modal() -> None:
    behind = tuple(Behind(n, NASTY * 3, 10**6, NASTY * 3, 9999, 365, 40) for n in range(5))
    team = Team(behind, more=10**4, grouped=True)
    overdue = [Overdue(n, NASTY * 3, "unrated", NASTY, None, TODAY, 9999, 365) for n in range(300)]
    for show_all in (False, True):
        text, blocks = reminders.morning(
            ToDo(overdue=overdue),
            today=TODAY,
            delivery_id=10**12,
            show_all=show_all,
            first=Habits(time(7, 30)),
            team=(views.heard(team), views.section(team)),
        )
        assert problems_in_message({"text": text, "blocks": blocks}) == []
    assert problems_in_view(views.person(NASTY, overdue, team, TODAY)) == []
    assert problems_in_view(views.person("", [], None, TODAY)) == []
