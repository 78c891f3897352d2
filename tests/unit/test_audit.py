"""What is due and unplanned or unsent is found out by somebody who is not the planner."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from models import heartbeats, lanes, subscriptions, users
from models.clock import system
from models.db import Sessions, reading
from models.deliveries import Delivery, Lane
from models.heartbeats import Beat
from models.subscriptions import Subscription
from models.users import User
from models.workspaces import Workspace
from scheduler import loop, zones
from scheduler.answers import Answer, Fate
from scheduler.audit import AUDIT, PLAN, SEND, SETTLE, Auditor
from scheduler.clock_guard import ClockGuard
from scheduler.timing import Timing
from tests.by_the_clock import MONDAY_EIGHT, Clockwork, a_clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import an_actor, at

FRIDAY = at("2026-03-13T15:00Z")


def found(it: Clockwork, auditor: Auditor | None = None) -> dict[str, int]:
    """What an audit finds, while every step of the process is well."""
    for step in (PLAN, SEND, SETTLE):
        it.road.pulse.mark(step)
    return {one.kind: one.count for one in (auditor or Auditor(it.road)).audit()}


def owed(it: Clockwork) -> int:
    """Somebody's receipt, due now; its row."""
    with it.sessions.begin() as session:
        return an_answer(session, a_person(session, now=FRIDAY), "receipt:1", it.clock())


@contextmanager
def a_watcher() -> Iterator[tuple[str, list[str]]]:
    """Somebody at HEARTBEAT_URL: the address, and who asked for it so far."""
    heard: list[str] = []

    class Watcher(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Watcher)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alive", heard
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_a_planner_that_never_runs_is_found_out_after_three_minutes(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it, a_watcher() as (url, heard):
        auditor = Auditor(it.road, heartbeat_url=url)
        with it.sessions.begin() as session:
            a_person(session, now=FRIDAY)  # half past seven: half an hour ago
        assert found(it, auditor) == {"unplanned": 1}
        assert heard == []
        it.plan()
        assert found(it, auditor) == {}
        assert heard == ["/alive"]
        it.send()
        it.wait(days=1)
        it.clock.now = at("2026-03-17T12:32:59Z")
        assert found(it, auditor) == {}
        it.wait(seconds=2)
        (one,) = auditor.audit()
        assert (one.kind, one.oldest) == ("unplanned", at("2026-03-17T12:30:00Z"))


def test_people_who_want_no_reminder_are_not_missed(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            users.stop_reminding(a_person(session, "U1", now=FRIDAY))
            gone = a_person(session, "U2", now=FRIDAY)
            gone.active = False
            idle = a_person(session, "U3", now=FRIDAY)
            idle.work_days = 0
            users.reschedule(idle, it.clock())
        assert found(it) == {}


def test_somebody_without_a_day_in_the_plan_is_found_out(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            lost = a_person(session, now=FRIDAY)
            lost.next_local_date = lost.next_due_at = None
        assert found(it) == {"unplaced": 1}


def test_a_digest_nobody_planned_is_found_out(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            boss = a_person(session, "U3", role=users.ADMIN, now=FRIDAY)
            users.stop_reminding(boss)
            subscriptions.subscribe(session, an_actor(boss), "C1", "everyone", FRIDAY)
        assert found(it) == {}
        it.wait(minutes=3)  # due at eight
        assert found(it) == {"no_digest": 1}
        with it.sessions.begin() as session:
            session.execute(update(Subscription).values(next_due_at=None))
        assert found(it) == {"no_digest": 1}


def test_what_is_planned_and_not_sent_for_five_minutes_is_found_out(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, FRIDAY) as it:
        owed(it)
        it.wait(minutes=5)
        assert found(it) == {}
        it.wait(seconds=1)
        assert found(it) == {"unsent": 1}
        it.send()
        assert found(it) == {}


def test_a_lane_that_slack_told_to_wait_may_wait_but_not_for_half_an_hour(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, FRIDAY) as it:
        owed(it)
        with it.sessions.begin() as session:
            until = FRIDAY + timedelta(hours=1)
            session.execute(update(Lane).values(blocked_until=until, blocked_reason="limited"))
        it.wait(minutes=30)
        assert found(it) == {}
        it.wait(seconds=1)
        assert found(it) == {"backlog": 1}


def test_a_lane_at_work_on_others_before_it_is_no_finding(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, FRIDAY) as it:
        owed(it)
        it.send()
        with it.sessions.begin() as session:
            user = a_person(session, now=FRIDAY)
            an_answer(session, user, "receipt:2", FRIDAY - timedelta(minutes=6))
        it.wait(seconds=119)
        assert found(it) == {}
        it.wait(seconds=1)
        assert found(it) == {"unsent": 1}


def test_a_new_face_waits_for_a_message_that_is_itself_in_doubt(sessions: Sessions) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        first = owed(it)
        with it.sessions.begin() as session:
            second = an_answer(session, a_person(session, now=FRIDAY), "receipt:2", FRIDAY)
            session.execute(update(Delivery).where(Delivery.id == second).values(changes_id=first))
            session.execute(update(Delivery).where(Delivery.id == first).values(state="uncertain"))
        it.wait(minutes=6)
        assert found(it) == {}


def test_nothing_is_late_while_slack_is_left_alone(sessions: Sessions) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        owed(it)
        it.wait(minutes=6)
        for _call in range(26):
            it.road.breaker.note(Answer(Fate.NOT_SENT, "dns"))
        assert found(it) == {}
        it.wait(minutes=25)
        assert found(it) == {"backlog": 1}


@pytest.mark.parametrize(
    ("state", "minutes", "name"), [("sending", 3, "sending"), ("uncertain", 15, "uncertain")]
)
def test_what_nobody_brings_to_an_end_is_found_out(
    sessions: Sessions, state: str, minutes: int, name: str
) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        owed(it)
        with it.sessions.begin() as session:
            session.execute(update(Delivery).values(state=state, begun_at=FRIDAY))
        it.wait(minutes=minutes)
        assert found(it) == {}
        it.wait(seconds=1)
        assert found(it) == {name: 1}


def test_a_suspended_workspace_is_told_and_the_rest_of_it_may_wait(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it:
        owed(it)
        with it.sessions.begin() as session:
            session.execute(update(Workspace).values(status=lanes.SUSPENDED))
        it.wait(minutes=40)
        assert found(it) == {"suspended": 1}


def test_a_process_that_only_answers_looks_at_answers_alone(sessions: Sessions) -> None:
    with a_clockwork(sessions, MONDAY_EIGHT) as it, a_watcher() as (url, heard):
        object.__setattr__(it.road, "answers_only", True)
        with it.sessions.begin() as session:
            a_person(session, overdue=1, now=FRIDAY)
        assert found(it, Auditor(it.road, heartbeat_url=url)) == {}
        it.plan()
        it.wait(minutes=40)
        assert found(it) == {}
        owed(it)
        it.wait(minutes=6)
        assert found(it) == {"unsent": 1}
        assert heard == []  # it cannot vouch for what it does not do


@pytest.mark.parametrize("next_at", [None, FRIDAY + timedelta(hours=3)])
def test_a_lane_that_sleeps_over_something_planned_is_woken(
    each_database: Database, next_at: object
) -> None:
    with a_clockwork(each_database.sessions, FRIDAY) as it:
        owed(it)
        with it.sessions.begin() as session:
            session.execute(update(Lane).values(next_at=next_at))
        assert it.send().total() == 0
        found(it)
        assert it.lane().next_at == FRIDAY
        assert it.send() == {"sent": 1}


def test_steps_that_stopped_are_named_and_nobody_outside_is_told_that_all_is_well(
    sessions: Sessions,
) -> None:
    with a_clockwork(sessions, FRIDAY) as it, a_watcher() as (url, heard):
        seconds = [0.0]
        road = it.road
        pulse = type(road.pulse)(road.machine, lambda: seconds[0])
        object.__setattr__(road, "pulse", pulse)
        auditor = Auditor(road, heartbeat_url=url)
        assert auditor.audit() == []
        seconds[0] = 91.0
        pulse.mark(SEND)
        assert [one.kind for one in auditor.audit()] == ["no_settle", "no_plan"]
        assert len(heard) == 1
        seconds[0] = 91.0 + 60 + 91
        assert AUDIT in auditor.findings()[-1].kind  # the audit itself is watched by /readyz


def test_a_doubted_clock_is_a_finding(sessions: Sessions) -> None:
    with a_clockwork(sessions, FRIDAY) as it, a_watcher() as (url, heard):
        guard = ClockGuard(
            Timing(), wall=it.machine, database=lambda: FRIDAY + timedelta(minutes=10)
        )
        assert found(it, Auditor(it.road, guard, url)) == {"clock": 1}
        assert heard == []


def test_tables_that_cannot_be_read_are_a_finding(sessions: Sessions) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        auditor = Auditor(it.road)
        with it.sessions.begin() as session:
            session.connection().exec_driver_sql("DROP TABLE delivery")
        with pytest.raises(Exception, match="no such table"):
            auditor.audit()
        assert [one.kind for one in auditor.findings()] == ["unread"]


def test_a_watcher_that_does_not_answer_is_logged_once_and_holds_up_nothing(
    sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        auditor = Auditor(it.road, heartbeat_url="http://127.0.0.1:9/alive")
        for _minute in range(3):
            assert auditor.audit() == []
        assert capsys.readouterr().out.count("heartbeat.unheard") == 1


def test_the_running_loop_notes_its_heartbeat_and_its_troubles(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            session.add(User(**columns_of_somebody_lost(a_person(session, now=FRIDAY))))
        timing = replace(Timing(), send_every=0.05, audit_every=0.05, beat_every=0.05)
        handle = loop.start(it.sessions, it.road.slack, it.clock, system, timing=timing)
        try:
            end = time.monotonic() + 15
            while time.monotonic() < end:
                with reading(it.sessions) as session:
                    alive = heartbeats.alive(session, system())
                if alive and alive[0].trouble == "unplaced" and alive[0].tzdata:
                    break
                time.sleep(0.02)
        finally:
            handle.stop()
        (one,) = alive
        assert one.trouble == "unplaced"
        assert one.sent_at and one.settled_at and one.seen_at - one.sent_at < timedelta(seconds=5)


def columns_of_somebody_lost(user: User) -> dict[str, object]:
    """A colleague who is to be reminded and has no day in the plan."""
    told = ("workspace_id", "zone", "zone_source", "enrolled_on", "created_at", "profile_read_at")
    return {name: getattr(user, name) for name in told} | {"slack_id": "U9"}


def test_a_step_left_behind_by_a_clock_set_back_is_fetched(sessions: Sessions) -> None:
    with a_clockwork(sessions, FRIDAY) as it:
        handle = loop.start(it.sessions, it.road.slack, it.clock, system)
        try:
            handle._scheduler.modify_job(SEND, next_run_time=system() + timedelta(days=1))
            owed(it)
            end = time.monotonic() + 15
            while not it.said() and time.monotonic() < end:
                time.sleep(0.02)
            assert len(it.said()) == 1
        finally:
            handle.stop()


def beat(it: Clockwork, replica: str, tzdata: str) -> None:
    with it.sessions.begin() as session:
        told = Beat(replica, "1.0", tzdata, started_at=it.machine())
        heartbeats.beat(session, told, it.machine())


def test_a_process_has_one_row_and_is_forgotten_a_day_after_its_end(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, FRIDAY) as it:
        for name in ("a", "a", "b"):
            beat(it, name, "2026a" if name == "a" else "")
        it.wait(seconds=80)
        beat(it, "b", "")
        it.wait(seconds=20)
        with reading(it.sessions) as session:
            assert [one.replica for one in heartbeats.alive(session, it.machine())] == ["b"]
        it.wait(days=2)
        with it.sessions.begin() as session:
            heartbeats.forget(session, it.machine())
            # The last edition stays known however long nobody ran.
            assert heartbeats.newest_edition(session) == "2026a"
            assert len(session.query(heartbeats.Heartbeat).all()) == 1


def test_a_new_edition_of_the_zones_moves_mornings_that_lie_ahead_and_no_others(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            boss = a_person(session, "U1", role=users.ADMIN, now=FRIDAY)
            boss.next_due_at = wrong = MONDAY_EIGHT + timedelta(hours=9)
            missed = a_person(session, "U2", now=FRIDAY)
            due = missed.next_due_at
            digest = subscriptions.subscribe(session, an_actor(boss), "C1", "everyone", FRIDAY)
            digest.next_due_at = wrong
        assert zones.reckon_if_new(it.road) == 0  # nobody has reckoned with anything before
        beat(it, "a", "2020a")
        assert zones.reckon_if_new(it.road) == 2
        assert it.user("U1").next_due_at == at("2026-03-16T12:30Z")
        assert it.user("U2").next_due_at == due
        with reading(it.sessions) as session:
            found = subscriptions.of_channel(session, it.user().workspace_id, "C1")
            assert found is not None and found.next_due_at == at("2026-03-16T13:00Z")
        it.wait(seconds=20)
        beat(it, "b", zones.slots.edition())
        assert zones.reckon_if_new(it.road) == 0
