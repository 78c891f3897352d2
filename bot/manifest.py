"""The app manifest, as it ships and with the addresses of an HTTP deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_PATH = "/slack/events"


def text(url: str | None = None) -> str:
    """The manifest as YAML.

    url  where Slack reaches the bot; None for Socket Mode, which needs no address.
    """
    source = _file().read_text(encoding="utf-8")
    if url is None:
        return source
    made: dict[str, Any] = yaml.safe_load(source)
    address = url.rstrip("/") + _PATH
    for command in made["features"]["slash_commands"]:
        command["url"] = address
    settings = made["settings"]
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"]["request_url"] = address
    settings["interactivity"]["message_menu_options_url"] = address
    settings["socket_mode_enabled"] = False
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=100)


def bot_scopes() -> list[str]:
    """The scopes the bot cannot do without."""
    made: dict[str, Any] = yaml.safe_load(_file().read_text(encoding="utf-8"))
    return list(made["oauth_config"]["scopes"]["bot"])


def _file() -> Path:
    """In a wheel the manifest lies beside this module, in a checkout at its top."""
    packed = Path(__file__).with_name("manifest.yml")
    return packed if packed.exists() else Path(__file__).parent.parent / "manifest.yml"
