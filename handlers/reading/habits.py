"""What is typed after `/touchbase remind`: an hour, days of the week, on or off. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from models import slots
from models.errors import BadDays, BadHour

EVERY_DAY, WEEKEND = 0b1111111, 0b1100000

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {
    "weekday": slots.WEEKDAYS,
    "workday": slots.WEEKDAYS,
    "weekend": WEEKEND,
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "day": EVERY_DAY,
}
_ON = {"on", "start", "resume"}
_OFF = {"off", "stop", "pause", "never"}
_FILLERS = {"at", "on", "every", "each", "and", "&", "my", "me"}

_DASH = re.compile(r"\s*(?:[-‐-―]|\b(?:to|thru|through)\b)\s*")
_HALF = re.compile(r"(?<=\d)\s*([ap])\.?\s?m?\.?(?=[\s,;]|$)")
_HOUR = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?([ap])?", re.ASCII)


@dataclass(frozen=True)
class Wish:
    """What a person asks of their morning message; what they did not say is None.

    on         naming an hour or days asks for the message, too.
    work_days  bits, Monday the lowest, at least one.
    """

    on: bool | None = None
    at: time | None = None
    work_days: int | None = None


def read(text: str) -> Wish:
    """The wish in a line such as "07:30 mon-fri", "8am", "weekdays at 7:45", "off".

    Raises BadHour for an hour that is none, or for two of them, and BadDays for words that name
    no days. Whether the hour is one that may be chosen is for `users.remind`.
    """
    line = _HALF.sub(r"\1 ", _DASH.sub("-", text.casefold().strip()))
    words = [word for word in re.split(r"[\s,;/]+", line) if word]
    if len(words) == 1 and words[0] in _OFF | _ON:
        return Wish(on=words[0] in _ON)
    at: time | None = None
    work_days = 0
    for word in words:
        if word in _FILLERS:
            continue
        if word[0].isdigit() or word == "noon":
            if at is not None:
                raise _no_hour()
            at = _hour(word)
        else:
            work_days |= _days(word)
    said = at is not None or work_days > 0
    return Wish(on=said or None, at=at, work_days=work_days or None)


def _hour(word: str) -> time:
    if word == "noon":
        return time(12)
    found = _HOUR.fullmatch(word)
    if found is None:
        raise _no_hour()
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            raise _no_hour()
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise _no_hour()
    return time(hour, minute)


def _days(word: str) -> int:
    group = _GROUPS.get(word) or _GROUPS.get(word.removesuffix("s"))
    if group:
        return group
    first, dash, last = word.partition("-")
    start = _day(first)
    if not dash:
        return 1 << start
    bits, day = 1 << start, start
    end = _day(last)
    while day != end:  # "sat-mon" goes round the end of the week
        day = (day + 1) % 7
        bits |= 1 << day
    return bits


def _day(word: str) -> int:
    """0 for Monday, from its name or any beginning of it that is no other day's."""
    for spelled in (word, word.removesuffix("s")):
        found = [place for place, name in enumerate(_DAYS) if name.startswith(spelled)]
        if spelled and len(found) == 1:
            return found[0]
    raise BadDays


def _no_hour() -> BadHour:
    return BadHour(f"{slots.EARLIEST:%H:%M}", f"{slots.LATEST:%H:%M}")
