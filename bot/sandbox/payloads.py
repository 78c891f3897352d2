"""The payloads Slack sends, in full.

Source: docs.slack.dev /reference/interaction-payloads, /interactivity/implementing-slash-commands,
/apis/events-api. One workspace, no Enterprise Grid.
"""

from __future__ import annotations

import copy
import secrets
from typing import Any

from bot.sandbox import messages
from bot.sandbox.service import Service
from bot.sandbox.views import OpenView
from bot.sandbox.world import Channel, Message

Payload = dict[str, Any]
DEPRECATED_TOKEN = "not-to-be-checked"  # noqa: S105 - Slack's own leftover, no secret
_SHOWN_IN_ACTIONS = ("text", "value", "placeholder", "style", "confirm", "initial_option")


def command(service: Service, user: str, name: str, text: str, channel: Channel) -> dict[str, str]:
    """The form fields of a slash command."""
    identity, person = service.identity, service.world.person(user)
    address = service.tickets.answer_address(user, channel.id)
    return {
        "token": DEPRECATED_TOKEN,
        "team_id": identity.team_id,
        "team_domain": identity.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": person.handle,
        "command": name,
        "text": text,
        "api_app_id": identity.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(service, address, "commands"),
        "trigger_id": service.tickets.trigger(user),
    }


def channel_name(channel: Channel) -> str:
    """What Slack calls a conversation in payloads: private ones are not named."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def response_url(service: Service, name: str, kind: str = "actions") -> str:
    """The address of an answer."""
    return f"{service.base_url}/{kind}/{service.identity.team_id}/{name}"


def _interaction(service: Service, kind: str, user: str) -> Payload:
    identity, person = service.identity, service.world.person(user)
    who = {
        "id": user,
        "username": person.handle,
        "name": person.handle,
        "team_id": person.team_id,
    }
    return _from(service, kind, who) | {"api_app_id": identity.app_id}


def _from(service: Service, kind: str, who: Payload) -> Payload:
    identity = service.identity
    return {
        "type": kind,
        "user": who,
        "token": DEPRECATED_TOKEN,
        "team": {"id": identity.team_id, "domain": identity.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action_of(service: Service, block_id: str, element: Payload, chosen: Payload) -> Payload:
    """One entry of `actions`: what was used, and what is chosen now."""
    shown = {
        name: messages.escaped_blocks([{name: element[name]}])[0][name]
        for name in _SHOWN_IN_ACTIONS
        if name in element
    }
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        **shown,
        **copy.deepcopy(chosen),
        "action_ts": f"{service.world.clock().timestamp():.6f}",
    }


def message_click(
    service: Service, user: str, message: Message, action: Payload, values: Payload
) -> Payload:
    """block_actions from a message."""
    channel = service.world.channels[message.channel]
    address = service.tickets.answer_address(
        user, channel.id, message.ts, ephemeral=bool(message.seen_by)
    )
    payload = _interaction(service, "block_actions", user) | {
        "container": _container(message),
        "trigger_id": service.tickets.trigger(user),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": copy.deepcopy(values)},
        "response_url": response_url(service, address),
        "actions": [action],
    }
    if not message.seen_by:  # an ephemeral message is not stored, so it cannot be shown again
        payload["message"] = messages.payload(message, service.identity)
    return payload


def _container(message: Message) -> Payload:
    return {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.seen_by),
    }


def view_click(service: Service, view: OpenView, action: Payload) -> Payload:
    """block_actions from a form or Home."""
    return _interaction(service, "block_actions", view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": service.tickets.trigger(view.user, view.id),
        "view": service.views.payload(view),
        "actions": [action],
    }


def submission(service: Service, view: OpenView) -> Payload:
    """view_submission"""
    return _interaction(service, "view_submission", view.user) | {
        "trigger_id": service.tickets.trigger(view.user, view.id),
        "view": service.views.payload(view),
        "response_urls": [],
    }


def closed(service: Service, view: OpenView, *, cleared: bool) -> Payload:
    """view_closed; `cleared` when the whole stack went."""
    return _interaction(service, "view_closed", view.user) | {
        "view": service.views.payload(view),
        "is_cleared": cleared,
    }


def suggestion(
    service: Service,
    user: str,
    block_id: str,
    action_id: str,
    query: str,
    where: OpenView | Message,
) -> Payload:
    """block_suggestion. A view's state in it is what the app last heard of, not what has been
    typed since (bolt-js issue 1146)."""
    payload = _interaction(service, "block_suggestion", user) | {
        "action_id": action_id,
        "block_id": block_id,
        "value": query,
    }
    if isinstance(where, OpenView):
        return payload | {
            "container": {"type": "view", "view_id": where.id},
            "view": service.views.payload(where, where.synced),
        }
    channel = service.world.channels[where.channel]
    return payload | {
        "container": _container(where),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": messages.payload(where, service.identity),
    }


def shortcut(service: Service, user: str, callback_id: str) -> Payload:
    """A global shortcut. No conversation and no response_url."""
    person = service.world.person(user)
    who = {"id": user, "username": person.handle, "team_id": person.team_id}
    return _from(service, "shortcut", who) | {
        "callback_id": callback_id,
        "action_ts": f"{service.world.clock().timestamp():.6f}",
        "trigger_id": service.tickets.trigger(user),
    }


def message_shortcut(service: Service, user: str, message: Message, callback_id: str) -> Payload:
    """A shortcut on a message."""
    channel = service.world.channels[message.channel]
    address = service.tickets.answer_address(user, channel.id, message.ts)
    who = {"id": user, "name": service.world.person(user).handle}
    return _from(service, "message_action", who) | {
        "callback_id": callback_id,
        "action_ts": f"{service.world.clock().timestamp():.6f}",
        "trigger_id": service.tickets.trigger(user),
        "response_url": response_url(service, address, "app"),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": messages.payload(message, service.identity),
    }


def said(service: Service, message: Message) -> Payload:
    """The event of a message as it stands."""
    shown = messages.payload(message, service.identity) | _place(service, message)
    if message.files:
        del shown["team"]  # left out beside files (slack-api-specs issue 62)
        shown |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
    return shown | {"event_ts": message.ts}


def edited(service: Service, message: Message, before: Payload) -> Payload:
    """The event of a message that was changed; `before` is `messages.payload` of what it was."""
    return _place(service, message) | {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": messages.payload(message, service.identity),
        "previous_message": before,
        **_stamped(service, message),
    }


def deleted(service: Service, message: Message) -> Payload:
    """The event of a message that is gone."""
    return _place(service, message) | {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": messages.payload(message, service.identity),
        **_stamped(service, message),
    }


def _place(service: Service, message: Message) -> Payload:
    channel = service.world.channels[message.channel]
    kind = {"im": "im", "private": "group"}.get(channel.kind, "channel")
    return {"channel": channel.id, "channel_type": kind}


def _stamped(service: Service, message: Message) -> Payload:
    """A change is an entry of its own in the channel: `ts` is its own, not the message's."""
    ts = service.world.next_ts(service.world.channels[message.channel])
    return {"ts": ts, "event_ts": ts}


def event(service: Service, inner: Payload) -> Payload:
    """The outer part of an event."""
    identity = service.identity
    now = service.world.clock().timestamp()
    return {
        "token": DEPRECATED_TOKEN,
        "team_id": identity.team_id,
        "context_team_id": identity.team_id,
        "context_enterprise_id": None,
        "api_app_id": identity.app_id,
        "event": {"event_ts": f"{now:.6f}", **inner},
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": identity.team_id,
                "user_id": identity.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(12)}",
    }
