"""`touchbase tick`: one pass that goes on until nothing due is left, beside whoever else runs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.sandbox import faults
from models import accounts, deliveries, lanes, requests, users
from models.clock import system
from models.db import Sessions
from models.deliveries import Delivery
from scheduler import loop, people, planning, upkeep
from scheduler.timing import Timing
from tests.by_the_clock import QUICK, Clockwork, Hands, a_clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import an_account, at

MONDAY = at("2026-03-09T13:00:00Z")

FAST = replace(QUICK, pace=10_000, channel_gap=0.0)


def people_with_one_overdue(it: Clockwork, *slack_ids: str) -> None:
    with it.sessions.begin() as session:
        for slack_id in slack_ids:
            a_person(session, slack_id, overdue=1)


def test_a_tick_plans_and_sends_what_is_due_and_says_so(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1", "U2")
        done = it.tick(MONDAY, timing=FAST).as_row()
        assert done == {
            "at": "2026-03-09T13:00:00Z",
            "planned": 2,
            "sent": 2,
            "settled": 0,
            "uncertain": 0,
            "expired": 0,
            "cancelled": 0,
            "failed": 0,
        }
        assert [len(it.said(person)) for person in ("U1", "U2")] == [1, 1]


def test_fifty_ticks_through_one_morning_send_one_message(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1")
        sent = [it.tick(MONDAY + timedelta(minutes=n), timing=FAST).sent for n in range(50)]
        assert sum(sent) == 1
        assert len(it.said()) == 1


def test_three_ticks_at_once_send_each_message_once(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        names = [f"U{number}" for number in range(1, 13)]
        for name in names:
            it.slack.add_person(name, name)
        people_with_one_overdue(it, *names)
        sent: list[int] = []

        def a_cron_job() -> None:
            sent.append(it.another().tick(MONDAY, timing=FAST).sent)

        jobs = [threading.Thread(target=a_cron_job) for _ in range(3)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        assert sum(sent) == 12
        assert {len(it.said(name)) for name in names} == {1}


def test_a_tick_waits_as_long_as_slack_asks(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1", "U2")
        it.slack.faults.next("chat.postMessage", faults.limited(1))
        begun = time.monotonic()
        done = it.tick(MONDAY, timing=FAST)
        assert (done.sent, done.failed) == (2, 0)
        assert time.monotonic() - begun > 1


def test_a_tick_does_not_wait_beyond_its_patience(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1")
        it.slack.faults.next("chat.postMessage", faults.limited(3600))
        assert it.tick(MONDAY, timing=FAST).sent == 0
        assert it.row().state == "planned"


def test_a_tick_sends_after_a_running_bot_has_let_go_of_the_lane(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1")
        it.plan()
        with it.sessions.begin() as session:
            lease = timedelta(seconds=0.4)
            told = {"now": MONDAY, "machine": system(), "lease": lease, "most": 1}
            assert lanes.claim(session, "a running bot", answers_only=False, **told)
        # Four years ahead or not, the lease is kept: it is the machine's time that counts.
        assert it.tick(at("2030-03-11T13:00:00Z"), timing=FAST).sent == 1
        assert [row.state for row in it.rows()] == ["expired", "expired", "sent"]


def test_a_tick_far_ahead_leaves_nothing_behind_that_starves_today(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1")
        with it.sessions.begin() as session:
            an_answer(session, a_person(session, "U2"), "receipt:1", MONDAY)
        it.slack.faults.always("chat.postMessage", faults.says("internal_error"))
        it.tick(at("2030-03-11T13:00:00Z"), timing=FAST)
        it.slack.faults.clear()
        it.machine.now = system()
        for _ in range(4):
            it.machine.wait(seconds=61)
            it.settle()
        assert it.row(dedupe_key="receipt:1").state == "planned"
        assert it.send() == {"sent": 1}


def test_a_tick_settles_what_an_earlier_one_left_in_doubt(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1")
        it.slack.service.world.clock = system
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        assert it.tick(MONDAY, timing=FAST).uncertain == 1
        later = MONDAY + timedelta(minutes=5)
        assert it.tick(later, timing=FAST, machine=_in(seconds=1.1)).settled == 1
        assert len(it.said()) == 1


def test_a_tick_reports_what_did_not_get_through(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        people_with_one_overdue(it, "U1", "U2")
        it.slack.faults.next("chat.postMessage", faults.says("channel_not_found"))
        done = it.tick(MONDAY, timing=FAST)
        assert (done.sent, done.failed) == (1, 1)


def _in(**length: float) -> Hands:
    return Hands(system() + timedelta(**length))


def test_somebody_named_by_an_import_gets_their_own_zone_and_accounts(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        it.slack.add_person("U9", "Kim Ode", "America/Los_Angeles", "kim@rehab.example")
        with it.sessions.begin() as session:
            first = a_person(session)
            users.enrol(session, first.workspace_id, "U9", zone=first.zone, now=MONDAY)
            waiting = an_account(session, first.workspace_id, owner_email="kim@rehab.example")
        not_again: dict[int, float] = {}
        assert people.read_profiles(it.road, not_again, 0.0) == 1
        assert people.read_profiles(it.road, not_again, 1.0) == 0
        kim = it.user("U9")
        assert (kim.name, kim.zone) == ("Kim Ode", "America/Los_Angeles")
        assert kim.next_due_at == at("2026-03-10T14:30Z")
        with it.sessions() as session:
            owned = accounts.get(session, first.workspace_id, waiting.id)
            assert (owned.owner_id, owned.due_on) == (kim.id, date(2026, 3, 19))


def test_a_person_slack_does_not_know_is_asked_about_again_only_after_ten_minutes(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            first = a_person(session)
            users.enrol(session, first.workspace_id, "U404", zone=first.zone, now=MONDAY)
        not_again: dict[int, float] = {}
        for second in (0.0, 30.0, 599.0, 601.0):
            assert people.read_profiles(it.road, not_again, second) == 0
        assert len(it.slack.calls_of("users.info")) == 2


def test_somebody_who_has_left_is_reminded_no_more(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        it.slack.add_person("U9", "Kim Ode", deleted=True)
        with it.sessions.begin() as session:
            first = a_person(session)
            users.enrol(session, first.workspace_id, "U9", zone=first.zone, now=MONDAY)
        people.read_profiles(it.road, {}, 0.0)
        assert (it.user("U9").active, it.user("U9").next_due_at) == (False, None)


def test_old_deliveries_and_requests_are_forgotten_by_the_machines_time(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            an_answer(session, user, "receipt:1", MONDAY)
            requests.first_time(session, user.workspace_id, "visit:1", MONDAY)
        it.send()
        it.wait(days=13)
        it.clock.wait(days=4000)
        assert upkeep.forget(it.road) == 0
        with it.sessions.begin() as session:
            assert not requests.first_time(session, user.workspace_id, "visit:1", MONDAY)
        it.machine.wait(days=18)
        assert upkeep.forget(it.road) == 1
        with it.sessions.begin() as session:
            assert requests.first_time(session, user.workspace_id, "visit:1", MONDAY)


def test_the_loop_sends_by_itself_plans_when_woken_and_stops_when_told(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY - timedelta(hours=2)) as it:
        people_with_one_overdue(it, "U1")
        handle = loop.start(
            each_database.sessions,
            it.road.slack,
            it.clock,
            system,
            timing=replace(Timing(), send_every=0.05),
        )
        try:
            assert handle.is_ready()
            it.clock.now = MONDAY
            handle.wake()
            _until(lambda: len(it.said()) == 1)
        finally:
            handle.stop()
        with it.sessions.begin() as session:
            an_answer(session, a_person(session), "receipt:1", MONDAY)
        time.sleep(0.2)
        assert len(it.said()) == 1
        lane = it.lane()
        assert lane.lease_owner is None


def test_a_clock_wound_while_the_loop_plans_is_planned_by_at_once(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_all, planning_now, go_on = planning.plan_all, threading.Event(), threading.Event()

    def slowly(*told: Any) -> Counter[str]:
        counts = plan_all(*told)
        planning_now.set()
        assert go_on.wait(20)
        return counts

    monkeypatch.setattr(planning, "plan_all", slowly)
    with a_clockwork(sessions, MONDAY - timedelta(hours=2)) as it:
        people_with_one_overdue(it, "U1")
        timing = replace(Timing(), send_every=0.05, plan_every=3600.0)
        handle = loop.start(sessions, it.road.slack, it.clock, system, timing=timing)
        try:
            assert planning_now.wait(20)
            it.clock.now = MONDAY
            handle.wake()
            time.sleep(0.3)  # for APScheduler to find the step still at work
            go_on.set()
            _until(lambda: len(it.said()) == 1)
        finally:
            go_on.set()
            handle.stop()


def test_a_step_that_fails_does_not_stop_the_next(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            an_answer(session, a_person(session), "receipt:1", MONDAY)
        calls: list[int] = []

        def broken_at_first(workspace_id: int) -> object:
            calls.append(workspace_id)
            if len(calls) == 1:
                raise RuntimeError("no client today")
            return it.road.slack(workspace_id)

        handle = loop.start(
            each_database.sessions,
            broken_at_first,  # type: ignore[arg-type]
            it.clock,
            system,
            answers_only=True,
            timing=replace(Timing().divided(60), send_every=0.05),
        )
        try:
            _until(lambda: len(it.said()) == 1)
        finally:
            handle.stop()
        assert len(calls) >= 2


def _until(done: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def test_a_forgotten_message_goes_with_all_its_changes(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            first = session.get_one(Delivery, an_answer(session, user, "receipt:1", MONDAY))
            for change in ("edit", "undo"):
                deliveries.owe_change(
                    session, user.workspace_id, first, key=f"receipt:1:{change}", now=MONDAY
                )
        assert it.send() == {"sent": 3}
        it.wait(days=31)
        assert upkeep.forget(it.road) == 3
        assert it.rows() == []
