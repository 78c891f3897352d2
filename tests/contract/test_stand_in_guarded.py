"""Nothing but programs on this machine and the page itself can speak to the stand-in."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from bot.sandbox.stand_in import StandIn

REP = "U1"
FROM_ELSEWHERE = {
    "a name that resolves to this machine": {"Host": "evil.example"},
    "that with the port": {"Host": "evil.example:{port}"},
    "another port of this machine": {"Host": "127.0.0.1:1"},
    "a script or form of another site": {"Origin": "https://evil.example"},
    "a sandboxed frame or a file": {"Origin": "null"},
    "a page on another port": {"Origin": "http://127.0.0.1:1"},
    "a picture in another site's page": {"Sec-Fetch-Site": "cross-site"},
    "a script in a page on another port": {"Sec-Fetch-Site": "same-site"},
}
DOORS = {
    "the Web API": ("POST", "/api/chat.postMessage"),
    "the Web API by GET": ("GET", "/api/auth.test"),
    "a response_url": ("POST", "/actions/T0SANDBOX/x"),
    "an upload": ("POST", "/upload/x"),
    "a transcript": ("GET", "/files-tmb/T0SANDBOX-F1/x.vtt"),
    "the page": ("GET", "/"),
    "what people see": ("GET", "/sandbox/state"),
    "what people do": ("POST", "/sandbox/say"),
}


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock")
        yield slack


def asked(slack: StandIn, verb: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The status and body of a request that would post as the bot, if it were let in."""
    port = urlsplit(slack.url).port or 0
    told = {name: value.format(port=port) for name, value in headers.items()}
    told["Content-Type"] = "application/x-www-form-urlencoded"
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        words = f"token={slack.bot_token}&channel={REP}&text=hello"
        line.request(verb, path, words if verb == "POST" else None, told)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("way", FROM_ELSEWHERE)
def test_another_site_is_shut_out_at_every_door(slack: StandIn, way: str, door: str) -> None:
    status, said = asked(slack, *DOORS[door], FROM_ELSEWHERE[way])
    assert (status, said) == (403, b"Open this page by its own address.")
    assert slack.calls == [] and slack.messages(REP) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:{port}"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_a_program_here_and_the_page_itself_are_let_in(
    slack: StandIn, headers: dict[str, str]
) -> None:
    status, said = asked(slack, "POST", "/api/chat.postMessage", headers)
    assert status == 200 and json.loads(said)["ok"]


def test_a_link_on_another_site_opens_the_page_but_does_nothing(slack: StandIn) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert asked(slack, "GET", "/", followed)[0] == 200
    assert asked(slack, "POST", "/sandbox/say", followed)[0] == 403


def test_it_listens_on_this_machine_only(slack: StandIn) -> None:
    page, link = urlsplit(slack.url), urlsplit(slack.link.open())
    for port in (page.port, link.port):
        # All of 127.0.0.0/8 is this machine: what is bound to every address answers here, too.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5).close()
    assert {page.hostname, link.hostname} == {"127.0.0.1"}


def test_a_page_in_a_browser_gets_no_socket_even_with_the_address(slack: StandIn) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(slack.link.open(), origin=Origin("https://evil.example"))
    assert refused.value.response.status_code == 403
    assert slack.connected == 0
