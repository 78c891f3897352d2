"""Finds what looks like a patient; text is `Clean` once it has passed.

Two tiers. "block" is an identifier: a number or a birth date, refused whoever says it. "warn" is
a description that may be a person: a word for patient with a name, an age of 90 or more, a room.
Rules report their name and a place, never the words. Names as such cannot be found with
certainty; that a referral needs none is said where people type.
Source: 45 CFR 164.514(b)(2) (the identifiers of Safe Harbor), reliability B8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NewType

from stdnum import luhn

from models import phi_people
from models.errors import Refused
from models.spoken import View, digits_view

Clean = NewType("Clean", str)

BLOCK, WARN = "block", "warn"


@dataclass(frozen=True)
class Finding:
    """A rule that holds, and where: `start` to `end` in the text as it was given."""

    rule: str
    tier: str
    start: int
    end: int


@dataclass
class LooksLikePatient(Refused):
    """The text holds something that identifies a patient: which rules, and where."""

    rules: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def clean(text: str) -> Clean:
    """The text, once no rule of the block tier holds. Raises LooksLikePatient."""
    blocked = _found(text, BLOCK)
    if blocked:
        raise LooksLikePatient(
            rules=tuple(dict.fromkeys(found.rule for found in blocked)),
            spans=tuple((found.start, found.end) for found in blocked),
        )
    return Clean(text)


def findings(text: str) -> list[Finding]:
    """All that looks like a patient, in the order of the text."""
    return _found(text, *_RULES)


def _found(text: str, *tiers: str) -> list[Finding]:
    view = digits_view(text)
    found = [
        Finding(rule, tier, *view.span(start, end))
        for tier in tiers
        for rule, find in _RULES[tier].items()
        for start, end in _apart(find(view))
    ]
    return sorted(found, key=lambda one: (one.start, one.end, one.rule))


def tier_of(found: list[Finding]) -> str | None:
    """The graver tier among the findings: "block", "warn" or None."""
    tiers = {one.tier for one in found}
    return BLOCK if BLOCK in tiers else WARN if tiers else None


_Spans = Iterator[tuple[int, int]]
_Rule = Callable[[View], _Spans]

_I = re.IGNORECASE
# What may stand between a label and its number, "social security number is ...", at most eight
# words or signs, so that a label says nothing about a number further on.
_FILLER = (
    r"(?:[^\w]|\b(?:is|was|are|of|number|num|nbr|no|id|ids|card|the|his|her|their|it|its|for|"
    r"ending|ends|in|with|last|digits|see|reads|listed|as)\b){0,10}?"
)
_BUSINESS = re.compile(
    r"(?:claim|policy|policies|invoice|inv|p\.?o|purchase order|order|job|part|model|serial|"
    r"tracking|quote|estimate|est|phone|fax|cell|tel|ein|npi|license|lic|permit|zip|contract|plan|"
    r"group)\b[\s:#.]*(?:(?:number|num|no|id|is|was)\b[\s:#.]*){0,2}$",
    _I,
)

_SSN_LABEL = re.compile(
    r"\b(?:s\.?s\.?n\.?s?|soc(?:ial)?\.?(?:[\s\-]+sec(?:urity)?\.?)?|ss\s?#|ss (?:no|num|number))"
    rf"(?![a-z]){_FILLER}(?<!\d)(\d(?:[\s.,\-/_]{{0,3}}\d){{8}})(?!\d)",
    _I,
)
_SSN_LAST_FOUR = re.compile(
    r"\b(?:last\s+4(?:\s+digits)?\s+(?:of\s+)?(?:\w+\s+)?(?:ssn|social)(?:\s+security)?"
    r"|(?:ssn|social|ss\s?#)(?:\s+security)?\W{1,3}(?:is\s+|ends\s+(?:in|with)\s+|ending\s+)?"
    r"(?:last\s+4\W{1,3}(?:is\s+|are\s+)?)?)"
    r"\W{0,3}(\d(?:[\s\-]?\d){3})(?![\s\-]?\d)",
    _I,
)
_SSN_GROUPS = re.compile(
    r"(?<![\d\-.])(\d ?\d ?\d)([\s.\-/]{1,3})(\d ?\d)\2(\d ?\d ?\d ?\d)(?![\d]|[\-.]\d)"
)
_NINE_SINGLE = re.compile(r"(?<![\d.,\-])(?<!\d )\d(?:[\s.,\-]{1,2}\d){8}(?![\s.,\-]{0,2}\d)")

_CARD = re.compile(r"(?<![\d.\-])\d(?:[\s\-]{0,2}\d){12,18}(?!\d)")
_MBI = re.compile(
    r"(?<![a-z0-9])[1-9][\s\-]?[ac-hjkmnp-rt-y][\s\-]?[0-9ac-hjkmnp-rt-y][\s\-]?\d[\s\-]{0,3}"
    r"[ac-hjkmnp-rt-y][\s\-]?[0-9ac-hjkmnp-rt-y][\s\-]?\d[\s\-]{0,3}"
    r"[ac-hjkmnp-rt-y][\s\-]?[ac-hjkmnp-rt-y][\s\-]?\d[\s\-]?\d(?![a-z0-9])",
    _I,
)
_NUMBER = r"[a-z]{0,4}[\s\-]?\d(?:[\s.\-/]?[a-z]?\d){%d,}[a-z]?"
_MRN = re.compile(
    r"\b(?:m\.?\s?r\.?\s?n\.?s?|med(?:ical)?\.?\s+rec(?:ord)?s?\.?|hicn?|"
    r"(?:pt|patient|resident|client)\.?'?s?\s*(?:#|id|no\b|num\b|number|acct|account|chart|record)|"
    r"(?:medicare|medicaid|beneficiary|subscriber|encounter|member|mbr)\s*(?:#|id\b|no\b|num\b|"
    r"number\b)|(?:chart|record|fin|har|csn)\s*(?:#|id\b|no\b\.?|num\b|number\b))"
    rf"{_FILLER}({_NUMBER % 2})",
    _I,
)
_LONG_MRN = re.compile(
    rf"\b(?<!org )(?<!flow )(?:chart|member|mbr|medicaid|medicare|medical rec|subscriber)"
    rf"\b{_FILLER}(\d(?:[\s\-]?\d){{4,}})",
    _I,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY_AND_MONTH = (
    rf"(?:{_MONTH}\b\.?[\s,]*(?:the\s+)?\w{{1,12}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[\s,]*(?:of\s+)?{_MONTH}\b"
    r"|\d{1,2}\s?[/.\-]\s?\d{1,2})"
)
_FULL_DATE = (
    rf"(?:{_DAY_AND_MONTH}[\s,/.\-]{{1,3}}(?:19|20)?\s?\d\d\b|\d{{6,8}}\b|(?:19|20)\s?\d\d\b)"
)
_DOB = re.compile(
    r"\b(?:d\.?\s?o\.?\s?b\b\.?|dates?\s+of\s+birth|birth\s?dates?|bday of (?:pt|patient)|"
    r"(?:pt|patient|resident|client)(?:'?s)?\s+(?:birthday|bday))"
    rf"{_FILLER}((?:{_FULL_DATE})|{_DAY_AND_MONTH}|\d{{1,2}}\s\d{{1,2}}\s(?:19\s?)?\d\d\b)",
    _I,
)
_BORN = re.compile(
    rf"\bborn\s+(?:on\s+)?(?:the\s+)?({_DAY_AND_MONTH}[\s,/.\-]{{1,3}}(?:19|20)?\s?\d\d\b)",
    _I,
)


def _apart(spans: _Spans) -> list[tuple[int, int]]:
    """The places in order, those that overlap as one."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _labelled(pattern: re.Pattern[str]) -> _Rule:
    def find(view: View) -> _Spans:
        for found in pattern.finditer(view.text):
            yield found.start(), found.end()

    return find


def _ssn(view: View) -> _Spans:
    for pattern in (_SSN_LABEL, _SSN_LAST_FOUR):
        for found in pattern.finditer(view.text):
            yield found.span()
    for found in _SSN_GROUPS.finditer(view.text):
        number = re.sub(r"\D", "", found.group())
        if _could_be_social(number) and not _is_business(view.text, found.start()):
            yield found.span()
    for found in _NINE_SINGLE.finditer(view.text):
        if not _is_business(view.text, found.start()):
            yield found.span()


def _could_be_social(number: str) -> bool:
    """Not a number that was never given out. Tax numbers (9xx) are told by the same form, and
    stdnum's own check would pass some well-known numbers with which people try the guard."""
    return number[3:5] != "00" and number[5:] != "0000" and number[:3] not in ("000", "666")


def _card(view: View) -> _Spans:
    for found in _CARD.finditer(view.text):
        number = re.sub(r"\D", "", found.group())
        issued = number[0] in "23456" and len(set(number)) > 1 and luhn.is_valid(number)
        if issued and not _is_business(view.text, found.start()):
            yield found.span()


def _is_business(text: str, start: int) -> bool:
    """Whether a word before the number says that it counts claims, policies or orders."""
    return bool(_BUSINESS.search(text[max(0, start - 40) : start]))


_RULES: dict[str, dict[str, _Rule]] = {
    BLOCK: {
        "social security number": _ssn,
        "record number": _labelled(_MRN),
        "long record number": _labelled(_LONG_MRN),
        "date of birth": _labelled(_DOB),
        "born on": _labelled(_BORN),
        "medicare number": _labelled(_MBI),
        "payment card": _card,
    },
    WARN: dict(phi_people.RULES),
}
