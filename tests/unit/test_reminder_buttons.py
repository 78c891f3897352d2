"""The buttons on the list of accounts past due: in the morning message and under today's list."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select

from bot.sandbox.world import Message
from models import accounts, put_off, users
from models.accounts import Account, Snooze
from models.db import Sessions
from models.deliveries import Delivery
from models.errors import NoLongerYours
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_rep, an_account, an_actor, at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T13:30:10Z")
"""Ten seconds past half past seven in Chicago."""

CLINIC = "Clinic 1 of U1"


def a_morning(it: Clockwork, overdue: int = 2) -> Message:
    """The rep's morning message, sent; all accounts are in tier A and equally overdue."""
    with it.sessions.begin() as session:
        a_person(session, "U1", overdue=overdue)
    it.plan()
    it.send()
    (message,) = it.said("U1")
    return message


def after(it: Clockwork, message: Message) -> Message:
    """The message once what its button asked for has been sent."""
    it.send()
    return reread(it, message)


def snoozes(it: Clockwork) -> list[tuple[str, date, str | None]]:
    with it.sessions() as session:
        rows = session.execute(
            select(Account.name, Snooze.hidden_until, Snooze.reason).join(
                Snooze, Snooze.account_id == Account.id
            )
        )
        return [tuple(row) for row in rows]


def due_days(it: Clockwork) -> list[date | None]:
    with it.sessions() as session:
        return list(session.scalars(select(Account.due_on).order_by(Account.id)))


@pytest.mark.parametrize(
    ("choice", "until", "shown"),
    [("1 day", 21, "Sat, Nov 21"), ("3 days", 23, "Mon, Nov 23"), ("1 week", 27, "Fri, Nov 27")],
)
def test_a_snoozed_account_leaves_the_morning_message_until_its_day(
    sessions: Sessions, choice: str, until: int, shown: str
) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message, due = a_morning(it), due_days(it)
        it.wait(minutes=5)
        assert it.slack.select("U1", message, "Snooze", choice).ok
        message = after(it, message)
        assert "1 account is overdue for a touch" in message.words
        assert f"Snoozed {CLINIC} until {shown}" in message.words
        assert snoozes(it) == [(CLINIC, date(2026, 11, until), None)]
        assert due_days(it) == due  # adherence is reckoned from these


def test_an_undo_brings_the_account_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        it.wait(minutes=5)
        it.slack.select("U1", message, "Snooze", "1 week")
        message = after(it, message)
        it.slack.press("U1", message, "Undo")
        it.slack.press("U1", message, "Undo")
        message = after(it, message)
        assert "2 accounts are overdue for a touch" in message.words
        assert "Snoozed" not in message.words
        assert snoozes(it) == []


def test_a_double_tap_on_snooze_is_one_snooze(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        it.wait(minutes=5)
        taps = [
            threading.Thread(target=it.slack.select, args=("U1", message, "Snooze", "3 days"))
            for _ in range(4)
        ]
        for tap in taps:
            tap.start()
        for tap in taps:
            tap.join()
        assert snoozes(it) == [(CLINIC, date(2026, 11, 23), None)]
        assert it.slack.ephemerals("U1") == []  # nobody was told that something broke
        assert after(it, message).words.count("Snoozed") == 1


def test_taps_at_the_same_moment_hide_the_account_once(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        rep = a_rep(session)
        account_id = an_account(session, rep.workspace_id, owner=rep).id
    taps = 6
    ready = threading.Barrier(taps)
    outcomes: list[object] = []

    def tap() -> None:
        session = each_database.sessions()
        session.connection()  # connected, so that all begin at once
        session.rollback()
        ready.wait()
        try:
            with session, session.begin():
                outcomes.append(put_off.for_days(session, rep, account_id, 3, FRIDAY).until)
        except Exception as fault:
            outcomes.append(fault)

    threads = [threading.Thread(target=tap) for _ in range(taps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [date(2026, 11, 23)] * taps


def test_not_now_asks_why_and_hides_the_account_until_its_next_round(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message, due = a_morning(it), due_days(it)
        it.wait(minutes=5)
        it.slack.press("U1", message, "Not now…")
        form = it.slack.form("U1")
        assert form.title == "Not now"
        assert CLINIC in form.words
        form.save()
        assert form.is_open  # a reason is required
        form.pick("Reason", "Waiting for them")
        assert form.save()
        assert not form.is_open
        # Tier A is touched every ten days at the latest: 20 November and ten days.
        assert snoozes(it) == [(CLINIC, date(2026, 11, 30), "waiting for them")]
        assert f"Snoozed {CLINIC} until Mon, Nov 30" in after(it, message).words
        assert due_days(it) == due


def test_under_todays_list_the_form_itself_says_until_when(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_morning(it)
        said = say(it, "U1", "today")
        it.slack.press("U1", said, "Not now…")
        form = it.slack.form("U1")
        form.pick("Reason", "On leave")
        form.save()
        assert f"{CLINIC} stays off your list until Mon, Nov 30." in it.slack.form("U1").words


def test_todays_list_changes_in_its_place(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_morning(it)
        said = say(it, "U1", "today")
        it.slack.select("U1", said, "Snooze", "1 day")
        said = reread(it, said)
        assert "1 account is overdue for a touch" in said.words
        assert f"Snoozed {CLINIC} until Sat, Nov 21" in said.words
        it.slack.press("U1", said, "Undo")
        assert "2 accounts are overdue for a touch" in reread(it, said).words


def test_with_all_put_off_the_list_says_when_the_first_comes_back(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        a_morning(it, overdue=1)
        said = say(it, "U1", "today")
        it.slack.select("U1", said, "Snooze", "3 days")
        assert f"Next: {CLINIC}, back on your list on Mon, Nov 23." in reread(it, said).words


@pytest.mark.parametrize("morning", [True, False])
def test_show_all_shows_the_rest_in_the_place_of_the_few(sessions: Sessions, morning: bool) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it, overdue=8)
        if not morning:
            message = say(it, "U1", "today")
        assert message.buttons.count("Log a visit") == 5
        it.slack.press("U1", message, "Show all 8")
        message = after(it, message)
        assert message.words.count("of 10 days") == 8
        assert not any(label.startswith("Show all") for label in message.buttons)


def test_a_morning_message_shown_whole_stays_whole(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it, overdue=8)
        it.slack.press("U1", message, "Show all 8")
        message = after(it, message)
        it.wait(minutes=5)
        it.slack.select("U1", message, "Snooze", "1 week")
        assert after(it, message).words.count("of 10 days") == 7


def test_an_account_that_is_somebody_elses_by_now_is_left_alone(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        with it.sessions.begin() as session:
            lee = a_person(session, "U2")
            for account in session.scalars(select(Account)):
                accounts.give(session, account, lee.id, date(2026, 11, 20))
        it.slack.select("U1", message, "Snooze", "1 day")
        assert "isn't yours any more" in it.slack.ephemerals("U1")[-1].words
        it.slack.press("U1", message, "Not now…")
        assert "isn't yours any more" in it.slack.ephemerals("U1")[-1].words
        assert snoozes(it) == []


def test_an_account_that_is_gone_is_said_to_be_gone(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        it.slack.press("U1", message, "Not now…")
        form = it.slack.form("U1")
        form.pick("Reason", "Account closed")
        with it.sessions.begin() as session:
            for account in session.scalars(select(Account)):
                account.archived_at = it.clock()
        form.save()
        assert "That account is gone" in form.errors["Reason"]
        it.slack.select("U1", message, "Snooze", "1 day")
        assert "That account is gone" in it.slack.ephemerals("U1")[-1].words


def test_a_message_nobody_remembers_turns_into_todays_list(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        with it.sessions.begin() as session:
            for row in session.scalars(select(Delivery)):  # what upkeep does after a month
                session.delete(row)
        it.slack.select("U1", message, "Snooze", "1 week")
        assert "1 account is overdue for a touch" in reread(it, message).words
        assert snoozes(it) == [(CLINIC, date(2026, 11, 27), None)]


def test_somebody_elses_message_cannot_be_changed(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        message = a_morning(it)
        with it.sessions.begin() as session:
            a_person(session, "U2", overdue=1)
        it.slack.select("U2", message, "Snooze", "1 day")
        assert "can't find that among yours" in it.slack.ephemerals("U2")[-1].words
        assert snoozes(it) == []


def test_an_account_of_another_workspace_is_out_of_reach(sessions: Sessions) -> None:
    with sessions.begin() as session:
        rep = a_rep(session, "U1")
        other = an_actor(a_person(session, "U1"))
        theirs = an_account(session, other.workspace_id, owner=other)
        with pytest.raises(accounts.NoSuchAccount):
            put_off.for_days(session, rep, theirs.id, 1, FRIDAY)
        mine = an_account(session, rep.workspace_id, owner=rep)
        lee = a_rep(session, "U2", role=users.ADMIN)
        with pytest.raises(NoLongerYours):
            put_off.for_days(session, lee, mine.id, 1, FRIDAY)
