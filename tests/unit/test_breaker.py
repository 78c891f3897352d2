"""A Slack that fails half of all calls is left alone, by the whole process."""

from __future__ import annotations

import pytest

from bot.sandbox import faults
from scheduler.answers import Answer, Fate
from scheduler.breaker import Breaker
from scheduler.timing import Timing
from tests.by_the_clock import MONDAY_EIGHT, Hands, a_clockwork, a_person, an_answer
from tests.conftest import Database

NO_ROUTE = Answer(Fate.NOT_SENT, "no_route")


def asked(it: Breaker, *answers: bool) -> tuple[list[bool], int]:
    """Whether calls may go out, where probes succeed in turn as told; and how many were made."""
    made = []

    def probe() -> None:
        made.append(answers[len(made)])
        if not made[-1]:
            raise OSError

    return [it.lets(probe) for _ in range(2)], len(made)


def test_it_opens_when_more_than_half_of_the_last_fifty_calls_failed() -> None:
    breaker = Breaker(Timing(), Hands(MONDAY_EIGHT))
    for _pair in range(100):
        breaker.note(NO_ROUTE)
        breaker.note(Answer(Fate.SENT, ts="1"))
    assert not breaker.is_open
    breaker.note(NO_ROUTE)  # pushes out a failure
    assert not breaker.is_open
    breaker.note(NO_ROUTE)
    assert breaker.is_open


@pytest.mark.parametrize(
    ("told", "opens"),
    [
        (Answer(Fate.NOT_SENT, "dns"), True),
        (Answer(Fate.IN_DOUBT, "http_503"), True),
        (Answer(Fate.IN_DOUBT, "TimeoutError"), True),
        (Answer(Fate.IN_DOUBT, "no_ts"), False),
        (Answer(Fate.REFUSED, "channel_not_found"), False),
        (Answer(Fate.LIMITED, "ratelimited"), False),
        (Answer(Fate.LOCKED_OUT, "token_revoked"), False),
        (Answer(Fate.UNMADE, "unmade"), False),
    ],
)
def test_only_an_outage_opens_it(told: Answer, opens: bool) -> None:
    breaker = Breaker(Timing(), Hands(MONDAY_EIGHT))
    for _call in range(50):
        breaker.note(told)
    assert breaker.is_open == opens


def test_after_half_a_minute_one_probe_decides() -> None:
    now = Hands(MONDAY_EIGHT)
    breaker = Breaker(Timing(), now)
    for _call in range(26):
        breaker.note(NO_ROUTE)
    now.wait(seconds=29)
    assert asked(breaker) == ([False, False], 0)
    now.wait(seconds=1)
    assert asked(breaker, False) == ([False, False], 1)
    now.wait(seconds=30)
    assert asked(breaker, True) == ([True, True], 1)
    for _call in range(25):  # what failed before is forgotten
        breaker.note(NO_ROUTE)
    assert not breaker.is_open


def test_while_it_is_open_nothing_is_claimed_or_failed_and_then_all_goes_out(
    each_database: Database,
) -> None:
    with a_clockwork(each_database.sessions, MONDAY_EIGHT) as it:
        with it.sessions.begin() as session:
            user = a_person(session)
            for number in range(40):
                an_answer(session, user, f"receipt:{number}", MONDAY_EIGHT)
        it.slack.faults.always("chat.postMessage", faults.status(503))
        it.slack.faults.next("api.test", faults.status(503))
        for _call in range(25):
            it.road.breaker.note(NO_ROUTE)
        assert it.send() == {"uncertain": 1}  # the turn ends with the call that opened it
        before = it.lane()
        it.wait(seconds=29)
        assert it.send().total() == 0
        it.wait(seconds=1)
        assert it.send().total() == 0  # the probe fails as well
        after = it.lane()
        assert (after.fence, after.lease_owner) == (before.fence, None)
        it.slack.faults.clear()
        it.wait(seconds=30)
        sent = 0
        while more := it.send()["sent"]:
            sent += more
        assert sent == 39
