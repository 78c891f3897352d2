"""How a Web API method of the stand-in says no."""

from __future__ import annotations

from typing import Any


class SlackSaysNo(Exception):
    """`{"ok": false, "error": …}` with what else the answer carries."""

    def __init__(self, error: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.body: dict[str, Any] = {"ok": False, "error": error, **more}
        if messages:
            self.body["response_metadata"] = {"messages": messages}


def not_played(what: str) -> SlackSaysNo:
    """Of what Slack would do and the stand-in does not: better no than a false yes."""
    return SlackSaysNo("invalid_arguments", [f"[ERROR] the stand-in does not play {what}"])
