"""The process as its operator meets it: what it says at the start, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import databases
from tests.end_to_end.running import APP_TOKEN, ROOT, Running, a_bot, until


@dataclass
class Started:
    """A running `touchbase run`, and where it says it listens."""

    process: subprocess.Popen[str]
    first: str

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Ask the bot at its own address."""
        asked = http.client.HTTPConnection(self.first.rsplit("/", 1)[1], timeout=10)
        try:
            asked.request(method, path, body=b"" if method == "POST" else None)
            answered = asked.getresponse()
            return answered.status, answered.read().decode()
        finally:
            asked.close()

    def rest(self) -> str:
        """What it wrote to stderr after the first line, once it has ended."""
        return self.process.communicate(timeout=20)[1]


@contextmanager
def run(bot: Running, *words: str) -> Iterator[Started]:
    """Start the bot and wait for its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run", *words],
        cwd=ROOT,
        env=bot.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        try:
            yield Started(process, process.stderr.readline().strip())
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=20)


def refused(bot: Running, *words: str, code: int, **env: str) -> str:
    """Run a command that is to fail with `code`; its one sentence."""
    before = dict(bot.env)
    bot.env.update(env)
    try:
        done = bot.cli(*words, check=False)
    finally:
        bot.env.clear()
        bot.env.update(before)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    said: str = done.stderr.strip()
    return said


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Running]:
    """A bot that was not started, on a database that is not there yet."""
    with a_bot(f"sqlite:///{tmp_path / 'new.db'}", start=False) as bot:
        yield bot


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_answers_and_goes_when_told(
    stopped: Running, socket_mode: bool, sign: signal.Signals
) -> None:
    if socket_mode:
        stopped.env["SLACK_APP_TOKEN"] = APP_TOKEN
    begun = time.monotonic()
    with run(stopped) as bot:
        started = time.monotonic() - begun
        said = re.fullmatch(r"Touchbase is listening on http://127\.0\.0\.1:[1-9]\d*", bot.first)
        assert said, bot.first
        until(lambda: bot.get("/readyz")[0] == 200 or None, "a bot that is ready")
        parts = {"database", "scheduler"} | ({"socket"} if socket_mode else set())
        assert json.loads(bot.get("/readyz")[1]) == dict.fromkeys(parts, True)
        assert bot.get("/healthz") == (200, "ok\n")
        assert bot.get("/slack/events", "POST")[0] == (404 if socket_mode else 401)
        told = time.monotonic()
        bot.process.send_signal(sign)
        assert bot.process.wait(60) == 0
        # Ten seconds is what hosts wait. Beside its own start: the machine may be busy.
        assert time.monotonic() - told < max(10, 2 * started)
        assert "Traceback" not in bot.rest()


def test_in_socket_mode_the_bot_is_not_ready_while_its_socket_is_closed(stopped: Running) -> None:
    stopped.env["SLACK_APP_TOKEN"] = APP_TOKEN
    with run(stopped) as bot:
        until(lambda: bot.get("/readyz")[0] == 200 or None, "a bot that is ready")
        stopped.slack.stop()
        until(lambda: bot.get("/readyz")[0] == 503 or None, "a bot that is not")
        assert json.loads(bot.get("/readyz")[1])["socket"] is False
        assert bot.get("/healthz")[0] == 200


def test_a_second_run_on_the_same_file_is_refused_and_short_commands_are_not(
    stopped: Running,
) -> None:
    with run(stopped) as bot:
        said = refused(stopped, "run", code=1)
        assert said.startswith("Touchbase is running on ")
        assert len(said.splitlines()) == 1
        assert stopped.cli("migrate").returncode == 0
        assert bot.get("/healthz")[0] == 200


def test_a_run_that_was_killed_leaves_no_lock_behind(stopped: Running) -> None:
    with run(stopped) as bot:
        bot.process.kill()
        bot.rest()
    with run(stopped) as again:
        assert again.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"DATABASE_URL": "sqlite:////nonesuch/folder/touchbase.db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+psycopg://x:hunter2@127.0.0.1:1/z"}, "DATABASE_URL"),
        ({"SLACK_BOT_TOKEN": "xoxb-of-another-app"}, "Slack refused SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-of-another-app"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack cannot be reached"),
        ({"TOUCHBASE_HOST": "nowhere.invalid"}, "Cannot listen on nowhere.invalid"),
    ],
)
def test_a_setting_that_is_wrong_is_named_in_one_sentence(
    stopped: Running, env: dict[str, str], named: str
) -> None:
    said = refused(stopped, "run", code=2, **env).splitlines()
    if "SLACK_APP_TOKEN" in env:  # known only once it listens
        assert said.pop(0).startswith("Touchbase is listening on ")
    assert len(said) == 1, said
    assert named in said[0]
    for secret in ("hunter2", "xoxb-of-another-app", "xapp-of-another-app"):
        assert secret not in said[0]


def test_a_port_in_use_is_said_in_one_sentence(stopped: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(stopped, "run", code=2, PORT=str(port))
    assert said.startswith(f"Cannot listen on 127.0.0.1:{port} (")
    assert len(said.splitlines()) == 1


def test_a_wrong_option_is_said_without_a_traceback(stopped: Running) -> None:
    assert "Error: " in refused(stopped, "run", "--nonesuch", code=2)


def test_help_names_every_command(stopped: Running) -> None:
    said = stopped.cli("--help").stdout
    for name in ("run", "tick", "user", "import", "parse", "sandbox", "migrate", "doctor"):
        assert f"\n  {name} " in said


def test_a_postgresql_behind_says_how_to_bring_it_up(postgres: str) -> None:
    url = databases.empty_postgres(postgres)
    with a_bot(url, start=False) as bot:
        for words in (("run",), ("tick",)):
            said = refused(bot, *words, code=2)
            assert "run `touchbase migrate`" in said
            assert len(said.splitlines()) == 1
        assert bot.cli("migrate").stdout.startswith("The database is at ")
        assert bot.cli("tick", "--at", "2026-03-09T13:00:00Z").returncode == 0
    databases.drop_postgres(postgres, url)


def test_the_manifest_may_be_piped_into_a_reader_that_stops_early(stopped: Running) -> None:
    piped = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "manifest"],
        cwd=ROOT,
        env=stopped.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert piped.stdout is not None
    assert piped.stderr is not None
    piped.stdout.close()
    with piped.stderr:
        said = piped.stderr.read().decode()
    piped.wait(20)
    assert said == ""


def test_commands_of_another_program_with_our_names_are_told_apart(
    stopped: Running, tmp_path: Path
) -> None:
    other = tmp_path / "site" / "scheduler"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    found = os.pathsep.join((str(other.parent), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main(['--help'])"],
        cwd=tmp_path,
        env={**stopped.env, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "The package `scheduler` is another program's." in done.stderr
    assert "Traceback" not in done.stderr
