"""Messages as Slack shows them to apps: escaped, with who wrote them."""

from __future__ import annotations

import copy
import re
from typing import Any

from bot.sandbox.world import Identity, Message, World

_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_CONTROL = re.compile(r"<(?:[@#!][^<>\n]*|(?:https?|mailto|tel):[^<>\n]*)>")
_PICKED = re.compile(r"<[@#][UWC]\w+(?:\|[^<>\n]*)?>")
_TYPED = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?<![\w.+-])(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<!\w)(?P<sign>[@#])(?P<name>[\w-]+(?:\.[\w-]+)*)"
)
# What Slack links in messages beside that: numbers that look like a phone's, bare domains.
_LINKED = re.compile(
    _TYPED.pattern
    + r"|(?<![\w-])(?P<phone>(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4})(?!\w)"
    r"|(?<![\w.@/-])(?P<domain>(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|health))(?![\w-])",
    re.IGNORECASE,
)


def escape(text: str) -> str:
    """The three characters Slack escapes, whatever stands around them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_marked(text: str) -> str:
    """The same in marked-up text: escapes, mentions and links that are there stay."""
    made, since = [], 0
    for found in _CONTROL.finditer(text):
        made += [_escape_rest(text[since : found.start()]), found.group()]
        since = found.end()
    return "".join([*made, _escape_rest(text[since:])])


def _escape_rest(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def as_typed(text: str, world: World, *, command: bool = False) -> str:
    """What a person typed, as Slack hands it on: escaped, links and addresses wrapped, @people and
    #channels by their ids. `<@U1>` and `<#C1>` stand for what was picked from Slack's own list.

    command  mentions bear the name too, `<@U1|ann>`, as in commands with `should_escape`; phone
             numbers and bare domains stay as they are
    """
    shape = _TYPED if command else _LINKED

    def wrapped(found: re.Match[str]) -> str:
        if found["url"]:
            return f"<{found['url']}>"
        if found["mail"]:
            return f"<mailto:{found['mail']}|{found['mail']}>"
        if found["sign"]:
            return _mention(found["sign"], found["name"], world, names=command)
        if found["phone"]:
            return f"<tel:{re.sub(r'[^+0-9]', '', found['phone'])}|{found['phone']}>"
        return f"<http://{found['domain']}|{found['domain']}>"

    made, since = [], 0
    for picked in _PICKED.finditer(text):
        made += [shape.sub(wrapped, escape(text[since : picked.start()])), picked.group()]
        since = picked.end()
    return "".join([*made, shape.sub(wrapped, escape(text[since:]))])


def _mention(sign: str, name: str, world: World, *, names: bool) -> str:
    known = {person.handle: person.id for person in world.people.values()}
    if sign == "#":
        known = {each.name: each.id for each in world.channels.values() if each.kind != "im"}
    found = known.get(name.lower())
    if found is None:
        return f"{sign}{name}"
    return f"<{sign}{found}|{name}>" if names or sign == "#" else f"<{sign}{found}>"


def payload(message: Message, identity: Identity, *, metadata: bool = True) -> dict[str, Any]:
    """A message as it stands in history, in an answer and in a click."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": escape_marked(message.text),
        "team": identity.team_id,
    }
    if message.user == identity.bot_user_id:
        shown["bot_id"] = identity.bot_id
        shown["app_id"] = identity.app_id
        shown["bot_profile"] = {
            "id": identity.bot_id,
            "app_id": identity.app_id,
            "name": identity.bot_name,
            "deleted": False,
            "team_id": identity.team_id,
        }
    if message.blocks:
        shown["blocks"] = escaped_blocks(message.blocks)
    for name in ("client_msg_id", "thread_ts", "files", "attachments"):
        if getattr(message, name):
            shown[name] = copy.deepcopy(getattr(message, name))
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if metadata and message.metadata:
        shown["metadata"] = copy.deepcopy(message.metadata)
    return shown


def escaped_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks as they come back in a click: plain texts are escaped too (bolt-python issue 513)."""
    made = copy.deepcopy(blocks)
    _escape_texts(made)
    return made


def _escape_texts(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _escape_texts(each)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            marked = part.get("type") == "mrkdwn"
            part["text"] = escape_marked(part["text"]) if marked else escape(part["text"])
        for each in part.values():
            _escape_texts(each)
