"""`/touchbase digest`, whether a channel gets figures on Mondays, and the digest's buttons."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers import reminders
from handlers.parsing import Payload
from handlers.views import digests as views
from handlers.views.digests import Digest
from models import permissions, pictures, snapshots, subscriptions, users
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.errors import NotAChannel, NotInChannel, SharedChannel
from models.subscriptions import EVERYONE, Subscription
from models.users import Actor

# What Slack says of a channel the bot is not in, or may not even see.
_UNSEEN = {"channel_not_found", "not_in_channel", "missing_scope", "is_archived"}


def digest(
    line: str,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> str:
    """`/touchbase digest here` or `off`, typed in the channel itself, or `me` for a direct message;
    with `short` in four lines; else how it stands."""
    scope = permissions.digest_scope(actor)
    words = line.casefold().split()
    own = "me" in words or _is_dm(command)
    channel_id = actor.slack_id if own else command["channel_id"]
    now = clock()
    match [word for word in words if word not in ("me", "short")] or ["here"] * bool(words):
        case ["here" | "on"]:
            if "me" not in words:
                _must_post(client, command)
            with sessions.begin() as session:
                found = subscriptions.subscribe(
                    session, actor, channel_id, scope, now, short="short" in words
                )
                shown = _shown(session, found)
            return views.started(shown, actor.slack_id, actor.today(now))
        case ["off" | "stop"]:
            with sessions.begin() as session:
                was = subscriptions.stop(session, actor, channel_id, scope, now)
            return views.stopped(was_on=was is not None, own=own)
        case []:
            with reading(sessions) as session:
                found_now = subscriptions.of_channel(session, actor.workspace_id, channel_id)
                standing = _shown(session, found_now) if found_now and found_now.active else None
            return views.standing(standing, actor.slack_id, actor.today(now), own=own)
        case _:
            return views.USAGE


def heat_map(
    ack: Ack, action: Payload, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Send the picture of their accounts to whoever pressed the button."""
    ack()
    with sessions.begin() as session:
        snapshot = snapshots.get(session, actor.workspace_id, int(action["value"]))
        pictures.owe(session, actor, snapshot, key=action["action_ts"], now=clock())
    respond(text=views.picture_comes(), response_type="ephemeral", replace_original=False)


def my_list(ack: Ack, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Show whoever pressed the button their own list, as `/touchbase today` does."""
    ack()
    text, blocks = reminders.today(actor, sessions, clock)
    respond(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)


def _is_dm(command: Payload) -> bool:
    return str(command["channel_id"]).startswith("D")


def _must_post(client: WebClient, command: Payload) -> None:
    """Raises NotAChannel, NotInChannel or SharedChannel where no digest can go."""
    channel_id = command["channel_id"]
    if _is_dm(command) or str(command.get("channel_name")).startswith("mpdm-"):
        raise NotAChannel
    try:
        channel = client.conversations_info(channel=channel_id)["channel"]
    except SlackApiError as fault:
        if fault.response.get("error") in _UNSEEN:
            raise NotInChannel from fault
        raise
    if channel.get("is_im") or channel.get("is_mpim"):
        raise NotAChannel
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        raise SharedChannel
    if not channel.get("is_member"):
        raise NotInChannel


def _shown(session: Session, found: Subscription) -> Digest:
    asker = users.get(session, found.workspace_id, found.user_id)
    team = users.team(session, found.workspace_id, found.user_id)
    due = found.next_due_at
    return Digest(
        people=None if found.scope == EVERYONE else len(team),
        asker=asker.slack_id or "",
        own=found.channel_id == asker.slack_id,
        short=found.short,
        zone=found.zone,
        next_at=due.astimezone(ZoneInfo(found.zone)) if due else None,
    )
