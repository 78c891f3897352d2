"""What the app says back: the body of a command's answer, and what it posts to a response_url."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox import api_chat
from bot.sandbox.delivery import Answer
from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.service import Service
from bot.sandbox.tickets import AnswerAddress
from bot.sandbox.world import Channel, Message

SLACKBOT = "USLACKBOT"


def show_command_answer(
    service: Service, user: str, channel: Channel, name: str, answer: Answer
) -> Message | None:
    """Put the answer to a command where the person reads it."""
    world = service.world
    with world.lock:
        if not answer.ok:
            error = "operation_timeout" if answer.fault == "timeout" else "dispatch_failed"
            return world.put(
                channel, SLACKBOT, f"{name} failed with the error “{error}”", seen_by=user
            )
        body = answer.body
        if body in (None, "", {}):
            return None
        try:
            return _say(service, user, channel, body if isinstance(body, dict) else {"text": body})
        except SlackSaysNo as no:
            service.complain(name, no.body.get("response_metadata", {}).get("messages", [no.error]))
            return None


def take(service: Service, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """A post to a response_url: the HTTP status and Slack's JSON."""
    with service.world.lock:
        try:
            given = json.loads(body)
            if not isinstance(given, dict):
                raise SlackSaysNo("invalid_payload")
            service.record.end(service.record.begin("response_url", given, to_app=False), "")
            address = service.tickets.use_answer(name)
            _act(service, address, given)
        except ValueError:
            return 400, {"ok": False, "error": "invalid_payload"}
        except SlackSaysNo as no:
            gone = no.error in ("used_url", "expired_url", "invalid_url")
            return (404 if gone else 400), no.body
    return 200, {"ok": True}


def _act(service: Service, address: AnswerAddress, given: dict[str, Any]) -> None:
    channel = service.world.channels[address.channel]
    pressed = service.world.find(channel.id, address.message_ts) if address.message_ts else None
    if given.get("delete_original"):
        if pressed is not None:
            service.world.remove(pressed)
        return
    if given.get("replace_original") and pressed is not None:
        text, blocks, _ = api_chat.checked(given)
        service.world.edit(pressed, text, blocks)
        return
    _say(service, address.user, channel, given)


def _say(service: Service, user: str, channel: Channel, given: dict[str, Any]) -> Message:
    """A new message: for the person alone unless `in_channel` is asked for."""
    text, blocks, _ = api_chat.checked(given)
    for_all = given.get("response_type") == "in_channel"
    return service.world.put(
        channel,
        service.identity.bot_user_id,
        text,
        blocks=blocks,
        seen_by=None if for_all else user,
    )
