"""The sandbox's page as it is served: who may open it, what each is shown, what its clock does."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox import page_state
from bot.sandbox.page_server import SCRIPTS
from bot.sandbox.stand_in import StandIn
from models.clock import Windable, fixed

REP = "U1"
NOW = datetime(2026, 3, 10, 14, 15, tzinfo=UTC)  # a Tuesday, 9:15 in Chicago


@pytest.fixture
def slack() -> Iterator[StandIn]:
    clock = Windable(fixed(NOW))
    shortcut = {"type": "global", "name": "Log a visit", "callback_id": "log"}
    with StandIn(clock=clock, wind=clock.wind_to, shortcuts=[shortcut]) as slack:
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
    for path in [each for each in asked if each != "data:,"]:
        assert path.startswith("/") and ask(slack, "GET", path)[0] == 200
    paths = ["/page.css", *[f"/{name}" for name in SCRIPTS]]
    source = "".join(ask(slack, "GET", path)[1].decode() for path in paths)
    for path in re.findall(r'from "\.(/[^"]+)"', source):
        assert path in paths
    assert len(index) + len(source) < 150_000
    assert not re.search(r"https?://|@import|url\(|innerHTML|\beval\b", source)
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
    ],
)
def test_the_clock_is_wound_to_that_persons_morning(
    step: str, zone: str, now: str, then: str
) -> None:
    at = page_state.step(datetime.fromisoformat(now), step, zone)
    assert at == datetime.fromisoformat(then)
