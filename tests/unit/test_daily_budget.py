"""How many messages a day come unasked: one list, or two; the rest waits, unless it is urgent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models import deliveries, follow_ups, users
from models.db import Sessions
from models.deliveries import Owed
from models.follow_ups import FollowUp
from models.phi import Clean
from models.users import User
from tests.by_the_clock import Clockwork, a_person
from tests.make import at
from tests.touchbase_in_slack import reread, touchbase

MORNING = at("2026-11-19T13:30:10Z")
"""Ten seconds past half past seven in Chicago, on a Thursday."""

AFTERNOON = at("2026-11-19T21:30:10Z")
"""Ten seconds past half past three."""


@pytest.fixture
def it(sessions: Sessions) -> Iterator[Clockwork]:
    with touchbase(sessions, MORNING) as made:
        yield made


def dana(session: Session, *, overdue: int = 0, lists: int = 1) -> User:
    """Somebody enrolled the day before."""
    user = a_person(session, overdue=overdue, now=MORNING - timedelta(days=1))
    user.daily_lists = lists
    return user


@contextmanager
def changing(it: Clockwork) -> Iterator[User]:
    """Her row, to be changed."""
    with it.sessions.begin() as session:
        yield session.query(User).one()


def promises(session: Session, user: User, *texts: str) -> None:
    session.add_all(
        FollowUp(
            workspace_id=user.workspace_id,
            kind=follow_ups.PROMISE,
            user_id=user.id,
            text=Clean(text),
            due_on=MORNING.date(),
            created_at=MORNING,
        )
        for text in texts
    )


def a_day_of_two_lists(it: Clockwork, *texts: str) -> None:
    """The morning's list is sent, and the afternoon has come."""
    with it.sessions.begin() as session:
        user = dana(session, overdue=1, lists=2)
        promises(session, user, *texts)
    it.plan()
    it.send()
    wait_until(it, AFTERNOON)
    it.plan()


def wait_until(it: Clockwork, moment: datetime) -> None:
    it.wait(seconds=(moment - it.clock()).total_seconds())


def something(it: Clockwork, kind: str = "digest_stopped", **told: datetime) -> None:
    """A message to U1 that nobody asked for, due now."""
    with it.sessions.begin() as session:
        user = session.query(User).one()
        owed = Owed(
            key=f"{kind}:{it.clock().isoformat()}",
            kind=deliveries.DIGEST_STOPPED,
            target="U1",
            user_id=user.id,
            facts={"channel": "C1", "why": "is_archived"},
            not_before=it.clock(),
            **told,
        )
        row_id = deliveries.owe(session, user.workspace_id, owed, it.clock())
        session.get_one(deliveries.Delivery, row_id).kind = kind


def others(it: Clockwork) -> list[tuple[str, datetime]]:
    rows = it.rows()
    known = (deliveries.REMINDER, deliveries.NUDGE)
    return [(row.state, row.not_before) for row in rows if row.kind not in known]


def test_who_chose_two_lists_hears_in_the_afternoon_what_is_still_open(it: Clockwork) -> None:
    a_day_of_two_lists(it, "send the flyer", "call the DON")
    (morning,) = it.said()
    it.slack.press("U1", morning, "Done")
    assert it.send() == {"sent": 2}  # the morning's list shown anew, and the second list
    nudge = it.said()[-1]
    assert "Still open: 1 promise." in nudge.words
    assert "Promised: call the DON\ndue today" in nudge.words
    assert "Clinic" not in nudge.words and "send the flyer" not in nudge.words
    it.slack.press("U1", nudge, "Done")
    it.send()
    nudge = reread(it, nudge)
    assert "Nothing is open now.\nDone: call the DON" in nudge.words
    row = it.row(kind=deliveries.NUDGE, changes_id=None)
    assert (row.acted, row.dedupe_key.partition(":")[0]) == ("done", "nudge")


def test_with_nothing_open_there_is_no_second_list(it: Clockwork) -> None:
    a_day_of_two_lists(it)
    assert it.send() == {"cancelled": 1}
    assert it.row(kind=deliveries.NUDGE).error_code == "nothing_open"


def test_the_second_list_is_for_those_who_chose_it(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        promises(session, dana(session), "send the flyer")
    it.plan()
    it.send()
    assert [row.kind for row in it.rows()] == [deliveries.REMINDER]


def test_a_second_list_no_longer_wanted_does_not_come(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = dana(session, lists=2)
        promises(session, user, "send the flyer")
    it.plan()
    it.send()
    it.slack.press("U1", it.said()[-1], "Not useful")
    wait_until(it, AFTERNOON)
    with changing(it) as user:
        user.daily_lists = 1
    assert it.send() == {"cancelled": 1}
    assert it.row(kind=deliveries.NUDGE).error_code == "stopped"


def test_the_second_list_is_stopped_where_it_is_of_no_use(it: Clockwork) -> None:
    a_day_of_two_lists(it, "send the flyer")
    it.send()
    it.slack.press("U1", it.said()[-1], "Not useful")
    answer = it.slack.ephemerals("U1")[-1]
    it.slack.press("U1", answer, "Stop the afternoon list")
    assert "one list a day, in the morning" in reread(it, answer).words
    assert (it.user().daily_lists, it.user().reminders_on) == (1, True)


def test_half_past_three_is_that_of_where_the_rep_has_flown(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = dana(session, lists=2)
        promises(session, user, "send the flyer")
    it.plan()
    it.send()
    wait_until(it, AFTERNOON)
    with changing(it) as user:
        users.move_to(user, "America/Los_Angeles", it.clock())
    assert not it.send()
    it.wait(hours=2)
    assert it.send() == {"sent": 1}


def test_an_afternoon_gone_by_is_a_row_and_no_message(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = dana(session, lists=2)
        promises(session, user, "send the flyer")
    it.wait(hours=13)
    it.plan()
    assert it.row(kind=deliveries.NUDGE).state == deliveries.EXPIRED


def test_what_can_wait_waits_for_a_morning_with_room(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session, overdue=1)
    it.plan()
    it.send()
    it.wait(hours=1)
    something(it, "tip")
    it.send()
    # Friday's slot, and five minutes in which its list is sent or found to be empty.
    assert others(it) == [(deliveries.PLANNED, at("2026-11-20T13:35:00Z"))]
    wait_until(it, at("2026-11-20T13:35:01Z"))
    with changing(it) as user:
        user.work_days = 0b0011110  # no Mondays
    it.plan()
    it.send()
    assert len(it.said()) == 2  # the two mornings' lists: no room on Friday either
    assert others(it) == [(deliveries.PLANNED, at("2026-11-24T13:35:00Z"))]


def test_on_a_morning_without_a_list_it_comes(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session)
    something(it, deliveries.DIGEST_STOPPED)
    assert it.send() == {"sent": 1}  # urgent: before the list, and beside it
    with it.sessions.begin() as session:
        session.query(deliveries.Delivery).update({"kind": "tip"})
    something(it, "tip")
    it.plan()
    it.send()
    states = [row.state for row in it.rows() if row.kind == "tip"]
    assert states == [deliveries.SENT, deliveries.PLANNED]  # one a day, even with no list
    assert it.row(kind=deliveries.REMINDER).error_code == "nothing_due"


def test_the_place_of_a_list_still_to_come_is_kept_for_it(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session, overdue=1)
    it.clock.now = MORNING - timedelta(minutes=20)
    something(it, "tip")
    assert not it.send()
    assert others(it) == [(deliveries.PLANNED, at("2026-11-19T13:35:00Z"))]


def test_urgent_messages_come_on_top(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session, overdue=1)
    it.plan()
    it.send()
    for _message in range(3):
        it.wait(minutes=1)
        something(it)
    assert it.send() == {"sent": 3}


def test_what_would_be_too_late_by_then_is_dropped(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session, overdue=1)
    it.plan()
    it.send()
    it.wait(hours=1)
    something(it, "tip", expires_at=it.clock() + timedelta(hours=4))
    assert it.send() == {"cancelled": 1}
    assert it.row(kind="tip").error_code == "budget"


def test_on_vacation_it_waits_for_the_first_day_back(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        user = dana(session)
        user.paused_until = at("2026-12-01T00:00Z").date()
        users.reschedule(user, MORNING)
    something(it, "tip")
    it.send()
    assert others(it) == [(deliveries.PLANNED, at("2026-12-01T13:35:00Z"))]


def test_a_holiday_is_no_morning(it: Clockwork) -> None:
    with it.sessions.begin() as session:
        dana(session, overdue=1)
    wait_until(it, at("2026-11-25T14:00:00Z"))  # the day before Thanksgiving
    with changing(it) as user:
        users.reschedule(user, it.clock())
    it.plan()
    it.send()
    it.wait(hours=1)
    something(it, "tip")
    it.send()
    assert others(it) == [(deliveries.PLANNED, at("2026-11-27T13:35:00Z"))]
