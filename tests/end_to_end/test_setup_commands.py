"""`touchbase manifest`, `doctor` and `migrate`: what an admin runs before the first visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.sandbox import faults
from bot.sandbox.service import SCOPES
from bot.sandbox.stand_in import StandIn
from models import migrate
from tests import databases
from tests.command_line import Done, touchbase

ADDRESS = "https://touchbase.example"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def settings(slack: StandIn, database_url: str, **changed: str) -> dict[str, str]:
    """All that a bot over HTTP needs, with changes; a change to "" takes one away."""
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "DATABASE_URL": database_url,
        **changed,
    }


def wrong(done: Done) -> list[str]:
    """The lines that say what to fix; there are some exactly when the exit code says so."""
    lines = done.out.splitlines()
    assert all(line[0] in "✓✗" for line in lines), done.out
    found = [line for line in lines if line.startswith("✗")]
    assert (done.code, done.err) == (1 if found else 0, "")
    return found


def addresses(manifest: dict[str, Any]) -> list[str | None]:
    """Every place in the manifest that takes an address."""
    told = manifest["settings"]
    return [
        *(command.get("url") for command in manifest["features"]["slash_commands"]),
        told["event_subscriptions"].get("request_url"),
        told["interactivity"].get("request_url"),
        told["interactivity"].get("message_menu_options_url"),
    ]


def test_the_manifest_as_it_is_printed_is_for_socket_mode_and_needs_no_address() -> None:
    done = touchbase("manifest")
    assert (done.code, done.err) == (0, "")
    made = yaml.safe_load(done.out)
    assert made["settings"]["socket_mode_enabled"] is True
    assert set(addresses(made)) == {None}
    assert "request_url" not in done.out


@pytest.mark.parametrize("url", [ADDRESS, f"{ADDRESS}/"])
def test_with_an_address_the_manifest_has_it_in_every_place(url: str) -> None:
    done = touchbase("manifest", "--url", url)
    assert (done.code, done.err) == (0, "")
    made = yaml.safe_load(done.out)
    assert set(addresses(made)) == {f"{ADDRESS}/slack/events"}
    assert len(addresses(made)) >= 6
    assert made["settings"]["socket_mode_enabled"] is False
    plain = yaml.safe_load(touchbase("manifest").out)
    assert made["oauth_config"] == plain["oauth_config"]
    assert made["display_information"] == plain["display_information"]


@pytest.mark.parametrize("url", ["http://touchbase.example", "touchbase.example", ""])
def test_an_address_that_slack_would_not_take_is_refused(url: str) -> None:
    done = touchbase("manifest", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert "--url" in done.err
    assert "https://" in done.err
    assert "Traceback" not in done.err


def test_doctor_finds_all_well_over_http(slack: StandIn, sqlite_url: str) -> None:
    done = touchbase("doctor", **settings(slack, sqlite_url))
    assert wrong(done) == []
    assert "✓ The token has every scope." in done.out
    assert slack.bot_token not in done.out


def test_doctor_finds_all_well_over_a_socket(slack: StandIn, sqlite_url: str) -> None:
    env = settings(slack, sqlite_url, SLACK_APP_TOKEN=slack.app_token, SLACK_SIGNING_SECRET="")
    done = touchbase("doctor", **env)
    assert wrong(done) == []
    assert "✓ SLACK_APP_TOKEN opens a socket." in done.out
    assert slack.connected == 0  # it asked for an address and left it there


def test_doctor_names_the_scopes_that_are_missing(sqlite_url: str) -> None:
    with StandIn(
        scopes=[each for each in SCOPES if each not in ("im:write", "users:read")]
    ) as slack:
        (line,) = wrong(touchbase("doctor", **settings(slack, sqlite_url)))
    assert line.startswith("✗ The token lacks im:write, users:read: ")
    assert "touchbase manifest" in line


def test_doctor_says_that_slack_refuses_the_token(slack: StandIn, sqlite_url: str) -> None:
    env = settings(slack, sqlite_url, SLACK_BOT_TOKEN="xoxb-of-another")
    (line,) = wrong(touchbase("doctor", **env))
    assert "refuses the bot token (invalid_auth)" in line
    assert "xoxb-of-another" not in line


def test_doctor_says_that_slack_refuses_the_app_token(slack: StandIn, sqlite_url: str) -> None:
    env = settings(slack, sqlite_url, SLACK_APP_TOKEN="xapp-of-another")
    (line,) = wrong(touchbase("doctor", **env))
    assert "refuses SLACK_APP_TOKEN (invalid_auth)" in line
    assert "connections:write" in line


def test_doctor_says_that_the_two_tokens_are_in_each_others_place(
    slack: StandIn, sqlite_url: str
) -> None:
    env = settings(
        slack, sqlite_url, SLACK_BOT_TOKEN=slack.app_token, SLACK_APP_TOKEN=slack.bot_token
    )
    lines = wrong(touchbase("doctor", **env))
    assert "SLACK_BOT_TOKEN is not a bot token" in lines[0]
    assert any("refuses SLACK_APP_TOKEN" in line for line in lines)


def test_doctor_on_a_fresh_machine_says_what_is_not_set(tmp_path: Path) -> None:
    done = touchbase("doctor", DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    token, transport = wrong(done)
    assert "SLACK_BOT_TOKEN is not set" in token
    assert "SLACK_SIGNING_SECRET" in transport
    assert "✓ The database is at the present schema and can be written." in done.out


@pytest.mark.parametrize(
    "fault", [faults.reset(), faults.html(), faults.status(503)], ids=["reset", "html", "503"]
)
def test_doctor_says_that_slack_is_out_of_reach(
    slack: StandIn, sqlite_url: str, fault: faults.Fault
) -> None:
    slack.faults.always("auth.test", fault)
    (line,) = wrong(touchbase("doctor", **settings(slack, sqlite_url)))
    assert "Slack" in line


def test_doctor_says_that_a_database_is_behind(slack: StandIn, postgres: str) -> None:
    url = databases.empty_postgres(postgres)
    (line,) = wrong(touchbase("doctor", **settings(slack, url)))
    assert "run `touchbase migrate`" in line
    assert touchbase("migrate", DATABASE_URL=url).code == 0
    assert wrong(touchbase("doctor", **settings(slack, url))) == []
    databases.drop_postgres(postgres, url)


def test_doctor_says_that_a_database_cannot_be_opened(slack: StandIn, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'no such folder' / 'touchbase.db'}"
    (line,) = wrong(touchbase("doctor", **settings(slack, url)))
    assert "cannot be opened" in line
    assert "DATABASE_URL" in line


def test_a_postgresql_that_is_not_there_is_said_without_its_password(slack: StandIn) -> None:
    url = "postgresql+psycopg://touchbase:hunter2@127.0.0.1:1/touchbase"
    (line,) = wrong(touchbase("doctor", **settings(slack, url)))
    migrated = touchbase("migrate", DATABASE_URL=url)
    assert migrated.code == 2
    assert len(migrated.err.splitlines()) == 1
    for said in (line, migrated.err):
        assert "cannot be opened" in said
        assert "hunter2" not in said


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_migrate_brings_an_empty_database_to_head_and_may_run_twice(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    if kind == "postgres":
        url = databases.empty_postgres(request.getfixturevalue("postgres"))
    first, second = (touchbase("migrate", DATABASE_URL=url) for _ in range(2))
    assert (first.code, first.out, first.err) == (0, f"The database is at {migrate.HEAD}.\n", "")
    assert second == first
    if kind == "sqlite":  # nothing was in it, so there is no copy beside it
        assert [file.name for file in tmp_path.iterdir()] == ["new.db"]
    else:
        databases.drop_postgres(request.getfixturevalue("postgres"), url)


def test_a_command_that_is_none_is_said_in_a_sentence() -> None:
    done = touchbase("migrat")
    assert (done.code, done.out) == (2, "")
    assert "migrat" in done.err
    assert "Traceback" not in done.err
