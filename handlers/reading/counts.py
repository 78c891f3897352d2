"""How many referrals a line speaks of. Pure.

Only numbers that stand with a word for referral count: beds, attendees, prices, rooms and forms
have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
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
        ]
    )
}
_NUMBERS |= {
    "no": 0, "nada": 0, "ningun": 0, "ningún": 0, "without": 0, "a": 1, "an": 1, "another": 1,
    "un": 1, "una": 1, "single": 1, "couple": 2, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "seis": 6, "dozen": 12,
}  # fmt: skip
_N = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_NOUN = r"(?:refs?|referr?als?|refferr?als?|referidos?|refer+als|leads?|jobs?|trabajos?|intros)"
_BETWEEN = (
    r"(?:(?:new|more|good|great|possible|potential|solid|warm|hot|neuro|tbi|stroke|sci|water|fire|"
    r"mold|storm|rehab|inpatient|outpatient|snf|hospice|plan|real|quick|other|additional|of|the)"
    r"\s+){0,3}"
)
_COUNTED = re.compile(
    rf"(?<![\w$#.,/:\-])(?:a\s+)?({_N})(?:\s?-\s?\d{{1,2}}|\s+(?:or|to)\s+{_N})?\s*(?:x\s*)?"
    rf"{_BETWEEN}({_NOUN})\b(?!\s+(?:fee|form|source|partner|process|site|coordinator|pad|card|"
    r"sheet|agreement|program|bonus|cop|app))",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b{_NOUN}\s*(?::|=|x|-)\s*({_N})\b(?![/:.%]\d)", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:refs?|referrals?|leads?)\s*(?::|=|-)?\s*none\b"
    r"|\b(?:nothing|none|not?\s+any|didn'?t have any|has(?:n'?t| not) (?:any|got any))"
    r"(?:\s+\w+){0,2}\s+(?:refs?|referrals?|leads?)\b|\bsin\s+referidos\b",
    re.IGNORECASE,
)
_PROMISED = re.compile(
    rf"\b(?:promised|sent(?:\s+(?:us|me|over))?|gave(?:\s+(?:us|me))?|sending)\s+({_N})"
    r"(?=\s*(?:$|[,;.!?\n]|and\b|so\b|for\b|next\b|this\b|today\b|by\b))",
    re.IGNORECASE,
)
# A rate or somebody else's number is not what came of this touch.
_RATE = re.compile(
    r"^\s*(?:a|per|/|each|every)\s*(?:month|mo|week|wk|year|yr|quarter|day)\b"
    r"|^\s*(?:last|this past)\s+(?:month|year|quarter|week|yr)\b|^\s*(?:ytd|mtd|to date|so far)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:last (?:month|year|quarter|week)|ytd|goal (?:is|of)|need|needs|wants?|target|asked for|"
    r"averages?|used to (?:send|give)|usually (?:sends|gives))\b[^,;.!?\n]{0,14}$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Count:
    """The number of referrals and the places that say it."""

    value: int | None
    spans: tuple[tuple[int, int], ...] = ()


def referrals(text: str) -> Count:
    """The whole number promised or received; None when the line says none of it.

    Several numbers are added up ("1 ref from Jo, 2 from Bea"); of a range the lower end counts.
    """
    spans: list[tuple[int, int]] = []
    values: list[int] = []
    for pattern in (_COUNTED, _NAMED, _PROMISED):
        for found in pattern.finditer(text):
            if any(found.start() < end and start < found.end() for start, end in spans):
                continue
            if _RATE.search(text[found.end() :]) or _BEFORE.search(text[: found.start()][-40:]):
                continue
            spans.append(found.span())
            values.append(_value(found.group(1)))
    if values:
        return Count(sum(values), tuple(sorted(spans)))
    none = _NONE.search(text)
    return Count(0, (none.span(),)) if none else Count(None)


def _value(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS[word.lower()]
