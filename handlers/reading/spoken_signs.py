"""Punctuation that was spoken: "two referrals period follow up Thursday". Pure."""

from __future__ import annotations

import re

_SIGNS = re.compile(
    r"(?<=\w)\s+(?P<sign>comma|period|full stop|question mark|exclamation (?:point|mark)|"
    r"new (?:line|paragraph))(?=\s|$)",
    re.IGNORECASE,
)
_SPACED = re.compile(r" {2,}([.,!?\n])")
_AS = {"comma": ",", "question mark": "?", "new line": "\n", "new paragraph": "\n"}
# "the enrollment period", "a period of two weeks", "the comma was wrong" speak of the thing itself.
_THING_BEFORE = re.compile(
    r"\b(?:the|a|an|this|that|each|every|enrollment|election|waiting|grace|trial|time|plan|notice|"
    r"blackout|lookback|look[\s\-]?back|rest|open|long|short|certification|benefit|pay|test|testing|"
    r"probation|probationary|measurement|sales|review|menstrual|of|our|their|brand)\s*$",
    re.IGNORECASE,
)
_THING_AFTER = re.compile(
    r"\s+(?:of|ends?|ended|starts?|started|begins?|is|was|will|opens?|closes?|account|item|card)\b",
    re.IGNORECASE,
)


def closed_up(text: str) -> str:
    """The text without the spaces before its signs."""
    return _SPACED.sub(r"\1", text)


def written(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with every such word replaced by its sign, and the places of the words.

    The text keeps its length: the sign stands where the word ended.
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    done = 0
    for found in _SIGNS.finditer(text):
        start, end = found.span("sign")
        word = " ".join(found["sign"].lower().split())
        about = _THING_AFTER.match(text, end) if word in ("period", "comma") else None
        if about or _THING_BEFORE.search(text[max(0, start - 24) : start]):
            continue
        sign = _AS.get(word, "!" if word.startswith("excl") else ".")
        parts += [text[done:start], " " * (end - start - 1), sign]
        places.append((start, end))
        done = end
    return "".join([*parts, text[done:]]), places
