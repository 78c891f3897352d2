"""Touchbase as its users meet it: the real process, the stand-in Slack, real HTTP or a socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, text

from bot.sandbox.stand_in import StandIn
from bot.sandbox.world import Message
from tests.end_to_end.forked import ROOT, Forked

T = TypeVar("T")

SECRET = "signing-secret-of-the-tests"
TOKEN = "xoxb-of-the-tests"
APP_TOKEN = "xapp-of-the-tests"


@dataclass
class Running:
    """A running bot, and the Slack it talks to."""

    slack: StandIn
    database_url: str
    env: dict[str, str]
    engine: Engine
    process: Forked | None = None
    log: list[str] = field(default_factory=list)

    def cli(self, *words: str, check: bool = True, stdin: str = "") -> Any:
        """Run a `touchbase` command to its end."""
        running = Forked(*words, env=self.env, stdin=stdin)
        out, err = running.communicate(timeout=120)
        if check:
            assert running.returncode == 0, out + err
        return subprocess.CompletedProcess(words, running.returncode or 0, out, err)

    def tick(self, at: str) -> dict[str, Any]:
        """One pass by the clock at `at`; what it did."""
        counts: dict[str, Any] = json.loads(self.cli("tick", "--at", at).stdout)
        return counts

    def work_all_year(self) -> None:
        """No public holidays: these tests go by the real calendar, whatever day it is."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE workspace SET holidays = ''"))

    def rows(self, sql: str, **values: object) -> list[Any]:
        """What the database holds."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))

    def value(self, sql: str, **values: object) -> Any:
        """The one value a query gives."""
        return self.rows(sql, **values)[0][0]

    def dms(self, person: str) -> list[Message]:
        """What the bot has written to the person."""
        return list(self.slack.messages(person))

    def dm(self, person: str, holding: str) -> Message:
        """The newest direct message that holds these words, waiting for it a little."""
        return until(
            lambda: next(
                (m for m in reversed(self.dms(person)) if holding in f"{m.text}\n{m.words}"), None
            ),
            f"a message to {person} with {holding!r}",
        )

    def stop(self) -> int:
        """End the bot as an operator would; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        _, err = self.process.communicate(timeout=30)
        self.log += err.splitlines()
        return self.process.returncode


def until(look: Callable[[], T | None], what: str, seconds: float = 15) -> T:
    """Look again and again until there is something to see."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"never came: {what}")


@contextmanager
def a_bot(
    database_url: str, *, socket_mode: bool = False, scheduler: bool = False, start: bool = True
) -> Iterator[Running]:
    """The stand-in with three people and a channel, and the bot serving them."""
    with StandIn(port=0, signing_secret=SECRET, bot_token=TOKEN, app_token=APP_TOKEN) as slack:
        slack.add_person("U1", "Dana Reyes", "America/Chicago", "dana@rehab.example")
        slack.add_person("U2", "Lee Park", "America/Phoenix", "lee@rehab.example")
        slack.add_person("U3", "Ann Boss", "America/New_York", "ann@rehab.example", is_admin=True)
        slack.add_channel("C1", "field-team", members={"U1", "U2", "U3"}, bot_is_member=True)
        env = {
            **{name: value for name, value in os.environ.items() if "SLACK" not in name},
            "PYTHONPATH": str(ROOT),
            "PORT": "0",
            "DATABASE_URL": database_url,
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            # Bolt would turn to OAuth by itself when it sees these; they must change nothing.
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "x",
        }
        if socket_mode:
            env["SLACK_APP_TOKEN"] = APP_TOKEN
        running = Running(slack, database_url, env, create_engine(database_url))
        try:
            if start:
                _start(running, socket_mode=socket_mode, scheduler=scheduler)
            yield running
        finally:
            if running.process is not None and running.process.poll() is None:
                running.stop()
            running.engine.dispose()


def _start(running: Running, *, socket_mode: bool, scheduler: bool) -> None:
    if running.database_url.startswith("postgresql"):
        running.cli("migrate")
    words = ["run"] if scheduler else ["run", "--no-scheduler"]
    process = running.process = Forked(*words, env=running.env)
    first = process.stderr.readline()
    assert first.startswith("Touchbase is listening on http://127.0.0.1:"), first
    url = first.split()[-1]
    if socket_mode:
        until(lambda: running.slack.connected or None, "the bot's socket")
    else:
        running.slack.app_url = f"{url}/slack/events"
