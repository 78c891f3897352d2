"""`/report` and `/touchbase report`: the form, and the file that is owed, once or on schedule."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import parsing
from handlers.checking import InvalidForm
from handlers.parsing import Payload
from handlers.views import report_schedules as schedule_views
from handlers.views import reports as views
from handlers.views.fields import Choice, View
from models import report_schedules
from models.clock import Clock
from models.db import Sessions, reading
from models.errors import BadChoice, Missing, TooManySchedules
from models.reports import asking, making, periods
from models.reports.periods import BadPeriod, EndsBeforeItBegins, Period
from models.reports.report import BYS, NotBy
from models.users import Actor

_SENDS = {
    "weekly": report_schedules.WEEK,
    "monthly": report_schedules.MONTH,
    "quarterly": report_schedules.QUARTER,
}
_LIST = ("list", "schedule", "scheduled", "schedules", "stop")


def command(
    ack: Ack, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """`/report pipeline 2026-Q1 by agent`: the form that opens is the answer."""
    ack()
    open_form(str(command.get("text") or ""), command, client, actor, sessions, clock)


def open_form(
    line: str, command: Payload, client: WebClient, actor: Actor, sessions: Sessions, clock: Clock
) -> None:
    """Open the form with what was typed; behind "list" the person's reports on schedule."""
    now = clock()
    with reading(sessions) as session:
        period = asking.this_month(session, actor, now).name
        scheduled = report_schedules.of_actor(session, actor, now)
    if line.strip().casefold() in _LIST:
        shown = schedule_views.shown(scheduled, actor.today(now))
        client.views_open(trigger_id=command["trigger_id"], view=shown)
        return
    name = by = None
    send = views.NOW
    for word in line.casefold().split():
        if word in _SENDS:
            send = _SENDS[word]
        elif word in making.REPORTS:
            name = word
        elif word in BYS:
            by = word
        elif word not in ("by", "for", "report"):
            period = word.upper() if word != periods.ALL else word
    names, count = tuple(making.REPORTS), len(scheduled)
    view = views.form(names, name=name, period=period, by=by, send=send, scheduled=count)
    client.views_open(trigger_id=command["trigger_id"], view=view)


def submit(ack: Ack, view: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Owe the file, and say that it is being made; or put it on schedule, and say when it comes."""
    filled = parsing.Fields(view)
    chosen, by, send = map(filled.chosen, (views.NAME, views.BY, views.SEND))
    if chosen is None:
        raise InvalidForm({views.NAME: Missing()})
    if chosen.value not in making.REPORTS:
        raise InvalidForm({views.NAME: BadChoice()})
    if send is not None and send.value != views.NOW:
        ack(
            response_action="update",
            view=_schedule(chosen.value, by, send.value, actor, sessions, clock),
        )
        return
    try:
        period = _period(filled.text(views.PERIOD), actor, sessions, clock)
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


def _period(words: str, actor: Actor, sessions: Sessions, clock: Clock) -> Period:
    """What was written; this month if nothing was. Raises BadPeriod, EndsBeforeItBegins."""
    if words:
        return periods.parse(words)
    with reading(sessions) as session:
        return asking.this_month(session, actor, clock())


def _schedule(
    name: str, by: Choice | None, every: str, actor: Actor, sessions: Sessions, clock: Clock
) -> View:
    if every not in report_schedules.EVERY:
        raise InvalidForm({views.SEND: BadChoice()})
    now = clock()
    try:
        with sessions.begin() as session:
            told_by = by.value if by else None
            made = report_schedules.ask(session, actor, name, told_by, every, now)
    except NotBy as wrong:
        raise InvalidForm({views.BY: wrong}) from None
    except TooManySchedules as wrong:
        raise InvalidForm({views.SEND: wrong}) from None
    return schedule_views.begun(made, actor.today(now))
