"""A person's reports on schedule: the list, and what becomes of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, View, plain
from handlers.views.reports import EVERY, TITLES, period
from handlers.views.words import day
from models.report_schedules import Scheduled

STOP, RESUME = "report_stop", "report_resume"

_TITLE = "Scheduled reports"
_NONE = (
    "No scheduled reports yet. Type `/report` and choose every week, month or quarter under "
    "Send it."
)


def begun(one: Scheduled, today: date) -> View:
    """What the form becomes once its report is on schedule."""
    said = f"Done: {_what(one)} comes {EVERY[one.every]} in your messages. {_next(one, today)}"
    return _view([_line(said, STOP, "Stop", one)])


def shown(every: Sequence[Scheduled], today: date, *, stopped: Scheduled | None = None) -> View:
    """All of them, each with a way to stop it; the one just stopped with the way back."""
    blocks = []
    if stopped is not None:
        blocks.append(_line(f"Stopped: {_told(stopped)}.", RESUME, "Undo", stopped))
    blocks += [_line(f"{_told(one)}\n{_next(one, today)}", STOP, "Stop", one) for one in every]
    return _view(blocks or [fields.section(fields.mrkdwn(_NONE))])


def _view(blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "title": plain(_TITLE),
        "close": plain("Done"),
        "blocks": blocks,
    }


def _line(said: str, action: str, label: str, one: Scheduled) -> Block:
    button = fields.button(action, label, str(one.schedule_id))
    return fields.section(plain(said), accessory=button)


def _told(one: Scheduled) -> str:
    """ "Pipeline by agent, every month"."""
    return f"{_what(one)}, {EVERY[one.every]}"


def _what(one: Scheduled) -> str:
    return TITLES[one.report] + (f" by {one.by}" if one.by else "")


def _next(one: Scheduled, today: date) -> str:
    if one.next_on is None or one.about is None:
        return ""
    return f"Next: {day(one.next_on, today)}, about {period(one.about)}."
