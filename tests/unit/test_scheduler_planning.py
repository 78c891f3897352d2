"""Who is owed a morning message or a digest, and that it is owed once."""

from __future__ import annotations

import threading
from datetime import date, time, timedelta

from sqlalchemy import update

from models import slots, subscriptions, users
from models.subscriptions import EVERYONE, TEAM, Subscription
from models.workspaces import Workspace
from tests.by_the_clock import Clockwork, a_clockwork, a_person
from tests.conftest import Database
from tests.make import an_actor, at

MONDAY = "2026-03-09T12:30:10Z"
"""Ten seconds past half past seven in Chicago."""


def owed(it: Clockwork) -> list[tuple[str, str]]:
    return [(row.dedupe_key.partition(":")[2], row.state) for row in it.rows()]


def test_fifty_passes_over_one_morning_plan_one_message(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-09T12:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1)
        planned = 0
        for _ in range(50):
            planned += it.plan()["planned"]
            it.wait(minutes=2)
        assert planned == 1
        assert owed(it) == [(f"{user.id}:2026-03-09", "planned")]
        assert it.user().next_due_at == at("2026-03-10T12:30Z")


def test_two_processes_planning_at_the_same_moment_owe_one_message_each(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at(MONDAY)) as it:
        with it.sessions.begin() as session:
            for number in range(40):
                a_person(session, f"U{number}")
        ready = threading.Barrier(3)
        planned: list[int] = []

        def a_process() -> None:
            ready.wait()
            planned.append(it.another().plan()["planned"])

        threads = [threading.Thread(target=a_process) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(planned) == 40
        assert len(it.rows()) == 40


def test_after_six_days_down_only_todays_message_is_sent_and_the_miss_is_on_record(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-17T14:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1)
        counts = it.plan()
        assert (counts["planned"], counts["expired"]) == (1, 1)
        assert owed(it) == [
            (f"{user.id}:2026-03-09", "expired"),
            (f"{user.id}:2026-03-17", "planned"),
        ]
        assert it.row(state="expired").error_code == "late"


def test_after_nine_hours_down_the_morning_is_over_and_tomorrow_is_next(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-09T21:30Z")) as it:
        with it.sessions.begin() as session:
            a_person(session, overdue=1)
        assert it.plan()["expired"] == 1
        assert it.user().next_due_at == at("2026-03-10T12:30Z")


def test_nobody_is_planned_for_on_a_day_off_or_on_the_day_they_were_enrolled(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-06T15:00Z")) as it:
        with it.sessions.begin() as session:
            a_person(session, overdue=1)  # enrolled this very Friday
        for _ in range(3 * 24):
            assert not it.plan()["planned"]
            it.wait(minutes=55)
        it.clock.now = at(MONDAY)
        assert it.plan()["planned"] == 1


def test_a_tick_far_ahead_and_then_the_present_again_cost_no_reminder(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2030-01-02T14:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1)
        it.plan()
        assert it.user().next_due_at == at("2030-01-03T13:30Z")
        it.clock.now = at("2026-03-10T12:00Z")
        it.plan()
        assert it.user().next_due_at == at("2026-03-10T12:30Z")
        it.wait(minutes=31)
        it.plan()
        it.plan()
        assert [key for key, _ in owed(it) if "2026-03-10" in key] == [f"{user.id}:2026-03-10"]


def test_a_clock_a_minute_ahead_of_ours_is_left_alone(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at(MONDAY)) as it:
        with it.sessions.begin() as session:
            a_person(session)
        it.plan()
        planned_at = it.user().planned_at
        it.clock.wait(minutes=-1)
        it.plan()
        assert it.user().planned_at == planned_at


def test_flying_west_brings_no_second_message_for_the_day(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at(MONDAY)) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=1)
        it.plan()
        with it.sessions.begin() as session:
            moved = users.get(session, user.workspace_id, user.id)
            users.move_to(moved, "America/Los_Angeles", it.clock())
        it.wait(hours=2, minutes=1)  # half past seven over there
        assert not it.plan()["planned"]
        assert it.user().next_local_date == date(2026, 3, 10)


def test_who_stopped_reminders_left_or_works_in_a_suspended_workspace_is_owed_nothing(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-08T12:00Z")) as it:
        with it.sessions.begin() as session:
            stopped, left = a_person(session, "U1"), a_person(session, "U2")
            users.stop_reminding(stopped)
            left.active = False
        it.clock.now = at(MONDAY)
        assert not it.plan()
        with it.sessions.begin() as session:
            a_person(session, "U3")
            session.execute(update(Workspace).values(status="suspended"))
        assert not it.plan()


def test_a_later_hour_on_chosen_days_is_kept(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at(MONDAY)) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            users.remind(user, it.clock(), at=time(8, 15), work_days=0b0001000)
        assert not it.plan()["planned"]
        it.clock.now = at("2026-03-12T13:15:10Z")  # a Thursday, quarter past eight
        assert it.plan()["planned"] == 1
        assert it.user().next_due_at == at("2026-03-19T13:15Z")


def subscribed(it: Clockwork, *, scope: str = EVERYONE, asked: str = "2026-03-06T15:00Z") -> None:
    with it.sessions.begin() as session:
        boss = an_actor(a_person(session, "U3", role="manager"))
        found = Subscription(
            workspace_id=boss.workspace_id,
            channel_id="C1",
            user_id=boss.user_id,
            scope=scope,
            zone=boss.zone,
            active=True,
            created_at=at(asked),
        )
        subscriptions.reschedule(found, at(asked))
        session.add(found)


def test_a_weeks_digest_is_owed_once_and_named_by_the_week_it_tells_of(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-09T13:00:20Z")) as it:
        subscribed(it, scope=TEAM)
        for _ in range(50):
            it.plan()
            it.wait(minutes=1)
        digests = it.rows(kind="digest")
        assert [row.dedupe_key for row in digests] == ["digest:C1:2026-W10"]
        assert (digests[0].target, digests[0].local_date) == ("C1", date(2026, 3, 9))
        assert digests[0].expires_at == at("2026-03-10T17:00Z")


def test_of_several_missed_digests_only_the_newest_is_owed(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-24T14:00Z")) as it:
        subscribed(it)
        it.plan()
        digests = {row.dedupe_key: row.state for row in it.rows(kind="digest")}
        assert digests == {"digest:C1:2026-W10": "expired", "digest:C1:2026-W12": "planned"}


def test_a_thousand_people_are_planned_in_batches(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-08T00:00Z")) as it:
        with it.sessions.begin() as session:
            first = a_person(session, "U1")
            rows = [
                {
                    "workspace_id": first.workspace_id,
                    "slack_id": f"UX{number}",
                    "name": "",
                    "zone": first.zone,
                    "zone_source": "slack",
                    "role": "rep",
                    "remind_at": time(7, 30),
                    "work_days": slots.WEEKDAYS,
                    "reminders_on": True,
                    "active": True,
                    "enrolled_on": date(2026, 3, 1),
                    "created_at": it.clock(),
                    "next_local_date": date(2026, 3, 9),
                    "next_due_at": at(MONDAY) - timedelta(seconds=10),
                    "planned_at": it.clock(),
                }
                for number in range(1_000)
            ]
            session.execute(users.User.__table__.insert(), rows)
        it.clock.now = at(MONDAY)
        assert it.plan()["planned"] == 1_001
        assert not it.plan()
