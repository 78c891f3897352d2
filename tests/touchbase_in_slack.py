"""Touchbase behind real HTTP in the test's own process: the routes, the scheduler, the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.app import build
from bot.sandbox.world import Message
from bot.slack import Installation
from handlers.listen import World
from models.db import Sessions
from models.errors import Refused
from models.lookup import Lookups
from tests.by_the_clock import Clockwork, a_clockwork, client
from tests.end_to_end.slack_driver import running


@contextmanager
def touchbase(
    sessions: Sessions, now: datetime, refused: Callable[[Refused], None] = lambda _refused: None
) -> Iterator[Clockwork]:
    """The app answering the stand-in's people, by a clock a test moves; `refused` is told of every
    refusal."""
    with a_clockwork(sessions, now) as it:
        asking = client(it.slack)
        world = World(sessions, it.clock, Lookups(), asking, it.keeper, it.machine, refused)
        identity = it.slack.identity
        installation = Installation(
            identity.team_id,
            identity.team_name,
            identity.bot_id,
            identity.bot_user_id,
            it.slack.bot_token,
        )
        with running(build(installation, world, asking), it.slack):
            yield it
        assert it.slack.complaints == []


def say(it: Clockwork, person: str, line: str, channel: str | None = None) -> Message:
    """What the person alone reads after `/touchbase line`."""
    before = len(it.slack.ephemerals(person))
    answer = it.slack.command(person, "/touchbase", line, channel)
    assert answer.ok, answer
    (said,) = it.slack.ephemerals(person)[before:]
    return said


def reread(it: Clockwork, message: Message) -> Message:
    """The message as it stands now."""
    found = it.slack.service.world.find(message.channel, message.ts)
    assert found is not None
    return found
