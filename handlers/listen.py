"""Around every handler: who is asking, what the handler gets, and what happens when it fails."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_bolt import Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from handlers.checking import InvalidForm
from handlers.keeping import Keeper
from handlers.parsing import Payload
from handlers.views import problems
from models import accounts, slots, users, workspaces
from models.clock import Clock, system
from models.db import Sessions, reading, was_cut_off
from models.errors import GuestRefused, Refused
from models.lookup import Lookups
from models.users import Actor, Profile

_RESPONDING = 2
"""Seconds in which Slack must take what replaces a message only one person sees."""

_SOON = 1.0
"""Seconds after which there is no time left for a second try: Slack waits for three."""

log = structlog.get_logger(__name__)

Handler = Callable[..., None]


@dataclass(frozen=True)
class World:
    """What handlers are built on; the same for every call."""

    sessions: Sessions
    clock: Clock
    lookups: Lookups
    asking: WebClient  # for users.info: a client with a budget of one second
    keeper: Keeper = field(default_factory=Keeper)
    machine: Clock = system  # the real time, where `clock` can be wound
    refused: Callable[[Refused], None] = lambda _refused: None  # told of every refusal


# How each parameter a handler may name is found in what Bolt hands us.
_GIVEN: Mapping[str, Callable[[Args], Any]] = {
    "ack": lambda args: args.ack,
    "body": lambda args: args.body,
    "client": lambda args: args.client,
    # Bolt's own waits half a minute for an answer that a person expects in three seconds.
    # A tap in a form has no such address: there the form itself is the answer.
    "respond": lambda args: (
        WebhookClient(args.body.get("response_url") or "", timeout=_RESPONDING).send
    ),
    "command": lambda args: args.command,
    "view": lambda args: args.view,
    "action": lambda args: args.action,
    "options": lambda args: args.options,
    "event": lambda args: args.event,
}
_OURS = ("actor", "sessions", "clock", "machine", "lookups", "keeper")


def wrap(handler: Handler, world: World) -> Callable[[Args], None]:
    """A Bolt listener that runs `handler` with the parameters it names.

    Raises TypeError, at start-up, for a parameter nobody can fill.
    """
    wanted = list(inspect.signature(handler).parameters)
    for name in wanted:
        if name not in _GIVEN and name not in _OURS:
            raise TypeError(f"{handler.__module__}.{handler.__name__} asks for {name!r}")

    def run(args: Args) -> None:
        ours = {
            "sessions": world.sessions,
            "clock": world.clock,
            "machine": world.machine,
            "lookups": world.lookups,
            "keeper": world.keeper,
        }
        if "actor" in wanted:
            ours["actor"] = identify(args.body, world)
        handler(**{name: ours[name] if name in ours else _GIVEN[name](args) for name in wanted})

    def listener(args: Args) -> None:
        begun = time.monotonic()
        try:
            try:
                run(args)
            except Exception as fault:
                if time.monotonic() - begun > _SOON or not _may_be_saved_again(args, fault):
                    raise
                run(args)
        except Refused as refused:
            world.refused(refused)
            _answer(args, refused)
        except Exception as fault:
            _apologize(args, handler, fault)

    return listener


def _may_be_saved_again(args: Args, fault: Exception) -> bool:
    """Whether a form met a failover before it was answered. It is stored once, however often it
    is handed in, so the person need not be asked to press Save again."""
    is_form = args.body.get("type") == "view_submission"
    return is_form and args.ack.response is None and was_cut_off(fault)


def identify(body: Payload, world: World) -> Actor:
    """Who is asking, by the verified payload. A person never seen before is enrolled, with the
    zone of their Slack profile; if Slack does not tell in a second the workspace's stands in
    until their next use.

    Raises GuestRefused for bots, guests and people of other organizations.
    """
    team_id, slack_id = _team_of(body), _user_of(body)
    with reading(world.sessions) as session:
        known = users.asking(session, team_id, slack_id)
        workspace = None if known else workspaces.by_team(session, team_id)
    if known is not None:
        return known
    if workspace is None:
        raise GuestRefused
    profile = read_profile(world.asking, slack_id, team_id)
    now = world.clock()
    with world.sessions.begin() as session:
        user = users.enrol(
            session, workspace.id, slack_id, zone=workspace.zone, now=now, profile=profile
        )
        accounts.claim_by_email(session, user, slots.local_day(now, user.zone))
        return Actor(workspace.id, user.id, slack_id, user.role, user.zone)


def read_profile(asking: WebClient, slack_id: str, team_id: str) -> Profile | None:
    """What Slack says of the person; None when it does not say in time.

    Raises GuestRefused for somebody who may not use Touchbase.
    """
    try:
        person = asking.users_info(user=slack_id)["user"]
    except (SlackClientError, OSError, KeyError) as fault:
        log.warning("profile.unread", fault=type(fault).__name__)
        return None
    refused = ("is_bot", "is_stranger", "is_ultra_restricted", "is_restricted", "deleted")
    if any(person.get(mark) for mark in refused) or person.get("team_id", team_id) != team_id:
        raise GuestRefused
    profile = person.get("profile") or {}
    name = profile.get("real_name") or person.get("real_name") or person.get("name") or ""
    return Profile(name=name, zone=person.get("tz"), email=profile.get("email"))


def _team_of(body: Payload) -> str:
    team = body.get("team")
    found = team.get("id") if isinstance(team, dict) else body.get("team_id")
    return str(found or "")


def _user_of(body: Payload) -> str:
    event = body.get("event")
    if event is not None:
        if event.get("user_team", body.get("team_id")) != body.get("team_id"):
            raise GuestRefused
        return str(event["user"])
    user = body.get("user")
    if isinstance(user, dict):
        # Somebody of another organization in a shared channel carries their own team's id.
        if user.get("team_id") and user["team_id"] != _team_of(body):
            raise GuestRefused
        return str(user["id"])
    return str(body["user_id"])


def _answer(args: Args, refused: Refused) -> None:
    """Say no where the person is looking: beside the field, as the command's answer, or by DM."""
    kind = args.body.get("type")
    if isinstance(refused, InvalidForm) and kind != "view_submission":
        refused = next(iter(refused.fields.values()))
    if kind == "view_submission":
        if not problems.has_fields(args.body["view"]):
            _say_instead(args, problems.sentence(refused))
            return
        if isinstance(refused, InvalidForm):
            errors = problems.beside_fields(args.body["view"], refused.fields)
        else:
            errors = problems.beside_a_field(args.body["view"], refused)
        args.ack(response_action="errors", errors=errors)
    elif kind == "block_suggestion":
        args.ack(options=[])
    elif args.body.get("command"):
        args.ack(text=problems.with_line(problems.sentence(refused), args.body))
    else:
        args.ack()
        if (args.body.get("event") or {}).get("type") != "app_home_opened":  # they asked nothing
            _tell(args, problems.sentence(refused))


def _apologize(args: Args, handler: Handler, fault: Exception) -> None:
    reference = f"TB-{secrets.token_hex(3).upper()}"
    name = f"{handler.__module__}.{handler.__name__}"
    log.error("handler.failed", handler=name, ref=reference, exc_info=fault)
    kind = args.body.get("type")
    if kind == "view_submission" and not problems.has_fields(args.body["view"]):
        _say_instead(args, problems.failed(reference))
    elif kind == "view_submission":
        errors = problems.beside_the_note(args.body["view"], problems.not_saved(reference))
        args.ack(response_action="errors", errors=errors)
    elif kind == "block_suggestion":
        args.ack(options=[])
    elif args.body.get("command"):
        args.ack(text=problems.with_line(problems.failed(reference), args.body))
    else:
        args.ack()
        _tell(args, problems.failed(reference))


def _say_instead(args: Args, sentence: str) -> None:
    args.ack(response_action="update", view=problems.instead(args.body["view"], sentence))


def _tell(args: Args, sentence: str) -> None:
    """Tell the person beside the message they pressed, else by DM; a lost word is no new fault."""
    try:
        if args.body.get("response_url"):
            respond = WebhookClient(args.body["response_url"], timeout=_RESPONDING).send
            respond(text=sentence, response_type="ephemeral", replace_original=False)
        elif args.body.get("user") or args.body.get("event"):
            args.client.chat_postMessage(channel=_user_of(args.body), text=sentence)
    except (SlackClientError, OSError) as fault:
        log.warning("answer.lost", fault=type(fault).__name__)
