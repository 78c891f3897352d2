"""How many referrals a line speaks of, and how many people were there. Pure.

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
    r"(?=\s*(?:$|[,;.!?\n]|and\b|so\b|for\b|next\b|this\b|today\b|by\b|yday\b|yesterday\b|"
    r"last\s+(?:wk|week|night)\b|over\b|already\b))",
    re.IGNORECASE,
)
# A rate or somebody else's number is not what came of this touch.
_RATE = re.compile(
    r"^\s*(?:a|per|/|each|every)\s*(?:month|mo|week|wk|year|yr|quarter|day)\b"
    r"|^\s*(?:last|this past)\s+(?:month|year|quarter|week|yr)\b|^\s*(?:ytd|mtd|to date|so far)\b",
    re.IGNORECASE,
)
# "sent us 2 last week" tells of referrals received.
_LATELY = re.compile(r"\s*last\s+(?:wk|week|night)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:last (?:month|year|quarter|week)|ytd|goal (?:is|of)|need|needs|wants?|target|asked for|"
    r"averages?|used to (?:send|give)|usually (?:sends|gives))\b[^,;.!?\n]{0,14}$",
    re.IGNORECASE,
)

_TENS = {"fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30, "forty": 40, "fifty": 50}
_PEOPLE = {**_NUMBERS, **_TENS}
_HEADS = (
    r"(?P<n>\d{1,3}|(?:"
    + "|".join(sorted((word for word, n in _PEOPLE.items() if n > 1), key=len, reverse=True))
    + r"))(?:\s?\+|\s?-?ish)?"
)
_STAFF = (
    r"(?:(?:icu|er|ed|med\s?surg|snf|rehab|night|day|of\s+the|of\s+their|of|the|their|our)\s+){0,2}"
    r"(?:nurses?|rns?|lpns?|cnas?|therapists?|ots?|slps?|staff(?:ers)?|docs?|doctors?|physicians?|"
    r"providers?|case\s+managers?|cms?|social\s+workers?|sws?|lcsws?|aides?|techs?|agents?|"
    r"adjusters?|advis[oe]rs?|brokers?|managers?|plumbers?|planners?|clinicians?|residents?\s+docs|"
    r"partners|admins?|liaisons?|coordinators?|property\s+managers?|team\s+members?|guys|folks)"
)
_FOR = r"(?:for|fed|to|with|w/|had|trained|about|around|~|approx|like|got|in\s+front\s+of)"
_HEADCOUNTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w$#.,/:\-]){_HEADS}\s*(?:ppl|people|peeps|persons|attendees|guests|heads|attended|"
        r"attending|showed(?:\s+up)?|in\s+attendance|participated|(?:were\s+)?(?:there|present)\b|"
        r"came\b|signed\s+in)(?!\s+(?:plan|a\s+(?:day|week|month)))",
        rf"(?<![\w$#.,/:\-]){_HEADS}\s+{_STAFF}\s+(?:there|attended|came|showed|in\s+the\s+room|"
        r"present|listened)\b",
        rf"(?:\b|(?<=\s)){_FOR}\s*(?:(?:about|around|~|approx|like)\s*)?{_HEADS}\s+{_STAFF}\b",
        r"\b(?:lunch(?:eon)?|l\s?&\s?l|lnl|learn|in-?\s?serv(?:ice)?[ds]?|in-?svc|breakfast|dinner|"
        r"donuts|bagels|pizza|coffee|training|presentation|presented|food|subs|sandwiches|tacos|cookies)"
        rf"(?:\s+(?!for\b)\w+){{0,3}}\s+(?:for|to)\s+(?:(?:about|around|~|approx|like)\s*)?{_HEADS}"
        r"(?=\s*(?:$|[,;.!?\n)+]|(?:at|on|in|today|yday|yesterday|this|and|w|with|mon|tue|tues|wed|"
        r"thu|thurs|fri|of|next|tomorrow|tmrw)\b))",
        rf"\bfed\s+{_HEADS}\b(?!\s*%)",
        rf"\b(?:headcount|head\s+count|attendance|turnout)\s*(?:of|was|:|=|-)?\s*{_HEADS}\b",
    )
)
_STAFF_ALONE = re.compile(rf"(?<![\w$#.,/:\-]){_HEADS}\s+{_STAFF}\b", re.IGNORECASE)
_NOT_THERE = re.compile(
    r"\b(?:need|needs|needed|hire|hired|hiring|short|lost|want|wants|plan\s+has|employs?|cover)\s+"
    r"(?:about\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Count:
    """A number and the places that say it."""

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
            lately = pattern is _PROMISED and _LATELY.match(text[found.end() :])
            if not lately and _RATE.search(text[found.end() :]):
                continue
            if _BEFORE.search(text[: found.start()][-40:]):
                continue
            spans.append(found.span())
            values.append(_value(found.group(1)))
    if values:
        return Count(sum(values), tuple(sorted(spans)))
    none = _NONE.search(text)
    return Count(0, (none.span(),)) if none else Count(None)


def headcount(text: str, *, group: bool = False) -> Count:
    """How many people attended or are fed, the first number told; never beds, rooms or plan
    lives.

    group  the line tells of a touch with many people: there "9 RNs" alone says how many.
    """
    found = [
        match
        for pattern in (*_HEADCOUNTS, *((_STAFF_ALONE,) if group else ()))
        for match in pattern.finditer(text)
        if not _NOT_THERE.search(text[: match.start("n")][-24:])
    ]
    if not found:
        return Count(None)
    first = min(found, key=lambda match: (match.start("n"), -match.end()))
    return Count(_value(first["n"]), ((first.start("n"), first.end()),))


def _value(word: str) -> int:
    return int(word) if word.isdecimal() else _PEOPLE[" ".join(word.lower().split())]
