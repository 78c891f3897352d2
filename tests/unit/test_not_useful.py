"""Whether messages move anybody: what is done from them, and who says they are of no use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.sandbox.world import Message
from models import acting, deliveries, verdicts
from models.acting import Rate
from models.db import Sessions
from models.deliveries import Delivery, Owed
from models.users import User
from models.verdicts import NotUseful
from scheduler import upkeep
from tests.by_the_clock import Clockwork, a_person
from tests.conftest import Database
from tests.make import a_user, a_workspace, an_actor, at
from tests.touchbase_in_slack import reread, touchbase

FRIDAY = at("2026-11-20T13:30:10Z")
"""Ten seconds past half past seven in Chicago."""


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, FRIDAY) as made:
        yield made


def a_morning(it: Clockwork, overdue: int = 2) -> Message:
    with it.sessions.begin() as session:
        a_person(session, "U1", overdue=overdue, now=FRIDAY - timedelta(days=1))
    it.plan()
    it.send()
    return it.said()[-1]


def acted(it: Clockwork) -> tuple[str | None, object]:
    row = it.row(kind=deliveries.REMINDER, changes_id=None, state=deliveries.SENT)
    return row.acted, row.acted_at


def verdicts_kept(it: Clockwork) -> list[str]:
    with it.sessions() as session:
        return [row.kind for row in session.query(NotUseful)]


@pytest.mark.parametrize(
    ("does", "noted"),
    [("snooze", "snoozed"), ("not now", "skipped"), ("log", "logged"), ("from a card", "logged")],
)
def test_what_is_done_from_a_message_is_noted_once(it: Clockwork, does: str, noted: str) -> None:
    message = a_morning(it)
    it.wait(minutes=5)
    when = it.clock()
    if does == "snooze":
        it.slack.select("U1", message, "Snooze", "1 day")
    elif does == "not now":
        it.slack.press("U1", message, "Not now…")
        form = it.slack.form("U1")
        form.pick("Reason", "On leave")
        form.save()
    else:
        it.slack.press("U1", message, "Log a visit")
        form = it.slack.form("U1")
        if does == "log":
            form.save()
        else:  # closed by mistake, and saved from what was kept
            form.fill("Notes", "Left flyers")
            form.cancel()
            it.send()
            it.slack.press("U1", it.said()[-1], "Save")
    assert acted(it) == (noted, when)
    it.send()
    it.wait(minutes=5)
    it.slack.select("U1", reread(it, message), "Snooze", "1 week")
    assert acted(it) == (noted, when)


def test_looking_at_the_whole_list_is_not_acting_on_it(it: Clockwork) -> None:
    message = a_morning(it, overdue=7)
    it.slack.press("U1", message, "Show all 7")
    it.wait(hours=1)
    it.slack.command("U1", "/touchbase", "today")
    assert acted(it) == (None, None)


def test_not_useful_is_noted_once_answered_and_taken_back(it: Clockwork) -> None:
    message = a_morning(it)
    for _tap in range(2):
        it.slack.press("U1", message, "Not useful")
    assert verdicts_kept(it) == [deliveries.REMINDER]
    assert acted(it)[0] == "not_useful"
    answer = it.slack.ephemerals("U1")[-1]
    assert "Thanks, noted. Fewer of these?" in answer.words
    it.slack.press("U1", answer, "Undo")
    assert "Undone" in reread(it, answer).words
    assert verdicts_kept(it) == []


def test_who_wants_none_of_them_stops_them_there(it: Clockwork) -> None:
    message = a_morning(it)
    it.slack.press("U1", message, "Not useful")
    answer = it.slack.ephemerals("U1")[-1]
    it.slack.press("U1", answer, "Stop morning messages")
    assert "no more morning messages" in reread(it, answer).words
    assert not it.user().reminders_on


def test_a_message_is_judged_by_its_own_reader_a_channels_by_anybody(it: Clockwork) -> None:
    message = a_morning(it)
    with it.sessions.begin() as session:
        a_person(session, "U2")
    it.slack.press("U2", message, "Not useful")
    assert "can't find that among yours" in it.slack.ephemerals("U2")[-1].words
    with it.sessions.begin() as session:
        session.query(Delivery).update({"user_id": None, "kind": deliveries.DIGEST})
    it.slack.press("U2", message, "Not useful")
    answer = it.slack.ephemerals("U2")[-1]
    assert answer.words.startswith("Thanks, noted.\n") and answer.buttons == ["Undo"]
    assert verdicts_kept(it) == [deliveries.DIGEST]


def a_message(session: Session, user: User, key: str, days_ago: int, **columns: object) -> Delivery:
    told = Owed(key, deliveries.REMINDER, "U1", FRIDAY, user_id=user.id)
    row_id = deliveries.owe(session, user.workspace_id, told, FRIDAY)
    row = session.get_one(Delivery, row_id)
    row.state, row.done_at = deliveries.SENT, FRIDAY - timedelta(days=days_ago)
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()
    return row


def test_the_rate_counts_what_came_unasked_and_was_acted_on_in_48_hours(
    each_database: Database,
) -> None:
    with each_database.sessions.begin() as session:
        user = a_user(session, a_workspace(session))
        for number, hours in enumerate((1, 48, 49)):
            row = a_message(session, user, f"late {number}", 3)
            acting.note(session, row, acting.DONE, FRIDAY - timedelta(days=3, hours=-hours))
        useless = a_message(session, user, "digest", 1, kind=deliveries.DIGEST)
        verdicts.say(session, an_actor(user), useless, FRIDAY)
        a_message(session, user, "asked for", 1, priority=deliveries.ANSWER_FIRST)
        a_message(session, user, "not sent", 1, state=deliveries.EXPIRED)
        a_message(session, user, "the week before", 8)
        a_message(session, user, "shown anew", 1, changes_id=useless.id)
        elsewhere = a_user(session, a_workspace(session, "T2"), "U1")
        a_message(session, elsewhere, "theirs", 1)
        found = acting.rates(session, user.workspace_id, FRIDAY - timedelta(days=7), FRIDAY)
        assert found == {"reminder": Rate(3, 2, 0), "digest": Rate(1, 0, 1)}


def test_what_was_thought_of_a_message_goes_with_it(it: Clockwork) -> None:
    it.slack.press("U1", a_morning(it), "Not useful")
    it.machine.wait(days=31)
    assert upkeep.forget(it.road) == 1
    assert verdicts_kept(it) == []


def test_a_visit_from_somebody_elses_message_counts_for_nobody(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        a_person(session, "U2")
    message = a_morning(it)
    it.slack.press("U2", message, "Log a visit")
    assert it.slack.form("U2").save()
    assert acted(it) == (None, None)
