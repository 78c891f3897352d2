"""The Home tab: today's list, the week, the last touches, and its buttons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bot.sandbox import faults
from bot.sandbox.form import Form
from bot.sandbox.limits import problems_in_view
from handlers.views import home as views
from models import deliveries, drafts, follow_ups, home
from models.accounts import Account
from models.db import Sessions, reading
from models.errors import NotYours
from models.follow_ups import FollowUp
from models.phi import Clean
from models.touches import Touch
from models.users import Actor
from tests.by_the_clock import Clockwork
from tests.conftest import Database
from tests.make import NOW, a_rep, a_touch, a_user, a_workspace, an_account, an_actor
from tests.touchbase_in_slack import touchbase

TODAY = date(2026, 3, 10)  # a Tuesday
TEAM = "T0SANDBOX"
NASTY = "<!channel> *bold* & `code` \u202eright\u202c \N{FAMILY} " * 6


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, NOW) as made:
        with sessions.begin() as session:
            a_user(session, a_workspace(session, TEAM))
        yield made


def dana(session: Session) -> Actor:
    return an_actor(a_user(session, a_workspace(session, TEAM)))


def opened(it: Clockwork) -> Form:
    assert it.slack.open_home("U1").ok
    return it.slack.home("U1")


def an_overdue(session: Session, rep: Actor, name: str, days: int = 30) -> Account:
    since = TODAY - timedelta(days=days)
    return an_account(session, rep.workspace_id, name, owner=rep, owned_since=since)


def a_step(
    session: Session,
    rep: Actor,
    text: str,
    due_on: date,
    kind: str = follow_ups.NEXT_STEP,
    account: Account | None = None,
) -> FollowUp:
    step = FollowUp(
        workspace_id=rep.workspace_id,
        kind=kind,
        account_id=account.id if account else None,
        user_id=rep.user_id,
        text=Clean(text),
        due_on=due_on,
        created_at=NOW,
    )
    session.add(step)
    session.flush()
    return step


def many(session: Session, rep: Actor, accounts: int) -> None:
    """So many accounts long overdue, some due this week, touches and follow-ups to match."""
    for number in range(accounts):
        days = 30 + number % 7 if number % 5 else 8
        place = an_overdue(session, rep, f"{number} {NASTY[:110]}", days=days)
        if number < 40:
            a_touch(session, rep, place, days_ago=11 + number % 3, note="Left flyers. " * 200)
            kind = follow_ups.PROMISE if number % 2 else follow_ups.TASK
            a_step(session, rep, NASTY[:300], TODAY + timedelta(days=number % 6 - 1), kind, place)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_home_lists_what_is_due_with_the_button_that_settles_it(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        marys = an_overdue(session, rep, "St. Mary's Medical Center", days=19)
        an_overdue(session, rep, "Oak Clinic", days=8)  # 2 days left of 10: due on Thursday
        a_step(session, rep, "Outcomes flyer", TODAY, follow_ups.PROMISE, marys)
    tab = opened(it)
    assert "You promised: Outcomes flyer · St. Mary's Medical Center\ndue today" in tab.words
    assert "St. Mary's Medical Center\nA account · 19 of 10 days · no touch yet" in tab.words
    later = tab.words.partition("Later this week")[2]
    assert "Oak Clinic\nA account · due Thu, Mar 12" in later


def test_a_new_rep_reads_what_to_do_first(it: Clockwork) -> None:
    words = opened(it).words
    assert (
        "You have no accounts yet. Log a visit to one without an owner, and it becomes yours."
        in words
    )
    assert "Nothing logged yet. After your next visit, press Log a visit." in words
    assert "Morning message: 7:30 AM, Mon–Fri" in words


def test_nothing_due_says_what_comes_next(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        an_account(session, rep.workspace_id, "Oak Clinic", owner=rep, tier="B")
    assert "Nothing is due today. Next: Oak Clinic, due by Tue, Mar 31." in opened(it).words


def test_done_takes_a_follow_up_off_the_list_and_undo_brings_it_back(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        step = a_step(session, dana(session), "Send the flyer", TODAY - timedelta(days=1))
    tab = opened(it)
    assert "Send the flyer\noverdue since Mon, Mar 9" in tab.words
    tab.press("Done")
    tab = it.slack.home("U1")
    assert "Done: Send the flyer" in tab.words
    with it.sessions() as session:
        assert session.get_one(FollowUp, step.id).status == follow_ups.DONE
    tab.press("Undo")
    assert "Send the flyer\noverdue since Mon, Mar 9" in it.slack.home("U1").words
    it.slack.home("U1").press("Done")
    assert "Send the flyer" not in opened(it).words


def test_nobody_can_settle_a_colleagues_follow_up(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep, other = a_rep(session), a_rep(session, "U2")
        step = a_step(session, rep, "Send the flyer", TODAY)
        with pytest.raises(NotYours):
            follow_ups.finish(session, other, step.id, NOW.date())
        assert step.status == follow_ups.OPEN


def test_the_week_and_the_one_before_are_counted(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        marys = an_account(session, rep.workspace_id, owner=rep)
        a_touch(session, rep, marys, days_ago=0, referrals=2)
        a_touch(session, rep, marys, days_ago=1, type="call")
        a_touch(session, rep, marys, days_ago=6)
    words = opened(it).words
    assert "2 touches · 1 account reached · 2 referrals in" in words
    assert "Last week: 1 touch · 1 account reached · 0 referrals in" in words


def test_a_visit_logged_from_home_is_on_home_once_it_is_saved(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        an_overdue(session, rep, "St. Mary's Medical Center")
    opened(it).press("Log a visit")
    assert it.slack.form("U1").save()
    assert "30 of 10 days" in it.slack.home("U1").words  # not before the delivery
    it.send()
    words = it.slack.home("U1").words
    assert "30 of 10 days" not in words
    assert "Visit · St. Mary's Medical Center · today" in words
    assert it.row(kind=home.HOME).state == deliveries.SENT


def test_the_button_on_top_opens_the_empty_form(it: Clockwork) -> None:
    opened(it).press("+ Log a visit")
    form = it.slack.form("U1")
    assert (form.title, form.value("Account")) == ("Log a visit", None)


def test_an_unfinished_visit_can_be_taken_up_or_thrown_away(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        drafts.add(
            session,
            rep,
            "form:V1",
            drafts.FORM,
            now=NOW,
            said_at=NOW,
            state={"type": "visit", "account": ["a:1", "St. Mary's"], "note": "Asked for flyers"},
        )
    tab = opened(it)
    assert "St. Mary's, 10:00 AM" in tab.words
    tab.press("Resume")
    assert it.slack.form("U1").value("Notes") == "Asked for flyers"
    it.slack.home("U1").press("Discard")
    it.send()
    assert "St. Mary's" not in it.slack.home("U1").words


def test_only_what_may_still_be_edited_has_an_edit_button(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        marys = an_account(session, rep.workspace_id, owner=rep)
        a_touch(session, rep, marys, days_ago=9, now=NOW - timedelta(days=9), note="old one")
        gone = a_touch(session, rep, marys, days_ago=1, note="words taken out")
        session.get_one(Touch, gone).redacted_at = NOW
        a_touch(session, rep, marys, note="fresh one")
    tab = opened(it)
    assert tab.words.count("Edit") == 1
    assert "redacted" in tab.words and "words taken out" not in tab.words
    tab.press("Edit")
    assert it.slack.form("U1").value("Notes") == "fresh one"


def test_a_long_list_is_cut_and_shown_whole_on_demand(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        rep = dana(session)
        for number in range(12):
            an_overdue(session, rep, f"Clinic {number}")
        a_step(session, rep, "Send the flyer", TODAY)
    tab = opened(it)
    assert tab.words.count("of 10 days") == 5
    tab.press("Show all 13")
    tab = it.slack.home("U1")
    assert tab.words.count("of 10 days") == 12
    tab.press("Done")
    assert it.slack.home("U1").words.count("of 10 days") == 12  # it stays as long as it was


@pytest.mark.parametrize("accounts", [0, 5, 500])
@pytest.mark.parametrize("every", [False, True])
def test_home_fits_slack_however_much_there_is(
    sessions: Sessions, accounts: int, every: bool
) -> None:
    with sessions.begin() as session:
        rep = a_rep(session)
        many(session, rep, accounts)
        for number in range(4):
            drafts.add(
                session,
                rep,
                f"form:V{number}",
                drafts.FORM,
                now=NOW,
                said_at=NOW,
                state={"type": "visit", "note": NASTY * 8},
            )
        shown = home.of(session, rep.workspace_id, rep.user_id, NOW)
    view = views.view(shown, every=every)
    assert problems_in_view(view) == []
    if accounts == 500:
        assert len(shown.overdue) > 300
        assert ("Show all" in str(view)) is not every


def test_home_takes_the_same_number_of_reads_however_much_there_is(
    each_database: Database,
) -> None:
    counts = []
    for number, accounts in enumerate((0, 5, 500)):
        with each_database.sessions.begin() as session:
            rep = a_rep(session, f"U{number}")
            many(session, rep, accounts)
        with reading(each_database.sessions) as session:
            engine = session.get_bind()
            assert isinstance(engine, Engine)
            with statements(engine) as said:
                home.of(session, rep.workspace_id, rep.user_id, NOW)
        counts.append(len(said))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 16


def test_opening_the_messages_tab_publishes_nothing(it: Clockwork) -> None:
    assert it.slack.open_home("U1", "messages").ok
    assert it.slack.home_of("U1") is None


def test_a_refresh_that_fails_is_given_up_and_holds_nothing_else_up(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        home.owe_refresh(session, dana(session), key="V1", now=NOW)
        home.owe_refresh(session, dana(session), key="V1", now=NOW)  # the second of two taps
    it.slack.faults.next("views.publish", faults.reset(after=True))
    it.send()
    row = it.row(kind=home.HOME)
    assert row.state == deliveries.DEAD
    it.wait(minutes=30)
    it.send()
    it.settle()
    assert it.slack.calls_of("conversations.history") == []
    assert it.row(kind=home.HOME).state == deliveries.DEAD


def test_a_refresh_that_waited_too_long_is_not_sent(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        home.owe_refresh(session, dana(session), key="V1", now=NOW)
    it.wait(minutes=11)
    it.send()
    assert it.slack.calls_of("views.publish") == []
    with it.sessions() as session:
        states = session.scalars(select(deliveries.Delivery.state)).all()
    assert states == [deliveries.EXPIRED]
