"""What sending is built on, and what is being sent."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from handlers.views import heatmap
from models.clock import Clock
from models.db import Sessions
from models.deliveries import Delivery
from models.heat import Heat
from models.lanes import Attempt, Lease
from scheduler.breaker import Breaker
from scheduler.metrics import Meter
from scheduler.pace import Pace
from scheduler.pulse import Pulse
from scheduler.timing import Timing

Clients = Callable[[int], WebClient]
"""The Slack client of a workspace. It has no retries of its own: after a lost answer they would
post the message a second time (reliability B6)."""


def _somebody() -> str:
    return f"{socket.gethostname()[:40]}/{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Road:
    """Everything a step of the scheduler needs.

    clock         the people's: what is due, what is too late. A sandbox winds it.
    machine       the real one: leases, blocks, when to look for a message.
    answers_only  send only answers to what somebody just did.
    given         the people's clock was given (`tick --at`) and is what settling goes by too.
    draw          makes a heat map's picture: half a second that a test of much else can spare.
    owner         a name for this process, unlike any other's.
    unstored      what Slack said of messages while the database was away, to be stored yet.
    meter         is told what is counted.
    monotonic     the seconds that the pace is kept by.
    pool          makes the threads that serve lanes side by side.
    """

    sessions: Sessions
    slack: Clients
    clock: Clock
    machine: Clock
    timing: Timing = field(default_factory=Timing)
    answers_only: bool = False
    given: bool = False
    draw: Callable[[Heat], bytes] = heatmap.png
    owner: str = field(default_factory=_somebody)
    stopping: threading.Event = field(default_factory=threading.Event)
    unstored: deque[tuple[Lease, Job, Any]] = field(default_factory=deque)
    meter: Meter = field(default_factory=Meter)
    monotonic: Callable[[], float] = time.monotonic
    pool: Callable[[int], Executor] = ThreadPoolExecutor
    pace: Pace = field(init=False)
    breaker: Breaker = field(init=False)
    pulse: Pulse = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "breaker", Breaker(self.timing, self.machine))
        object.__setattr__(self, "pulse", Pulse(self.machine))
        pace = Pace(self.timing.pace, self.timing.channel_gap, self.monotonic)
        object.__setattr__(self, "pace", pace)


@dataclass(frozen=True)
class Job:
    """One message about to be sent, and where to."""

    attempt: Attempt
    row: Delivery
    at: datetime  # the people's clock when it was taken
    begun_at: datetime  # the machine's
    changes: Face | None  # the message to show anew; None: post a new one


@dataclass(frozen=True)
class Face:
    """A message already in Slack."""

    channel_id: str
    ts: str
    nid: str
