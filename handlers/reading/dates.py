"""Days and times in a line, as reps write them. The only user of dateparser.

A small English grammar comes first, for what dateparser gets wrong or takes for something else
(performance.md section 3): "thurs", "two weeks out", "the 12th", "EOM", and rooms, beds and
prices that are no dates at all. dateparser gets what is left after a word that wants a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import dateparser

from handlers.reading import clock_times, day_rules
from handlers.reading.day_rules import Day
from handlers.reading.day_words import WEEKDAYS

LONGEST_PHRASE = 60
"""Characters of one phrase handed to dateparser: its time grows with the length."""

_JOINT = re.compile(r"^[\s,(@]*(?:at|around|about|@|on|this|del?|a las|-)?[\s,]*$", re.IGNORECASE)
_HALF = re.compile(
    r"\s+(?:[ap]\.?m\b\.?|morning|afternoon|aft|evening|night|por la (?:mañana|tarde))(?!\w)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:-|–|—|thru|through|to)\s?", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:mov\w+|resched\w*|rescheduled|pushed|changed|bumped|switched|shifted|postponed)"
    r"(?:\s+(?:it|us|me))?\s+from\s+$",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"^[\s,.\-]*(?:no[\s,]+)?(?:sorry|wait|i mean|i meant|make that|scratch that|actually|"
    r"correction|or rather|rather)[\s,.]*(?:no[\s,]+)?(?:make (?:it|that)\s+)?(?:on\s+)?$",
    re.IGNORECASE,
)
_WANTS_A_DATE = re.compile(
    r"(?:\bf/?up?|\bfollow[\s\-]?up|\bback|\bdue|\bby|\breturn|\bagain|\bcall)\s+"
    r"(?:on\s+|in\s+)?([^,;.!?\n]{3,60})",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(
    r"\b(?:days?|weeks?|wks?|months?|years?|fortnight|\d{1,2}[\-.]\d{1,2}(?:[\-.]\d{2,4})?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Moment:
    """A day, a time of day, or both, and the characters of the line that say so.

    past, ahead  the day read backwards and forwards; they differ for "tues" or "the 12th".
    sure         "past" or "ahead" when the words leave no choice ("yday", "next wed").
    time         "HH:MM", None when none was said.
    """

    start: int
    end: int
    past: date | None = None
    ahead: date | None = None
    sure: str | None = None
    time: str | None = None

    @property
    def has_day(self) -> bool:
        """Whether it names a day at all."""
        return self.past is not None or self.ahead is not None


def find(text: str, now: datetime) -> list[Moment]:
    """Every day and time of the line, in order, none overlapping.

    now  the moment on the rep's own wall clock (aware).
    """
    today = now.date()
    days = [
        Moment(day.start, _with_half(text, day.end), day.past, day.ahead, day.sure)
        for day in day_rules.find(text, today)
    ]
    taken = [(day.start, day.end) for day in days]
    times = [
        Moment(start, end, time=time)
        for start, end, time in clock_times.find(text)
        if not any(start < other_end and other_start < end for other_start, other_end in taken)
    ]
    found = _joined(text, sorted([*days, *times], key=lambda one: one.start))
    found = _corrected(text, found)
    if not any(one.has_day for one in found):
        found += _by_library(text, now, found)
    return sorted(found, key=lambda one: one.start)


def _with_half(text: str, end: int) -> int:
    """Where a day's words end, with the half of the day behind them: "thurs am"."""
    half = _HALF.match(text, end)
    return half.end() if half else end


def phrase(text: str, now: datetime, *, ahead: bool) -> date | None:
    """The day a whole phrase names, as "2 wks" or "march 3 2027"; None when it names none.

    ahead  whether a bare weekday or day of the month is one to come.
    """
    text = text.strip()[:LONGEST_PHRASE]
    for way in (f"in {text}", text) if ahead and text[:1].isdigit() else (text, f"in {text}"):
        for one in find(way, now):
            if one.has_day:
                return (one.ahead or one.past) if ahead else (one.past or one.ahead)
    return _ask_library(text, now, ahead=ahead)


def warm(now: datetime) -> None:
    """Load dateparser's language data, so that the first rep does not wait for it."""
    _ask_library("in 3 fortnights", now, ahead=True)


def _joined(text: str, moments: list[Moment]) -> list[Moment]:
    """A day and the time beside it as one: "tues 2p", "8:15 this am"."""
    found: list[Moment] = []
    for one in moments:
        before = found[-1] if found else None
        between = text[before.end : one.start] if before is not None else ""
        if before is not None and before.has_day and one.has_day and _RANGE.fullmatch(between):
            moved = _MOVED.search(text[: before.start][-30:])
            found[-1] = replace(one, start=before.start) if moved else replace(before, end=one.end)
            continue
        if before is not None and _JOINT.match(between):
            if before.has_day and one.time and not one.has_day and not before.time:
                found[-1] = replace(before, end=one.end, time=one.time)
                continue
            if before.time and not before.has_day and one.has_day:
                found[-1] = replace(one, start=before.start, time=before.time)
                continue
            if before.has_day and one.has_day and _only_names_it(text, before, one):
                found[-1] = replace(one, start=before.start, time=before.time or one.time)
                continue
            same_day = one.past == before.past or one.ahead == before.ahead
            if before.has_day and one.has_day and same_day:  # "today this am", "fri 12/4"
                found[-1] = replace(before, end=one.end, sure=before.sure or one.sure)
                continue
        found.append(one)
    return [_morning_or_evening(text, one) for one in found]


def _only_names_it(text: str, before: Moment, one: Moment) -> bool:
    """Whether a weekday stands before a date told in numbers: "fri 12/4"."""
    weekday = text[before.start : before.end].rstrip(".").lower() in WEEKDAYS
    return weekday and any(sign.isdigit() for sign in text[one.start : one.end])


def _morning_or_evening(text: str, one: Moment) -> Moment:
    """The time moved into the half of the day that its own words name: "7:30 last night"."""
    if one.time is None:
        return one
    words = text[one.start : one.end].lower()
    hour, minute = int(one.time[:2]), one.time[3:]
    if hour < 12 and re.search(r"\b(?:night|tonight|tonite|evening|afternoon)\b", words):
        hour += 12
    elif hour > 12 and re.search(r"\b(?:this am|morning)\b", words) and hour - 12 >= 5:
        hour -= 12
    return replace(one, time=f"{hour:02}:{minute}")


def _corrected(text: str, moments: list[Moment]) -> list[Moment]:
    """The later of two when the words between take the first back: "thursday no sorry friday"."""
    found: list[Moment] = []
    for one in moments:
        if found and _CORRECTED.match(text[found[-1].end : one.start]):
            first = found.pop()
            one = replace(one, start=first.start, time=one.time or first.time)
        found.append(one)
    return found


def _by_library(text: str, now: datetime, known: list[Moment]) -> Iterator[Moment]:
    """What dateparser reads behind the first word that wants a date, if it looks like one."""
    wanted = _WANTS_A_DATE.search(text)
    if wanted and _DATE_LIKE.search(wanted.group(1)):
        day = _ask_library(wanted.group(1), now, ahead=True)
        start, end = wanted.span(1)
        if day is not None and not any(start < one.end and one.start < end for one in known):
            yield Moment(start, end, ahead=day, sure="ahead")


def _ask_library(text: str, now: datetime, *, ahead: bool) -> date | None:
    found = dateparser.parse(
        text[:LONGEST_PHRASE],
        languages=["en"],
        settings={
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future" if ahead else "past",
        },
    )
    if found is None:
        return None
    limit = timedelta(days=366)
    day = found.date()
    return day if now.date() - limit <= day <= now.date() + 2 * limit else None


__all__ = ["Day", "Moment", "find", "phrase", "warm"]
