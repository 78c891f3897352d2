"""Lines in the DM with the app, and Slack's voice clips, as events.

Pages: /reference/events/message, …/message_changed, …/message_deleted, …/file_change,
/messaging/formatting-message-text, /reference/methods/files.info. Clips are undocumented:
`bot.sandbox.clips` says what is measured and what is believed.
"""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.stand_in import StandIn
from models.clock import fixed
from tests.end_to_end.slack_driver import Said, bolt_app, running, serving, web_client

REP, BOSS, CHANNEL = "U1", "U2", "C1"
LONG = "Saw Dr Fenn at Ridgeway & she sends two <big> referrals, " * 4 + "follow up next Tuesday"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn(clock=fixed(datetime(2026, 3, 9, 13, 0, tzinfo=UTC))) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        slack.add_person(BOSS, "Karen Osei", "America/New_York")
        slack.add_channel(CHANNEL, "field-team", {REP, BOSS}, bot_is_member=True)
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


class Heard:
    """Notes the events it gets, with the headers they came in."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, headers: dict[str, str], body: bytes) -> Said:
        self.headers.append(headers)
        self.told.append(json.loads(body))
        return 200, {}, b""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each["event"] for each in self.told]


@pytest.fixture
def app(slack: StandIn) -> Iterator[Heard]:
    heard = Heard()
    with serving(heard) as url:
        slack.app_url = url
        yield heard


def fetch(url: str, token: str = "") -> tuple[str, str]:
    """The content type and the body behind a link, redirects followed."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the stand-in's own
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return answer.headers.get_content_type(), answer.read().decode()


def test_a_line_is_told_with_who_where_and_when(slack: StandIn, app: Heard) -> None:
    assert slack.say(REP, "st marys, dr patel").ok
    (event,) = app.events
    (message,) = slack.messages(REP)
    assert uuid.UUID(event.pop("client_msg_id"))
    assert event == {
        "type": "message",
        "user": REP,
        "text": "st marys, dr patel",
        "ts": message.ts,
        "team": "T0SANDBOX",
        "channel": message.channel,
        "channel_type": "im",
        "event_ts": message.ts,
    }


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("R&D <3 > 2", "R&amp;D &lt;3 &gt; 2"),
        ("see https://a.example/x?y=1&z", "see <https://a.example/x?y=1&amp;z>"),
        ("mail j@x.example now", "mail <mailto:j@x.example|j@x.example> now"),
        ("call 713-555-0142", "call <tel:7135550142|713-555-0142>"),
        ("call (713) 555-0142.", "call <tel:7135550142|(713) 555-0142>."),
        ("1-800-555-0199!", "<tel:18005550199|1-800-555-0199>!"),
        ("see ridgeway.org", "see <http://ridgeway.org|ridgeway.org>"),
        ("room 412, 12 beds, 3/4 1-800", "room 412, 12 beds, 3/4 1-800"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_looks_like_a_link_is_wrapped(
    slack: StandIn, app: Heard, typed: str, text: str
) -> None:
    slack.say(REP, typed)
    assert app.events[0]["text"] == text


def test_phones_and_domains_in_a_command_stay_as_they_are(slack: StandIn) -> None:
    heard: list[str] = []
    app = bolt_app(slack)

    @app.command("/logvisit")
    def told(ack: Any, command: dict[str, str]) -> None:
        heard.append(command["text"])
        ack()

    with running(app, slack):
        slack.command(REP, "/logvisit", "ridgeway.org 713-555-0142")
    assert heard == ["ridgeway.org 713-555-0142"]


def test_the_same_event_can_come_twice(slack: StandIn, app: Heard) -> None:
    slack.say(REP, "st marys")
    slack.again()
    assert len(slack.messages(REP)) == 1
    assert app.told[0] == app.told[1]
    assert "x-slack-retry-num" not in app.headers[0]
    assert app.headers[1]["x-slack-retry-num"] == "1"
    assert app.headers[1]["x-slack-retry-reason"] == "http_timeout"


def test_a_changed_and_a_deleted_line_come_hidden_in_events_of_their_own(
    slack: StandIn, app: Heard
) -> None:
    slack.say(REP, "st marys")
    (message,) = slack.messages(REP)
    slack.edit(REP, message, "st mary & co")
    slack.delete(REP, message)
    changed, deleted = app.events[1:]
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert changed["message"]["text"] == "st mary &amp; co"
    assert changed["message"]["edited"]["user"] == REP
    assert changed["previous_message"]["text"] == "st marys"
    assert changed["message"]["ts"] == message.ts != changed["ts"]
    assert "user" not in changed and changed["channel_type"] == "im"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
    assert slack.messages(REP) == []
    with pytest.raises(LookupError, match="did not write"):
        slack.delete(BOSS, message)


def test_the_apps_own_words_come_back_marked_as_its_own(
    slack: StandIn, app: Heard, client: WebClient
) -> None:
    client.chat_postMessage(channel=REP, text="Logged")
    slack.echo(slack.messages(REP)[0])
    (event,) = app.events
    assert event["bot_id"] == "B0TOUCHBASE" and event["user"] == "U0TOUCHBASE"
    assert event["channel_type"] == "im" and "subtype" not in event


def test_only_what_the_app_subscribed_to_is_told() -> None:
    heard = Heard()
    with StandIn(subscribed=["message.im"]) as slack, serving(heard) as url:
        slack.app_url = url
        slack.add_person(REP, "Dana Whitlock")
        slack.add_channel(CHANNEL, "field-team", {REP}, bot_is_member=True)
        slack.say(REP, "in the DM")
        slack.say(REP, "in the channel", CHANNEL)
        slack.open_home(REP)
        slack.finish_transcript(slack.say_clip(REP, status="processing"), "heard")
    assert [each["channel_type"] for each in heard.events] == ["im", "im"]


def test_a_clip_comes_with_a_short_preview_and_the_whole_behind_a_link(
    slack: StandIn, app: Heard
) -> None:
    slack.say_clip(REP, LONG, seconds=12.5)
    (event,) = app.events
    (file,) = event["files"]
    assert (event["type"], event["subtype"], event["channel_type"]) == (
        "message",
        "file_share",
        "im",
    )
    assert event["user"] == REP and event["text"] == "" and "team" not in event
    assert (file["subtype"], file["mimetype"]) == ("slack_audio", "audio/mp4")
    assert (file["name"], file["duration_ms"]) == ("audio_message.m4a", 12500)
    assert file["transcription"] == {
        "status": "complete",
        "locale": "en-US",
        "preview": {"content": LONG[:100], "has_more": True},
    }
    kind, body = fetch(file["vtt"], slack.bot_token)
    assert kind == "text/vtt"
    assert body.startswith("\ufeffWEBVTT \n\n00:00:00.000 --> ")
    lines = [each for each in body.split("\n")[2:] if each and "-->" not in each]
    spoken = " ".join(lines).removeprefix("- ")
    assert spoken.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == LONG


def test_a_short_clip_needs_no_second_look(slack: StandIn, app: Heard) -> None:
    slack.say_clip(REP, "st marys, two referrals", mimetype="audio/webm", text="from the car")
    (event,) = app.events
    preview = event["files"][0]["transcription"]["preview"]
    assert preview == {"content": "st marys, two referrals", "has_more": False}
    assert event["files"][0]["name"] == "audio_message.webm"
    assert event["text"] == "from the car"


@pytest.mark.parametrize("token", ["", "xoxb-another"])
def test_a_transcript_without_the_bots_token_is_a_sign_in_page(
    slack: StandIn, app: Heard, token: str
) -> None:
    address = slack.say_clip(REP, LONG).shown["vtt"]
    kind, body = fetch(address, token)
    assert kind == "text/html" and "Ridgeway" not in body
    slack.service.scopes.discard("files:read")
    assert fetch(address, slack.bot_token)[0] == "text/html"


@pytest.mark.parametrize("status", ["processing", "none", "failed", None])
def test_a_clip_that_nobody_transcribed_has_no_words(
    slack: StandIn, app: Heard, status: str | None
) -> None:
    slack.say_clip(REP, LONG, status)
    (file,) = app.events[0]["files"]
    assert "vtt" not in file
    assert file.get("transcription") == ({"status": status} if status else None)


def test_a_transcript_that_comes_later_is_told_and_found(
    slack: StandIn, app: Heard, client: WebClient
) -> None:
    file = slack.say_clip(REP, status="processing")
    slack.finish_transcript(file, LONG)
    assert app.events[0]["files"][0]["transcription"] == {"status": "processing"}
    assert app.events[1]["type"] == "file_change"
    assert app.events[1]["file_id"] == app.events[1]["file"]["id"] == file.id
    known = client.files_info(file=file.id)["file"]
    assert known["transcription"]["status"] == "complete"
    assert known["user"] == REP and known["shares"]["private"]
    assert "two <big>" in fetch(known["vtt"], slack.bot_token)[1].replace("&lt;", "<").replace(
        "&gt;", ">"
    )
    told = slack.messages(REP)[0].files[0]
    assert told["transcription"]["status"] == "complete"


def test_files_info_reads_forms_only_and_wants_its_scope(slack: StandIn, client: WebClient) -> None:
    file = slack.say_clip(REP, "st marys")

    def refused(**given: Any) -> str:
        with pytest.raises(SlackApiError) as no:
            client.api_call("files.info", **given)
        return str(no.value.response["error"])

    assert refused(params={"file": "F0"}) == "file_not_found"
    assert refused(json={"file": file.id}) == "file_not_found"
    slack.service.scopes.discard("files:read")
    assert refused(params={"file": file.id}) == "missing_scope"
