"""What is sent late, dropped or merged when the clock stood still for hours or for days.

Source: reliability B4.3, written out here for every kind of message there is.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from handlers import drafting
from models import (
    cadence_rules,
    deals,
    deliveries,
    digests,
    drafts,
    follow_ups,
    home,
    leaving,
    merging,
    pictures,
    reassigning,
    referrals,
    referring,
    report_schedules,
    retiering,
    subscriptions,
    users,
)
from models.cadence import Scope
from models.deliveries import Delivery, Owed
from models.drafts import Draft
from models.follow_ups import FollowUp
from models.merges import ACCOUNT
from models.phi import Clean
from models.referring import Referred
from models.subscriptions import EVERYONE, Subscription
from models.users import Actor, User
from scheduler.render import RENDER
from tests.by_the_clock import Clockwork, a_clockwork, a_person
from tests.conftest import Database
from tests.make import ZONE, a_touch, an_account, an_actor, at

STEP = timedelta(minutes=15)

WORTH_TELLING = re.compile(r"Running late|Week \d+|(?<=flyer\n)(?:due today|overdue since \w+)")
"""What a message says of its lateness, of the week it tells of, and of the promise."""

WAITING = {
    "sent: cadence_receipt U3",
    "sent: card U1",
    "sent: deal_receipt U1",
    "sent: digest_stopped U3",
    "sent: merge_receipt U3",
    "sent: reassign U3",
    "sent: reassign_receipt U3",
    "sent: retier_receipt U3",
    "sent: receipt U1",
    "sent: referral_receipt U1",
    "expired: heat_map U3",
    "expired: home U1",
}
"""What was owed when the clock stopped, as soon as it goes on, however late that is: people are
answered, but for a picture and a Home that nobody looks at any more."""

BY_THEIR_SUBJECT = {deliveries.SILENCE, deliveries.REFERRAL_LATE, deliveries.REPORT}
"""Kinds that hang on how their subject stands by then; each is held to that by its own tests."""

TABLE = {
    "three hours": {
        "Mon 16 10:15 sent: reminder U1 of Fri 13 anew",
        "Mon 16 10:15 sent: reminder U1 of Mon 16, Running late, due today",
        "Mon 16 10:15 sent: digest C1 of Mon 16, Week 11",
        "Mon 16 10:15 sent: heat_map C1 of Mon 16",
        "Mon 16 10:15 sent: report_due U3 of Mon 16",
        "Mon 16 15:30 sent: nudge U1 of Mon 16, due today",
        "Tue 17 07:30 sent: reminder U1 of Tue 17, overdue since Mon",
        "Tue 17 15:30 sent: nudge U1 of Tue 17, overdue since Mon",
    },
    "nine hours": {
        "Mon 16 16:15 sent: reminder U1 of Fri 13 anew",
        "Mon 16 16:15 expired: reminder U1 of Mon 16",
        "Mon 16 16:15 sent: digest C1 of Mon 16, Week 11",
        "Mon 16 16:15 sent: heat_map C1 of Mon 16",
        "Mon 16 16:15 sent: report_due U3 of Mon 16",
        "Mon 16 16:15 sent: nudge U1 of Mon 16, due today",
        "Tue 17 07:30 sent: reminder U1 of Tue 17, overdue since Mon",
        "Tue 17 15:30 sent: nudge U1 of Tue 17, overdue since Mon",
    },
    "six days": {
        "Mon 16 10:15 sent: reminder U1 of Tue 10 anew",
        "Mon 16 10:15 expired: nudge U1 of Tue 10",
        "Mon 16 10:15 expired: reminder U1 of Wed 11",
        "Mon 16 10:15 expired: nudge U1 of Wed 11",
        "Mon 16 10:15 sent: reminder U1 of Mon 16, Running late, overdue since Tue",
        "Mon 16 10:15 sent: digest C1 of Mon 16, Week 11",
        "Mon 16 10:15 sent: heat_map C1 of Mon 16",
        "Mon 16 10:15 sent: report_due U3 of Mon 16",
        "Mon 16 15:30 sent: nudge U1 of Mon 16, overdue since Tue",
        "Tue 17 07:30 sent: reminder U1 of Tue 17, overdue since Tue",
        "Tue 17 15:30 sent: nudge U1 of Tue 17, overdue since Tue",
    },
    "two weeks": {
        "Mon 16 10:15 sent: reminder U1 of Mon 02 anew",
        "Mon 16 10:15 expired: nudge U1 of Mon 02",
        "Mon 16 10:15 expired: reminder U1 of Tue 03",
        "Mon 16 10:15 expired: nudge U1 of Tue 03",
        "Mon 16 10:15 expired: digest C1 of Mon 09",
        "Mon 16 10:15 expired: report_due U3 of Mon 09",
        "Mon 16 10:15 sent: reminder U1 of Mon 16, Running late, overdue since Mon",
        "Mon 16 10:15 sent: digest C1 of Mon 16, Week 11",
        "Mon 16 10:15 sent: heat_map C1 of Mon 16",
        "Mon 16 10:15 sent: report_due U3 of Mon 16",
        "Mon 16 15:30 sent: nudge U1 of Mon 16, overdue since Mon",
        "Tue 17 07:30 sent: reminder U1 of Tue 17, overdue since Mon",
        "Tue 17 15:30 sent: nudge U1 of Tue 17, overdue since Mon",
    },
}
"""By how long the clock stood still, all else that is done from then until Tuesday evening.

Until noon on Tuesday a digest is worth sending, a list for four hours, a report until the next. Of
several missed days the first leaves a row, and today's message has in it what they would have
said."""


def a_team(session: Session, first_day: datetime, missed: date) -> None:
    """A rep with an overdue account and a promise for a missed day, who chose two lists a day; two
    colleagues; an admin, who asked for the Monday digest in C1 and a weekly report. Only the rep
    gets lists."""
    dana = a_person(session, overdue=1, now=first_day - timedelta(days=1))
    dana.daily_lists = 2
    promised = FollowUp(
        workspace_id=dana.workspace_id,
        kind=follow_ups.PROMISE,
        user_id=dana.id,
        text=Clean("send the flyer"),
        due_on=missed,
        created_at=first_day,
    )
    session.add(promised)
    for slack_id, role in (("U2", users.REP), ("U4", users.REP), ("U3", users.ADMIN)):
        other = a_person(session, slack_id, overdue=1, role=role, now=first_day)
        users.stop_reminding(other)
    asked = first_day - timedelta(days=1)
    digest = Subscription(
        workspace_id=dana.workspace_id,
        channel_id="C1",
        user_id=other.id,
        scope=EVERYONE,
        zone=ZONE,
        active=True,
        created_at=asked,
    )
    subscriptions.reschedule(digest, asked)
    session.add(digest)
    report_schedules.ask(session, an_actor(other), "pipeline", None, "week", asked)


def somebody(session: Session, slack_id: str) -> User:
    return session.query(User).filter_by(slack_id=slack_id).one()


def a_busy_moment(session: Session, now: datetime) -> None:
    """All that can be owed to people at once, or shown anew."""
    dana, ann = (an_actor(somebody(session, slack_id)) for slack_id in ("U1", "U3"))
    kept, gone = (an_account(session, ann.workspace_id, name, owner=ann) for name in ("Elm", "Ash"))
    a_touch(session, dana, kept, now=now)
    referred = Referred(kept.id, dana.today(now), 1, "in")
    referring.refer(session, dana, referred, submission="R1", now=now)
    referrals.alert_nobody(session, dana.workspace_id)
    first = deals.first_stage(session, dana.workspace_id)
    deal = deals.Told(account=kept.id, stage_id=first.id, name="Beds")
    deals.create(session, dana, deal, submission="O1", now=now)
    a_card(session, dana, now)
    home.owe_refresh(session, dana, key="H1", now=now)
    merging.merge(session, ann, ACCOUNT, keep_id=kept.id, gone_id=gone.id, submission="M1", now=now)
    cadence_rules.save(session, ann, Scope("A"), (5, 9), submission="C1", now=now)
    channel = session.query(Subscription).one()
    monday = ann.today(now) - timedelta(days=7 + ann.today(now).weekday())
    gathered = digests.gather(session, channel, monday, now)
    snapshot = digests.keep(session, channel, monday, gathered, now)
    pictures.owe(session, ann, snapshot, key="P1", now=now)
    leaving.is_gone(session, somebody(session, "U4"), now)
    lee = somebody(session, "U2").id
    reassigning.reassign(
        session, ann, person_id=lee, heir_id=dana.user_id, part="all", submission="G1", now=now
    )
    retiering.retier(session, ann, [kept.id], "B", submission="B1", now=now)
    a_digest_stopped(session, ann, now)
    for sent in session.query(Delivery).filter_by(kind=deliveries.REMINDER, state="sent"):
        deliveries.owe_change(session, sent.workspace_id, sent, key="again", now=now)


def a_card(session: Session, actor: Actor, now: datetime) -> None:
    draft_id = drafts.add(session, actor, "line:1", drafts.LINE, now=now, said_at=now)
    drafting.show(session, actor, session.get_one(Draft, draft_id), now, why="said")


def a_digest_stopped(session: Session, actor: Actor, now: datetime) -> None:
    owed = Owed(
        key="digest_stopped:1",
        kind=deliveries.DIGEST_STOPPED,
        target=actor.slack_id,
        user_id=actor.user_id,
        facts={"channel": "C9", "why": "is_archived"},
        not_before=now,
    )
    deliveries.owe(session, actor.workspace_id, owed, now)


def run_until(it: Clockwork, end: datetime) -> None:
    """Let the clock go, a quarter of an hour at a time."""
    while it.clock() < end:
        it.plan()
        while it.send().total():
            pass  # as the loop does: turn after turn
        it.wait(seconds=min(STEP, end - it.clock()).total_seconds())


def told(it: Clockwork, row: Delivery) -> str:
    """A row as the table has it: when, in the rep's time, what became of what, what it said."""
    if row.done_at is None:
        return f"{row.state}: {row.dedupe_key}"
    when = row.done_at.astimezone(ZoneInfo(ZONE))
    of = f" of {row.local_date:%a %d}" if row.local_date else ""
    line = f"{row.state}: {row.kind} {row.target}{of}"
    if row.changes_id is not None:
        line += " anew"
    elif row.kind in (deliveries.REMINDER, deliveries.NUDGE, deliveries.DIGEST):
        words = next((one.words for one in it.said(row.target) if one.ts == row.slack_ts), "")
        line += "".join(f", {said}" for said in WORTH_TELLING.findall(words))
    return f"{when:%a %d %H:%M} {line}"


@pytest.mark.parametrize(
    ("begins", "stops", "goes_on", "away"),
    [
        ("2026-03-13T12:15Z", "2026-03-16T12:15Z", "2026-03-16T15:15Z", "three hours"),
        ("2026-03-13T12:15Z", "2026-03-16T12:15Z", "2026-03-16T21:15Z", "nine hours"),
        ("2026-03-10T12:15Z", "2026-03-10T15:15Z", "2026-03-16T15:15Z", "six days"),
        ("2026-03-02T13:15Z", "2026-03-02T16:15Z", "2026-03-16T15:15Z", "two weeks"),
    ],
)
def test_after_a_stop_exactly_this_is_sent_and_dropped(
    each_database: Database, begins: str, stops: str, goes_on: str, away: str
) -> None:
    with a_clockwork(each_database.sessions, at(begins)) as it:
        with it.sessions.begin() as session:
            a_team(session, at(begins), missed=at(stops).date())
        run_until(it, at(stops))
        with it.sessions.begin() as session:
            a_busy_moment(session, at(stops))
        before = {row.id for row in it.rows() if row.done_at is not None}
        it.wait(seconds=(at(goes_on) - at(stops)).total_seconds())
        again = it.clock().astimezone(ZoneInfo(ZONE))
        run_until(it, at("2026-03-17T22:15Z"))
        rows = [row for row in it.rows() if row.id not in before]
        done = sorted(told(it, row) for row in rows)
        assert done == sorted(TABLE[away] | {f"{again:%a %d %H:%M} {line}" for line in WAITING})
        assert {row.kind for row in rows} == set(RENDER) - BY_THEIR_SUBJECT
