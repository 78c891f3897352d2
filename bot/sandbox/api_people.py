"""auth.test, users.* and conversations.*: who and where."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox import messages
from bot.sandbox.rates import Rates
from bot.sandbox.refusals import SlackSaysNo, not_played
from bot.sandbox.service import Service
from bot.sandbox.world import Channel, Message, Person

Args = dict[str, Any]

# What kind of conversation needs which scope behind its "…:read" and "…:history".
SCOPE_OF_KIND = {"public": "channels", "private": "groups", "im": "im"}
_KIND_OF_TYPE = {"public_channel": "public", "private_channel": "private", "im": "im"}


def auth_test(service: Service, args: Args) -> dict[str, Any]:
    """auth.test"""
    identity = service.identity
    return {
        "url": f"https://{identity.team_domain}.slack.com/",
        "team": identity.team_name,
        "user": identity.bot_name,
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "is_enterprise_install": False,
    }


def truth(value: Any) -> bool:
    """A yes or no as forms and JSON carry it."""
    return value in (True, 1, "1", "true", "True")


def profile_of(service: Service, person: Person, *, locale: bool = False) -> dict[str, Any]:
    """A user object."""
    profile: dict[str, Any] = {
        "real_name": person.name,
        "display_name": person.name,
        "real_name_normalized": person.name,
        "display_name_normalized": person.name,
        "team": person.team_id,
        "title": person.title,
    }
    if person.email and "users:read.email" in service.scopes:
        profile["email"] = person.email
    shown: dict[str, Any] = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.handle,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": int(service.world.clock().timestamp()),
    }
    if person.team_id != service.identity.team_id:
        shown["is_stranger"] = True
    if person.deleted:
        return shown  # Slack tells nothing more of people who have left
    shown |= {
        "real_name": person.name,
        "is_admin": person.is_admin or person.is_owner,
        "is_owner": person.is_owner,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted or person.is_ultra_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
    }
    if person.tz:
        shown |= _zone(service.world.clock(), person.tz)
    if locale:
        shown["locale"] = person.locale
    return shown


def _zone(now: datetime, tz: str) -> dict[str, Any]:
    offset = now.astimezone(ZoneInfo(tz)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {"tz": tz, "tz_label": tz.replace("_", " "), "tz_offset": seconds}


def user_info(service: Service, args: Args) -> dict[str, Any]:
    """users.info"""
    person = service.world.people.get(str(args.get("user")))
    if person is None:
        raise SlackSaysNo("user_not_found")
    return {"user": profile_of(service, person, locale=truth(args.get("include_locale")))}


def user_list(service: Service, args: Args) -> dict[str, Any]:
    """users.list"""
    people, cursor = _page(list(service.world.people.values()), args, 1000)
    members = [profile_of(service, person) for person in people]
    now = int(service.world.clock().timestamp())
    return {"members": members, "cache_ts": now, **_next(cursor)}


def user_by_email(service: Service, args: Args) -> dict[str, Any]:
    """users.lookupByEmail"""
    wanted = str(args.get("email", "")).lower()
    for person in service.world.people.values():
        if person.email and person.email.lower() == wanted and not person.deleted:
            return {"user": profile_of(service, person)}
    raise SlackSaysNo("users_not_found")


def conversation_open(service: Service, args: Args) -> dict[str, Any]:
    """conversations.open, for one person or a known channel."""
    world = service.world
    if args.get("channel"):
        channel = world.channel(args["channel"])
        return {"channel": {"id": channel.id}, "already_open": True, "no_op": True}
    users = [each for each in str(args.get("users") or "").split(",") if each]
    if not users:
        raise SlackSaysNo("users_list_not_supplied")
    if len(users) > 1:
        raise not_played("users: of several people")
    person = world.people.get(users[0])
    if person is None:
        raise SlackSaysNo("user_not_found")
    if person.deleted:
        raise SlackSaysNo("user_disabled")
    if person.is_bot:
        raise SlackSaysNo("cannot_dm_bot")
    channel = world.dm_of(person.id)
    shown: dict[str, Any] = {"id": channel.id}
    if truth(args.get("return_im")):
        shown = conversation_of(service, channel)
    return {"channel": shown, "no_op": True, "already_open": True}


def conversation_of(service: Service, channel: Channel) -> dict[str, Any]:
    """A conversation object."""
    shown: dict[str, Any] = {
        "id": channel.id,
        "created": 0,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_mpim": False,
        "context_team_id": service.identity.team_id,
    }
    if channel.kind == "im":
        return shown | {"user": channel.person, "is_user_deleted": False}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": service.world.bot_is_in(channel),
        "num_members": len(channel.members),
    }


def conversation_info(service: Service, args: Args) -> dict[str, Any]:
    """conversations.info"""
    channel = seen(service, args, "read")
    shown = conversation_of(service, channel)
    if not truth(args.get("include_num_members")):
        shown.pop("num_members", None)
    return {"channel": shown}


def conversation_members(service: Service, args: Args) -> dict[str, Any]:
    """conversations.members"""
    channel = seen(service, args, "read")
    members, cursor = _page(sorted(channel.members), args, 100)
    return {"members": members, **_next(cursor)}


def conversation_list(service: Service, args: Args) -> dict[str, Any]:
    """conversations.list, of the kinds in `types`."""
    types = str(args.get("types") or "public_channel").split(",")
    kinds = [_KIND_OF_TYPE[each.strip()] for each in types if each.strip() in _KIND_OF_TYPE]
    for kind in kinds:
        _need(service, f"{SCOPE_OF_KIND[kind]}:read")
    shown = [
        channel
        for channel in service.world.channels.values()
        if channel.kind in kinds
        and (channel.kind == "public" or service.world.bot_is_in(channel))
        and not (channel.archived and truth(args.get("exclude_archived")))
    ]
    page, cursor = _page(shown, args, 100)
    return {"channels": [conversation_of(service, each) for each in page], **_next(cursor)}


def history(service: Service, args: Args) -> dict[str, Any]:
    """conversations.history: newest first; neither ephemeral messages nor what was said in a
    thread is in it."""
    said = [message for message in _said(service, args) if not message.thread_ts]
    return _told(service, args, list(reversed(said)))


def replies(service: Service, args: Args) -> dict[str, Any]:
    """conversations.replies: a message and what was said in its thread, oldest first."""
    channel, ts = seen(service, args, "history"), str(args.get("ts"))
    if service.world.find(channel.id, ts) is None:
        raise SlackSaysNo("thread_not_found")
    said = [message for message in _said(service, args) if ts in (message.ts, message.thread_ts)]
    return _told(service, args, said)


def _said(service: Service, args: Args) -> list[Message]:
    channel = seen(service, args, "history")
    if not service.world.bot_is_in(channel):
        raise SlackSaysNo("not_in_channel")
    inclusive = truth(args.get("inclusive"))
    return [
        message
        for message in service.world.messages.get(channel.id, [])
        if not message.seen_by and _between(message, args, inclusive=inclusive)
    ]


def _told(service: Service, args: Args, found: list[Message]) -> dict[str, Any]:
    page, cursor = _page(found, args, 100, service.rates)
    metadata = truth(args.get("include_all_metadata"))
    shown = [messages.payload(each, service.identity, metadata=metadata) for each in page]
    return {
        "messages": shown,
        "has_more": bool(cursor),
        "pin_count": 0,
        **(_next(cursor) if cursor else {}),
    }


def _between(message: Message, args: Args, *, inclusive: bool) -> bool:
    ts, oldest, latest = float(message.ts), _stamp(args, "oldest"), _stamp(args, "latest")
    if oldest and not (ts >= oldest if inclusive else ts > oldest):
        return False
    return not latest or (ts <= latest if inclusive else ts < latest)


def _stamp(args: Args, name: str) -> float:
    """A timestamp among the arguments; 0 for none."""
    try:
        return float(args.get(name) or 0)
    except ValueError:
        raise SlackSaysNo(f"invalid_ts_{name}") from None


def seen(service: Service, args: Args, what: str) -> Channel:
    """The conversation named, if it is there and the scope for its kind is, too."""
    channel = service.world.channel(args.get("channel"))
    _need(service, f"{SCOPE_OF_KIND[channel.kind]}:{what}")
    return channel


def _need(service: Service, scope: str) -> None:
    if scope not in service.scopes:
        raise SlackSaysNo("missing_scope", needed=scope, provided=",".join(sorted(service.scopes)))


def _page(
    everything: list[Any], args: Args, usual: int, rates: Rates | None = None
) -> tuple[list[Any], str]:
    """One page and the cursor of the next, "" at the end. `rates`: those of history."""
    cursor, wanted = str(args.get("cursor") or ""), str(args.get("limit") or usual)
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 1000:
        raise SlackSaysNo("invalid_limit")
    limit = rates.page_of_history(int(wanted)) if rates else int(wanted)
    if cursor and not cursor.removeprefix("at_").isdecimal():
        raise SlackSaysNo("invalid_cursor")
    since = int(cursor.removeprefix("at_") or 0)
    until = since + limit
    return everything[since:until], f"at_{until}" if until < len(everything) else ""


def _next(cursor: str) -> dict[str, Any]:
    return {"response_metadata": {"next_cursor": cursor}}
