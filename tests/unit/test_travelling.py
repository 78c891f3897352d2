"""People who fly, and who move their hour at the last moment: one message a local date at most,
and ten hours between two."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models import deliveries, lanes, slots, users
from models.db import Sessions
from models.deliveries import Delivery
from models.users import Profile, User
from scheduler import outcomes, readiness
from scheduler.readiness import Drop, Later
from tests.by_the_clock import Clockwork, a_clockwork, a_person
from tests.conftest import Database
from tests.make import a_workspace, at
from tests.touchbase_in_slack import touchbase

ZONES = ("America/New_York", "Pacific/Honolulu", "Asia/Tokyo", "Europe/London", "Pacific/Apia")
GARBAGE: tuple[Any, ...] = (None, "Mars/X", "", "EST5EDT4,M3", "../etc")


def fly(it: Clockwork, zone: str | None, slack_id: str = "U1") -> None:
    answer = it.slack.change_person(slack_id, tz=zone)
    assert answer.ok, answer


def come_round(it: Clockwork, *, hours: int, minutes: int = 0) -> None:
    """The clock goes on, and the loop comes round every quarter of an hour."""
    for _ in range((hours * 60 + minutes) // 15):
        it.wait(minutes=15)
        it.plan()
        it.send()


def heard_at(it: Clockwork) -> list[str]:
    """When the person's morning messages came, in UTC."""
    return [f"{row.done_at:%a %H:%M}" for row in it.rows(kind="reminder", state="sent")]


def test_flying_west_brings_no_second_message_for_the_same_date(sessions: Sessions) -> None:
    with touchbase(sessions, at("2026-03-17T11:00Z")) as it:  # Tuesday, 7:00 in New York
        with it.sessions.begin() as session:
            a_person(session, overdue=1, zone="America/New_York")
        come_round(it, hours=1)
        assert heard_at(it) == ["Tue 11:30"]
        fly(it, "Pacific/Honolulu")  # where it is two in the morning of the same Tuesday
        come_round(it, hours=24)
        assert heard_at(it) == ["Tue 11:30"]  # 7:30 in Honolulu went by
        come_round(it, hours=6)
        assert heard_at(it) == ["Tue 11:30", "Wed 17:30"]


def test_flying_east_the_next_morning_waits_until_ten_hours_have_gone_by(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, at("2026-03-17T17:00Z")) as it:  # Tuesday, 7:00 in Honolulu
        with it.sessions.begin() as session:
            a_person(session, overdue=1, zone="Pacific/Honolulu")
        come_round(it, hours=1)
        assert heard_at(it) == ["Tue 17:30"]
        fly(it, "Australia/Sydney")  # Wednesday, 5:30: its morning opens at 20:30 and ends at 0:30
        come_round(it, hours=12)
        assert heard_at(it) == ["Tue 17:30"]
        come_round(it, hours=24)
        assert heard_at(it) == ["Tue 17:30", "Wed 20:30"]


def test_flying_less_far_east_the_message_comes_as_soon_as_ten_hours_are_over(
    sessions: Sessions,
) -> None:
    with touchbase(sessions, at("2026-03-17T17:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1, zone="Pacific/Honolulu")
            user.work_days = 0b1111111
        come_round(it, hours=1)
        fly(it, "Asia/Karachi")  # Tuesday, 23:00: Wednesday's morning opens at 2:30, ends at 6:30
        come_round(it, hours=11)
        assert heard_at(it) == ["Tue 17:30", "Wed 03:30"]


def test_a_message_waiting_to_be_sent_goes_by_where_its_reader_has_flown(
    sessions: Sessions,
) -> None:
    with a_clockwork(sessions, at("2026-03-17T11:30:10Z")) as it:
        with it.sessions.begin() as session:
            a_person(session, overdue=1, zone="America/New_York")
        it.plan()
        with it.sessions.begin() as session:
            user = session.get_one(User, it.user().id)
            row = session.scalars(select(Delivery).filter_by(state="planned")).one()
            users.learn(user, Profile(zone="Asia/Tokyo"), it.clock())
            assert isinstance(readiness.judge(session, row, it.clock()), Later)  # 20:30 there
            users.learn(user, Profile(zone="Pacific/Kiritimati"), it.clock())  # Wednesday, 1:30
            assert readiness.judge(session, row, it.clock()) == Drop(deliveries.EXPIRED, "late")
            users.learn(user, Profile(zone="Pacific/Honolulu"), it.clock())  # Tuesday, 1:30
            assert isinstance(readiness.judge(session, row, it.clock()), Later)


def test_what_slack_sends_that_is_no_zone_changes_none(each_database: Database) -> None:
    with each_database.sessions.begin() as session:
        workspace = a_workspace(session, zone="America/Denver")
        for number, garbage in enumerate(GARBAGE):
            profile = Profile(name="Jo", zone=garbage)
            user = users.enrol(
                session,
                workspace.id,
                f"U{number}",
                zone=workspace.zone,
                now=at("2026-03-17T11:30Z"),
                profile=profile,
            )
            assert (user.zone, user.zone_source) == ("America/Denver", users.ZONE_OF_WORKSPACE)
            users.learn(user, Profile(zone="Asia/Tokyo"), at("2026-03-17T11:31Z"))
            users.learn(user, profile, at("2026-03-17T11:32Z"))
            assert user.zone == "Asia/Tokyo"  # the last one Slack told that is one


def test_two_hundred_people_who_fly_and_change_their_minds_are_never_crowded(
    sessions: Sessions,
) -> None:
    """Each walks at random for six days: another zone (or garbage), another hour a second
    before it strikes or after, a message held up on its way for hours."""
    seed = 20260316
    chance = random.Random(seed)  # noqa: S311
    now = at("2026-03-16T00:00Z")
    sent: dict[int, list[tuple[datetime, date]]] = defaultdict(list)
    with a_clockwork(sessions, now) as it:
        with it.sessions.begin() as session:
            for number in range(200):
                user = a_person(session, f"U{number}", zone=chance.choice(ZONES), now=now)
                user.work_days = 0b1111111
        while it.clock() < now + timedelta(days=6):
            it.wait(minutes=chance.choice((31, 45, 60, 90)))
            with it.sessions.begin() as session:
                for user in session.scalars(select(User)):
                    if chance.random() < 0.03:
                        _change_something(user, chance, it.clock())
            it.plan()
            with it.sessions.begin() as session:
                _send(session, it.clock(), chance, sent)
        assert len(sent) == 200
    assert sum(map(len, sent.values())) > 200 * 3, seed
    for number, messages in sent.items():
        instants = [instant for instant, _ in messages]
        apart = [later - first for first, later in pairwise(instants)]
        assert all(gap >= slots.APART for gap in apart), (seed, number, messages)
        days = [day for _, day in messages]
        assert len(set(days)) == len(days), (seed, number, messages)


def _change_something(user: User, chance: random.Random, now: datetime) -> None:
    if chance.random() < 0.6:
        zone = chance.choice([*ZONES, *GARBAGE])
        users.learn(user, Profile(name="Jo", zone=zone), now)
    elif user.next_due_at is not None:
        strikes = user.next_due_at.astimezone(ZoneInfo(user.zone))
        near = strikes + chance.choice((-1, 1)) * timedelta(seconds=1)
        if slots.EARLIEST <= near.time() <= slots.LATEST:
            users.remind(user, now, at=near.time().replace(microsecond=0))
    else:
        users.remind(user, now, at=time(7, 59, 59))


def _send(
    session: Any,
    now: datetime,
    chance: random.Random,
    sent: dict[int, list[tuple[datetime, date]]],
) -> None:
    """What the sender does with each row whose time has come, but for Slack; one in five waits."""
    due = session.scalars(
        select(Delivery).where(Delivery.state == deliveries.PLANNED, Delivery.not_before <= now)
    ).all()
    for row in due:
        if chance.random() < 0.2:
            continue
        verdict = readiness.judge(session, row, now)
        if isinstance(verdict, Drop):
            lanes.end(row, verdict.state, verdict.why, now)
        elif isinstance(verdict, Later):
            lanes.put_off(row, verdict.until)
        else:
            lanes.was_sent(row, "D1", "1.0", "direct", now)
            outcomes.follow(session, row, now)
            user = session.get_one(User, row.user_id)
            sent[user.id].append((now, slots.local_day(now, user.zone)))
