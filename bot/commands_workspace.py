"""`touchbase workspace`: its field of work, zone and office hours."""

from __future__ import annotations

import json
import re
from datetime import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.clock import Clock
    from models.profiling import Wish

_HOURS = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_SPAN = re.compile(r"(\d{1,5}) ?(m|h)")
_LONGEST = 240 * 60


@click.command()
@click.option("--profile", metavar="FIELD", help="healthcare, restoration or financial.")
@click.option("--zone", metavar="IANA", help="Its time zone, such as America/Chicago.")
@click.option("--hours", metavar="HH:MM-HH:MM", help="When the office is open, or always.")
@click.option("--work-days", metavar="DAYS", help="When it is open at all: mon-fri.")
@click.option("--answer-within", metavar="SPAN", help="How soon a referral is answered: 2h, 15m.")
@click.option("--workspace", "team_id", metavar="TEAM_ID", help="Which, on an empty database.")
def workspace(
    profile: str | None,
    zone: str | None,
    hours: str | None,
    work_days: str | None,
    answer_within: str | None,
    team_id: str | None,
) -> None:
    """Set up the workspace; prints its row as one JSON line."""
    # Imported here: the other commands start without the tables.
    from models.clock import system
    from models.profiling import Wish

    wish = Wish(
        profile=_profile(profile) if profile else None,
        zone=_zone(zone) if zone else None,
        hours=_hours(hours) if hours else None,
        work_days=_days(work_days) if work_days else None,
        answer_minutes=_span(answer_within) if answer_within else None,
    )
    click.echo(json.dumps(_grant(wish, team_id, system)))


def _grant(wish: Wish, team_id: str | None, clock: Clock) -> dict[str, object]:
    from bot import opening, settings
    from bot.workspace_of import team_of
    from handlers.views import workspaces as views
    from models import profiling

    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        now = clock()
        with sessions.begin() as session:
            row = team.row(session, now)
            profiling.grant(session, row, wish, now)
            return views.row(row)


def _profile(word: str) -> str:
    from handlers.views import workspaces as views
    from models import profiles

    name = word.strip().casefold()
    if re.fullmatch(r"financial[ _-]?services?", name):
        name = profiles.FINANCIAL
    if name not in profiles.PROFILES:
        raise click.BadParameter(views.bad_profile(word), param_hint="--profile")
    return name


def _zone(value: str) -> str:
    from handlers.views import enrolments as views
    from models import slots

    if not slots.is_zone(value):
        raise click.BadParameter(views.bad_zone(value), param_hint="--zone")
    return value


def _hours(value: str) -> tuple[time, time]:
    from handlers.views import workspaces as views

    if value.casefold() == "always":
        return time(0), time(0)
    found = _HOURS.fullmatch(value.replace(" ", "").replace("–", "-"))
    if found:
        opens, until, closes, minutes = (int(part) for part in found.groups())
        if opens < 24 and until < 60 and closes < 24 and minutes < 60:
            begin, end = time(opens, until), time(closes, minutes)
            if begin < end:
                return begin, end
    raise click.BadParameter(views.bad_hours(), param_hint="--hours")


def _days(value: str) -> int:
    from handlers.reading import habits
    from handlers.views import workspaces as views
    from models.errors import BadDays, BadHour

    try:
        said = habits.read(value)
    except (BadDays, BadHour):
        said = habits.Wish()
    if said.work_days is None or said.at is not None:
        raise click.BadParameter(views.bad_days(), param_hint="--work-days")
    return said.work_days


def _span(value: str) -> int:
    from handlers.views import workspaces as views

    found = _SPAN.fullmatch(value.strip().casefold())
    minutes = int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
    if not 1 <= minutes <= _LONGEST:
        raise click.BadParameter(views.bad_span(), param_hint="--answer-within")
    return minutes
