"""Phrases that views share: days, counts, names, and the one escape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time

_LOUD = re.compile(r"@(?=(here|channel|everyone)\b)", re.IGNORECASE)
_MARKS = re.compile(r"([*_~`])")
_JOINER = "\u2060"  # a word joiner: no width, and Slack's marks no longer pair up beside it


def esc(text: str) -> str:
    """A person's words inside marked-up text, shown letter by letter.

    `&`, `<` and `>` become entities (in that order), so no mention, link or date can be made;
    @here and its like lose their ring; `*`, `_`, `~` and backticks their effect.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _LOUD.sub("@" + _JOINER, safe)
    return _MARKS.sub(_JOINER + r"\1" + _JOINER, safe)


def as_typed(text: str) -> str:
    """A command's text before Slack escaped it: each of the three entities undone once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plural(count: int, thing: str, things: str | None = None) -> str:
    """ "1 referral", "3 referrals", "1,200 touches"."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def money(cents: int) -> str:
    """ "$1,200", "$1,200.50"."""
    whole, part = divmod(cents, 100)
    return f"${whole:,}.{part:02}" if part else f"${whole:,}"


def in_short(cents: int) -> str:
    """ "$1.84M", "$92k", "$640": three figures, for a line that is read at a glance."""
    dollars = (cents + 50) // 100
    for unit, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if round(dollars / (unit / 1000)) >= 1000:
            return f"${float(f'{dollars / unit:.3g}'):g}{letter}"
    return f"${dollars}"


def times(count: int) -> str:
    """ "once", "3 times"."""
    return "once" if count == 1 else f"{count:,} times"


def days(count: int) -> str:
    """ "1 day", "10 days"."""
    return plural(count, "day")


def tier_label(key: str) -> str:
    """ "A", or "Unrated"."""
    return "Unrated" if key == "unrated" else key


def lowered(label: str) -> str:
    """A list's entry within a sentence: "discharge planner", "NP / PA", "VA / government"."""
    return " ".join(word if word.isupper() else word.lower() for word in label.split())


def listed(names: Sequence[str]) -> str:
    """ "Ann", "Ann and Bob", "Ann, Bob and Cy"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def long_day(day: date, today: date) -> str:
    """ "Tue, Nov 24", with the year when it is not this one, and today by its name."""
    if day == today:
        return "today"
    year = f", {day.year}" if day.year != today.year else ""
    return f"{day:%a}, {day:%b} {day.day}{year}"


def day(when: date, today: date) -> str:
    """ "Tue, Nov 24", with the year when it is not this one."""
    year = f", {when.year}" if when.year != today.year else ""
    return f"{when:%a}, {when:%b} {when.day}{year}"


def days_from(first: date, last: date) -> str:
    """ "Nov 9–15", "Nov 30 – Dec 6": a stretch of days."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b} {first.day}\u2013{last.day}"
    return f"{first:%b} {first.day} \u2013 {last:%b} {last.day}"


def hour(at: time) -> str:
    """ "7:30 AM"."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def change(now: int, before: int) -> str:
    """ "(+14)", "(\u22123)" or "(=)": how a figure moved."""
    moved = now - before
    if not moved:
        return "(=)"
    return f"({'+' if moved > 0 else chr(0x2212)}{abs(moved):,})"
