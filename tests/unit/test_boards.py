"""A manager's Home: the team, who needs help, what comes in; and each number's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.sandbox.form import Form
from bot.sandbox.limits import problems_in_view
from handlers.views import behind as rows
from handlers.views import home as views
from models import behind, boards, goals, home, referrals, users
from models.accounts import Account
from models.behind import TEAM, TOUCHES
from models.db import Sessions, reading
from models.errors import NotAllowed, NotYours
from models.goals import PERSON, REFERRAL, VISIT, WEEK, Whose
from models.referrals import Received
from models.tallies import FAR
from models.users import Actor
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.deals import a_deal
from tests.make import NOW, a_rep, a_touch, a_user, a_workspace, an_account, an_actor
from tests.touchbase_in_slack import touchbase
from tests.unit.test_home import many, statements

TODAY = date(2026, 3, 10)  # a Tuesday


def past(session: Session, owner: Actor, name: str, days: int, tier: str = "A") -> Account:
    since = TODAY - timedelta(days=days)
    return an_account(session, owner.workspace_id, name, owner=owner, owned_since=since, tier=tier)


def a_goal(session: Session, whose: Whose, kind: str, target: int, workspace_id: int) -> None:
    goals.put(session, workspace_id, whose, kind, WEEK, target, by_id=1, today=TODAY, now=NOW)


def furnish(sessions: Sessions) -> None:
    """Lee (U2) manages Dana (U1) and Bo (U4); Cy (U5) is under nobody. Today is Tuesday.

    Dana: two A accounts, one of them 21 days past (more than twice 10), one call this week and a
    goal of 10 visits, of which two should be made by now. Bo: a B account in cadence, two touches.
    Lee: one A account 11 days past, overdue but not far.
    """
    with sessions.begin() as session:
        lee = an_actor(a_person(session, "U2", name="Lee Park", role=users.MANAGER))
        dana, bo = a_person(session, "U1"), a_person(session, "U4", name="Bo Diaz")
        for one in (dana, bo):
            one.manager_id = lee.user_id
        reps = [an_actor(one) for one in (dana, bo)]
        cy = an_actor(a_person(session, "U5", name="Cy Lone"))
        session.flush()
        workspace_id = lee.workspace_id
        past(session, reps[0], "Fir", 21)
        oak = past(session, reps[0], "Oak", 5)
        elm = past(session, reps[1], "Elm", 12, "B")
        past(session, lee, "Ash", 11)
        a_touch(session, reps[0], oak, type="call")
        a_touch(session, reps[1], elm)
        a_touch(session, reps[1], elm, days_ago=1)
        past(session, cy, "Far", 300)
        for rep, count, days in ((reps[0], 2, 1), (reps[1], 1, 5), (cy, 4, 1)):
            told = Received(elm.id, TODAY - timedelta(days=days), count)
            referrals.add(session, rep, told, submission=f"R{rep.user_id}", now=NOW)
        a_deal(session, reps[0], "Proposal", 1000, forecast="commit", close_date=TODAY)
        a_deal(session, reps[1], "Won", 300, closed_on=TODAY)
        a_deal(session, lee, "Lost", 100, closed_on=TODAY)
        a_deal(session, cy, "Proposal", 777)
        a_goal(session, Whose(PERSON, reps[0].user_id), VISIT, 10, workspace_id)
        a_goal(session, Whose(goals.TEAM, lee.user_id), REFERRAL, 4, workspace_id)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, NOW) as made:
        made.slack.add_person("U4", "Bo Diaz", "America/Chicago")
        made.slack.add_person("U5", "Cy Lone", "America/Chicago")
        furnish(sessions)
        yield made


def opened(it: Clockwork, who: str = "U2") -> Form:
    assert it.slack.open_home(who).ok
    return it.slack.home(who)


def actor(it: Clockwork, slack_id: str) -> Actor:
    return an_actor(it.user(slack_id))


def test_a_manager_reads_how_the_team_does_and_who_needs_help(it: Clockwork) -> None:
    words = opened(it).words
    for line in (
        "*Your team of 3* · 3 touches this week · 50% in cadence · 2 overdue",
        "*In cadence:* A 33% · B 100%",
        "*Needs help:* 1 account far overdue · 1 goal behind pace",
        "Dana Reyes\n1 far overdue · visits behind by 2\n1 touch · 1 of 2 in cadence · 1 overdue",
        "Bo Diaz\n2 touches · 1 of 1 in cadence",
        "*Referrals in:* 2 this week · 3 this month\n3 open: 2 (0–2 days), 1 (3–7 days)",
        "*Pipeline:* 1 open deal, $1,000 · $500 weighted\n"
        "*Q1:* commit $1,300 · best case $1,300 · win rate 50% (1 of 2)",
        "• Referrals 2 of 4 this week · on pace",
    ):
        assert line in words, words
    assert words.index("Dana Reyes") < words.index("Bo Diaz")
    assert "Cy Lone" not in words and "Lee Park" not in words


def choose(form: Form, option: str) -> None:
    """Take the option from the menu of whichever line has it."""
    for block in form.view["blocks"]:
        offered = block.get("accessory", {}).get("options", ())
        if any(one["text"]["text"] == option for one in offered):
            return form.pick(block["text"]["text"], option)
    raise LookupError(option)


def test_a_number_opens_its_rows_and_its_formula(it: Clockwork) -> None:
    opened(it)
    for option, *lines in (
        ("3 touches this week", "Touches: 3 · Mar 9–15", "Elm\nVisit · Tue, Mar 10 · Bo Diaz"),
        ("2 overdue", "Overdue: 2", "Ash\nA · 11 of 10 days · Lee Park"),
        ("A: 1 of 3", "In cadence A: 1 of 3 · 33%", "Fir\nA · 21 of 10 days · overdue"),
        ("1 goal behind pace", "Behind pace: 1", "Dana Reyes\nVisits 0 of 10 this week"),
        ("2 this week", "Referrals in: 2 · Mar 9–15", "Credit: Bo Diaz"),
        ("1 open, 3–7 days", "Open referrals, 3–7 days: 1", "Elm\nNew · Thu, Mar 5"),
        ("$500 weighted", "Weighted: $500", "$1,000 × 50% = $500.00 · Dana Reyes"),
        ("Commit $1,300", "Commit: $1,300 · 2 deals", "Won · $300 · Tue, Mar 10 · Bo Diaz"),
        ("Won 1 of 2 closed", "Win rate: 1 of 2 · 50%", "Lost · $100"),
        ("Referrals 2 of 4 this week · on pace", "Goal: referrals: 2 · Mar 9–10", "Elm"),
    ):
        choose(it.slack.home("U2"), option)
        form = it.slack.form("U2")
        for line in lines:
            assert line in form.words, form.words
        form.close_all()


def test_the_whole_team_opens_with_each_persons_numbers(it: Clockwork) -> None:
    choose(opened(it), "Everyone on the team (3)")
    form = it.slack.form("U2")
    assert "Team: 3" in form.words
    assert "Lee Park\n0 touches · 0 of 1 in cadence · 1 overdue" in form.words
    choose(form, "1 of 2 in cadence")
    assert "In cadence: 1 of 2 · 50%" in it.slack.form("U2").words
    it.slack.form("U2").cancel()
    assert "Team: 3" in it.slack.form("U2").words


def test_the_way_to_the_pipeline_is_a_button(it: Clockwork) -> None:
    opened(it).press("Pipeline")
    assert "*1 open deal* · $1,000" in it.slack.form("U2").words


def test_who_leads_nobody_has_no_team_on_home(it: Clockwork) -> None:
    assert "Your team" not in opened(it, "U1").words
    assert "Your team" not in opened(it, "U5").words


def test_nobody_opens_the_rows_of_people_who_are_not_below_them(it: Clockwork) -> None:
    lee, dana, cy = (actor(it, slack_id) for slack_id in ("U2", "U1", "U5"))
    with reading(it.sessions) as session:
        with pytest.raises(NotYours):
            behind.page(session, lee, f"p{cy.user_id}", TOUCHES, NOW)
        for whose in (TEAM, f"p{lee.user_id}"):
            with pytest.raises(NotAllowed):
                behind.page(session, dana, whose, TOUCHES, NOW)
        assert behind.page(session, lee, TEAM, FAR, NOW).count == 1  # not Cy's
        assert behind.page(session, dana, behind.ALL, behind.OF_DEALS[0], NOW).count == 1


def test_a_rep_reads_their_own_deals_and_opens_what_wants_a_look(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        a_deal(
            session, actor(it, "U1"), amount=200, name="Quiet", staged_on=TODAY - timedelta(days=61)
        )
    tab = opened(it, "U1")
    assert "2 open deals, $1,200 · $520 weighted\n1 stale · 1 due this week, $1,000" in tab.words
    choose(tab, "1 stale")
    assert "Stale: 1" in it.slack.form("U1").words and "Quiet" in it.slack.form("U1").words
    it.slack.form("U1").close_all()
    choose(it.slack.home("U1"), "1 due this week, $1,000")
    assert "Due this week: $1,000 · 1 deal · Mar 9–15" in it.slack.form("U1").words
    it.slack.form("U1").close_all()
    it.slack.home("U1").press("Pipeline")
    assert "*2 open deals*" in it.slack.form("U1").words


def test_a_long_list_of_rows_is_turned_page_by_page(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        bo = actor(it, "U4")
        for number in range(45):
            past(session, bo, f"Clinic {number}", 30)
    choose(opened(it), "46 accounts far overdue")
    form = it.slack.form("U2")
    assert "Rows 1–40 of 46." in form.words
    form.press("Next 40")
    assert it.slack.form("U2").words.count("30 of 10 days") == 5
    it.slack.form("U2").press("Back")
    assert "Rows 1–40 of 46." in it.slack.form("U2").words


@pytest.mark.parametrize("every", [False, True])
def test_a_managers_home_fits_slack_however_much_there_is(sessions: Sessions, every: bool) -> None:
    with sessions.begin() as session:
        lee = a_rep(session, "U1", role=users.MANAGER)
        many(session, lee, 100)
        for number in range(2, 60):
            rep = a_user(session, a_workspace(session), f"U{number}", name="Dana " * 20)
            rep.manager_id = lee.user_id
            if number < 20:
                an_account(
                    session,
                    lee.workspace_id,
                    "Oak",
                    owner=an_actor(rep),
                    owned_since=TODAY - timedelta(days=99),
                    tier="ABCD"[number % 4],
                )
        for kind in goals.KINDS:
            a_goal(session, Whose(goals.TEAM, lee.user_id), kind, 90, lee.workspace_id)
        a_deal(session, lee, amount=5)
        shown = home.of(session, lee.workspace_id, lee.user_id, NOW)
        view = views.view(shown, every=every)
        assert shown.board is not None and len(shown.board.people) == 59
        whole = behind.page(session, lee, TEAM, behind.PEOPLE, NOW)
    assert problems_in_view(view) == []
    assert problems_in_view(rows.form(whole, TODAY)) == []


def test_a_board_takes_the_same_number_of_reads_however_large_the_team(
    each_database: Database,
) -> None:
    counts = []
    for size in (2, 30):
        with each_database.sessions.begin() as session:
            lee = a_rep(session, f"M{size}", role=users.MANAGER)
            for number in range(size):
                rep = a_user(session, a_workspace(session), f"R{size}-{number}")
                rep.manager_id = lee.user_id
                a_touch(session, an_actor(rep), past(session, an_actor(rep), "Oak", 30))
                a_goal(session, Whose(PERSON, rep.id), VISIT, 5, lee.workspace_id)
        with reading(each_database.sessions) as session:
            engine = session.get_bind()
            assert isinstance(engine, Engine)
            with statements(engine) as said:
                boards.of(session, lee, TODAY, NOW)
        counts.append(len(said))
    assert counts[0] == counts[1] <= 14, counts
