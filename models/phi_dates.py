"""How people write the day of a birth or of a stay. Pieces of patterns, all for IGNORECASE."""

from __future__ import annotations

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?:(?:19|20)[\s,]?\d\s?\d|['’]?\d\s?\d)(?!\d)"

WITH_YEAR = (
    rf"(?:(?:19|20)\d\d\s?[/.\-]\s?\d{{1,2}}\s?[/.\-]\s?\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}\s?[/.\-]\s?\d{{1,2}}\s?[/.\-]\s?{_YEAR}"
    rf"|{MONTH}[\s,\-]*(?:the\s+)?{_DAY}[\s,/.\-]{{1,3}}(?:of\s+)?{_YEAR}"
    rf"|{_DAY}[\s,.\-/]{{0,3}}(?:(?:day\s+)?of\s+)?{MONTH}[\s,.\-/]{{0,3}}{_YEAR})"
)
"""A day with its year: "3/4/52", "1952-03-04", "march 4th, 1952", "4 mar 52"."""

DAY_AND_MONTH = (
    rf"(?:{MONTH}[\s,\-]*(?:the\s+)?{_DAY}"
    rf"|{_DAY}[\s,\-/]{{0,3}}(?:(?:day\s+)?of\s+)?{MONTH}"
    r"|\d{1,2}\s?[/.\-]\s?\d{1,2}(?!\d))"
)
"""A day without a year."""

UNDER_A_LABEL = (
    rf"(?:{WITH_YEAR}|\d{{1,2}}[\s,]{{1,2}}\d{{1,2}}[\s,]{{1,2}}(?:19|20)?[\s,]?\d\s?\d(?!\d)"
    rf"|(?<!\d)\d{{6}}(?:\d\d)?(?!\d)|{DAY_AND_MONTH}|{MONTH}[\s,]*(?:of\s+)?(?:19|20)\s?\d\d"
    r"|(?<!\d)(?:19|20)\s?\d\d(?!\d))"
)
"""What may be a date only because a label says so: "3 4 52", "03041952", "1952"."""
