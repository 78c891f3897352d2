"""A file goes up in three steps, and each refuses what Slack refuses.

Pages: /messaging/working-with-files, /reference/methods/files.getUploadURLExternal,
…/files.completeUploadExternal.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import web_client

REP, CHANNEL = "U1", "C1"
BYTES = b"account,deals\nRidgeway,2\n"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock")
        slack.add_channel(CHANNEL, "field-team", {REP}, bot_is_member=True)
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def refusal(call: Any, **args: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**args)
    return str(refused.value.response["error"])


def sent(url: str, content: bytes) -> int:
    """The status of a POST of these bytes."""
    request = urllib.request.Request(url, content)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def asked_for(client: WebClient, length: int = len(BYTES)) -> tuple[str, str]:
    """Where the bytes go, and the file's id."""
    said = client.files_getUploadURLExternal(filename="deals.csv", length=length)
    return said["upload_url"], said["file_id"]


def test_slacks_own_client_takes_the_three_steps(slack: StandIn, client: WebClient) -> None:
    client.files_upload_v2(channel=CHANNEL, filename="week.csv", content="a,b\n1,2\n", title="Week")
    (file,) = slack.service.files.values()
    assert file.content == b"a,b\n1,2\n"
    assert slack.messages(CHANNEL)[0].files[0]["title"] == "Week"
    assert CHANNEL in client.files_info(file=file.id)["file"]["shares"]["public"]


def test_without_a_conversation_a_file_stays_private(slack: StandIn, client: WebClient) -> None:
    url, file_id = asked_for(client)
    assert sent(url, BYTES) == 200
    done = client.files_completeUploadExternal(files=[{"id": file_id, "title": "Deals"}])
    assert done["files"] == [{"id": file_id, "title": "Deals"}]
    file = client.files_info(file=file_id)["file"]
    assert (file["name"], file["title"], file["size"]) == ("deals.csv", "Deals", len(BYTES))
    assert file["shares"] == {"public": {}, "private": {}} and file["permalink"]
    assert slack.messages(CHANNEL) == slack.messages(REP) == []


def test_with_one_it_is_a_message_there_with_its_comment(slack: StandIn, client: WebClient) -> None:
    above = client.chat_postMessage(channel=CHANNEL, text="The week")
    url, file_id = asked_for(client)
    sent(url, BYTES)
    client.files_completeUploadExternal(
        files=[{"id": file_id}],
        channel_id=CHANNEL,
        initial_comment="As promised",
        thread_ts=above["ts"],
    )
    (reply,) = slack.replies(slack.messages(CHANNEL)[0])
    assert reply.text == "As promised"
    assert [each["title"] for each in reply.files] == ["deals.csv"]


@pytest.mark.parametrize("content", [BYTES[:-1], BYTES + b"x", b""])
def test_more_or_fewer_bytes_than_announced_are_refused(client: WebClient, content: bytes) -> None:
    url, file_id = asked_for(client)
    assert sent(url, content) == 400
    files = [{"id": file_id}]
    assert refusal(client.files_completeUploadExternal, files=files) == "file_not_found"


def test_a_file_that_did_not_come_up_is_not_found(client: WebClient) -> None:
    url, file_id = asked_for(client)
    files = [{"id": file_id}]
    assert refusal(client.files_info, file=file_id) == "file_not_found"
    assert refusal(client.files_completeUploadExternal, files=files) == "file_not_found"
    assert refusal(client.files_completeUploadExternal, files=[{"id": "F9"}]) == "file_not_found"
    assert refusal(client.files_completeUploadExternal, files=[]) == "invalid_arguments"
    assert sent(f"{url}x", BYTES) == 404


@pytest.mark.parametrize(
    "args", [{"length": 5}, {"filename": "a.csv"}, {"filename": "a.csv", "length": 0}]
)
def test_a_file_has_a_name_and_a_length(client: WebClient, args: dict[str, Any]) -> None:
    ask = {"api_method": "files.getUploadURLExternal", "params": args}
    assert refusal(client.api_call, **ask) == "invalid_arguments"


def test_a_picture_is_shown_only_once_it_is_there(slack: StandIn, client: WebClient) -> None:
    url, file_id = asked_for(client)
    block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "Heat map"}
    message = {"channel": CHANNEL, "text": "Heat map", "blocks": [block]}
    assert refusal(client.chat_postMessage, **message) == "invalid_blocks"
    sent(url, BYTES)
    slack.service.slow_files = 1  # Slack takes a moment over it
    client.files_completeUploadExternal(files=[{"id": file_id}])
    assert refusal(client.chat_postMessage, **message) == "invalid_blocks"
    assert client.chat_postMessage(**message)["ok"]
