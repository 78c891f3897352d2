"""The sandbox's page as it is served: who may open it, what each is shown, what its clock does."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from slack_sdk import WebClient

from bot.sandbox import page_state
from bot.sandbox.page_server import SCRIPTS, Levers
from bot.sandbox.stand_in import StandIn
from models.clock import Windable, fixed

REP = "U1"
NOW = datetime(2026, 3, 10, 14, 15, tzinfo=UTC)  # a Tuesday, 9:15 in Chicago


@pytest.fixture
def slack() -> Iterator[StandIn]:
    clock = Windable(fixed(NOW))
    shortcut = {"type": "global", "name": "Log a visit", "callback_id": "log"}
    with StandIn(clock=clock, levers=Levers(wind=clock.wind_to), shortcuts=[shortcut]) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        slack.add_person("U2", "Luis Ortega", "America/Phoenix")
        slack.add_channel("C1", "field-team", {REP, "U2"}, bot_is_member=True)
        yield slack


def ask(
    slack: StandIn, verb: str, path: str, headers: dict[str, str] | None = None, **given: Any
) -> tuple[int, Any]:
    """One request to the page's server; the status and its JSON, if it is JSON."""
    line = http.client.HTTPConnection("127.0.0.1", int(slack.url.rpartition(":")[2]), timeout=30)
    try:
        line.request(verb, path, json.dumps(given) if given else None, headers or {})
        answer = line.getresponse()
        body = answer.read()
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(body) if "json" in kind else body
    finally:
        line.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sandbox.example"},
        {"Host": "sandbox.example:8765"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_cannot_speak_to_the_sandbox(
    slack: StandIn, headers: dict[str, str]
) -> None:
    assert ask(slack, "GET", "/sandbox/state", headers)[0] == 403
    said = ask(slack, "POST", "/sandbox/clock", headers, step="hour", **{"as": REP})
    assert said[0] == 403
    assert slack.service.world.clock() == NOW


def test_the_page_is_served_whole_and_asks_nobody_else(slack: StandIn) -> None:
    index = ask(slack, "GET", "/")[1].decode()
    asked = re.findall(r'(?:src|href)="([^"]+)"', index)
    assert "/page.js" in asked and "/page.css" in asked
    for path in [each for each in asked if each not in ("data:,", "#main")]:
        assert path.startswith("/") and ask(slack, "GET", path)[0] == 200
    paths = ["/page.css", *[f"/{name}" for name in SCRIPTS]]
    source = "".join(ask(slack, "GET", path)[1].decode() for path in paths)
    for path in re.findall(r'from "\.(/[^"]+)"', source):
        assert path in paths
    index, given = re.subn(r'(?<=id="first">).*(?=</script>)', "", index)
    assert given == 1  # the sample data that comes with it is no part of the page
    assert len(index.encode()) + len(source.encode()) <= 150_000
    outside = r"""https?://|["'(=]//|@import|url\(|innerHTML|\beval\b"""
    assert not re.search(outside, index + source)
    assert ask(slack, "GET", "/../stand_in.py")[0] == 404
    assert ask(slack, "GET", "/etc/passwd")[0] == 404


def test_one_person_does_not_see_what_another_is_told_alone(slack: StandIn) -> None:
    world = slack.service.world
    world.put(world.channels["C1"], "U0TOUCHBASE", "just you", seen_by=REP)
    world.put(world.dm_of("U2"), "U0TOUCHBASE", "Luis's own")
    seen = ask(slack, "GET", f"/sandbox/state?as={REP}")[1]
    assert [each["text"] for each in seen["messages"]["C1"]] == ["just you"]
    assert "Luis's own" not in json.dumps(seen)
    other = ask(slack, "GET", "/sandbox/state?as=U2")[1]
    assert other["messages"]["C1"] == []


def test_what_is_gone_is_said_and_no_fault(slack: StandIn) -> None:
    gone = ask(slack, "POST", "/sandbox/submit", view="V0", values={}, **{"as": REP})
    assert gone == (409, {"error": "That form is closed."})
    assert ask(slack, "POST", "/sandbox/submit", view=1)[0] in (400, 409)
    assert ask(slack, "POST", "/sandbox/shortcut", callback_id="x", **{"as": REP})[0] == 409
    assert ask(slack, "POST", "/sandbox/nothing", x=1)[0] == 404


@pytest.mark.parametrize(
    ("step", "zone", "now", "then"),
    [
        ("hour", "America/Chicago", "2026-03-10T14:15Z", "2026-03-10T15:15Z"),
        ("tomorrow", "America/Chicago", "2026-03-10T14:15Z", "2026-03-11T12:30Z"),
        ("tomorrow", "America/Phoenix", "2026-03-11T04:00Z", "2026-03-11T14:30Z"),
        # The night the clocks go forward: 07:30 is 23.5 hours after 07:00, not 24.5.
        ("tomorrow", "America/Chicago", "2026-03-07T13:00Z", "2026-03-08T12:30Z"),
        ("monday", "America/Chicago", "2026-03-10T14:15Z", "2026-03-16T13:00Z"),
        ("monday", "America/Chicago", "2026-03-16T12:59Z", "2026-03-16T13:00Z"),
        ("monday", "America/Chicago", "2026-03-16T13:00Z", "2026-03-23T13:00Z"),
        ("workday", "America/Chicago", "2026-03-12T14:15Z", "2026-03-13T12:30Z"),
        ("workday", "America/Chicago", "2026-03-13T14:15Z", "2026-03-16T12:30Z"),  # a Friday
        ("workday", "America/Chicago", "2026-03-15T14:15Z", "2026-03-16T12:30Z"),  # a Sunday
        # Over the end of summer time: a quarter past nine stays that.
        ("season", "America/Chicago", "2026-09-01T14:15Z", "2026-11-30T15:15Z"),
    ],
)
def test_the_clock_is_wound_to_that_persons_morning(
    step: str, zone: str, now: str, then: str
) -> None:
    at = page_state.step(datetime.fromisoformat(now), step, zone)
    assert at == datetime.fromisoformat(then)


def test_the_browser_itself_keeps_the_page_from_other_servers(slack: StandIn) -> None:
    line = http.client.HTTPConnection("127.0.0.1", int(slack.url.rpartition(":")[2]), timeout=30)
    for path in ("/", "/page.js", f"/sandbox/state?as={REP}"):
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        allowed = answer.getheader("Content-Security-Policy", "").split("; ")
        assert "default-src 'none'" in allowed
        assert "connect-src 'self'" in allowed and "img-src 'self' data:" in allowed
    line.close()


def test_a_browser_is_hung_up_on_when_the_sandbox_stops() -> None:
    """Else its open connection would go on speaking to the old one after "Start over"."""
    slack = StandIn().start()
    line = http.client.HTTPConnection("127.0.0.1", int(slack.url.rpartition(":")[2]), timeout=30)
    line.request("GET", "/page.css")
    line.getresponse().read()
    slack.stop()
    assert line.sock.recv(1) == b""  # the end
    line.close()


def test_a_report_is_downloaded_as_a_file_by_its_link(slack: StandIn) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    said = client.files_upload_v2(
        content=b"PK\x03\x04", filename="pipeline 1.xlsx", title="Pipeline"
    )
    where = client.files_info(file=said["files"][0]["id"])["file"]["permalink"]
    path = quote(where.removeprefix(slack.url))
    assert ask(slack, "GET", path) == (200, b"PK\x03\x04")
    assert ask(slack, "GET", path.replace("pipeline", "other"))[0] == 404


def test_what_was_sent_is_shown_without_what_opens_anything(slack: StandIn) -> None:
    WebClient(slack.bot_token, base_url=slack.api_url).chat_postMessage(channel=REP, text="hello")
    ask(slack, "POST", "/sandbox/say", text="/logvisit st marys", channel="C1", **{"as": REP})
    told = ask(slack, "GET", "/sandbox/payloads")[1]
    posted, command = told["exchanges"]
    assert (posted["name"], posted["outcome"]) == ("chat.postMessage", "ok")
    assert posted["asked"]["text"] == "hello" and posted["answered"]["ok"]
    assert (command["name"], command["outcome"]) == ("/logvisit", "connection_failed")
    assert command["asked"]["text"] == "st marys"
    for name in ("token", "trigger_id", "response_url"):
        assert command["asked"][name] == "(left out)"
    assert slack.bot_token not in json.dumps(told)
    known = ask(slack, "GET", f"/sandbox/payloads?known={told['changes']}")[1]
    assert known == {"changes": told["changes"], "exchanges": None}


def test_a_reply_goes_into_its_thread(slack: StandIn) -> None:
    first = slack.service.world.put(
        slack.service.world.channels["C1"], "U2", "The week in six lines"
    )
    given = {"text": "Well done", "channel": "C1", "thread": first.ts}
    assert ask(slack, "POST", "/sandbox/say", **given, **{"as": REP})[0] == 200
    assert [each.text for each in slack.replies(first)] == ["Well done"]
    assert slack.last_event["event"]["thread_ts"] == first.ts
    shown = ask(slack, "GET", f"/sandbox/state?as={REP}")[1]["messages"]["C1"]
    assert [each["thread"] for each in shown] == [None, first.ts]


def test_the_page_offers_only_the_levers_there_are(slack: StandIn) -> None:
    shown = ask(slack, "GET", f"/sandbox/state?as={REP}")[1]
    assert (shown["levers"], shown["is_broken"]) == (["wind"], False)
    for name, given in (("database", {"up": False}), ("start_over", {"x": 1})):
        assert ask(slack, "POST", f"/sandbox/{name}", **given)[0] == 409
    pulled: list[bool] = []
    with StandIn(levers=Levers(database=pulled.append)) as other:
        other.add_person(REP, "Dana Whitlock")
        for is_up in (False, True):
            ask(other, "POST", "/sandbox/database", up=is_up, **{"as": REP})
            assert ask(other, "GET", "/sandbox/state")[1]["is_broken"] is not is_up
    assert pulled == [False, True]


def test_the_page_brings_its_first_view_as_words_only(slack: StandIn) -> None:
    nasty = "</script><script>alert(1)</script>"
    slack.service.world.put(slack.service.world.dm_of(REP), "U0TOUCHBASE", nasty)
    index = ask(slack, "GET", "/")[1].decode()
    (first,) = re.findall(r'id="first">(.*?)</script>', index)
    assert json.loads(first)["messages"]["D1"][0]["text"] == nasty
