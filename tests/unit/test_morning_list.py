"""What stands on the morning's list, in which order, why, and how a promise is settled there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.sandbox.world import Message
from models import accounts, follow_ups, pipeline, put_off, referrals
from models.accounts import Account
from models.db import Sessions
from models.follow_ups import FollowUp
from models.phi import Clean
from models.referrals import Received
from models.users import Actor
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_rep, an_account, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T13:30:10Z")
"""Ten seconds past half past seven in Chicago."""

TODAY = date(2026, 11, 20)


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, FRIDAY) as made:
        yield made


def a_step(
    session: Session,
    rep: Actor,
    text: str,
    days: int = 0,
    *,
    kind: str = follow_ups.PROMISE,
    account: Account | None = None,
) -> int:
    """An open promise (or follow-up) that is due so many days from today; its id."""
    step = FollowUp(
        workspace_id=rep.workspace_id,
        kind=kind,
        account_id=account.id if account else None,
        user_id=rep.user_id,
        text=Clean(text),
        due_on=TODAY + timedelta(days=days),
        created_at=FRIDAY,
    )
    session.add(step)
    session.flush()
    return step.id


def an_overdue(session: Session, rep: Actor, name: str, days: int, tier: str = "A") -> Account:
    since = TODAY - timedelta(days=days)
    return an_account(session, rep.workspace_id, name, owner=rep, owned_since=since, tier=tier)


def refers(session: Session, rep: Actor, account: Account, count: int, days_ago: int) -> None:
    told = Received(account.id, TODAY - timedelta(days=days_ago), count)
    key = f"V{account.id}-{days_ago}"
    referrals.add(session, rep, told, submission=key, now=FRIDAY)


def a_morning(it: Clockwork) -> Message:
    it.plan()
    it.send()
    return it.said()[-1]


def after(it: Clockwork, message: Message) -> Message:
    it.send()
    return reread(it, message)


def step_of(it: Clockwork, step_id: int) -> tuple[str, date | None, date | None]:
    with it.sessions() as session:
        step = session.get_one(FollowUp, step_id)
        return step.status, step.due_on, step.hidden_until


def in_order(words: str, *parts: str) -> bool:
    places = [words.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_the_list_goes_by_lateness_tier_and_referrals_that_fell(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        marys = an_overdue(session, rep, "St. Mary's", 13)  # 13/10 x 4 = 5.2
        an_overdue(session, rep, "Oak", 15)  # 15/10 x 4 = 6
        elm = an_overdue(session, rep, "Elm", 15)  # 6, and by name before Oak
        an_overdue(session, rep, "Birch", 60, "B")  # 60/21 x 2 = 5.7
        an_overdue(session, rep, "Cedar", 250, "C")  # 250/45 = 5.6
        an_overdue(session, rep, "Dogwood", 1300, "D")  # 1300/120 x 0.5 = 5.4
        for days_ago, count in ((1, 1), (89, 1), (90, 2), (179, 3), (180, 9)):
            refers(session, rep, marys, count, days_ago)  # 2, were 5: 5.2 x 1.25 = 6.5
        refers(session, rep, elm, 3, 100)
        refers(session, rep, elm, 3, 5)  # as many as before
        told = Received(elm.id, TODAY - timedelta(days=100), 5, direction=referrals.OUT)
        referrals.add(session, rep, told, submission="out", now=FRIDAY)
        found = accounts.overdue(session, rep.workspace_id, rep.user_id, TODAY)
    names = ["St. Mary's", "Elm", "Oak", "Birch", "Cedar", "Dogwood"]
    assert [one.name for one in found] == names
    assert [(one.referrals, one.referrals_before) for one in found[:2]] == [(2, 5), (3, 3)]


def test_each_line_says_why_it_is_there(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session))
        marys = an_overdue(session, rep, "St. Mary's", 19)
        refers(session, rep, marys, 2, 10)
        refers(session, rep, marys, 5, 100)
        a_step(session, rep, "bring flyers", -3, kind=follow_ups.NEXT_STEP)
        a_step(session, rep, "send the stroke brochure", account=marys)
        a_step(session, rep, "call the DON", -8)
        a_step(session, rep, "next week's", 3)
    message = a_morning(it)
    heading = "2 promises and 1 follow-up are due, and 1 account is overdue for a touch."
    assert in_order(
        message.words,
        f"Good morning. {heading}",
        "Promised: call the DON\noverdue since Thu, Nov 12",
        "Promised: send the stroke brochure\nSt. Mary's · due today",
        "Follow up: bring flyers\noverdue since Tue, Nov 17",
        "St. Mary's\nA account · 19 of 10 days · referrals down (2, were 5) · no touch yet",
    )
    assert "next week's" not in message.words
    assert message.text.startswith("Good morning. 2 promises") and "call the DON" in message.text
    assert "Promised: call the DON" in say(it, "U1", "today").words


def test_a_promise_alone_is_worth_a_message(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        a_step(session, an_actor(a_person(session)), "send the flyer")
    assert "Good morning. 1 promise is due." in a_morning(it).words


def test_done_in_the_message_and_back(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        step = a_step(session, an_actor(a_person(session, overdue=1)), "send the flyer")
    message = a_morning(it)
    it.slack.press("U1", message, "Done")
    message = after(it, message)
    assert "Done: send the flyer" in message.words
    assert "Good morning. 1 account is overdue for a touch" in message.words
    assert step_of(it, step) == (follow_ups.DONE, TODAY, None)
    it.slack.press("U1", message, "Undo")
    message = after(it, message)
    assert "Promised: send the flyer\ndue today" in message.words
    assert step_of(it, step) == (follow_ups.OPEN, TODAY, None)


def test_tomorrow_it_is_back_and_no_less_overdue(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = a_person(session, overdue=1)
        user.work_days = 0b1111111
        step = a_step(session, an_actor(user), "send the flyer", -1)
    message = a_morning(it)
    it.slack.press("U1", message, "Tomorrow")
    message = after(it, message)
    assert "Off your list until tomorrow: send the flyer" in message.words
    assert step_of(it, step) == (follow_ups.OPEN, date(2026, 11, 19), date(2026, 11, 21))
    assert "Promised" not in say(it, "U1", "today").words
    it.slack.open_home("U1")
    later = it.slack.home("U1").words.partition("Later this week")[2]
    assert "You promised: send the flyer\noverdue since Thu, Nov 19" in later
    it.wait(days=1)
    assert "Promised: send the flyer\noverdue since Thu, Nov 19" in a_morning(it).words


def test_under_todays_list_a_promise_is_settled_in_its_place(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        step = a_step(session, an_actor(a_person(session)), "send the flyer")
    said = say(it, "U1", "today")
    assert "Not useful" not in said.buttons  # they asked for it
    it.slack.press("U1", said, "Tomorrow")
    assert "Off your list until tomorrow: send the flyer" in reread(it, said).words
    it.slack.press("U1", reread(it, said), "Undo")
    assert "Promised: send the flyer" in reread(it, said).words
    it.slack.press("U1", reread(it, said), "Done")
    assert step_of(it, step)[0] == follow_ups.DONE


def test_after_days_without_touchbase_one_message_has_it_all(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session))
        for days in (0, 1, 4):
            a_step(session, rep, f"promise {days}", days)
    it.wait(days=5)  # Wednesday; Thursday is Thanksgiving
    a_morning(it)
    (message,) = it.said()
    assert "3 promises are due" in message.words
    assert "Promised: promise 0\noverdue since Fri, Nov 20" in message.words


def test_a_line_past_the_fifth_has_all_its_buttons_in_a_menu(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session, overdue=9))
        for number in range(6):
            a_step(session, rep, f"promise {number}", number - 5)
    message = a_morning(it)
    assert it.slack.press("U1", message, "Show all 15")
    message = after(it, message)
    menu = "reminder_more"
    it.slack.select("U1", message, menu, "Done")
    it.slack.select("U1", message, menu, "Snooze 3 days", nth=1)
    it.slack.select("U1", message, menu, "Not now…", nth=2)
    form = it.slack.form("U1")
    assert "Clinic 7 of U1" in form.words
    form.pick("Reason", "On leave")
    form.save()
    message = after(it, message)
    assert "Done: promise 5" in message.words
    assert "Snoozed Clinic 6 of U1 until Mon, Nov 23" in message.words
    assert "Snoozed Clinic 7 of U1 until Mon, Nov 30" in message.words
    it.slack.select("U1", message, menu, "Log a visit")
    assert it.slack.form("U1").value("Account") == "Clinic 8 of U1"


def test_neither_snooze_nor_not_now_nor_tomorrow_makes_anybody_look_better(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = an_actor(a_person(session, overdue=2))
        step = a_step(session, rep, "send the flyer", -1)

        def standing() -> tuple[object, ...]:
            session.flush()
            week = pipeline.summary(
                session, rep.workspace_id, {rep.user_id}, monday=date(2026, 11, 16)
            ).week
            due = [account.due_on for account in session.query(Account).order_by(Account.id)]
            return week.kept, due, session.get_one(FollowUp, step).due_on

        before = standing()
        first, second = session.query(Account).order_by(Account.id)
        put_off.for_days(session, rep, first.id, 7, FRIDAY)
        put_off.until_next_round(session, rep, second.id, "on leave", FRIDAY)
        follow_ups.put_off(session, rep, step, TODAY + timedelta(days=1))
        assert standing() == before
        assert not accounts.overdue(session, rep.workspace_id, rep.user_id, TODAY)


def test_nobody_settles_a_colleagues_promise(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        step = a_step(session, an_actor(a_person(session)), "send the flyer")
        a_person(session, "U2")
    message = a_morning(it)
    for label in ("Done", "Tomorrow"):
        it.slack.press("U2", message, label)
        assert "can't find that among yours" in it.slack.ephemerals("U2")[-1].words
    assert step_of(it, step) == (follow_ups.OPEN, TODAY, None)


def test_a_visit_logged_from_the_message_leaves_its_list(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        a_person(session, overdue=2)
    message = a_morning(it)
    it.slack.press("U1", message, "Log a visit")
    assert it.slack.form("U1").save()
    assert "1 account is overdue for a touch" in after(it, message).words
