"""Several processes and a Slack that fails before and after it commits: nothing lost or doubled."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest

from bot.sandbox import faults
from models.users import User
from tests.by_the_clock import Clockwork, a_clockwork, a_person, an_answer
from tests.conftest import Database
from tests.make import at

MESSAGES = 30

_SECOND = 0.01
"""How long one of the scheduler's seconds takes here."""


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_storm_every_message_arrives_exactly_once(each_database: Database, seed: int) -> None:
    with a_clockwork(each_database.sessions, at("2026-03-09T15:00Z")) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
        for share, fault in (
            (0.10, faults.reset(after=True)),
            (0.06, faults.status(500, after=True)),
            (0.06, faults.reset()),
            (0.05, faults.says("internal_error")),
            (0.05, faults.limited(1)),
        ):
            it.slack.faults.often("chat.postMessage", fault, share, seed)
        over = threading.Event()
        broken: list[BaseException] = []
        processes = [
            threading.Thread(target=_a_process, args=(it.another(), over, broken)) for _ in range(3)
        ]
        for process in processes:
            process.start()
        try:
            _owe_and_wait(it, user.id, random.Random(seed))  # noqa: S311
        finally:
            over.set()
            for process in processes:
                process.join()
        assert broken == []
        states = Counter(row.state for row in it.rows())
        assert states == {"sent": MESSAGES}, f"seed {seed}"
        arrived = Counter(message.metadata["event_payload"]["nid"] for message in it.said())  # type: ignore[index]
        assert set(arrived) == {row.nid for row in it.rows()}, f"seed {seed}"
        assert set(arrived.values()) == {1}, f"seed {seed}"


def _owe_and_wait(it: Clockwork, user_id: int, chance: random.Random) -> None:
    """Plan the messages one by one while time goes by, and wait until all have an end."""
    owed = 0
    end = time.monotonic() + 60
    while time.monotonic() < end:
        it.wait(seconds=1)
        time.sleep(_SECOND)
        if owed < MESSAGES and chance.random() < 0.7:
            with it.sessions.begin() as session:
                user = session.get_one(User, user_id)
                an_answer(session, user, f"receipt:{owed}", it.clock())
            owed += 1
        if owed == MESSAGES and all(row.state == "sent" for row in it.rows()):
            return


def _a_process(it: Clockwork, over: threading.Event, broken: list[BaseException]) -> None:
    try:
        while not over.is_set():
            it.send()
            it.settle()
            time.sleep(_SECOND)
    except BaseException as fault:  # told to the test
        broken.append(fault)
