"""`/touchbase status`: what an admin reads, and what becomes of messages nobody is sure about."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import heartbeats, status, users
from models.audit import Audit
from models.db import Sessions
from models.deliveries import Delivery, Lane
from models.heartbeats import Beat
from models.verdicts import NotUseful
from tests.by_the_clock import Clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import at
from tests.touchbase_in_slack import reread, say, touchbase

FRIDAY = at("2026-11-20T16:00Z")
"""Ten in the morning in Chicago."""


def people(it: Clockwork) -> None:
    """An admin without reminders, and a rep whose next morning message is Monday's."""
    with it.sessions.begin() as session:
        rep = a_person(session, "U1")
        users.reschedule(rep, it.clock(), done=FRIDAY.date())
        users.stop_reminding(a_person(session, "U3", role=users.ADMIN))


def beat(it: Clockwork, name: str = "a", trouble: str = "") -> None:
    with it.sessions.begin() as session:
        then = it.machine() - timedelta(seconds=7)
        told = Beat(name, "1.2.3", "2026a", then, then, then, then, trouble)
        heartbeats.beat(session, told, it.machine())


def a_delivery(it: Clockwork, key: str, **columns: object) -> int:
    """A message to U1, with these columns; its id."""
    with it.sessions.begin() as session:
        row_id = an_answer(session, a_person(session, "U1"), key, it.clock())
        values = {"kind": "reminder", "priority": 50, **columns}
        session.execute(update(Delivery).where(Delivery.id == row_id).values(**values))
    return row_id


@pytest.mark.parametrize("role", [users.REP, users.MANAGER])
def test_only_an_admin_reads_it(sessions: Sessions, role: str) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        with it.sessions.begin() as session:
            a_person(session, "U1").role = role
        assert "Only an admin can do that." in say(it, "U1", "status").words


def test_a_quiet_day_is_told_in_a_few_lines(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        people(it)
        beat(it)
        beat(it, "b")
        said = say(it, "U3", "status").words
        assert "All is well." in said
        assert "2 processes, version 1.2.3. Last planned 7 s ago, sent 7 s ago" in said
        assert "Today 0 sent" in said.replace("*", "")
        assert "nothing is waiting" in said
        assert "Next Mon 7:30 AM" in said.replace("*", "")
        assert len(said.splitlines()) <= 10


def test_what_is_not_well_is_told_in_words(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        assert "No running process found." in say(it, "U3", "status").words
        beat(it, "a", "clock unsent")
        beat(it, "b", "unsent no_plan")
        said = say(it, "U3", "status").words
        assert "Needs attention:" in said
        assert "clock is off" in said
        assert said.count("messages are due and not sent") == 1
        assert "a step has gone quiet" in said


def test_counts_lateness_and_what_people_did(each_database: Database) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        people(it)
        beat(it)
        yesterday = FRIDAY - timedelta(days=1)
        for late in (1, 2, 3, 40, 5000):
            done = FRIDAY + timedelta(seconds=late)
            a_delivery(it, f"r:{late}", state="sent", done_at=done, not_before=FRIDAY)
        last = a_delivery(
            it, "acted", state="sent", done_at=yesterday, not_before=yesterday, via="resend",
            acted_at=yesterday + timedelta(hours=48),
        )  # fmt: skip
        a_delivery(
            it, "slow", state="sent", done_at=yesterday, not_before=yesterday,
            acted_at=yesterday + timedelta(hours=48, seconds=1),
        )  # fmt: skip
        a_delivery(it, "late", state="expired", done_at=FRIDAY)
        a_delivery(it, "doubt", state="uncertain")
        a_delivery(it, "new face", state="sent", done_at=FRIDAY, changes_id=last)
        a_delivery(it, "old", state="sent", done_at=FRIDAY - timedelta(days=8))
        with it.sessions.begin() as session:
            user = a_person(session, "U1")
            session.add(
                NotUseful(
                    workspace_id=user.workspace_id, delivery_id=last, user_id=user.id,
                    kind="reminder", said_at=FRIDAY,
                )
            )  # fmt: skip
            session.execute(
                update(Lane).values(
                    blocked_until=FRIDAY + timedelta(seconds=30), blocked_reason="limited"
                )
            )
        said = say(it, "U3", "status").words.replace("*", "")
        assert "Today 5 sent, 1 too late to send" in said
        assert "7 days 7 sent, 1 too late to send, 1 sent twice to be sure" in said
        assert "half under 3 s, 99% under 83 min" in said
        assert "Now 1 in doubt" in said
        assert "Slack asked for a break: on again in 30 s" in said
        assert "morning message: 1 of 7 (14%), “Not useful” 1" in said


def test_what_slack_refused_is_told_once_for_each_place_and_in_words(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        for number in range(3):
            a_delivery(
                it, f"d:{number}", kind="digest", target="C1", state="dead",
                error_code="is_archived", done_at=FRIDAY,
            )  # fmt: skip
        a_delivery(it, "gone", state="dead", error_code="user_disabled", done_at=FRIDAY)
        said = say(it, "U3", "status")
        assert said.words.count("archived") == 1
        assert "deactivated in Slack" in said.words
        assert "Send again" not in said.buttons


def an_unconfirmed_digest(it: Clockwork) -> int:
    return a_delivery(
        it, "d", kind="receipt", state="unconfirmed", error_code="missing_scope",
        done_at=FRIDAY, expires_at=FRIDAY - timedelta(hours=1), begun_at=FRIDAY,
    )  # fmt: skip


def test_a_doubtful_message_is_sent_again_when_the_admin_says_so(
    each_database: Database,
) -> None:
    with touchbase(each_database.sessions, FRIDAY) as it:
        people(it)
        row_id = an_unconfirmed_digest(it)
        said = say(it, "U3", "status")
        assert "I can't tell whether it arrived" in said.words
        before = copy.deepcopy(said)  # as on another phone, whose screen is old
        assert it.slack.press("U3", said, "Send again").ok
        assert it.row(id=row_id).state == "planned"
        assert it.slack.press("U3", before, "Send again").ok
        assert "Send again" not in reread(it, said).buttons
        it.send()
        row = it.row(id=row_id)
        assert (row.state, row.via) == ("sent", "resend")
        assert len(it.said()) == 1
        with it.sessions() as session:
            acts = session.scalars(select(Audit.action).where(Audit.entity == "delivery")).all()
        assert acts == ["delivery_resent"]


def test_or_left_as_it_is(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        row_id = an_unconfirmed_digest(it)
        said = say(it, "U3", "status")
        assert it.slack.press("U3", said, "Leave it").ok
        assert it.row(id=row_id).state == "cancelled"
        it.send()
        assert it.said() == []


def test_another_workspaces_message_cannot_be_sent_again(sessions: Sessions) -> None:
    with touchbase(sessions, FRIDAY) as it:
        people(it)
        row_id = an_unconfirmed_digest(it)
        with it.sessions.begin() as session:
            stranger = users.Actor(10**6, 1, "U3", users.ADMIN, "America/Chicago")
            assert not status.send_again(session, stranger, row_id, FRIDAY)
            assert not status.leave(session, stranger, row_id, FRIDAY)
