"""`/report` and `/touchbase report`: the form, and the file that is owed."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import reports as views
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadChoice, Missing
from models.reports import asking, making, periods
from models.reports.periods import BadPeriod, EndsBeforeItBegins
from models.reports.report import BYS, NotBy
from models.users import Actor


def command(
    ack: Ack, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/report pipeline 2026-Q1 by agent`: the form that opens is the answer."""
    ack()
    open_form(str(command.get("text") or ""), command, client, actor, sessions, clock)


def open_form(
    line: str, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Open the form with what was typed."""
    with reading(sessions) as session:
        period = asking.this_month(session, actor, clock()).name
    name = by = None
    for word in line.casefold().split():
        if word in making.REPORTS:
            name = word
        elif word in BYS:
            by = word
        elif word not in ("by", "for", "report"):
            period = word.upper() if word != periods.ALL else word
    view = views.form(tuple(making.REPORTS), name=name, period=period, by=by)
    client.views_open(trigger_id=command["trigger_id"], view=view)


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Owe the file, and say that it is being made."""
    filled = parsing.Fields(view)
    chosen, by = filled.chosen(views.NAME), filled.chosen(views.BY)
    if chosen is None:
        raise InvalidForm({views.NAME: Missing()})
    if chosen.value not in making.REPORTS:
        raise InvalidForm({views.NAME: BadChoice()})
    try:
        period = periods.parse(filled.text(views.PERIOD))
    except (BadPeriod, EndsBeforeItBegins) as wrong:
        raise InvalidForm({views.PERIOD: wrong}) from None
    try:
        with sessions.begin() as session:
            asking.owe(
                session,
                actor,
                chosen.value,
                period,
                by.value if by else None,
                submission=view["id"],
                now=clock(),
            )
    except NotBy as wrong:
        raise InvalidForm({views.BY: wrong}) from None
    ack(response_action="update", view=views.making(chosen.value, period))
