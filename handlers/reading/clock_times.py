"""Times of day in a line: "2pm", "9a", "8:15", "noon", "around ten", "half past two". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBERS = {
    word: value
    for value, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=1,
    )
}
_MINUTES = {"fifteen": 15, "thirty": 30, "forty five": 45, "forty-five": 45}
_HOUR = rf"(?:{'|'.join(_NUMBERS)}|1[0-2]|[1-9])"

_WITH_HALF = re.compile(
    r"(?<![\w$#.:/\-])(1[0-2]|0?[1-9]):?([0-5]\d)?(?:\s?-\s?\d{1,2}(?::?[0-5]\d)?)?"
    r"(?:\s?([ap])\.?m\b\.?|([ap])(?![\w']))",
    re.IGNORECASE,
)
_COLON = re.compile(
    r"(?<![\w$#.:/\-])([01]?\d|2[0-3]):([0-5]\d)(?:\s?-\s?\d{1,2}:[0-5]\d)?(?![\d:])"
)
_NOON = re.compile(r"\b(?:noon|midday|mid-day|mediod[ií]a)\b", re.IGNORECASE)
# After "at two" must come something that cannot be counted: "at two for", not "at two nurses".
_SAID = re.compile(
    rf"(?:\bat|\baround|@|\bat about|\ba las)\s*({_HOUR})"
    r"(?:[\s\-](fifteen|thirty|forty[\s\-]five))?(?:\s?o'?\s?clock)?(?:\s?-?ish)?"
    r"(?=\s*(?:$|[,;.!?\n)+]|(?:for|and|with|w/|to|on|today|yesterday|yday|tomorrow|in|this|that|"
    r"he|she|they|we|i|then|but|so|sharp|last|mon|tue|wed|thu|fri|sat|sun|was|is|about|because|"
    r"met|saw|had|talked|spoke|went|gave|did|dropped|left|stopped|discussed)\b))",
    re.IGNORECASE,
)
# Minutes make a time of it, whatever follows but what is counted or paid: "around nine thirty met".
_SAID_MINUTES = re.compile(
    rf"(?:(?:\bat|\baround|@|\bat about|\babout)\s*({'|'.join(_NUMBERS)})[\s\-]"
    r"(fifteen|thirty|forty[\s\-]five)"
    r"(?!\s*-?\s*(?:dollars?|bucks|days?|minutes?|mins?|percent|beds?|people|ppl|hundred|thousand|"
    r"lives|units?|feet|[a-z]+\s(?:st|street|ave|avenue|road|rd|drive|blvd)\b|five|one|two|three))\b"
    rf"|\b({'|'.join(_NUMBERS)})[\s\-](fifteen|thirty|forty[\s\-]five)"
    r"(?=\s+(?:today|yesterday|yday|this\s+(?:morning|afternoon|am|pm))\b))",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<![\w$#.:/\-])(1[0-2]|[1-9])(?::([0-5]\d))?\s?-\s?(?:1[0-2]|[1-9]):[0-5]\d(?![\d:]|\s?[ap]m?\b)"
)
_ISH = re.compile(r"(?<![\w$#.:/\-])(1[0-2]|[1-9])\s?-?ish\b", re.IGNORECASE)
_PAST = re.compile(rf"\b(half|quarter)\s(past|after|to|till)\s({_HOUR})\b", re.IGNORECASE)


def find(text: str) -> list[tuple[int, int, str]]:
    """The times as (start, end, "HH:MM"), in order, none overlapping.

    An hour said without its half of the day is one of the working day: 7 to 11 in the morning,
    12 to 6 in the afternoon.
    """
    found: list[tuple[int, int, str]] = []
    for start, end, hour, minute in sorted(_all(text)):
        if not found or start >= found[-1][1]:
            found.append((start, end, f"{hour:02}:{minute:02}"))
    return found


def _all(text: str) -> Iterator[tuple[int, int, int, int]]:
    for one in _WITH_HALF.finditer(text):
        half = (one.group(3) or one.group(4)).lower()
        hour = int(one.group(1)) % 12 + (12 if half == "p" else 0)
        yield one.start(), one.end(), hour, int(one.group(2) or 0)
    for one in _COLON.finditer(text):
        hour = int(one.group(1))
        told = one.group(1).startswith("0") or hour > 12
        yield one.start(), one.end(), hour if told else _working(hour), int(one.group(2))
    for one in _NOON.finditer(text):
        yield one.start(), one.end(), 12, 0
    for one in _SAID.finditer(text):
        said = " ".join((one.group(2) or "").lower().split())
        yield one.start(), one.end(), _working(_value(one.group(1))), _MINUTES.get(said, 0)
    for one in _SAID_MINUTES.finditer(text):
        said = " ".join((one.group(2) or one.group(4)).lower().split())
        yield one.start(), one.end(), _working(_value(one.group(1) or one.group(3))), _MINUTES[said]
    for one in _RANGE.finditer(text):
        yield one.start(), one.end(), _working(int(one.group(1))), int(one.group(2) or 0)
    for one in _ISH.finditer(text):
        yield one.start(), one.end(), _working(int(one.group(1))), 0
    for one in _PAST.finditer(text):
        hour, minute = _working(_value(one.group(3))), 30
        if one.group(1).lower() == "quarter":
            minute = 15
        if one.group(2).lower() in ("to", "till"):
            hour, minute = hour - 1, 60 - minute
        yield one.start(), one.end(), hour, minute


def _value(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS[word.lower()]


def _working(hour: int) -> int:
    return hour + 12 if 1 <= hour <= 6 else hour
