"""All waits of the clock in one place."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from datetime import timedelta

from models.auditing import Limits


@dataclass(frozen=True)
class Timing:
    """Seconds, unless said otherwise. Sources: reliability B3.3, B3.4, B6.

    The lease is longer than one call to Slack can take, twice over; a message in doubt is looked
    for only after Slack has had `settle_after` to finish what it may have begun.
    """

    lease: float = 60.0
    call: float = 10.0  # the longest a call to Slack may take
    settle_after: float = 60.0
    look_again: float = 60.0
    pace: float = 4.95  # messages a second of one workspace: 99 % of 300 a minute
    channel_gap: float = 1.0  # between two messages in one channel
    backoff_first: float = 5.0
    backoff_longest: float = 300.0
    turn: int = 10  # messages of one lane before other lanes have their turn
    turn_longest: float = 5.0  # after which a turn ends, if Slack is slow to answer
    lanes: int = 8  # lanes served at once
    looks: int = 2  # times a message is not found before it is owed again
    unreadable: int = 3  # times a conversation cannot be read before the policy decides
    changes: int = 6  # tries at showing a message anew
    renderings: int = 5  # tries at a message that our own code cannot make
    most_doubtful: int = 5  # messages in doubt before the lane waits for them to be settled
    plan_every: float = 30.0
    send_every: float = 1.0
    settle_every: float = 20.0
    upkeep_every: float = 3600.0
    reckon_every: float = 10.0
    audit_every: float = 60.0
    beat_every: float = 10.0  # between two signs of life in the database
    step_silent: float = 90.0  # since a step was last done, before it is called dead
    breaker_calls: int = 50  # calls to Slack that are judged together
    breaker_open: float = 30.0  # how long Slack is left alone when half of them failed
    probe: float = 5.0  # the longest a call to Slack or to HEARTBEAT_URL may take that only asks
    clock_off: float = 30.0  # a clock further off than this is suspect
    clock_ahead: float = 60.0  # nothing is planned further ahead of the other clocks than this
    date_fresh: float = 600.0  # how long the date of Slack's last answer is worth something
    limits: Limits = Limits()
    chores_every: float = 1.0
    hear_every: float = 2.0
    hear_waits: tuple[float, ...] = (3.0, 5.0, 10.0, 20.0, 30.0, 60.0)  # for a clip's transcript
    ask_again: float = 600.0  # before a person's profile that could not be read is asked for again
    patience: float = 600.0  # how long one `tick` waits for rate limits and other processes

    def divided(self, by: float) -> Timing:
        """The same with every wait `by` times shorter and the pace as much faster, for tests."""
        waits = {
            field.name: getattr(self, field.name) / by
            for field in dataclasses.fields(self)
            if field.type == "float" and field.name != "pace"
        }
        hear = tuple(wait / by for wait in self.hear_waits)
        return dataclasses.replace(
            self, **waits, pace=self.pace * by, hear_waits=hear, limits=self.limits.divided(by)
        )

    def backoff(self, attempt: int) -> timedelta:
        """How long to leave Slack alone after the `attempt`-th failure: longer each time, and at
        random, so that lanes that failed together do not come back together."""
        longest = min(self.backoff_first * 2 ** min(attempt, 10), self.backoff_longest)
        return timedelta(seconds=longest * (0.5 + secrets.randbelow(501) / 1000))


def seconds(count: float) -> timedelta:
    """A wait as a length of time."""
    return timedelta(seconds=count)
