"""What an operator may set, and the sentence that answers a slip."""

from __future__ import annotations

import pytest

from bot import settings
from bot.settings import VARIABLES, Settings, SettingsError


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any setting."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def test_with_nothing_set_touchbase_keeps_a_file_here_and_listens_on_this_machine(
    env: pytest.MonkeyPatch,
) -> None:
    found = settings.read()
    assert found == Settings()
    assert (found.database_url, found.host, found.port) == (
        "sqlite:///touchbase.db",
        "127.0.0.1",
        3000,
    )
    assert found.slack_api_url == "https://slack.com/api/"
    assert not found.socket_mode


def test_every_variable_reaches_its_setting(env: pytest.MonkeyPatch) -> None:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "DATABASE_URL": "postgresql+psycopg://somebody@db.example/touchbase",
        "TOUCHBASE_HOST": "0.0.0.0",  # noqa: S104 - as an operator would
        "PORT": "8080",
        "HEARTBEAT_URL": "https://watch.example/ping/1",
        "METRICS_HOST": "10.0.0.1",
        "METRICS_PORT": "9464",
    }
    assert set(given) == set(VARIABLES)
    for variable, value in given.items():
        env.setenv(variable, value)
    found = settings.read()
    assert {v: str(getattr(found, name)) for v, name in VARIABLES.items()} == given
    assert found.socket_mode


def test_an_empty_variable_counts_as_not_set(env: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        env.setenv(variable, "  ")
    assert settings.read() == Settings()


def test_a_token_pasted_with_its_line_end_still_works(env: pytest.MonkeyPatch) -> None:
    env.setenv("SLACK_BOT_TOKEN", "xoxb-1\n")
    assert settings.read().slack_bot_token == "xoxb-1"


def test_the_address_of_slack_gets_the_slash_that_methods_are_appended_to(
    env: pytest.MonkeyPatch,
) -> None:
    env.setenv("SLACK_API_URL", "https://slack.example/api")
    assert settings.read().slack_api_url == "https://slack.example/api/"


@pytest.mark.parametrize("port", ["eighty", "-1", "65536", "3000.5"])
def test_a_port_that_is_none_is_refused_by_name(env: pytest.MonkeyPatch, port: str) -> None:
    env.setenv("PORT", port)
    with pytest.raises(SettingsError, match=r"^PORT must be a number from 0 to 65535\.$"):
        settings.read()


@pytest.mark.parametrize("url", ["slack.com/api/", "ftp://slack.com/", "https://", "https:///api/"])
def test_an_address_of_slack_that_is_none_is_refused_by_name(
    env: pytest.MonkeyPatch, url: str
) -> None:
    env.setenv("SLACK_API_URL", url)
    with pytest.raises(SettingsError, match=r"^SLACK_API_URL must begin with"):
        settings.read()


@pytest.mark.parametrize(
    "url",
    [
        "touchbase.db",
        "mysql://somebody:hunter2@db.example/touchbase",
        "postgresql+psycopg://somebody:hunter2@db.example:port/touchbase",
        "sqlite+nonesuch:///touchbase.db",
    ],
)
def test_a_database_that_is_none_is_refused_without_showing_its_password(
    env: pytest.MonkeyPatch, url: str
) -> None:
    env.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError, match=r"^DATABASE_URL must look like") as refused:
        settings.read()
    assert "hunter2" not in str(refused.value)


def test_what_is_needed_and_not_there_is_named(env: pytest.MonkeyPatch) -> None:
    env.setenv("SLACK_SIGNING_SECRET", "s")
    found = settings.read()
    settings.need(found, "SLACK_SIGNING_SECRET")
    with pytest.raises(SettingsError, match=r"^SLACK_BOT_TOKEN is not set"):
        settings.need(found, "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")


def test_no_secret_is_shown_when_the_settings_are_printed(env: pytest.MonkeyPatch) -> None:
    env.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    env.setenv("SLACK_APP_TOKEN", "xapp-hidden")
    env.setenv("SLACK_SIGNING_SECRET", "signing-hidden")
    env.setenv("DATABASE_URL", "postgresql+psycopg://somebody:hidden@db.example/touchbase")
    assert "hidden" not in repr(settings.read())


def test_slacks_oauth_variables_change_nothing(env: pytest.MonkeyPatch) -> None:
    env.setenv("SLACK_CLIENT_ID", "1.2")
    env.setenv("SLACK_CLIENT_SECRET", "x")
    assert settings.read() == Settings()


@pytest.mark.parametrize("url", ["http://watch.example/ping", "watch.example", "file:///etc/x"])
def test_a_watcher_is_told_over_https_alone(env: pytest.MonkeyPatch, url: str) -> None:
    env.setenv("HEARTBEAT_URL", url)
    with pytest.raises(SettingsError, match=r"HEARTBEAT_URL must begin with https://\.") as wrong:
        settings.read()
    assert url not in str(wrong.value)


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_a_port_for_figures_is_a_port(env: pytest.MonkeyPatch, port: str) -> None:
    env.setenv("METRICS_PORT", port)
    with pytest.raises(SettingsError, match="METRICS_PORT must be a number"):
        settings.read()
