"""What may come in over HTTP, and what is turned away before Bolt reads a byte of it."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.app import build
from bot.slack import Installation
from bot.web import LARGEST_BODY, Check, Gate, Web
from handlers.listen import World
from models.clock import Clock, fixed
from models.db import Sessions
from models.lookup import Lookups
from tests import growth
from tests.make import NOW

SECRET = "a-signing-secret"
NOTE = "Wants the flyer about balance classes"
LINE = {"command": "/logvisit", "text": NOTE, "team_id": "T1", "user_id": "U1"}
FORM = "application/x-www-form-urlencoded"


class Answer:
    """What came back, and how far in the request came."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.split()[0])
        self.headers = dict(headers)
        self.body = body.decode()


class Heard(list[str]):
    """The words of every command that reached the listener."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def app(heard: Heard) -> App:
    return an_app(heard)


def an_app(heard: Heard) -> App:
    """A Bolt app as the real one is built: it trusts the gate."""
    result = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")
    made = App(
        process_before_response=True,
        client=WebClient("xoxb-1"),
        authorize=lambda team_id: result,
        request_verification_enabled=False,
    )

    @made.command("/logvisit")
    def listen(ack: Ack, command: dict[str, Any]) -> None:
        heard.append(command["text"])
        ack(text="Logged.")

    return made


@pytest.fixture
def web(app: App) -> Web:
    return a_web(app, fixed(NOW))


def a_web(app: App | None, clock: Clock, checks: Mapping[str, Check] | None = None) -> Web:
    return Web(app, Gate(SECRET, clock) if app else None, checks or {})


def ask(web: Web, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """One request, as a WSGI server hands it over."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
    }
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        begun.extend((status, headers))

    content = b"".join(web(environ, start))
    return Answer(begun[0], begun[1], content)


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={mac.hexdigest()}"


def deliver(
    web: Web,
    body: bytes,
    *,
    late: int = 0,
    stamp: str | None = None,
    secret: str = SECRET,
    signed: str | None = None,
    kind: str = FORM,
) -> Answer:
    """POST to /slack/events, signed as Slack signs; `late` seconds before NOW."""
    stamp = stamp if stamp is not None else str(int(NOW.timestamp()) - late)
    return ask(
        web,
        "POST",
        "/slack/events",
        body,
        CONTENT_TYPE=kind,
        HTTP_X_SLACK_REQUEST_TIMESTAMP=stamp,
        HTTP_X_SLACK_SIGNATURE=signed if signed is not None else signature(body, stamp, secret),
    )


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


def test_what_slack_signed_reaches_the_listener_and_its_answer_goes_back(
    web: Web, heard: Heard
) -> None:
    answer = deliver(web, form(LINE))
    assert (answer.status, answer.body) == (200, "Logged.")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert heard == [NOTE]


def test_an_emoji_and_right_to_left_script_arrive_as_they_were_typed(
    web: Web, heard: Heard
) -> None:
    typed = "שלום 👩🏽‍⚕️ <!channel> & *x*"
    assert deliver(web, form({**LINE, "text": typed})).status == 200
    assert heard == [typed]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"secret": "another-secret"}, id="wrong secret"),
        pytest.param({"signed": "v0=" + "0" * 64}, id="made up"),
        pytest.param({"signed": ""}, id="no signature"),
        pytest.param({"signed": "v0=" + "é" * 64}, id="not ASCII"),
        pytest.param({"signed": "v0=" + "٣" * 64}, id="digits of another script"),
        pytest.param({"stamp": ""}, id="no time"),
        pytest.param({"stamp": "abc"}, id="no number"),
        pytest.param({"stamp": "1e9"}, id="a float"),
        pytest.param({"stamp": "-177315480"}, id="before 1970"),
        pytest.param({"stamp": "١٧٧٣١٥٤٨٠٠"}, id="a number of another script"),
        pytest.param({"late": 301}, id="stale"),
        pytest.param({"late": -301}, id="from the future"),
    ],
)
def test_what_slack_did_not_sign_just_now_is_turned_away_unread(
    web: Web, heard: Heard, told: dict[str, Any]
) -> None:
    answer = deliver(web, form(LINE), **told)
    assert (answer.status, answer.body, heard) == (401, "", [])


@pytest.mark.parametrize("late", [300, 0, -300])
def test_a_clock_five_minutes_off_is_still_served(web: Web, heard: Heard, late: int) -> None:
    assert deliver(web, form(LINE), late=late).status == 200
    assert len(heard) == 1


def test_a_changed_byte_is_noticed(web: Web, heard: Heard) -> None:
    stamp = str(int(NOW.timestamp()))
    signed = signature(form(LINE), stamp)
    answer = deliver(web, form({**LINE, "user_id": "U2"}), signed=signed)
    assert (answer.status, heard) == (401, [])


def test_headers_that_are_missing_altogether_are_turned_away(web: Web, heard: Heard) -> None:
    answer = ask(web, "POST", "/slack/events", form(LINE))
    assert (answer.status, heard) == (401, [])


def test_a_replayed_request_is_heard_once(web: Web, heard: Heard) -> None:
    first, second = deliver(web, form(LINE)), deliver(web, form(LINE))
    assert (first.status, second.status, heard) == (200, 401, [NOTE])


def test_a_replay_is_remembered_for_as_long_as_its_time_would_pass(app: App, heard: Heard) -> None:
    now = [NOW - timedelta(seconds=300)]  # the earliest at which a request of NOW passes
    web = a_web(app, lambda: now[0])
    assert deliver(web, form(LINE)).status == 200
    now[0] = NOW + timedelta(seconds=300)  # the last
    assert deliver(web, form({**LINE, "text": "another"})).status == 200  # and room is made
    assert deliver(web, form(LINE)).status == 401
    assert heard == [NOTE, "another"]


def test_the_same_words_a_second_later_are_no_replay(web: Web, heard: Heard) -> None:
    assert deliver(web, form(LINE), late=1).status == 200
    assert deliver(web, form(LINE), late=0).status == 200
    assert heard == [NOTE, NOTE]


def test_a_replay_forty_times_at_once_is_heard_once(web: Web, heard: Heard) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: deliver(web, form(LINE)).status, range(40)))
    assert sorted(answers) == [200] + [401] * 39
    assert heard == [NOTE]


def test_forgeries_do_not_push_what_was_heard_out_of_memory(web: Web, heard: Heard) -> None:
    deliver(web, form(LINE))
    for number in range(500):
        deliver(web, form({**LINE, "text": str(number)}), secret="another-secret")
    assert deliver(web, form(LINE)).status == 401
    assert heard == [NOTE]


def test_a_signature_is_forgotten_once_its_time_has_passed(app: App, heard: Heard) -> None:
    now = [NOW]
    gate = Gate(SECRET, lambda: now[0])
    web = Web(app, gate, {})
    deliver(web, form(LINE))
    deliver(web, form({**LINE, "text": "another"}))
    assert gate.remembered == 2
    now[0] = NOW + timedelta(seconds=601)  # past 300 early and 300 late
    assert deliver(web, form(LINE), late=-601).status == 200
    assert gate.remembered == 1


def test_the_memory_of_signatures_has_an_end_and_keeps_the_latest(app: App, heard: Heard) -> None:
    gate = Gate(SECRET, fixed(NOW), most=3)
    web = Web(app, gate, {})
    for number in range(5):
        assert deliver(web, form({**LINE, "text": str(number)})).status == 200
        assert gate.remembered <= 3
    for number in (2, 3, 4):
        assert deliver(web, form({**LINE, "text": str(number)})).status == 401
    assert heard == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "9" * 5000])
def test_a_body_past_a_megabyte_is_refused_before_it_is_read(web: Web, length: str) -> None:
    class Unreadable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

    begun: list[str] = []
    web(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/slack/events",
            "CONTENT_LENGTH": length,
            "wsgi.input": Unreadable(),
        },
        lambda status, headers, exc_info=None: begun.append(status),  # type: ignore[arg-type,return-value]
    )
    assert begun[0].startswith("413")


def test_no_more_is_read_than_was_announced(web: Web, heard: Heard) -> None:
    body = form(LINE)
    stamp = str(int(NOW.timestamp()))
    answer = ask(
        web,
        "POST",
        "/slack/events",
        body + b"&text=smuggled",
        CONTENT_LENGTH=str(len(body)),
        HTTP_X_SLACK_REQUEST_TIMESTAMP=stamp,
        HTTP_X_SLACK_SIGNATURE=signature(body, stamp),
    )
    assert (answer.status, heard) == (200, [NOTE])


@pytest.mark.parametrize("length", ["", "abc", "-1", "1.5"])
def test_a_body_without_a_length_is_not_read(web: Web, length: str) -> None:
    answer = ask(web, "POST", "/slack/events", b"x", CONTENT_LENGTH=length)
    assert answer.status == HTTPStatus.LENGTH_REQUIRED


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_slack_only_posts(web: Web, method: str) -> None:
    assert ask(web, method, "/slack/events").status == HTTPStatus.METHOD_NOT_ALLOWED


def test_slack_is_told_that_the_address_is_ours(web: Web) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"}).encode()
    answer = deliver(web, body, kind="application/json")
    assert answer.status == 200
    assert "c-1" in answer.body


def test_the_real_app_behind_the_gate_says_so_too(sessions: Sessions) -> None:
    client = WebClient("xoxb-1")
    world = World(sessions, fixed(NOW), Lookups(), client)
    bolt = build(Installation("T1", "Acme Rehab", "B1", "U0", "xoxb-1"), world, client)
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"}).encode()
    web = a_web(bolt, fixed(NOW))
    answer = deliver(web, body, kind="application/json")
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "c-1"})
    assert deliver(web, body, kind="application/json", secret="another-secret").status == 401


def test_a_check_of_the_certificate_needs_a_signature_like_all_else(web: Web) -> None:
    assert ask(web, "POST", "/slack/events", form({"ssl_check": "1"})).status == 401
    assert deliver(web, form({"ssl_check": "1", "token": "t"})).status == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"payload=%7Bbad", FORM, id="a payload that is no JSON"),
        pytest.param(b"payload=" + b"[" * 200_000, FORM, id="200,000 deep"),
        pytest.param(b'{"a":' * 100_000 + b"1", "application/json", id="deep JSON"),
        pytest.param(b"[1,2]", "application/json", id="a list"),
        pytest.param(b"payload=null", FORM, id="null"),
        pytest.param(b"\xff\xfe", FORM, id="not UTF-8"),
        pytest.param(b"", FORM, id="nothing"),
    ],
)
def test_what_cannot_be_read_is_answered_and_never_breaks_the_process(
    web: Web, heard: Heard, body: bytes, kind: str
) -> None:
    answer = deliver(web, body, kind=kind)
    assert 400 <= answer.status < 500
    assert heard == []


def test_a_hundred_thousand_fields_take_their_share_and_no_more(web: Web) -> None:
    fields = [b"a%d=1" % number for number in range(90_000)]

    def read(count: int) -> None:
        assert deliver(web, b"&".join(fields[:count])).status < 500

    assert growth.of_four_times_as_much(read, len(fields)) <= growth.MOST


def test_a_forgery_costs_next_to_nothing(web: Web) -> None:
    first, second, long = (form({**LINE, "text": text}) for text in ("x", "y", "&a=%C3" * 30_000))

    def work(body: bytes, secret: str) -> int:
        return growth.calls(lambda: deliver(web, body, secret=secret))

    work(first, SECRET)  # what is made once is made
    assert work(second, "another-secret") < work(second, SECRET) / 2
    assert work(second, "another-secret") == work(long, "another-secret")  # nobody reads it


def test_healthz_says_that_the_process_lives(web: Web) -> None:
    assert (ask(web, "GET", "/healthz").status, ask(web, "GET", "/healthz").body) == (200, "ok\n")
    assert (ask(web, "HEAD", "/healthz").status, ask(web, "HEAD", "/healthz").body) == (200, "")
    assert ask(web, "POST", "/healthz").status == HTTPStatus.METHOD_NOT_ALLOWED


def test_readyz_says_which_part_is_not_well_and_not_why(app: App) -> None:
    def broken() -> bool:
        raise OSError("the password is hunter2")

    well: dict[str, Check] = {"database": lambda: True, "scheduler": lambda: True}
    answer = ask(a_web(app, fixed(NOW), well), "GET", "/readyz")
    assert (answer.status, json.loads(answer.body)) == (200, {"database": True, "scheduler": True})
    answer = ask(a_web(app, fixed(NOW), {**well, "database": broken}), "GET", "/readyz")
    assert answer.status == 503
    assert json.loads(answer.body) == {"database": False, "scheduler": True}
    assert "hunter2" not in answer.body
    web = a_web(app, fixed(NOW), well)
    web.findings = lambda: ["unsent", "clock"]
    answer = ask(web, "GET", "/readyz")
    assert answer.status == 503
    assert json.loads(answer.body) == {**dict.fromkeys(well, True), "unsent": False, "clock": False}


def test_in_socket_mode_nothing_comes_in_over_http(heard: Heard) -> None:
    web = a_web(None, fixed(NOW), {"socket": lambda: True})
    assert deliver(web, form(LINE)).status == 404
    assert ask(web, "GET", "/healthz").status == 200
    assert ask(web, "GET", "/readyz").status == 200


@pytest.mark.parametrize("path", ["/", "/slack", "/slack/events/", "/metrics", "/../etc", ""])
def test_anything_else_is_not_there(web: Web, path: str) -> None:
    assert ask(web, "GET", path).status == 404


def test_the_interpreter_can_nest_less_deeply_than_the_deepest_body_here() -> None:
    assert sys.getrecursionlimit() < 100_000  # else the deep bodies above would prove nothing
