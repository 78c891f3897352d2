"""What Slack hands out for a short time: triggers, and the addresses one may answer to."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.refusals import SlackSaysNo

TRIGGER_SECONDS = 3.0
ANSWER_SECONDS = 30 * 60.0
ANSWER_USES = 5


@dataclass
class Trigger:
    """Leave to open a form for `user`, once, within three seconds of what they did."""

    user: str
    at: float
    view_id: str | None = None  # the form it was pressed in
    used: bool = False


@dataclass
class AnswerAddress:
    """A response_url: five uses within thirty minutes."""

    user: str
    channel: str
    at: float
    message_ts: str | None = None  # of the message that was pressed
    ephemeral: bool = False
    uses: int = 0


class Tickets:
    """Both kinds, by the names Slack gives them. `elapsed` counts seconds."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._triggers: dict[str, Trigger] = {}
        self._answers: dict[str, AnswerAddress] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """A fresh trigger_id."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, self._elapsed(), view_id)
        return name

    def exchange(self, name: object) -> Trigger:
        """Use up a trigger_id."""
        if not isinstance(name, str) or name not in self._triggers:
            raise SlackSaysNo("invalid_trigger_id")
        trigger = self._triggers[name]
        if trigger.used:
            raise SlackSaysNo("exchanged_trigger_id")
        if self._elapsed() - trigger.at > TRIGGER_SECONDS:
            raise SlackSaysNo("expired_trigger_id")
        trigger.used = True
        return trigger

    def answer_address(
        self, user: str, channel: str, message_ts: str | None = None, *, ephemeral: bool = False
    ) -> str:
        """The last part of a fresh response_url."""
        name = secrets.token_urlsafe(18)
        self._answers[name] = AnswerAddress(user, channel, self._elapsed(), message_ts, ephemeral)
        return name

    def use_answer(self, name: str) -> AnswerAddress:
        """Use a response_url once. The errors are as developers report them."""
        address = self._answers.get(name)
        if address is None:
            raise SlackSaysNo("invalid_url")
        if self._elapsed() - address.at > ANSWER_SECONDS:
            raise SlackSaysNo("expired_url")
        if address.uses >= ANSWER_USES:
            raise SlackSaysNo("used_url")
        address.uses += 1
        return address
