"""Who of a manager's people is behind: a section of their Monday message, and a person's list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, View, plain
from handlers.views.reminders import why
from handlers.views.words import day, days, plural
from models.cadence import Overdue
from models.overdue_team import Behind, Team

SHOW = "team_show"

_SHOWN = 30
_BUTTON = 30  # characters of a name on a button
_NAME = 60


def section(team: Team) -> list[Block]:
    """Who is behind, the worst first, with a button for each one's list: two blocks."""
    lines = ["Far behind in your team (past twice the limit):"]
    lines += [_line(one) for one in team.behind]
    if team.more:
        lines.append(f"and {team.more:,} more {'teams' if team.grouped else 'people'}")
    buttons = [
        fields.button(f"{SHOW}:{place}", fields.clip(one.name, _BUTTON), str(one.user_id))
        for place, one in enumerate(team.behind)
    ]
    return [fields.section(plain("\n".join(lines))), fields.actions(*buttons)]


def heard(team: Team) -> str:
    """What a screen reader says of it: only how many."""
    count = len(team.behind) + team.more
    who = plural(count, "team") if team.grouped else plural(count, "person", "people")
    return f"In your team, {who} far behind."


def person(name: str, overdue: Sequence[Overdue], team: Team | None, today: date) -> View:
    """A person's accounts past due, and before them who is behind in their own team, if any."""
    blocks: list[Block] = section(team) if team else []
    if overdue:
        what = plural(len(overdue), "account") + (" of their own" if team else "")
        blocks.append(fields.section(plain(f"{what} overdue:")))
    elif not team:
        blocks.append(fields.section(plain("Nothing is overdue.")))
    blocks += [fields.section(plain(_account(one, today))) for one in overdue[:_SHOWN]]
    if len(overdue) > _SHOWN:
        blocks.append(fields.context(plain(f"and {len(overdue) - _SHOWN:,} more")))
    return {
        "type": "modal",
        "title": plain(fields.clip(name or "No name", 24)),
        "close": plain("Close"),
        "blocks": blocks,
    }


def _line(one: Behind) -> str:
    who = fields.clip(one.name, _NAME)
    if one.people:
        who += f"'s team ({plural(one.people, 'person', 'people')})"
    worst = fields.clip(one.worst, _NAME)
    overdue = f"{one.days_since:,} of {days(one.max_days)}"
    return f"• {who}: {plural(one.accounts, 'account')}, worst {worst}, {overdue}"


def _account(one: Overdue, today: date) -> str:
    last = one.last_touch_on
    touched = f"last touch {day(last, today)}" if last else "no touch yet"
    place = f", {one.city}" if one.city else ""
    return f"{one.name}{place}\n{why(one)} · {touched}"
