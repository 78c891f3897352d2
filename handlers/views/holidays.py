"""Holidays: those to come, and what changed about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.views.fields import Choice
from handlers.views.words import day, esc
from models.holidays import NONE, ComingDay, Place

SHOWN = 14
"""Holidays shown at once: a year's, with a few of the workspace's own."""

AS_THE_TEAM = Choice("team", "Same as the team")
"""The choice of no public holidays of one's own."""

_NO_PLACE = Choice("none", "None")

_HOW = (
    "Change them: `/touchbase holidays add 2026-12-24 Company day` · `work 2026-10-12` (a holiday "
    "you work) · `remove 2026-12-24` · `US-TX` (a state's) · `none`"
)


def name(place: Place) -> str:
    """ "Texas (US)", "Ontario (CA)", "United States", "none"."""
    if place.code == NONE:
        return "none"
    return f"{place.part} ({place.code.partition('-')[0]})" if place.part else place.country


def choice(place: Place) -> Choice:
    """A place as an option; none as one, too."""
    if place.code == NONE:
        return _NO_PLACE
    whole = "United States (federal)" if place.code == "US" else name(place)
    return Choice(place.code, whole)


def code(chosen: Choice | None) -> str | None:
    """The code of an option; None for the team's holidays."""
    if chosen is None or chosen.value == AS_THE_TEAM.value:
        return None
    return NONE if chosen.value == _NO_PLACE.value else chosen.value


def options(typed: str, found: Sequence[Place]) -> list[Choice]:
    """What there is to choose from: first the team's and none, while they fit what is typed."""
    wanted = typed.casefold().split()
    usual = [AS_THE_TEAM, _NO_PLACE]
    fit = [one for one in usual if all(word in one.label.casefold() for word in wanted)]
    return [*fit, *map(choice, found)]


def shown(
    place: Place, coming: Sequence[ComingDay], today: date, *, said: str, may_change: bool
) -> str:
    """The answer to `/touchbase holidays`.

    said  what was just changed; empty for nothing.
    """
    lines = [said] if said else []
    lines.append(
        "No morning message on these days. Everyone can pick their own state in "
        f"`/touchbase settings`. Public holidays: {choice(place).label}."
    )
    lines += [f"• {_line(one, today)}" for one in coming]
    if not coming:
        lines.append("• None in the next year")
    if may_change:
        lines.append(_HOW)
    return "\n".join(lines)


def put(when: date, *, off: bool) -> str:
    """A day was put in the list."""
    return f"{_dated(when)} is now {'a day off' if off else 'a work day'}."


def removed(when: date, *, found: bool) -> str:
    """A day was taken out of the list."""
    if not found:
        return f"{_dated(when)} wasn't on your list. To work on a public holiday, use `work`."
    return f"{_dated(when)} is off your list."


def moved(place: Place) -> str:
    """Another place's holidays count now."""
    return f"Public holidays now follow {name(place)}." if place.code else "No public holidays now."


def _line(one: ComingDay, today: date) -> str:
    named = f" {esc(one.name)}" if one.name else ""
    own = " (your list)" if one.listed and one.off else ""
    worked = "" if one.off else " (you work)"
    return f"{day(one.day, today)}{named}{own}{worked}"


def _dated(when: date) -> str:
    return f"{when:%a}, {when:%b} {when.day}, {when.year}"
