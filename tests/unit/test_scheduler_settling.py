"""When nobody knows whether Slack has a message, the conversation tells."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import timedelta
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse, WebClient

from bot.sandbox import faults
from models import lanes
from models.deliveries import Lane
from scheduler import answers
from scheduler.answers import Fate
from scheduler.timing import Timing
from tests.by_the_clock import Clockwork, a_clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import at

MONDAY = at("2026-03-09T12:30:10Z")


def a_receipt(it: Clockwork, key: str = "receipt:1") -> None:
    with it.sessions.begin() as session:
        an_answer(session, a_person(session), key, it.clock())


LOST_ANSWERS = {
    "reset": faults.reset(after=True),
    "server error": faults.status(500, after=True),
    "a page": faults.html(after=True),
    "nothing": faults.empty(after=True),
    "internal_error": faults.says("internal_error", after=True),
    "fatal_error": faults.says("fatal_error", after=True),
}


@pytest.mark.parametrize("fault", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
def test_a_message_whose_answer_was_lost_is_found_and_not_sent_again(
    each_database: Database, fault: faults.Fault
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", fault)
        assert it.send() == {"uncertain": 1}
        it.wait(seconds=59)
        assert not it.settle()  # Slack may still be at work
        it.wait(seconds=2)
        assert it.settle() == {"settled": 1}
        assert (it.row().state, it.row().via) == ("sent", "reconcile")
        assert it.row().slack_ts == it.said()[0].ts
        it.wait(minutes=10)
        assert not it.send()
        assert len(it.said()) == 1


def test_a_message_that_never_arrived_is_sent_after_two_looks_a_minute_apart(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.reset())
        it.send()
        it.wait(seconds=61)
        assert not it.settle()
        assert not it.settle()
        assert not it.send()
        it.wait(seconds=61)
        assert it.settle() == {"settled": 1}
        assert it.send() == {"sent": 1}
        assert (it.row().attempt, len(it.said())) == (2, 1)


def test_a_slow_answer_is_in_doubt_and_then_found(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.late(0.6))
        impatient = WebClient(
            token=it.slack.bot_token,
            base_url=it.slack.api_url,
            timeout=0.2,
            retry_handlers=[],  # type: ignore[arg-type]
        )
        it.road = replace(it.road, slack=lambda _workspace: impatient)
        assert it.send() == {"uncertain": 1}
        it.wait(seconds=61)
        it.settle()
        assert it.row().state == "sent"
        assert len(it.said()) == 1


@pytest.mark.parametrize("posted", [False, True], ids=["before the post", "after the post"])
def test_a_process_that_dies_in_the_middle_costs_no_message_and_doubles_none(
    each_database: Database, posted: bool
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        with it.sessions.begin() as session:
            (lease,) = lanes.claim(
                session,
                "dies",
                now=it.clock(),
                machine=it.machine(),
                lease=timedelta(seconds=60),
                most=1,
                answers_only=False,
            )
            row = lanes.next_due(session, lease.workspace_id, it.clock(), answers_only=False)
            assert row is not None
            lanes.begin(row, lease, now=it.clock(), machine=it.machine())
        if posted:
            it.road.slack(1).chat_postMessage(
                channel=row.target,
                text="Logged",
                metadata={"event_type": "touchbase", "event_payload": {"nid": row.nid}},
            )
        it.wait(seconds=30)
        it.settle()
        assert it.row().state == "sending"  # it may be only slow
        for _ in range(4):
            it.wait(seconds=61)
            it.settle()
            it.send()
        assert it.row().state == "sent"
        assert len(it.said()) == 1


def test_where_history_cannot_be_read_a_direct_message_is_sent_once_more(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.always("conversations.history", faults.says("missing_scope"))
        it.slack.faults.next("chat.postMessage", faults.reset())
        it.send()
        for _ in range(3):
            it.wait(seconds=61)
            it.settle()
        assert it.row().state == "planned"
        it.slack.faults.next("chat.postMessage", faults.reset())
        it.send()
        for _ in range(3):
            it.wait(seconds=61)
            it.settle()
        assert (it.row().state, it.row().via) == ("unconfirmed", "resend")
        assert (it.row().attempt, it.said()) == (2, [])


def test_where_history_cannot_be_read_a_channel_is_left_alone(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        with it.sessions.begin() as session:
            row = lanes.next_due(session, 1, it.clock(), answers_only=False)
            assert row is not None
            row.target = "C1"
        it.slack.faults.always("conversations.history", faults.says("not_in_channel"))
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        it.send()
        for _ in range(3):
            it.wait(seconds=61)
            it.settle()
        assert (it.row().state, it.row().error_code) == ("unconfirmed", "not_in_channel")
        it.wait(minutes=10)
        it.send()
        assert len(it.said("C1")) == 1


def test_history_out_of_reach_or_limited_decides_nothing(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        it.send()
        it.slack.faults.next("conversations.history", faults.reset(), times=3)
        it.slack.faults.next("conversations.history", faults.status(200, b'{"ok": true}'))
        it.slack.faults.next("conversations.history", faults.limited(300))
        for _ in range(5):
            it.wait(seconds=61)
            assert not it.settle()
        it.wait(seconds=61)
        assert not it.settle()  # five minutes, as Slack asked
        it.wait(minutes=5)
        assert it.settle() == {"settled": 1}
        assert it.row().via == "reconcile"


def test_a_busy_channel_is_read_page_by_page(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        it.slack.service.scopes.add("channels:history")
        a_receipt(it)
        with it.sessions.begin() as session:
            row = lanes.next_due(session, 1, it.clock(), answers_only=False)
            assert row is not None
            row.target = "C1"
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        it.send()
        chatter = it.road.slack(1)
        for number in range(40):
            chatter.chat_postMessage(channel="C1", text=f"talk {number}")
        it.wait(seconds=61)
        assert it.settle() == {"settled": 1}
        assert it.row().slack_ts == it.said("C1")[0].ts


@pytest.mark.parametrize("days", [-200, 1500])
def test_a_message_sent_under_a_wound_clock_is_found_too(
    each_database: Database, days: int
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        # Slack stamps by the machine's time here, as it does for `tick --at`.
        it.slack.service.world.clock = it.machine
        with it.sessions.begin() as session:
            row = lanes.next_due(session, 1, it.clock(), answers_only=False)
            assert row is not None
            row.not_before = MONDAY - timedelta(days=300)
            lane = session.query(Lane).one()
            lane.next_at = row.not_before
        it.clock.wait(days=days)
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        it.send()
        it.clock.now = MONDAY
        it.wait(seconds=61)
        assert it.settle() == {"settled": 1}
        assert it.row().via == "reconcile"


def test_five_messages_in_doubt_make_the_lane_wait_until_they_are_settled(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        for number in range(8):
            a_receipt(it, f"receipt:{number}")
        it.slack.faults.always("chat.postMessage", faults.status(500, after=True))
        assert it.send() == {"uncertain": 5}
        assert not it.send()
        it.slack.faults.clear()
        it.wait(seconds=61)
        assert it.settle() == {"settled": 5}
        assert it.send() == {"sent": 3}
        assert len(it.said()) == 8


def test_two_processes_settling_look_once(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.reset())
        it.send()
        it.wait(seconds=61)
        it.settle()
        it.another().settle()
        assert len(it.slack.calls_of("conversations.history")) == 1
        assert it.row().looked == 1


def test_a_lane_that_sleeps_over_something_planned_is_woken(each_database: Database) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        with it.sessions.begin() as session:
            session.query(Lane).update({"next_at": None})
        assert not it.send()
        it.settle()
        assert it.send() == {"sent": 1}


def refused(status: int, data: object, **headers: str) -> SlackApiError:
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,  # type: ignore[arg-type]
        headers=dict(headers),
        status_code=status,
    )
    return SlackApiError("no", response)


@pytest.mark.parametrize(
    ("fault", "fate", "code"),
    [
        (URLError(ConnectionRefusedError(111, "refused")), Fate.NOT_SENT, "no_route"),
        (URLError(socket.gaierror(-2, "unknown")), Fate.NOT_SENT, "dns"),
        (URLError(ssl.SSLCertVerificationError("bad")), Fate.NOT_SENT, "tls"),
        (URLError(TimeoutError("timed out")), Fate.NOT_SENT, "connect_timeout"),
        (URLError(ConnectionResetError(104, "reset")), Fate.IN_DOUBT, "ConnectionResetError"),
        (TimeoutError("read"), Fate.IN_DOUBT, "TimeoutError"),
        (RemoteDisconnected("gone"), Fate.IN_DOUBT, "RemoteDisconnected"),
        (ValueError("a bug of somebody's"), Fate.IN_DOUBT, "ValueError"),
        (refused(200, {"ok": False, "error": "internal_error"}), Fate.IN_DOUBT, "internal_error"),
        (refused(503, {"ok": False, "error": "Service Unavailable"}), Fate.IN_DOUBT, "http_503"),
        (refused(200, {"ok": False, "error": "Received a response…"}), Fate.IN_DOUBT, "no_json"),
        (refused(200, None), Fate.IN_DOUBT, "no_json"),
        (refused(200, {"ok": False, "error": "ratelimited"}), Fate.LIMITED, "ratelimited"),
        (refused(200, {"ok": False, "error": "invalid_auth"}), Fate.LOCKED_OUT, "invalid_auth"),
        (refused(200, {"ok": False, "error": "is_archived"}), Fate.REFUSED, "is_archived"),
        (refused(200, {"ok": False, "error": "msg_too_long"}), Fate.REFUSED, "msg_too_long"),
        (refused(200, {"ok": False, "error": "never_heard_of"}), Fate.REFUSED, "never_heard_of"),
    ],
)
def test_what_each_failure_says_of_the_message(fault: Exception, fate: Fate, code: str) -> None:
    answer = answers.of_failure(fault)
    assert (answer.fate, answer.code) == (fate, code)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "7"}, 7.0),
        ({}, 30.0),
        ({"Retry-After": "x"}, 30.0),
        ({"Retry-After": "999999"}, 3600.0),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(headers: dict[str, str], wait: float) -> None:
    answer = answers.of_failure(refused(429, {"ok": False, "error": "ratelimited"}, **headers))
    assert (answer.fate, answer.wait) == (Fate.LIMITED, wait)


def test_ok_without_a_timestamp_is_in_doubt() -> None:
    assert answers.of_reply({"ok": True, "channel": "D1"}).fate is Fate.IN_DOUBT
    sent = answers.of_reply({"ok": True, "channel": "D1", "ts": "1.2"})
    assert (sent.fate, sent.channel_id, sent.ts) == (Fate.SENT, "D1", "1.2")


def test_a_tick_two_minutes_on_settles_what_a_tick_left_in_doubt(each_database: Database) -> None:
    """`--at` stands for now in every step, though only moments go by on the machine."""
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.reset(after=True))
        later, as_run = MONDAY + timedelta(days=40), {"machine": it.machine, "timing": Timing()}
        assert it.tick(later, **as_run).uncertain == 1
        half = it.tick(later + timedelta(seconds=50), **as_run)
        assert half.settled == 0  # Slack may still be at work
        assert it.tick(later + timedelta(minutes=2), **as_run).settled == 1
        row = it.row(dedupe_key="receipt:1")
        assert (row.state, row.via) == ("sent", "reconcile")
        assert len(it.said()) == 1


def test_a_tick_at_another_time_leaves_a_running_bots_message_its_minute(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY) as it:
        a_receipt(it)
        it.slack.faults.next("chat.postMessage", faults.reset(after=False))
        assert it.send() == {"uncertain": 1}
        for days in (1, 2, 3):
            there = MONDAY + timedelta(days=days)
            assert it.tick(there, machine=it.machine, timing=Timing()).sent == 0
        row = it.row(dedupe_key="receipt:1")
        assert (row.state, row.looked) == ("uncertain", 0)
