"""`/touchbase cadence`: the rules, what a change of one asks, making it and taking it back."""

from __future__ import annotations

from dataclasses import replace

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers import parsing
from handlers.checking import Checks
from handlers.parsing import Payload
from handlers.views import cadence as views
from handlers.views.cadence import Entries, RuleForm
from models import cadence, cadence_rules, lists, permissions, reckoning, what_if
from models.cadence import Rules, Scope
from models.cadence_rules import Days
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadGaps, ChangedSince, IdealTooLong, Missing
from models.users import Actor

LONGEST = 366
"""Days; a gap of more is no cadence."""

log = structlog.get_logger(__name__)


def open_list(command: Payload, client: WebClient, actor: Actor, sessions: Sessions) -> str:
    """Open the list for an admin; the words that others read instead."""
    rules, entries = _read(actor, sessions)
    if not permissions.may_change_cadence(actor):
        return views.read_only(rules, entries)
    client.views_open(trigger_id=command["trigger_id"], view=views.rules_list(rules, entries))
    return ""


def add(ack: Ack, body: Payload, client: WebClient, actor: Actor, sessions: Sessions) -> None:
    """Open the form of a new rule."""
    ack()
    permissions.must_change_cadence(actor)
    _, entries = _read(actor, sessions)
    client.views_push(trigger_id=body["trigger_id"], view=views.form(RuleForm(), entries))


def choose(
    ack: Ack,
    body: Payload,
    action: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Open the form of the rule whose menu was used; for one that is to go with what that asks."""
    ack()
    permissions.must_change_cadence(actor)
    act, rule_id = views.chosen(action["selected_option"]["value"])
    rules, entries = _read(actor, sessions)
    rule = next((one for one in rules.every if one.id == rule_id), None)
    if rule is None:
        raise ChangedSince
    ideal, longest = str(rule.ideal_days), str(rule.max_days)
    state = RuleForm(scope=rule.scope, ideal=ideal, longest=longest, fixed=True)
    asks = None
    if act == views.REMOVE:
        state = replace(state, removes=True, shown=(rule.scope, None))
        asks = _asks(rule.scope, None, rules, actor, sessions, clock)
    client.views_push(trigger_id=body["trigger_id"], view=views.form(state, entries, asks))


def submit(
    ack: Ack, view: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Show what the change asks; once that was shown for what the form holds, make it."""
    permissions.must_change_cadence(actor)
    state = _form(view)
    days = None if state.removes else _days(state)
    rules, entries = _read(actor, sessions)
    if state.shown != (state.scope, days):
        asks = _asks(state.scope, days, rules, actor, sessions, clock)
        shown = replace(state, shown=(state.scope, days))
        ack(response_action="update", view=views.form(shown, entries, asks))
        return
    with sessions.begin() as session:
        cadence_rules.save(session, actor, state.scope, days, submission=view["id"], now=clock())
    ack()
    _first_batch(actor, sessions)
    rules, entries = _read(actor, sessions)
    made = views.rules_list(rules, entries, said=views.saved(state.scope, days, entries))
    try:
        client.views_update(view_id=view["root_view_id"], view=made)
    except SlackApiError as refused:  # it was closed meanwhile, and the receipt says the same
        log.info("form.moved_on", code=refused.response.get("error"))


def undo(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Make the rule what it was."""
    ack()
    with sessions.begin() as session:
        cadence_rules.undo(session, actor, int(action["value"]), clock())
    _first_batch(actor, sessions)


def _first_batch(actor: Actor, sessions: Sessions) -> None:
    """Where there are few accounts their lists are right at once; the clock does the others."""
    with sessions.begin() as session:
        reckoning.next_batch(session, actor.workspace_id)


def _read(actor: Actor, sessions: Sessions) -> tuple[Rules, Entries]:
    with reading(sessions) as session:
        rules = cadence.rules(session, actor.workspace_id)
        return rules, lists.entries(session, actor.workspace_id, *views.LISTS)


def _asks(
    scope: Scope, days: Days, rules: Rules, actor: Actor, sessions: Sessions, clock: Clock
) -> what_if.WhatIf:
    wanted, today = rules.changed(scope, days), actor.today(clock())
    with reading(sessions) as session:
        return what_if.figures(session, actor.workspace_id, rules, wanted, today)


def _form(view: Payload) -> RuleForm:
    held = parsing.Fields(view)
    fixed = held.metadata["scope"]
    chosen = (
        held.chosen(block)
        for block in (views.TIER, views.ACCOUNT_TYPE, views.CONTACT_ROLE, views.BUYING_ROLE)
    )
    return RuleForm(
        scope=Scope(*(fixed or (choice.value if choice else "" for choice in chosen))),
        ideal=held.text(views.IDEAL),
        longest=held.text(views.LONGEST),
        fixed=fixed is not None,
        removes=held.metadata["removes"],
        shown=views.shown_of(held.metadata["shown"]),
    )


def _days(state: RuleForm) -> tuple[int, int]:
    """The gaps typed. Raises InvalidForm."""
    checks = Checks()
    ideal = checks.number(views.IDEAL, state.ideal)
    longest = checks.number(views.LONGEST, state.longest)
    for block, typed, number in (
        (views.IDEAL, state.ideal, ideal),
        (views.LONGEST, state.longest, longest),
    ):
        if not typed.strip():
            checks.refuse(block, Missing())
        elif number is not None and not 1 <= number <= LONGEST:
            checks.refuse(block, BadGaps(LONGEST))
    if ideal is not None and longest is not None and ideal > longest:
        checks.refuse(views.IDEAL, IdealTooLong())
    checks.done()
    return ideal or 0, longest or 0
