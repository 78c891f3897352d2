"""`touchbase user`: make a person, or change what they may do and when they are reminded."""

from __future__ import annotations

import json
from datetime import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.clock import Clock
    from models.enrolments import Wish


@click.command()
@click.argument("slack_id")
@click.option("--role", type=click.Choice(["rep", "manager", "admin"]), help="What they may do.")
@click.option("--manager", metavar="SLACK_ID", help="Whom they report to.")
@click.option("--zone", metavar="IANA", help="Their time zone, such as America/Chicago.")
@click.option("--remind-at", metavar="HH:MM", help="When their morning message comes.")
@click.option("--holidays", metavar="CODE", help="Whose holidays: US-TX, none, or team.")
@click.option("--email", help="Matches them to an import's owners; waiting accounts become theirs.")
@click.option("--workspace", metavar="TEAM_ID", help="Which workspace, on an empty database.")
def user(
    slack_id: str,
    role: str | None,
    manager: str | None,
    zone: str | None,
    remind_at: str | None,
    holidays: str | None,
    email: str | None,
    workspace: str | None,
) -> None:
    """Make a person, or change one; prints their row as one JSON line."""
    # Imported here: the other commands start without the tables.
    from models.clock import system
    from models.enrolments import Wish

    wish = Wish(
        role=role,
        manager=_slack_id(manager, "--manager") if manager else None,
        zone=_zone(zone) if zone else None,
        remind_at=_hour(remind_at) if remind_at else None,
        holidays=_place(holidays) if holidays else None,
        email=_email(email) if email else None,
    )
    row = _grant(_slack_id(slack_id, "SLACK_ID"), wish, workspace, system)
    click.echo(json.dumps(row))


def _grant(slack_id: str, wish: Wish, team_id: str | None, clock: Clock) -> dict[str, object]:
    from bot import opening, settings
    from bot.cli import Refused
    from bot.workspace_of import team_of
    from handlers.views import enrolments as views
    from handlers.views import problems
    from models import enrolments
    from models.errors import LastAdmin, ManagerLoop

    read = settings.read()
    with opening.database(read) as sessions:
        team = team_of(sessions, read, team_id)
        now = clock()
        try:
            with sessions.begin() as session:
                done = enrolments.grant(session, team.row(session, now), slack_id, wish, now)
        except enrolments.EmailTaken as refused:
            raise Refused(views.email_taken(refused)) from None
        except (LastAdmin, ManagerLoop) as refused:
            raise Refused(problems.sentence(refused)) from None
    return views.row(done)


def _slack_id(value: str, name: str) -> str:
    from models.exchange.accounts import is_slack_id

    if not is_slack_id(value):
        raise click.BadParameter("a Slack id looks like U012AB3CD.", param_hint=name)
    return value


def _zone(value: str) -> str:
    from handlers.views import enrolments as views
    from models import slots

    if not slots.is_zone(value):
        raise click.BadParameter(views.bad_zone(value), param_hint="--zone")
    return value


def _hour(value: str) -> time:
    from handlers.views import enrolments as views
    from models import slots

    hours, colon, minutes = value.partition(":")
    digits = colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2
    if digits and int(hours) < 24 and int(minutes) < 60:
        at = time(int(hours), int(minutes))
        if slots.EARLIEST <= at <= slots.LATEST:
            return at
    raise click.BadParameter(views.bad_hour(), param_hint="--remind-at")


def _place(value: str) -> str:
    from handlers.views import enrolments as views
    from models import enrolments, holidays

    code = {"none": holidays.NONE, "team": enrolments.TEAM}.get(value.lower(), value.upper())
    if code != enrolments.TEAM and not holidays.is_place(code):
        raise click.BadParameter(views.bad_place(value), param_hint="--holidays")
    return code


def _email(value: str) -> str:
    from models.exchange.accounts import is_email

    if not is_email(value):
        raise click.BadParameter("that is not an email address.", param_hint="--email")
    return value
