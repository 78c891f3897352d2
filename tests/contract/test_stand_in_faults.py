"""Slack goes wrong when a test asks it to: before or after the deed, once or by chance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import faults
from bot.sandbox.stand_in import StandIn

REP = "U1"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock")
        yield slack


FAULTS = {
    "reset before": (faults.reset(), 0),
    "reset after": (faults.reset(after=True), 1),
    "500": (faults.status(500), 0),
    "503 after": (faults.status(503, after=True), 1),
    "a page": (faults.html(), 0),
    "nothing": (faults.empty(after=True), 1),
    "internal_error after": (faults.says("internal_error", after=True), 1),
    "429": (faults.limited(3), 0),
    "too late": (faults.late(0.6), 1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_strikes_once_before_or_after_the_deed(slack: StandIn, name: str) -> None:
    fault, done = FAULTS[name]
    client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=0.3)  # type: ignore[arg-type]
    slack.faults.next("chat.postMessage", fault)
    with pytest.raises((SlackApiError, OSError)):
        client.chat_postMessage(channel=REP, text="x")
    assert len(slack.messages(REP)) == done
    assert client.chat_postMessage(channel=REP, text="y")["ok"]


def test_faults_by_chance_are_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        some = faults.Faults()
        some.often("chat.postMessage", faults.reset(), share=0.3, seed=seed)
        return [some.take("chat.postMessage") is not None for _ in range(100)]

    assert run(7) == run(7) != run(8)
    assert 15 < sum(run(7)) < 45
