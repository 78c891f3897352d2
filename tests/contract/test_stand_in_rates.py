"""How often the stand-in lets an app call. Pages: /apis/web-api/rate-limits, the methods' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.api import METHODS
from bot.sandbox.rates import A_MINUTE
from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import web_client

REP = "U1"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn(limits="internal") as slack:
        slack.add_person(REP, "Dana Whitlock", email="dana@example.com")
        slack.add_person("U2", "Luis Ortega")
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def passes(call: Callable[[], Any]) -> int:
    """How many calls go through until Slack asks to wait, and that it asks as documented."""
    for done in count():
        try:
            call()
        except SlackApiError as refused:
            answer = refused.response
            assert (answer.status_code, answer.data) == (429, {"ok": False, "error": "ratelimited"})
            assert int(answer.headers["Retry-After"]) >= 1
            return done
    raise AssertionError


def home() -> dict[str, Any]:
    return {"type": "home", "blocks": []}


def test_every_method_has_its_tiers_limit() -> None:
    assert METHODS.keys() - A_MINUTE.keys() == {"api.test"}
    assert A_MINUTE.keys() <= METHODS.keys()


@pytest.mark.parametrize(
    ("tier", "call"),
    [
        (20, lambda client: client.conversations_list()),
        (50, lambda client: client.conversations_open(users=REP)),
        (100, lambda client: client.views_publish(user_id=REP, view=home())),
        (300, lambda client: client.auth_test()),
    ],
)
def test_a_method_passes_as_often_a_minute_as_its_tier_says(
    slack: StandIn, client: WebClient, tier: int, call: Callable[[WebClient], Any]
) -> None:
    # The machine's own time goes on while we call: a call or two more may have been earned.
    assert passes(lambda: call(client)) in range(tier, tier + 1 + tier // 2)
    client.users_info(user=REP)  # another method is not held up
    slack.skip(60)
    call(client)


def test_retry_after_is_long_enough(slack: StandIn, client: WebClient) -> None:
    def one() -> Any:
        return client.users_list()

    passes(one)
    with pytest.raises(SlackApiError) as refused:
        one()
    slack.skip(int(refused.value.response.headers["Retry-After"]))
    assert one()["ok"]


def test_a_conversation_takes_a_message_a_second_after_a_short_burst(
    slack: StandIn, client: WebClient
) -> None:
    told = passes(lambda: client.chat_postMessage(channel=REP, text="x"))
    assert told in range(10, 16)
    assert len(slack.messages(REP)) == told
    assert client.chat_postMessage(channel="U2", text="x")["ok"]  # only that conversation waits
    slack.skip(1)
    assert client.chat_postMessage(channel="D1", text="x")["ok"]  # which the person's id means, too


def test_an_app_sold_outside_the_marketplace_reads_little_history() -> None:
    with StandIn(limits="sold") as slack:
        slack.add_person(REP, "Dana Whitlock")
        for n in range(16):
            slack.say(REP, str(n))
        client, dm = web_client(slack), slack.service.world.dm_of(REP).id
        page = client.conversations_history(channel=dm, limit=100)
        assert len(page["messages"]) == 15 and page["has_more"]
        assert passes(lambda: client.conversations_history(channel=dm)) == 0
        slack.skip(60)
        assert client.conversations_history(channel=dm)["ok"]


def test_without_limits_tests_may_call_as_fast_as_they_can() -> None:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock")
        for _ in range(40):
            web_client(slack).users_list()
