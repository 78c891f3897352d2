"""The grammar of days: what reps write for one, English with a little Spanish. Pure.

Each rule is a pattern and a function of `day_readings`. Where two overlap the one that begins
first, then the longer, stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from handlers.reading import day_readings as read
from handlers.reading.day_readings import HOLIDAYS, Rule
from handlers.reading.day_words import COUNTS, MONTHS, ORDINALS, WEEKDAYS


@dataclass(frozen=True)
class Day:
    """A day's words in the line, read backwards and forwards; see `dates.Moment`."""

    start: int
    end: int
    past: date | None
    ahead: date | None
    sure: str | None = None


def find(text: str, today: date) -> list[Day]:
    """The days of the line, in order, none overlapping."""
    found = []
    for pattern, rule in _RULES:
        for match in pattern.finditer(text):
            told = rule(match, today)
            if told is not None and (told[0] or told[1]):
                found.append(Day(match.start(), match.end(), *told))
    found.sort(key=lambda day: (day.start, -day.end))
    apart: list[Day] = []
    for day in found:
        if not apart or day.start >= apart[-1].end:
            apart.append(day)
    return apart


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _rule(rule: Rule, *pattern: str) -> tuple[re.Pattern[str], Rule]:
    return re.compile("".join(pattern), re.IGNORECASE), rule


_WD = _any(WEEKDAYS)
_MON = rf"(?P<m>{_any(MONTHS)})"
_ORD = rf"(?P<d>{_any(ORDINALS)})"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_M = r"(?P<m>1[0-2]|0?[1-9])"
_M_TO = r"(?:1[0-2]|0?[1-9])"
_NTH = r"(?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)"
_N = rf"(?P<n>\d{{1,2}}|{_any(COUNTS)})"
_UNIT = r"(?P<u>days?|d|wks?|weeks?|months?|mos?|d[ií]as?|semanas?|mes(?:es)?)"
_SPAN = rf"(?:a\s+)?{_N}\s*(?:of\s+)?{_UNIT}\b"
_BEFORE = r"(?<![\w/$#.\-])"
_STOP = r"(?=\s*(?:$|[,;.!?\n)]))"
_STOP_OR_TIME = (
    r"(?=\s*(?:$|[,;.!?\n)+]|\d{1,2}(?::\d\d)?\s?[ap]|\d{1,2}:|at\s\d|am\b|pm\b|@|noon|morning))"
)
# What an ordinal counts when it is not a day.
_NO_DAY = (
    r"(?!\s+(?:floor|fl\b|visit|time|grade|quarter|qtr|one\b|ref|lead|street|ave|thing|"
    r"meeting|attempt|call|try|person|unit|choice|opinion|shift|half|party|st\b|street|rd\b|road|"
    r"blvd|dr\b|lot\b|ward|hour|week|wk|month|year|yr|anniversary|round|place|step|in\s+line))"
)
_GOES_ON = (
    r"(?:she|he|they|we|i|it|with|w/|to|then|so|but|in|from|about|is|was|because|our|the|my|his|her|"
    r"their|call|also|again|if|when|that|this)"
)
_NO_FRACTION = (
    r"(?!\s*(?:full|of\b|jobs?|refs?|leads?|referrals?|units|beds|day|hour|hr|inch|mile|"
    r"time\b|cup|price|off|way|page|dozen|yr|year))"
)
# "sat" is what one does in a chair, "sun" an insurer: days only where a sentence may end.
_WEEKDAY = rf"(?P<wd>(?:(?!sat\b|sun\b)(?:{_WD})|sat{_STOP_OR_TIME}|sun{_STOP_OR_TIME}))\b\.?(?!')"

_RULES = [
    _rule(read.numeric, rf"(?<![\d/$#.\-])(?P<y>20\d\d)-{_M}-{_DAY}(?![\d\-])"),
    _rule(
        read.numeric,
        rf"{_BEFORE}{_M}/{_DAY}(?:/(?P<y>20\d\d|\d\d))?"
        rf"(?:\s?[-–]\s?{_M_TO}/\d{{1,2}})?(?![\d/%]){_NO_FRACTION}",
    ),
    _rule(read.numeric, rf"{_BEFORE}{_M}-{_DAY}-(?P<y>20\d\d|\d\d)(?![\d\-])"),
    _rule(
        read.named_month,
        rf"(?:\b(?:{_WD})\b[\s,]+)?\b{_MON}\b\.?\s+(?:the\s+)?(?:{_DAY}(?:st|nd|rd|th)?",
        rf"|{_ORD.replace('<d>', '<o>')})\b(?![:/]\d|\s*(?:refs?|leads?)\b)",
        r"(?:,?\s+(?P<y>20\d\d)\b)?",
    ),
    _rule(
        read.named_month,
        rf"(?:\bthe\s+|\bel\s+)?\b{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?{_MON}\b\.?",
        r"(?:,?\s+(?P<y>20\d\d)\b)?",
    ),
    _rule(read.ordinal, rf"(?:(?:\bon\s+)?\b(?P<wd>{_WD})\b[\s,]*)?\bthe\s+{_NTH}\b{_NO_DAY}"),
    _rule(read.ordinal, rf"(?:\b(?P<wd>{_WD})\b[\s,]*)?{_BEFORE}{_NTH}\b{_STOP_OR_TIME}"),
    _rule(read.ordinal, rf"\bel\s+{_DAY}\b{_STOP}"),
    _rule(read.spoken_ordinal, rf"\bthe\s+{_ORD}\b(?=\s*(?:$|[,;.!?\n)]|at\b|and\b|for\b))"),
    _rule(read.spoken_ordinal, rf"(?:\bon\s+)?\b(?P<wd>{_WD})\b[\s,]*\bthe\s+{_ORD}\b{_NO_DAY}"),
    # "the second nurse", but "on the twenty second she said"
    _rule(
        read.spoken_ordinal,
        rf"\b(?:on|by|until|till|before|after)\s+the\s+{_ORD}\b{_NO_DAY}(?=\s+{_GOES_ON}\b)",
    ),
    _rule(
        read.weekday,
        r"\b(?:on\s+)?(?:(?P<how>this\s+past|this\s+coming|next|nxt|last|lst|this|past|coming|este|",
        rf"pr[oó]ximo)\s+|el\s+)?\b{_WEEKDAY}(?:\s+(?P<then>pasado)\b)?",
    ),
    _rule(
        read.week_from_weekday,
        rf"\b(?:{_N}\s+)?(?:wks?|weeks?)\s+from\s+(?:this\s+|next\s+)?(?P<wd>{_WD})\b",
    ),
    _rule(read.relative, rf"\b{_SPAN}\s+(?P<ago>ago|back|prior)\b"),
    _rule(read.week_ago, r"(?<!\w\s)\b(?:wk|week)\s+ago\b"),
    _rule(read.relative, rf"\b(?P<ago>hace)\s+{_SPAN}"),
    _rule(
        read.relative,
        rf"\b(?:in|within|en|dentro\s+de)\s+(?:about\s+|another\s+)?{_SPAN}(?:\s+(?:out|time))?",
    ),
    _rule(read.relative, rf"\b{_SPAN}\s+(?:out|from\s+(?:now|today))\b"),
    _rule(
        read.relative,
        r"(?:(?<=f/u )|(?<=fu )|(?<=fup )|(?<=follow up )|(?<=followup )|(?<=back )|"
        r"(?<=again )|(?<=return )|(?<=visit ))",
        _SPAN,
    ),
    _rule(read.business_days, rf"\b(?:in\s+)?{_N}\s+(?:business|working|work|biz)\s+days\b"),
    _rule(
        read.end_of,
        r"\b(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?P<next>next\s+)?",
        r"(?P<u>day|week|wk|month|mo|quarter|qtr|year|yr)\b",
    ),
    _rule(read.end_of, r"\beo(?P<u>[dwmqy])\b"),
    _rule(
        read.end_of,
        r"\b(?P<u>month|quarter|qtr|year)[\s\-]end\b|\bfin\s+de\s+mes\b|"
        r"\b(?:cob|close of business)\b",
    ),
    _rule(
        read.part_of_week,
        r"\b(?:(?P<part>early|first thing|beginning of|start of|mid|middle of|late|later|sometime)",
        r"\s+)?(?P<next>next|nxt|this)\s+(?:week|wk)\b",
    ),
    _rule(
        read.week_after_next,
        r"\b(?:the\s+)?(?:week|wk)\s+after\s+next\b",
    ),
    _rule(read.part_of_week, r"\bla\s+(?:pr[oó]xima\s+semana|semana\s+que\s+viene)\b"),
    _rule(
        read.week_of,
        rf"\b(?:the\s+)?(?:week|wk)\s+of\s+(?:the\s+)?(?:{_MON}[\s.]+|(?P<k>\d{{1,2}})/)",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\b",
    ),
    _rule(
        read.nth_weekday,
        r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+",
        rf"(?P<wd>{_WD})\s+(?:of|in)\s+(?:the\s+month|next\s+month|this\s+month|{_MON})\b",
    ),
    _rule(
        read.nth_week,
        r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th)\s+(?:week|wk)\s+",
        rf"(?:of|in)\s+{_MON}\b",
    ),
    _rule(
        read.part_of_month,
        r"\b(?:the\s+)?(?P<part>early|beginning\s+of|start\s+of|first\s+part\s+of|mid|mid-|middle\s+of|"
        rf"late|latter\s+part\s+of|end\s+of)(?:\s+in)?[\s\-]*{_MON}\b",
    ),
    _rule(
        read.holiday,
        r"\b(?P<when>after|before|by|until|till|right\s+after)\s+(?:the\s+)?",
        rf"(?P<h>{'|'.join(sorted(HOLIDAYS, key=len, reverse=True))})(?:['’]?s)?(?:\s+day)?\b",
    ),
    _rule(read.first_of_month, r"\b(?:the\s+)?(?:first|1st)\s+of\s+(?:the|next)\s+month\b"),
    _rule(read.next_month, r"\b(?:in\s+)?(?:next|nxt)\s+month\b"),
    _rule(read.today, r"\b(?:today|2day|tdy|tonight|tonite|hoy)\b"),
    _rule(
        read.today, r"\b(?:this|esta)\s+(?:am|pm|morning|aft(?:ernoon)?|evening|ma[nñ]ana|tarde)\b"
    ),
    _rule(read.fixed(past=2), r"\b(?:the\s+)?day\s+before\s+yesterday\b|\bant(?:eayer|ier)\b"),
    _rule(read.fixed(past=1), r"\b(?:yesterday|yday|yest|yesterdy|ystrday|last night|ayer)\b"),
    _rule(
        read.fixed(ahead=2),
        r"\b(?:the\s+)?day\s+after\s+(?:tomorrow|tmrw)\b|\bpasado\s+ma[nñ]ana\b",
    ),
    _rule(
        read.fixed(ahead=1),
        r"\b(?:tomorrow|tomorow|tommorow|tmrw|tmw|tmr|tmrrw|2moro|2morrow|(?<!la )ma[nñ]ana)\b",
    ),
    # "tom" is a name far more often than it is tomorrow.
    _rule(
        read.fixed(ahead=1),
        r"(?:(?<=back )|(?<=f/u )|(?<=again )|(?<=call )|(?<=by )|(?<=due ))tom\b",
        _STOP_OR_TIME,
    ),
]
