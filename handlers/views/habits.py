"""What is said of the morning message: when it comes, and what falls due when nothing has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.views import fields
from handlers.views.fields import View, plain
from handlers.views.words import day, hour, listed
from models.put_off import Next

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EXAMPLES = (
    "Move it with `/touchbase remind 8am` or `/touchbase remind 07:30 mon-thu`, "
    "stop it with `/touchbase remind off`."
)


@dataclass(frozen=True)
class Setting:
    """A person's morning message.

    next_at  the next one in their own zone's time; None when it is off.
    """

    on: bool
    at: time
    work_days: int
    zone: str
    next_at: datetime | None


def shown(setting: Setting, today: date) -> str:
    """The setting as it stands, and how to change it."""
    if not setting.on:
        return (
            "Your morning message is off. `/touchbase remind on` brings it back "
            f"at {hour(setting.at)}, {days(setting.work_days)}."
        )
    return (
        f"Your morning message comes at {hour(setting.at)}, {days(setting.work_days)}, "
        f"when something is due. {_next(setting, today)}\n{_EXAMPLES}"
    )


def changed(setting: Setting, today: date) -> str:
    """The answer to somebody who moved it or switched it on."""
    return (
        f"Done: {hour(setting.at)}, {days(setting.work_days)}, when something is due. "
        f"{_next(setting, today)}"
    )


def stopped() -> str:
    """The answer to somebody who switched it off."""
    return (
        "Done: no more morning messages. `/touchbase today` still shows your list, "
        "and `/touchbase remind on` brings them back."
    )


def days(work_days: int) -> str:
    """ "Mon–Fri", "Mon, Wed and Fri", "every day": the days whose bits are set."""
    names = [name for place, name in enumerate(_NAMES) if work_days >> place & 1]
    if len(names) == len(_NAMES):
        return "every day"
    first = _NAMES.index(names[0]) if names else 0
    if len(names) > 2 and names == list(_NAMES[first : first + len(names)]):
        return f"{names[0]}–{names[-1]}"
    return listed(names)


def next_due(found: Next | None, today: date) -> str:
    """A sentence for when nothing is overdue. The name in it is not escaped."""
    if found is None:
        return (
            "You have no accounts yet. Log a visit to one without an owner, and it becomes yours."
        )
    how = "back on your list on" if found.put_off else "due by"
    when = "today" if found.day == today else day(found.day, today)
    return f"Next: {found.name}, {how} {when}."


def hidden_until(account_name: str, until: date, today: date) -> View:
    """What the form becomes when no message can show that the account is off the list."""
    said = f"{account_name} stays off your list until {day(until, today)}."
    return {
        "type": "modal",
        "title": plain("Not now"),
        "close": plain("Done"),
        "blocks": [fields.section(plain(said))],
    }


def at_local(moment: datetime, zone: str, today: date) -> str:
    """ "Mon, Nov 23 at 7:30 AM (Chicago time)", from an instant in that zone's own time."""
    named = "today" if moment.date() == today else day(moment.date(), today)
    return f"{named} at {hour(moment.time())} ({place(zone)} time)"


def place(zone: str) -> str:
    """The city of an IANA zone: "Chicago", "New York", "UTC"."""
    return zone.rpartition("/")[2].replace("_", " ")


def _next(setting: Setting, today: date) -> str:
    if setting.next_at is None:
        return ""
    return f"Next one: {at_local(setting.next_at, setting.zone, today)}."
