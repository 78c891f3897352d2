"""`/touchbase`: help, what it is told to do, roles, and the first admin."""

from __future__ import annotations

import re

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from handlers import (
    briefs,
    cadence,
    deals,
    digests,
    goals,
    holidays,
    listen,
    many_accounts,
    merging,
    purging,
    reassigning,
    referrals,
    reminders,
    reports,
    settings,
    status,
    weekly_plan,
)
from handlers.parsing import Payload
from handlers.views import help as help_views
from handlers.views import people as views
from handlers.views import reassigning as reassign_views
from handlers.views.fields import Block
from handlers.views.words import as_typed
from models import permissions, roles, users
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import NoSuchPerson, NotSlackAdmin, WhoIsThat
from models.lookup import Lookups
from models.users import Actor, Profile

log = structlog.get_logger(__name__)

Answer = tuple[str, list[Block] | None]
"""The words, and blocks where the answer has buttons."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_ID = re.compile(r"@?([UW][A-Z0-9]+)")


def command(
    ack: Ack,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    machine: Clock,
    lookups: Lookups,
) -> None:
    """Do what the first word after `/touchbase` says; the answer is for the person's eyes only."""
    line = str(command.get("text") or "")
    first, _, rest = line.strip().partition(" ")
    text: str
    blocks: list[Block] | None = None
    match first.casefold():
        case "" | "help" | "?":
            text, blocks = _help(client, actor, sessions)
        case "today":
            text, blocks = reminders.today(actor, sessions, clock)
        case "remind":
            text = reminders.remind(rest, actor, sessions, clock)
        case "account":
            text, blocks = briefs.answer(rest, actor, sessions, clock, lookups)
        case "settings":
            text = ""
            settings.open_form(command, client, actor, sessions, clock)
        case "holidays" | "holiday":
            text = holidays.answer(rest, actor, sessions, clock)
        case "digest":
            text = digests.digest(rest, command, client, actor, sessions, clock)
        case "goals" | "goal":
            people, words = _people_and_words(rest)
            text = goals.answer(people, words, actor, sessions, clock)
        case "plan" | "week":
            text = ""
            weekly_plan.open_form(command, client, actor, sessions, clock)
        case "report":
            text = ""
            reports.open_form(rest, command, client, actor, sessions, clock)
        case "cadence":
            text = cadence.open_list(command, client, actor, sessions)
        case "pipeline" | "deals":
            text = ""
            deals.open_list(rest, command, client, actor, sessions, clock)
        case "status":
            text, blocks = status.answer(actor, sessions, clock, machine)
        case "role":
            text = _role(rest, command, client, actor, sessions, clock)
        case "manager":
            text = _manager(rest, command, client, actor, sessions, clock)
        case "referrals" | "referral" | "queue":
            text = ""
            referrals.open_queue(command, client, actor, sessions, clock)
        case "leads" | "ledger":
            text = ""
            referrals.open_ledger(command, client, actor, sessions, clock)
        case "merge":
            text = ""  # the form that opens is the answer
            merging.open_form(command, client)
        case "retier":
            text = ""
            many_accounts.open_form(command, client, actor, sessions)
        case "reassign":
            text = _reassign(rest, command, client, actor, sessions)
        case "purge":
            text = ""
            purging.open_form(command, client, actor)
        case _:
            text = help_views.unknown(as_typed(first))
    ack(text=text, blocks=blocks)


def become_admin(
    ack: Ack, client: WebClient, respond: Respond, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Make the first admin of whoever pressed the button, if Slack still says they may be."""
    ack()
    if not _runs_slack(client, actor):
        raise NotSlackAdmin
    with sessions.begin() as session:
        roles.become_first_admin(session, actor, clock())
    respond(text=views.became_admin(), replace_original=True)


def _help(client: WebClient, actor: Actor, sessions: Sessions) -> Answer:
    text = help_views.lines()
    with reading(sessions) as session:
        has_admin = users.has_admin(session, actor.workspace_id)
    if not has_admin and _runs_slack(client, actor):
        return text, views.offer(text)
    return text, None


def _runs_slack(client: WebClient, actor: Actor) -> bool:
    """Whether the person is an owner or admin of the Slack workspace; no, if Slack is silent."""
    try:
        person = client.users_info(user=actor.slack_id)["user"]
    except (SlackClientError, OSError) as fault:
        log.warning("profile.unread", fault=type(fault).__name__)
        return False
    return bool(person.get("is_admin") or person.get("is_owner"))


def _role(
    rest: str,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> str:
    """`/touchbase role @ann manager`, in either order."""
    permissions.must_give_roles(actor)
    people, words = _people_and_words(rest)
    if len(people) > 1 or len(words) != 1:
        return views.ROLE_USAGE
    if not people:
        raise NoSuchPerson
    slack_id, role = people[0], words[0]
    profiles = _read_strangers(people, command, client, actor, sessions)
    with sessions.begin() as session:
        change = roles.give(session, actor, slack_id, role, clock(), profiles.get(slack_id))
    return views.role_given(change)


def _manager(
    rest: str,
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> str:
    """`/touchbase manager @ann @bob`: Ann reports to Bob from now on."""
    permissions.must_give_roles(actor)
    people, words = _people_and_words(rest)
    if len(people) != 2 or words:
        return views.MANAGER_USAGE
    profiles = _read_strangers(people, command, client, actor, sessions)
    with sessions.begin() as session:
        change = roles.put_under(session, actor, people[0], people[1], clock(), profiles)
    return views.put_under(change)


def _reassign(
    rest: str, command: Payload, client: WebClient, actor: Actor, sessions: Sessions
) -> str:
    """`/touchbase reassign @dana`: the form that opens is the answer; without a name that for many
    accounts."""
    people, words = _people_and_words(rest)
    if not rest.strip():
        many_accounts.open_form(command, client, actor, sessions)
        return ""
    if len(people) != 1 or words:
        return reassign_views.USAGE
    reassigning.open_form(people[0], command, client, actor, sessions)
    return ""


def _people_and_words(rest: str) -> tuple[list[str], list[str]]:
    """The Slack ids in a line, mentioned or typed, and its other words in lower case."""
    people: list[str] = []
    words: list[str] = []
    for word in _MENTION.sub(r" @\1 ", rest).split():
        found = _ID.fullmatch(word)
        if found:
            people.append(found[1])
        else:
            words.append(word.casefold())
    return people, words


def _read_strangers(
    people: list[str],
    command: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
) -> dict[str, Profile]:
    """What Slack says of those who never used Touchbase, by Slack id.

    Raises WhoIsThat when it says nothing, GuestRefused for bots, guests and other companies.
    """
    with reading(sessions) as session:
        strangers = [
            slack_id
            for slack_id in people
            if users.actor(session, actor.workspace_id, slack_id) is None
        ]
    profiles: dict[str, Profile] = {}
    for slack_id in strangers:
        profile = listen.read_profile(client, slack_id, command["team_id"])
        if profile is None:
            raise WhoIsThat
        profiles[slack_id] = profile
    return profiles
