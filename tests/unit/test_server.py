"""The HTTP server: it listens where it says, and finishes what is in hand before it goes."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from bot.server import THREADS, Server
from bot.settings import SettingsError
from bot.web import LARGEST_BODY

Answer = Callable[[dict[str, Any]], bytes]


def wsgi(answer: Answer) -> Any:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        body = answer(environ)
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return app


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    server = Server(wsgi(answer), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def connection(server: Server, timeout: float = 15) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=timeout)


def post(server: Server, body: bytes = b"") -> tuple[int, bytes]:
    asked = connection(server)
    try:
        asked.request("POST", "/slack/events", body)
        answered = asked.getresponse()
        return answered.status, answered.read()
    finally:
        asked.close()


def test_port_0_takes_a_free_one_and_says_which() -> None:
    with serving(lambda _: b"here") as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+", server.url)
        assert post(server) == (200, b"here")


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with serving(lambda _: b"") as server:
        port = int(server.url.rsplit(":", 1)[1])
        with pytest.raises(SettingsError) as refused:
            Server(wsgi(lambda _: b""), "127.0.0.1", port)
    assert str(refused.value).startswith(f"Cannot listen on 127.0.0.1:{port} (")
    assert "PORT" in str(refused.value)


def test_a_host_that_is_none_is_said_in_one_sentence() -> None:
    with pytest.raises(SettingsError, match=r"^Cannot listen on nowhere\.invalid:0 \("):
        Server(wsgi(lambda _: b""), "nowhere.invalid", 0)


def test_as_many_reps_as_there_are_threads_are_answered_at_once() -> None:
    together = threading.Barrier(THREADS, timeout=10)

    def wait_for_all(_: dict[str, Any]) -> bytes:
        together.wait()  # passes only when every thread is in here
        return b"ok"

    with serving(wait_for_all) as server, ThreadPoolExecutor(THREADS) as reps:
        answers = list(reps.map(lambda _: post(server), range(THREADS)))
    assert answers == [(200, b"ok")] * THREADS


def test_a_save_in_hand_is_answered_though_the_bot_is_told_to_stop() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def save(_: dict[str, Any]) -> bytes:
        begun.set()
        assert go_on.wait(10)
        return b"saved" * 100_000  # more than one write of the socket

    server = Server(wsgi(save), "127.0.0.1", 0)
    loop = threading.Thread(target=server.serve)
    loop.start()
    with ThreadPoolExecutor(1) as rep:
        answer = rep.submit(post, server)
        assert begun.wait(10)
        server.stop()
        host, port = server.url.removeprefix("http://").split(":")
        for _ in range(500):  # nobody new is let in
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail("still listening")
        threading.Event().wait(1.5)  # longer than the threads themselves are waited for
        go_on.set()
        assert answer.result(10) == (200, b"saved" * 100_000)
    loop.join(10)
    assert not loop.is_alive()


def test_a_client_that_never_finishes_its_request_does_not_hold_the_bot_back() -> None:
    with serving(lambda _: b"") as server:
        host, port = server.url.removeprefix("http://").split(":")
        slow = socket.create_connection((host, int(port)))
        slow.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        assert post(server)[0] == 200
        # Leaving the block stops the server, which waits only for requests it has whole.
    slow.close()


def test_a_hundred_half_requests_leave_the_threads_to_others() -> None:
    with serving(lambda _: b"ok") as server:
        host, port = server.url.removeprefix("http://").split(":")
        idle = [socket.create_connection((host, int(port))) for _ in range(100)]
        for each in idle:
            each.sendall(b"POST /slack/events HTTP/1.1\r\nHost:")
        assert post(server) == (200, b"ok")
        for each in idle:
            each.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_never_reach_the_app(chunked: bool) -> None:
    reached: list[str] = []

    def note(environ: dict[str, Any]) -> bytes:
        reached.append(environ["PATH_INFO"])
        return b""

    with serving(note) as server:
        asked = connection(server)
        pieces = (b"x" * 65_536 for _ in range(160))
        headers = {} if chunked else {"Content-Length": str(160 * 65_536)}
        try:
            asked.request("POST", "/slack/events", pieces, headers=headers, encode_chunked=chunked)
            status = asked.getresponse().status
        except (ConnectionResetError, BrokenPipeError):
            status = 413  # it hung up on us in the middle
        finally:
            asked.close()
        assert status == 413
        assert post(server)[0] == 200
    assert reached == ["/slack/events"]


def test_a_body_of_a_megabyte_is_let_through() -> None:
    with serving(lambda environ: str(environ["CONTENT_LENGTH"]).encode()) as server:
        size = LARGEST_BODY - 1
        assert post(server, b"x" * size) == (200, str(size).encode())


def test_endless_headers_are_refused() -> None:
    with serving(lambda _: b"") as server:
        asked = connection(server)
        try:
            asked.request("POST", "/slack/events", headers={"X-Long": "x" * 40_000})
            assert asked.getresponse().status == 431
        finally:
            asked.close()


def test_it_does_not_say_what_it_is_made_of() -> None:
    with serving(lambda _: b"") as server:
        asked = connection(server)
        asked.request("GET", "/healthz")
        assert "waitress" not in str(asked.getresponse().getheaders()).lower()
        asked.close()
