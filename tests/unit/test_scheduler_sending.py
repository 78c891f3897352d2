"""What is owed reaches Slack once, on time, and in a lane of its own."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import date, timedelta

import pytest
from slack_sdk import WebClient
from sqlalchemy import update

from bot.sandbox import faults
from models import accounts, deliveries, lanes, subscriptions, users
from models.deliveries import Delivery
from models.users import User
from models.workspaces import Workspace
from scheduler import outcomes, upkeep
from scheduler.answers import Answer, Fate
from scheduler.road import Job
from tests.by_the_clock import Clockwork, a_clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import a_touch, a_user, a_workspace, an_account, an_actor, at

MONDAY = at("2026-03-09T12:30:10Z")
"""Ten seconds past half past seven in Chicago."""


def with_overdue(it: Clockwork, *slack_ids: str, overdue: int = 1) -> None:
    with it.sessions.begin() as session:
        for slack_id in slack_ids or ("U1",):
            a_person(session, slack_id, overdue=overdue)
    it.plan()


def test_the_morning_message_says_who_is_overdue_why_and_how_to_stop_it(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, overdue=7)
        assert it.send() == {"sent": 1}
        (message,) = it.said()
        assert "7 accounts are overdue for a touch" in message.words
        assert "A account · 63 of 10 days" in message.words
        assert message.words.count("Log a visit") == 5
        assert "Show all 7" in message.words
        assert "/touchbase remind off" in message.words
        assert "unning late" not in message.words
        sent = it.row()
        assert (sent.state, sent.via, sent.attempt) == ("sent", "direct", 1)
        assert sent.slack_ts == message.ts
        assert message.metadata is not None
        assert message.metadata["event_payload"] == {"nid": sent.nid}


def test_only_the_first_message_says_how_to_stop_them(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        it.send()
        it.wait(days=1)
        it.plan()
        it.send()
        first, second = it.said()
        assert "/touchbase remind" in first.words
        assert "/touchbase remind" not in second.words


def test_an_account_visited_a_minute_ago_is_not_nagged_about(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session, overdue=2)
        it.plan()
        with it.sessions.begin() as session:
            rep = an_actor(users.get(session, user.workspace_id, user.id))
            clinic = accounts.overdue(session, rep.workspace_id, rep.user_id, date(2026, 3, 9))[0]
            a_touch(session, rep, accounts.get(session, rep.workspace_id, clinic.account_id))
        it.send()
        reminder = next(message for message in it.said() if "overdue for a touch" in message.words)
        assert "1 account is overdue for a touch" in reminder.words
        assert clinic.name not in reminder.words


def test_nothing_is_sent_when_nothing_is_due(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, overdue=0)
        assert it.send() == {"cancelled": 1}
        assert it.said() == []
        assert (it.row().state, it.row().error_code) == ("cancelled", "nothing_due")


def test_an_hour_late_says_so(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY + timedelta(hours=1)) as it:
        with_overdue(it)
        it.send()
        assert "Running late" in it.said()[0].words


def test_a_message_too_late_is_not_sent_but_counted(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        it.wait(hours=4)
        assert it.send() == {"expired": 1}
        assert it.said() == []


def test_who_has_flown_to_where_it_is_night_is_left_to_sleep(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        with it.sessions.begin() as session:
            # Half past two in the morning in Honolulu; its seven o'clock is beyond the window.
            session.query(users.User).update({"zone": "Pacific/Honolulu"})
        assert not it.send()
        assert it.row().not_before == at("2026-03-09T17:00Z")
        it.wait(hours=4, minutes=30)
        assert it.send() == {"expired": 1}
        assert it.said() == []


def test_a_receipt_comes_at_any_hour_and_before_all_else(each_database: Database) -> None:
    midnight = at("2026-03-10T05:00Z")
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2")
        with it.sessions.begin() as session:
            an_answer(session, a_person(session, "U3"), "receipt:1", MONDAY)
        it.send()
        posts = [call.args["channel"] for call in it.slack.calls_of("chat.postMessage")]
        assert posts[0] == "U3"
        with it.sessions.begin() as session:
            an_answer(session, a_person(session, "U3"), "receipt:2", midnight)
        it.clock.now = midnight
        it.send()
        assert len(it.said("U3")) == 2


def test_without_the_scheduler_answers_are_sent_and_reminders_are_not(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        with it.sessions.begin() as session:
            an_answer(session, a_person(session, "U2"), "receipt:1", MONDAY)
        it.road = replace(it.road, answers_only=True)
        it.send()
        assert not it.send()
        assert [len(it.said(person)) for person in ("U1", "U2")] == [0, 1]


def test_a_rate_limit_costs_no_try_and_ends_when_slack_says(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2")
        it.slack.faults.next("chat.postMessage", faults.limited(30))
        assert not it.send()
        assert it.lane().blocked_until == MONDAY + timedelta(seconds=30)
        assert [row.attempt for row in it.rows()] == [0, 0]
        it.wait(seconds=29)
        assert not it.send()
        it.wait(seconds=2)
        assert it.send() == {"sent": 2}


def test_a_rate_limit_of_one_workspace_holds_up_no_other(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        with it.sessions.begin() as session:
            other = a_workspace(session, "T2")
            person = a_user(session, other, "U2", now=at("2026-03-06T15:00Z"))
            an_account(
                session, other.id, "Oak", owner=an_actor(person), owned_since=date(2026, 1, 5)
            )
        it.plan()
        limited, free = it.rows()
        it.slack.faults.next("chat.postMessage", faults.limited(30))
        with it.sessions.begin() as session:
            lane = session.query(deliveries.Lane).filter_by(workspace_id=free.workspace_id).one()
            lane.lease_until = MONDAY  # served a moment ago, so the other one comes first
        it.road = replace(it.road, timing=replace(it.road.timing, lanes=1))
        it.send()
        it.wait(seconds=1)
        assert it.send() == {"sent": 1}
        assert {row.workspace_id: row.state for row in it.rows()} == {
            limited.workspace_id: "planned",
            free.workspace_id: "sent",
        }


def test_two_processes_send_each_message_once(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2", "U3")
        other = it.another()
        with it.sessions.begin() as session:
            lanes.claim(
                session,
                other.road.owner,
                now=it.clock(),
                machine=it.machine(),
                lease=timedelta(seconds=60),
                most=1,
                answers_only=False,
            )
        assert not it.send()  # the lane is the other's
        assert other.send() == {"sent": 3}
        assert not it.send()
        assert [len(it.said(person)) for person in ("U1", "U2", "U3")] == [1, 1, 1]


def test_a_lane_with_much_to_do_is_handed_back_after_its_turn(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            for number in range(25):
                an_answer(session, user, f"receipt:{number}", MONDAY)
        assert [it.send()["sent"] for _ in range(4)] == [10, 10, 5, 0]
        assert it.lane().next_at is None


def test_a_lane_is_handed_back_early_while_slack_is_slow_to_answer(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            for number in range(5):
                an_answer(session, user, f"receipt:{number}", MONDAY)
        prompt = it.road.slack

        def slow(workspace_id: int) -> WebClient:
            it.wait(seconds=3)  # two messages take longer than the five seconds of a turn
            return prompt(workspace_id)

        it.road = replace(it.road, slack=slow)
        assert [it.send()["sent"] for _ in range(3)] == [2, 2, 1]
        assert len(it.said()) == 5


def test_nothing_is_posted_while_slack_is_out_of_reach_and_no_reminder_is_lost(
    each_database: Database,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}/api/"
        with a_clockwork(each_database.sessions, MONDAY) as it:
            with_overdue(it, "U1", "U2")
            offline = WebClient(token="x", base_url=nowhere, timeout=1, retry_handlers=[])
            there = it.road
            it.road = replace(it.road, slack=lambda _workspace: offline)
            assert it.send() == {"failed": 1}  # the second one would fare no better
            assert it.lane().blocked_reason == outcomes.OUT_OF_REACH
            assert not it.send()
            it.road = there
            it.wait(seconds=11)
            assert it.send() == {"sent": 2}


def test_a_revoked_token_holds_everything_until_it_works_again(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2")
        it.slack.faults.always("*", faults.says("token_revoked"))
        assert it.send() == {"failed": 1}
        assert {row.state for row in it.rows()} == {"held", "planned"}
        assert not it.send()
        assert upkeep.revive(it.road) == 0
        it.slack.faults.clear()
        assert upkeep.revive(it.road) == 1
        assert it.send() == {"sent": 2}


def test_a_token_of_another_workspace_brings_none_back(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            a_workspace(session, "T2").status = lanes.SUSPENDED
        assert upkeep.revive(it.road) == 0


def test_a_deactivated_persons_reminders_stop(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        it.slack.faults.next("chat.postMessage", faults.says("user_disabled"))
        assert it.send() == {"failed": 1}
        assert (it.row().state, it.row().error_code) == ("dead", "user_disabled")
        assert (it.user().active, it.user().next_due_at) == (False, None)


def test_a_message_our_own_code_cannot_make_stops_no_other(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2")
        first = it.rows()[0].id
        with it.sessions.begin() as session:
            row = session.get_one(Delivery, first)
            row.kind, row.priority = "unheard-of", deliveries.ANSWER_FIRST
        assert it.send() == {"failed": 1, "sent": 1}
        for _ in range(10):
            it.wait(minutes=6)
            it.send()
        assert [row.state for row in it.rows()] == ["dead", "sent"]
        assert (it.rows()[0].error_code or "").startswith("unmade TB-")


def test_a_message_that_cannot_be_judged_stops_no_other(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, "U1", "U2")
        with it.sessions.begin() as session:
            session.execute(update(User).filter_by(slack_id="U1").values(zone="Nowhere/At_All"))
        assert it.send() == {"failed": 1, "sent": 1}
        assert it.send() == {}  # it is left alone for a while
        first = it.row(target="U1")
        assert (first.state, first.attempt) == ("planned", 1)
        for _ in range(10):
            it.wait(minutes=6)
            it.send()
        assert [(row.state, row.attempt) for row in it.rows()] == [("dead", 5), ("sent", 1)]
        assert (it.rows()[0].error_code or "").startswith("unmade TB-")


def test_a_snooze_shows_the_same_message_anew_with_a_way_back(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, overdue=2)
        it.send()
        it.wait(minutes=1)
        first = it.row().id
        with it.sessions.begin() as session:
            user = a_person(session)
            clinic = accounts.overdue(session, user.workspace_id, user.id, date(2026, 3, 9))[0]
            accounts.snooze(
                session,
                an_actor(user),
                clinic.account_id,
                date(2026, 3, 12),
                reason=None,
                now=it.clock(),
            )
            sent = session.get_one(Delivery, first)
            deliveries.owe_change(session, user.workspace_id, sent, key="snooze:1", now=it.clock())
        assert it.send() == {"sent": 1}
        (message,) = it.said()
        assert f"Snoozed {clinic.name} until Thu, Mar 12" in message.words
        assert "1 account is overdue for a touch" in message.words
        assert "/touchbase remind off" in message.words  # it is still their first one


def test_show_all_lists_the_rest_and_stays_so(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it, overdue=12)
        it.send()
        first = it.row().id
        for key in ("all:1", "again:1"):
            with it.sessions.begin() as session:
                sent = session.get_one(Delivery, first)
                if key == "all:1":
                    deliveries.show_all(session, sent, key=key, now=it.clock())
                else:
                    deliveries.owe_change(session, sent.workspace_id, sent, key=key, now=it.clock())
            assert it.send() == {"sent": 1}
            (message,) = it.said()
            assert message.words.count("Log a visit") == 12
            assert "Show all" not in message.words


def test_a_change_of_a_message_not_yet_sent_is_not_needed(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            first = session.get_one(Delivery, an_answer(session, user, "receipt:1", MONDAY))
            first.not_before = MONDAY + timedelta(minutes=1)
            deliveries.owe_change(session, user.workspace_id, first, key="receipt:1:a", now=MONDAY)
        assert it.send() == {"cancelled": 1}
        it.wait(minutes=1)
        assert it.send() == {"sent": 1}
        assert [row.state for row in it.rows()] == ["sent", "cancelled"]


def test_a_change_waits_while_its_message_is_in_doubt(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            first = an_answer(session, user, "receipt:1", MONDAY)
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        assert it.send() == {"uncertain": 1}
        with it.sessions.begin() as session:
            deliveries.owe_change(
                session,
                user.workspace_id,
                session.get_one(Delivery, first),
                key="receipt:1:a",
                now=it.clock(),
            )
        assert not it.send()
        it.wait(seconds=61)
        assert it.settle() == {"settled": 1}
        assert it.send() == {"sent": 1}
        assert len(it.said()) == 1


def test_a_change_whose_answer_was_lost_is_simply_made_again(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            first = an_answer(session, user, "receipt:1", MONDAY)
        it.send()
        with it.sessions.begin() as session:
            row = session.get_one(Delivery, first)
            deliveries.owe_change(session, user.workspace_id, row, key="receipt:1:a", now=MONDAY)
        it.slack.faults.always("chat.update", faults.status(503))
        assert it.send() == {"failed": 1}
        it.slack.faults.clear()
        it.wait(minutes=1)
        assert it.send() == {"sent": 1}
        it.slack.faults.always("chat.update", faults.html())
        with it.sessions.begin() as session:
            row = session.get_one(Delivery, first)
            deliveries.owe_change(session, user.workspace_id, row, key="receipt:1:b", now=MONDAY)
        for _ in range(8):
            it.send()
            it.wait(minutes=6)
        assert [row.state for row in it.rows()] == ["sent", "sent", "dead"]


def test_an_archived_channels_digest_stops_and_whoever_asked_is_told_once(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            boss = an_actor(a_person(session, "U3", role=users.ADMIN))
            subscriptions.subscribe(session, boss, "C1", "everyone", at("2026-03-06T15:00Z"))
        it.clock.now = it.machine.now = at("2026-03-09T13:00:10Z")
        it.plan()
        it.slack.faults.next("chat.postMessage", faults.says("is_archived"))
        it.send()
        for _ in range(3):
            it.wait(weeks=1)
            it.plan()
            it.send()
        assert it.said("C1") == []
        told = [message for message in it.said("U3") if "digest" in message.words]
        assert len(told) == 1
        assert "<#C1>" in told[0].words
        assert "archived" in told[0].words
        with it.sessions() as session:
            stopped = subscriptions.of_channel(session, boss.workspace_id, "C1")
            assert stopped is not None
            assert (stopped.active, stopped.stopped_why) == (False, "is_archived")


def test_a_process_that_lost_its_lane_writes_nothing(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        told = {"now": it.clock(), "lease": timedelta(seconds=60), "most": 1, "answers_only": False}
        with it.sessions.begin() as session:
            (old,) = lanes.claim(session, "slept", machine=it.machine(), **told)
            row = lanes.next_due(session, old.workspace_id, it.clock(), answers_only=False)
            assert row is not None
            attempt = lanes.begin(row, old, now=it.clock(), machine=it.machine())
        job = Job(attempt, row, it.clock(), it.machine(), None)
        it.wait(seconds=61)
        it.settle()
        it.wait(seconds=60)
        it.settle()
        it.wait(seconds=61)
        it.settle()
        assert it.send() == {"sent": 1}
        with it.sessions.begin() as session:
            stale = outcomes.store(session, it.road, old, job, Answer(Fate.NOT_SENT, "dns"))
            assert not lanes.hold(session, old, it.machine(), renew=timedelta(seconds=60))
        assert stale == ("", False)
        assert it.row().state == "sent"
        assert len(it.said()) == 1


@pytest.mark.parametrize("hours", [0, 24 * 365 * 4, -24 * 30])
def test_a_lease_is_held_by_the_machines_time_whatever_the_peoples_clock_says(
    each_database: Database, hours: int
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            an_answer(session, user, "receipt:1", MONDAY - timedelta(days=60))
        with it.sessions.begin() as session:
            claimed = lanes.claim(
                session,
                "a running bot",
                now=MONDAY,
                machine=it.machine(),
                lease=timedelta(seconds=60),
                most=1,
                answers_only=False,
            )
            assert len(claimed) == 1
        it.clock.wait(hours=hours)
        assert not it.send()
        it.machine.wait(seconds=61)
        assert it.send() == {"sent": 1}


def test_a_workspace_that_was_suspended_gets_nothing(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        with it.sessions.begin() as session:
            session.query(Workspace).update({"status": lanes.SUSPENDED})
        assert not it.send()
        assert it.said() == []


def test_an_old_lease_does_not_end_what_a_newer_one_is_sending(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        with_overdue(it)
        tries = []
        for owner in ("slept", "took over"):
            with it.sessions.begin() as session:
                (lease,) = lanes.claim(
                    session,
                    owner,
                    now=it.clock(),
                    machine=it.machine(),
                    lease=timedelta(seconds=60),
                    most=1,
                    answers_only=False,
                )
                row = lanes.next_due(session, lease.workspace_id, it.clock(), answers_only=False)
                assert row is not None
                tries.append(lanes.begin(row, lease, now=it.clock(), machine=it.machine()))
                if owner == "slept":  # a rate limit: the try is not counted
                    lanes.plan_again(session, row, "ratelimited", counted=False)
            it.wait(seconds=61)
        with it.sessions.begin() as session:
            assert [one.number for one in tries] == [1, 1]
            assert lanes.finished(session, tries[0]) is None
            assert lanes.finished(session, tries[1]) is not None
