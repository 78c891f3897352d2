"""What the page shows one person, as JSON; and the steps of its clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.answers import SLACKBOT
from bot.sandbox.service import Service
from bot.sandbox.views import OpenView
from bot.sandbox.world import Channel, Message

_MOST_SHOWN = 200
_MORNING, _MONDAY = time(7, 30), time(8, 0)


def shown_to(
    service: Service, user: str, levers: Collection[str], *, is_broken: bool, has_bot: bool
) -> dict[str, Any]:
    """Everything on the page for one person; the first one when `user` is nobody.

    levers     the names of those of `page_server.Levers` that there are
    is_broken  the bot cannot reach its database
    has_bot    there is a bot that takes what Slack sends
    """
    world = service.world
    with world.lock:
        people = [p for p in world.people.values() if not p.is_bot and not p.deleted]
        me = next((p for p in people if p.id == user), people[0] if people else None)
        if me is None:
            return {"version": world.version, "has_bot": has_bot, "people": [], "channels": []}
        channels = [world.dm_of(me.id)] + [
            channel
            for channel in world.channels.values()
            if channel.kind != "im" and me.id in channel.members
        ]
        top, home = service.views.top(me.id), service.views.homes.get(me.id)
        return {
            "version": world.version,
            "now": world.clock().isoformat(),
            "zone": me.tz or "UTC",
            "levers": sorted(levers),
            "is_broken": is_broken,
            "has_bot": has_bot,
            "me": me.id,
            "commands": [
                {name: each.get(name, "") for name in ("command", "description", "usage_hint")}
                for each in service.commands
            ],
            "shortcuts": [
                {name: each[name] for name in ("type", "name", "callback_id")}
                for each in service.shortcuts
            ],
            "has_home": service.home_enabled,
            "home": _form(service, home, 0) if home else None,
            "examples": list(service.examples),
            "people": [{"id": p.id, "name": p.name, "title": p.title} for p in people],
            "names": {p.id: p.name for p in world.people.values()},
            "channels": [_channel(service, each) for each in channels],
            "messages": {
                each.id: [
                    _message(service, message)
                    for message in world.messages.get(each.id, [])[-_MOST_SHOWN:]
                    if message.seen_by in (None, me.id)
                ]
                for each in channels
            },
            "form": _form(service, top, len(service.views.stacks.get(me.id, []))) if top else None,
        }


def _channel(service: Service, channel: Channel) -> dict[str, Any]:
    name = service.identity.bot_name.title() if channel.kind == "im" else channel.name
    return {
        "id": channel.id,
        "name": name,
        "kind": channel.kind,
        "has_bot": service.world.bot_is_in(channel),
    }


def _message(service: Service, message: Message) -> dict[str, Any]:
    person = service.world.people.get(message.user)
    is_bot = person is not None and person.is_bot
    name = "Slackbot" if message.user == SLACKBOT else person.name if person else message.user
    return {
        "ts": message.ts,
        "user": message.user,
        "name": name.title() if is_bot else name,
        "is_bot": is_bot or message.user == SLACKBOT,
        "text": message.text,
        "blocks": message.blocks,
        "edited": bool(message.edited),
        "ephemeral": bool(message.seen_by),
        "thread": message.thread_ts,
        "files": message.files,
    }


def _form(service: Service, view: OpenView, depth: int) -> dict[str, Any]:
    """A form as it stands, `depth` of them one on another; a Home (0) has no title and no buttons
    below."""
    shown = service.views.payload(view)
    return {
        "id": view.id,
        "hash": view.hash,
        "depth": depth,
        "title": shown["title"],
        "submit": shown["submit"],
        "close": shown["close"],
        "blocks": shown["blocks"],
        "values": shown["state"]["values"],
        "errors": view.errors,
        "trouble": view.trouble,
    }


def step(now: datetime, name: str, zone: str | None) -> datetime:
    """Where the clock goes, an instant in UTC.

    name  "hour" (one hour on), "tomorrow" (07:30 of the next day), "workday" (07:30 of the next
          day from Monday to Friday), "monday" (the next Monday 08:00) or "season" (90 days on, the
          same time of day); days and times in `zone`

    Raises ValueError for another name.
    """
    if name == "hour":
        return now + timedelta(hours=1)
    local = now.astimezone(ZoneInfo(zone or "UTC"))
    if name == "tomorrow":
        day, at = local.date() + timedelta(days=1), _MORNING
    elif name == "workday":
        day = local.date() + timedelta(days=7 - local.weekday() if local.weekday() > 3 else 1)
        at = _MORNING
    elif name == "season":
        day, at = local.date() + timedelta(days=90), local.time()
    elif name == "monday":
        day, at = local.date() + timedelta(days=-local.weekday() % 7), _MONDAY
        if datetime.combine(day, at, local.tzinfo) <= local:
            day += timedelta(days=7)
    else:
        raise ValueError(name)
    return datetime.combine(day, at, local.tzinfo).astimezone(UTC)
