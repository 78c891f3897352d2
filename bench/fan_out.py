"""A morning's messages to everybody of one workspace, against a Slack that takes 300 a minute and
80 ms a call: in simulated time, where only waiting takes any, and a few in real time.

Of what the limit allows in the time from the first message's hour to the last one's arrival, so
much was sent; what is late is a rep who reads it in the car.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy import func, insert, select

from bench.planned import MORNING, people
from bot.sandbox.faults import Limiter
from models.accounts import Account
from models.clock import fixed, system
from models.db import Sessions, open_engine, sessions_for
from models.deliveries import SENT, Delivery
from scheduler import planning, reminders, settle
from scheduler.loop import Handle, start
from scheduler.pace import Pace
from scheduler.road import Road
from scheduler.timing import Timing

A_MINUTE, LATENCY, BURST = 300, 0.08, 5


class Killed(BaseException):
    """The process dies here and now."""


class Waits(threading.Event):
    """Time in which nothing takes any but waiting. `wait` is how the scheduler waits."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.meanwhile: Callable[[], None] = lambda: None

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0.0
        self.meanwhile()
        return self.is_set()

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.seconds)


class Slack:
    """Takes messages up to a limit, each after a while, and can lose its caller.

    dies_at  numbers of calls at which the caller is killed: the even ones before the message is
             taken, the odd ones after.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        sleep: Callable[[float], object],
        *,
        dies_at: frozenset[int] = frozenset(),
    ) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._limiter = Limiter(A_MINUTE, BURST, monotonic)
        self._dies_at, self._calls = dies_at, count(1)
        self.took: Counter[str] = Counter()
        self.refused = 0
        self.last = 0.0
        self._said: dict[str, list[dict[str, Any]]] = {}

    def chat_postMessage(self, *, channel: str, metadata: Any, **_: Any) -> dict[str, Any]:
        call = next(self._calls)
        if call in self._dies_at and call % 2 == 0:
            raise Killed
        self._sleep(LATENCY)
        if self._limiter.wait():
            self.refused += 1
            raise SlackApiError("limited", _refusal())
        self.took[channel] += 1
        self.last = self._monotonic()
        ts = f"{self.last:.6f}"
        self._said.setdefault(channel, []).append({"ts": ts, "metadata": metadata})
        if call in self._dies_at:
            raise Killed
        return {"ok": True, "channel": channel.replace("U", "D"), "ts": ts}

    def conversations_open(self, *, users: str) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": users.replace("U", "D")}}

    def conversations_history(self, *, channel: str, **_: Any) -> dict[str, Any]:
        return {"ok": True, "messages": self._said.get(channel.replace("D", "U"), [])}


def _refusal() -> SlackResponse:
    return SlackResponse(
        client=None,
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data={"ok": False, "error": "ratelimited"},
        headers={"Retry-After": "1"},
        status_code=429,
    )


def measure(url: str, messages: int) -> None:
    """One process sends them all."""
    waits = Waits()
    sessions = _due(url, messages)
    slack = Slack(lambda: waits.seconds, waits.wait)
    began = time.perf_counter()
    _run(sessions, slack, waits, messages)
    each = (time.perf_counter() - began) / messages
    _tell(f"{messages:,} messages in simulated time", slack, messages, slack.last)
    print("    (goal at least 97 %, none lost, none twice)")
    print(f"  {'  work on each, beside the waiting':46} {1000 * each:8.2f} ms")


def measure_killed(url: str, messages: int) -> None:
    """Four processes are killed on the way, before and after Slack took what they sent."""
    waits = Waits()
    sessions = _due(url, messages)
    dies_at = frozenset(messages * part // 5 + part % 2 for part in range(1, 5))
    slack = Slack(lambda: waits.seconds, waits.wait, dies_at=dies_at)
    kills = _run(sessions, slack, waits, messages)
    assert kills == len(dies_at)
    _tell(f"{messages:,} messages over {kills} kills", slack, messages, slack.last)
    print("    (goal none lost, none twice; a killed process leaves a lease of a minute)")


def measure_real(url: str, messages: int = 100) -> None:
    """The loop as it runs, by the real clock."""
    sessions = _due(url, messages)
    slack = Slack(time.monotonic, time.sleep)
    began = time.monotonic()
    handle = start(sessions, lambda _workspace: slack, fixed(MORNING), system)
    while _sent(sessions) < messages and time.monotonic() < began + messages:
        time.sleep(0.1)
    handle.stop()
    _tell(f"{messages} messages, by the real clock", slack, messages, seconds=slack.last - began)


def _due(url: str, count: int) -> Sessions:
    """So many people with an account each that has long been waiting."""
    sessions = sessions_for(open_engine(url, statement=30))
    workspace_id = people(sessions, count)
    long_ago = date(2026, 1, 5)
    shared = {
        "workspace_id": workspace_id,
        "tier": "A",
        "owned_since": long_ago,
        "due_on": long_ago + timedelta(days=10),
        "names_version": 1,
        "created_at": MORNING,
    }
    rows = [
        {"name": f"Clinic {n}", "name_key": f"clinic {n}", "owner_id": n, **shared}
        for n in range(1, count + 1)
    ]
    with sessions.begin() as session:
        session.execute(insert(Account), rows)
    return sessions


def _run(sessions: Sessions, slack: Slack, waits: Waits, messages: int) -> int:
    """Plan and send by simulated time, each step at its interval; how many processes died."""
    kills = 0
    handle = _process(sessions, slack, waits)
    planning.plan_all(sessions, waits.now, [reminders.plan])
    while _sent(sessions) < messages:
        try:
            handle.send()
        except Killed:
            kills += 1
            handle = _process(sessions, slack, waits)
        waits.wait(Timing().send_every - waits.seconds % Timing().send_every)
    return kills


def _process(sessions: Sessions, slack: Slack, waits: Waits) -> Handle:
    """Another process with the same clocks; what is in doubt is settled while it waits."""
    road = Road(sessions, lambda _workspace: slack, waits.now, waits.now, stopping=waits)
    object.__setattr__(
        road, "pace", Pace(road.timing.pace, road.timing.channel_gap, lambda: waits.seconds)
    )
    settled_at = [waits.seconds]

    def meanwhile() -> None:
        if waits.seconds - settled_at[0] >= road.timing.settle_every:
            settled_at[0] = waits.seconds
            settle.settle(road)

    waits.meanwhile = meanwhile
    return Handle(road, None, ())


def _sent(sessions: Sessions) -> int:
    with sessions() as session:
        found = select(func.count()).select_from(Delivery).where(Delivery.state == SENT)
        return session.scalar(found) or 0


def _tell(what: str, slack: Slack, messages: int, seconds: float) -> None:
    share = 100 * messages / (seconds * A_MINUTE / 60)
    lost = messages - len(slack.took)
    twice = sum(times - 1 for times in slack.took.values())
    print(f"  {what:46} {share:8.1f} % of the limit in {seconds:.0f} s; {slack.refused} refused,"
          f" {lost} lost, {twice} twice")  # fmt: skip
