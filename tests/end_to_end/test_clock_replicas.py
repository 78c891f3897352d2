"""Several replicas on one PostgreSQL: one is stopped in mid send and goes on five minutes later,
one is told to end; what was in its hand is sent once."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.sandbox import faults
from tests.conftest import Database
from tests.end_to_end.replicas import MORNINGS, replicas
from tests.end_to_end.running import until

FIVE_MINUTES = 300 / 30

TEN_MINUTES = (600.0, -600.0)
"""How wrong a machine's clock is, in seconds: whole, though a lease is thirty times shorter."""

LANES = 8
"""What a replica serves at once, each with a message in its hand."""


@pytest.mark.parametrize(
    "pause",
    [0.0, pytest.param(FIVE_MINUTES, marks=[pytest.mark.soak, pytest.mark.timeout(600)])],
    ids=["taken over", "long"],
)
def test_a_replica_stopped_in_mid_send_writes_nothing_when_it_goes_on(
    postgres_url: str, tmp_path: Path, pause: float
) -> None:
    """`pause`: how long it is stopped at the least; it is so until others have sent all."""
    with replicas(postgres_url, tmp_path, workspaces=LANES, people=4) as it:
        # Slack has half of the messages at once and half a little later; it is slow to say so.
        it.slack.faults.next("chat.postMessage", faults.late(0.3, after=True), LANES // 2)
        it.slack.faults.next("chat.postMessage", faults.late(0.2, after=False), LANES // 2)
        it.dawn(MORNINGS[0])
        it.start()
        (first,) = it.running
        until(lambda: it.count(SENDING) == LANES or None, "a message in each lane's hand")
        until(lambda: it.slack.faults.spent() or None, "all of them on their way")
        it.freeze(first)
        frozen_at = time.monotonic()
        fence = it.count(FENCES)
        it.start(3)
        it.wait_for(MORNINGS[0])
        assert it.count(FENCES) >= fence + LANES  # each lane has another lease now
        time.sleep(max(0.0, frozen_at + pause - time.monotonic()))
        before = it.rows()
        it.thaw(first)
        until(lambda: it.logged("delivery.taken_over") == LANES or None, "what it was refused")
        assert it.rows() == before
        it.dawn(MORNINGS[1])  # and it is as good as any other again
        it.wait_for(MORNINGS[1])
        assert it.stop() == [0, 0, 0, 0]
        figures = it.check(MORNINGS[:2], 0)
    assert figures["reconciled"] >= LANES
    print(f"\nstopped {pause:.0f} s or more: {dict(figures)}, lost 0, doubled 0")


SENDING = "SELECT count(*) FROM delivery WHERE state = 'sending'"
FENCES = "SELECT sum(fence) FROM lane"


def test_told_to_end_a_replica_finishes_what_is_in_its_hand(
    each_database: Database, tmp_path: Path
) -> None:
    with replicas(each_database.url, tmp_path, workspaces=LANES, people=2) as it:
        it.slack.faults.always("chat.postMessage", faults.late(0.2, after=False))
        it.dawn(MORNINGS[0])
        it.start()
        until(lambda: it.count(SENDING) >= LANES // 2 or None, "messages in hand")
        assert it.stop() == [0]
        states = Counter(row.state for row in it.rows())
        assert states.keys() == {"sent", "planned"}, states
        assert states["sent"] == it.posts >= LANES // 2
        assert it.count("SELECT count(*) FROM lane WHERE lease_owner IS NOT NULL") == 0
        it.start()  # and the next one, which has a lease to wait for nowhere, sends the rest
        it.wait_for(MORNINGS[0])
        assert it.stop() == [0]
        assert it.check(MORNINGS[:1], 0)["reconciled"] == 0


@pytest.mark.parametrize(
    ("wrong", "days"),
    [
        (600.0, 1),
        *(
            pytest.param(wrong, 5, marks=[pytest.mark.soak, pytest.mark.timeout(600)])
            for wrong in TEN_MINUTES
        ),
    ],
)
def test_a_replica_whose_clock_is_ten_minutes_off_sends_nothing_twice(
    postgres_url: str, tmp_path: Path, wrong: float, days: int
) -> None:
    with replicas(postgres_url, tmp_path, workspaces=12, people=5) as it:
        it.slack.faults.often("chat.postMessage", faults.reset(after=True), 0.1, 1)
        it.start(2)
        it.start(wrong=wrong)
        for morning in MORNINGS[:days]:
            it.dawn(morning)
            it.wait_for(morning)
        assert it.stop() == [0, 0, 0]
        assert it.logged("clock.suspect") == 1
        figures = it.check(MORNINGS[:days], 1)
    print(f"\nclock off by {wrong:.0f} s: {dict(figures)}, lost 0, doubled 0")


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [21])
def test_replicas_stopped_anywhere_and_resumed(
    postgres_url: str, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    with replicas(postgres_url, tmp_path, workspaces=16, people=12) as it:
        it.start(4)
        for morning in MORNINGS:
            it.dawn(morning)
            goal = it.posts + chance.randint(1, 100)
            until(lambda goal=goal: it.posts >= goal or None, "a few posts")
            time.sleep(chance.uniform(0, 0.02))
            one = chance.choice(it.running)
            it.freeze(one)
            frozen_at = time.monotonic()
            it.wait_for(morning)
            time.sleep(max(0.0, frozen_at + FIVE_MINUTES - time.monotonic()))
            it.thaw(one)
        assert it.stop() == [0, 0, 0, 0]
        figures = it.check(MORNINGS, seed)
    print(f"\nseed {seed}: stopped {len(MORNINGS)} times: {dict(figures)}, lost 0, doubled 0")
