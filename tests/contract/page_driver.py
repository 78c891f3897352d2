"""How a test acts on the sandbox's page, and what its forms are made of."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page


def type_line(page: Page, text: str) -> None:
    page.get_by_label("Message or command").fill(text)
    page.get_by_role("button", name="Send").click()


def side(page: Page) -> Locator:
    """The list of people and conversations, on a phone behind its button."""
    button = page.get_by_role("button", name="Channels and people")
    if button.is_visible():
        button.click()
    return page.get_by_role("navigation")


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def field(name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    watched = more.pop("watched", False)
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": more.pop("optional", True),
        "dispatch_action": watched,
        "element": {"type": kind, "action_id": name, **more},
    }


def options(*words: str) -> list[dict[str, Any]]:
    return [{"text": plain(each), "value": each.lower()} for each in words]
