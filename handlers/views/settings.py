"""The settings form: the morning message, work days, zone, quiet hours, a pause, own names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from handlers.views import fields, habits, holidays
from handlers.views.fields import Block, Choice, View, plain
from handlers.views.home import quiet
from handlers.views.words import hour
from models import slots
from models.aliases import Taught
from models.habits import Settings
from models.holidays import Place
from models.lists import Entry
from models.users import ZONE_CHOSEN

FORM = "settings_form"
ON, HOUR, DAYS, ZONE = "settings_on", "settings_hour", "settings_days", "settings_zone"
LISTS = "settings_lists"
HOLIDAYS = "settings_holidays"
QUIET_FROM, QUIET_UNTIL = "settings_quiet_from", "settings_quiet_until"
PAUSED, FORGET = "settings_paused", "settings_forget"

SLACKS = Choice("slack", "Same as my Slack profile")
"""The choice of no zone of one's own."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LISTS = (
    Entry("1", "One, in the morning"),
    Entry("2", f"Two: at {hour(slots.AFTERNOON)}, what is still open"),
)

_OF_THE_US = {
    "America/New_York": "Eastern · New York",
    "America/Chicago": "Central · Chicago",
    "America/Denver": "Mountain · Denver",
    "America/Phoenix": "Arizona · Phoenix",
    "America/Los_Angeles": "Pacific · Los Angeles",
    "America/Anchorage": "Alaska · Anchorage",
    "Pacific/Honolulu": "Hawaii · Honolulu",
    "America/Puerto_Rico": "Atlantic · Puerto Rico",
}


def form(
    standing: Settings,
    taught: Sequence[Taught],
    today: date,
    *,
    metadata: str,
    own: Place | None = None,
) -> View:
    """The form as the settings stand.

    taught    the person's own names for accounts, the latest first; at most 100.
    metadata  from where it was opened.
    own       whose public holidays the person has; None: the workspace's.
    """
    begins, until = quiet(standing)
    paused = standing.paused_until
    chosen = zone(standing.zone) if standing.zone_source == ZONE_CHOSEN else SLACKS
    blocks = [
        fields.tick(
            ON,
            "Morning message",
            Choice("on", "Tell me each morning what is due"),
            ticked=standing.on,
        ),
        fields.clock_time(HOUR, "At", value=f"{standing.at:%H:%M}"),
        fields.pick(LISTS, "Lists a day", _LISTS, chosen=str(standing.daily_lists), optional=False),
        _days(standing.work_days),
        fields.search(
            ZONE, "Time zone", hint="A city, such as Chicago", chosen=chosen, optional=False
        ),
        fields.search(
            HOLIDAYS,
            "Holidays",
            hint="A state, such as Texas",
            chosen=holidays.AS_THE_TEAM if own is None else holidays.choice(own),
            optional=False,
        ),
        fields.clock_time(QUIET_FROM, "Quiet from", value=f"{begins:%H:%M}"),
        fields.clock_time(QUIET_UNTIL, "Quiet until", value=f"{until:%H:%M}"),
        fields.day(
            PAUSED,
            "On vacation until",
            value=paused if paused and paused > today else None,
            optional=True,
        ),
        *_names(taught),
    ]
    return fields.modal(FORM, "Settings", blocks, metadata=metadata)


def zones(typed: str, found: Sequence[str]) -> list[Choice]:
    """Zones to choose from: the usual ones first, and then those whose name was found.

    typed  what is typed so far.
    """
    wanted = typed.casefold().split()
    usual = [SLACKS, *(Choice(name, label) for name, label in _OF_THE_US.items())]
    fit = [one for one in usual if all(word in one.label.casefold() for word in wanted)]
    known = {one.value for one in fit}
    return [*fit, *(zone(name) for name in found if name not in known)] if wanted else usual


def zone(name: str) -> Choice:
    """A zone as an option."""
    return Choice(name, _OF_THE_US.get(name) or f"{habits.place(name)} · {name}")


def saved(said: str) -> View:
    """What the form becomes where nothing else shows the change."""
    return {
        "type": "modal",
        "title": plain("Settings"),
        "close": plain("Done"),
        "blocks": [fields.section(plain(said))],
    }


def saved_in_words(lines: Sequence[str], forgotten: int) -> str:
    """ "Saved." and how things stand now."""
    gone = f"\nForgotten: {forgotten:,} of your names" if forgotten else ""
    return "\n".join(["Saved.", *lines]) + gone


def work_days(chosen: Sequence[Choice]) -> int:
    """The ticked days as bits, Monday the lowest."""
    return sum(1 << int(one.value) for one in chosen)


def lists_of(chosen: Choice | None) -> int:
    """How many lists a day were chosen."""
    return int(chosen.value) if chosen and chosen.value in ("1", "2") else 1


def time_of(text: str | None) -> time | None:
    """A picked time, "07:30"."""
    return time.fromisoformat(text) if text else None


def _days(work_days: int) -> Block:
    options = [fields.option(Choice(str(place), name)) for place, name in enumerate(_DAYS)]
    ticked = [option for place, option in enumerate(options) if work_days >> place & 1]
    element: Block = {"type": "checkboxes", "action_id": DAYS, "options": options}
    if ticked:
        element["initial_options"] = ticked
    return {
        "type": "input",
        "block_id": DAYS,
        "label": plain("Work days"),
        "element": element,
        "optional": True,  # so that it is our sentence that asks for one
    }


def _names(taught: Sequence[Taught]) -> list[Block]:
    if not taught:
        return []
    element: Block = {
        "type": "multi_static_select",
        "action_id": FORGET,
        "placeholder": plain("Names I learned from you"),
        "options": [
            fields.option(Choice(f"w:{one.alias_id}", f"{one.text} → {one.account}"))
            for one in taught
        ],
    }
    return [
        {
            "type": "input",
            "block_id": FORGET,
            "label": plain("Forget names"),
            "hint": plain("Choose the names I should forget."),
            "element": element,
            "optional": True,
        }
    ]
