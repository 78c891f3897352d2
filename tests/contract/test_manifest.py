"""The manifest names what `routes.py` answers, and keeps to Slack's limits."""

from __future__ import annotations

from pathlib import Path

import yaml

from handlers import routes

MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text())

SCOPES = {
    "commands",
    "chat:write",
    "im:write",
    "im:history",
    "users:read",
    "users:read.email",
    "channels:read",
    "groups:read",
    "files:read",
    "files:write",
}


def test_every_command_has_a_route_and_every_route_a_command() -> None:
    named = {each["command"] for each in MANIFEST["features"]["slash_commands"]}
    assert named == set(routes.COMMANDS)


def test_every_event_has_a_route_and_every_route_an_event() -> None:
    asked = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert {event.partition(".")[0] for event in asked} == set(routes.EVENTS)
    assert {event for event in asked if "." in event} == {"message.im"}


def test_every_shortcut_has_a_route_and_every_route_a_shortcut() -> None:
    asked = MANIFEST["features"]["shortcuts"]
    assert {each["callback_id"] for each in asked} == set(routes.SHORTCUTS)
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in asked)


def test_the_scopes_are_those_that_features_need() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == SCOPES
    assert set(scopes["bot_optional"]) == {"channels:history", "groups:history"}


def test_it_keeps_to_the_limits_of_a_manifest() -> None:
    info, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(info["name"]) <= 35
    assert len(info["description"]) <= 140
    assert 175 <= len(info["long_description"]) <= 4000
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["slash_commands"]) <= 50
    for command in features["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command.get("usage_hint", "")) <= 1000
        assert command["should_escape"] is True  # a mention arrives as an id, not as a name


def test_people_can_write_to_the_bot() -> None:
    assert MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
