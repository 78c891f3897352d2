"""A person's own settings: the form, and what it saves."""

from __future__ import annotations

import json
from datetime import date, datetime, time

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import listen, parsing
from handlers.checking import Checks, InvalidForm
from handlers.parsing import Payload
from handlers.views import fields
from handlers.views import holidays as holiday_views
from handlers.views import home as home_views
from handlers.views import settings as views
from handlers.views.fields import View
from models import aliases, habits, holidays, home, slots, users
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import (
    BadHour,
    BadPlace,
    BadZone,
    DayNotAhead,
    InQuietHours,
    Missing,
    NoQuiet,
    ZoneUnread,
)
from models.habits import Settings
from models.users import Actor

_MOST_OPTIONS = 99

_HOME, _COMMAND = "home", "command"
"""From where the form was opened."""


def open_from_home(
    ack: Ack, body: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Open the form over Home."""
    ack()
    view = _form(actor, sessions, clock(), _HOME)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def open_form(
    command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/touchbase settings`: the form that opens is the answer."""
    view = _form(actor, sessions, clock(), _COMMAND)
    client.views_open(trigger_id=command["trigger_id"], view=view)


def _form(actor: Actor, sessions: Sessions, now: datetime, source: str) -> View:
    with reading(sessions) as session:
        user = users.get(session, actor.workspace_id, actor.user_id)
        taught = aliases.of_user(session, actor)
    today = slots.local_day(now, user.zone)
    return views.form(
        habits.of(user),
        taught,
        today,
        metadata=json.dumps({"source": source}),
        own=None if user.holidays is None else holidays.place(user.holidays),
    )


def save(
    ack: Ack,
    body: Payload,
    view: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Store the settings; where Home shows them, show it anew."""
    now = clock()
    filled = parsing.Fields(view)
    with reading(sessions) as session:
        standing = habits.of(users.get(session, actor.workspace_id, actor.user_id))
    zone, source = _zone(filled, standing, client, actor, body)
    wish = _wish(filled, zone, source, slots.local_day(now, zone))
    forgotten = [one.id for one in filled.all_chosen(views.FORGET) if one.id is not None]
    from_home = filled.metadata.get("source") == _HOME
    try:
        with sessions.begin() as session:
            user = habits.save(session, actor, wish, now)
            aliases.forget(session, actor, forgotten)
            if from_home:
                home.owe_refresh(session, actor, key=f"settings:{view['id']}", now=now)
    except (BadHour, InQuietHours) as refused:
        raise InvalidForm({views.HOUR: refused}) from refused
    except BadPlace as refused:
        raise InvalidForm({views.HOLIDAYS: refused}) from refused
    if from_home:
        ack()
        return
    lines = home_views.summary(habits.of(user), slots.local_day(now, user.zone))
    said = views.saved(views.saved_in_words(lines, len(forgotten)))
    ack(response_action="update", view=said)


def search_zones(ack: Ack, options: Payload) -> None:
    """Zones for what is typed so far; those of the US for nothing."""
    typed = str(options.get("value") or "").strip()
    choices = views.zones(typed, slots.zones_like(typed, _MOST_OPTIONS) if typed else ())
    ack(options=[fields.option(choice) for choice in choices[:_MOST_OPTIONS]])


def search_holidays(ack: Ack, options: Payload) -> None:
    """Whose public holidays to have, for what is typed so far."""
    typed = str(options.get("value") or "").strip()[: fields.LONGEST_NAME]
    choices = holiday_views.options(typed, holidays.places_like(typed, _MOST_OPTIONS))
    ack(options=[fields.option(choice) for choice in choices[:_MOST_OPTIONS]])


def _zone(
    filled: parsing.Fields, standing: Settings, client: WebClient, actor: Actor, body: Payload
) -> tuple[str, str]:
    """The zone wished for, and where it is from; that of the profile is asked of Slack.

    Raises InvalidForm.
    """
    chosen = filled.chosen(views.ZONE)
    if chosen is None:
        raise InvalidForm({views.ZONE: Missing()})
    if chosen.value != views.SLACKS.value:
        if not slots.is_zone(chosen.value):
            raise InvalidForm({views.ZONE: BadZone(chosen.value)})
        return chosen.value, users.ZONE_CHOSEN
    if standing.zone_source != users.ZONE_CHOSEN:
        return standing.zone, standing.zone_source
    profile = listen.read_profile(client, actor.slack_id, body["team"]["id"])
    if profile is None or profile.zone is None or not slots.is_zone(profile.zone):
        raise InvalidForm({views.ZONE: ZoneUnread()})
    return profile.zone, users.ZONE_OF_SLACK


def _wish(filled: parsing.Fields, zone: str, source: str, today: date) -> Settings:
    """The form as settings. Raises InvalidForm with every field that will not do."""
    checks = Checks()
    at = views.time_of(filled.time(views.HOUR))
    if at is None:
        checks.refuse(views.HOUR, Missing())
    days = views.work_days(filled.all_chosen(views.DAYS))
    if not days:
        checks.refuse(views.DAYS, Missing())
    paused = filled.day(views.PAUSED)
    if paused is not None and paused <= today:
        checks.refuse(views.PAUSED, DayNotAhead())
    quiet = _quiet(filled, checks)
    checks.done()
    return Settings(
        on=bool(filled.all_chosen(views.ON)),
        at=at or time(),
        work_days=days,
        zone=zone,
        zone_source=source,
        quiet=quiet,
        paused_until=paused,
        daily_lists=views.lists_of(filled.chosen(views.LISTS)),
        holidays=holiday_views.code(filled.chosen(views.HOLIDAYS)),
    )


def _quiet(filled: parsing.Fields, checks: Checks) -> tuple[time, time] | None:
    """The quiet hours wished for; None for the usual ones, also where a time was cleared."""
    usual = (slots.QUIET_FROM, slots.QUIET_UNTIL)
    begins = views.time_of(filled.time(views.QUIET_FROM)) or usual[0]
    until = views.time_of(filled.time(views.QUIET_UNTIL)) or usual[1]
    if begins == until:
        checks.refuse(views.QUIET_UNTIL, NoQuiet())
    return None if (begins, until) == usual else (begins, until)
