"""The grammar of days: what reps write for one, English with a little Spanish. Pure.

Each rule is a pattern and a function from its match and today's date to a day. Where two overlap
the one that begins first, then the longer, stands.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reading.day_words import COUNTS, MONTHS, ORDINALS, WEEKDAYS

PAST, AHEAD = "past", "ahead"


@dataclass(frozen=True)
class Day:
    """A day's words in the line, read backwards and forwards; see `dates.Moment`."""

    start: int
    end: int
    past: date | None
    ahead: date | None
    sure: str | None = None


_Read = tuple[date | None, date | None, str | None]
_Rule = Callable[[re.Match[str], date], _Read | None]


def find(text: str, today: date) -> list[Day]:
    """The days of the line, in order, none overlapping."""
    found = []
    for pattern, rule in _RULES:
        for match in pattern.finditer(text):
            read = rule(match, today)
            if read is not None and (read[0] or read[1]):
                found.append(Day(match.start(), match.end(), *read))
    found.sort(key=lambda day: (day.start, -day.end))
    apart: list[Day] = []
    for day in found:
        if not apart or day.start >= apart[-1].end:
            apart.append(day)
    return apart


def month_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_of(two_or_four: str) -> int:
    year = int(two_or_four)
    return year + 2000 if year < 100 else year


def _month_and_day(month: int, day: int, year: str | None, today: date) -> _Read | None:
    if year:
        exact = _date(_year_of(year), month, day)
        if exact is None or abs((exact - today).days) > 800:
            return None
        return exact, exact, None
    past = next(
        (
            one
            for y in (0, 1, 2, 3, 4)
            if (one := _date(today.year - y, month, day)) and one <= today
        ),
        None,
    )
    ahead = next(
        (
            one
            for y in (0, 1, 2, 3, 4)
            if (one := _date(today.year + y, month, day)) and one > today
        ),
        None,
    )
    if past is None or ahead is None or (ahead - past).days > 400:
        return None  # 29 February in a year that has none
    return past, ahead, None


def _day_of_month(day: int, today: date, weekday: int | None = None) -> _Read | None:
    if not 1 <= day <= 31:
        return None
    first = today.replace(day=1)

    def nearest(step: int, start: int) -> date | None:
        for months in range(start, start + 14):
            month = month_later(first, step * months)
            one = _date(month.year, month.month, day)
            lies_there = one is not None and ((one > today) if step > 0 else (one <= today))
            if one and lies_there and weekday in (None, one.weekday()):
                return one
        return None

    return nearest(-1, 0), nearest(1, 0), None


def _after(match: re.Match[str], name: str) -> str:
    """A group's words, lower case; empty when the pattern has no such group or it did not match."""
    return (match.groupdict().get(name) or "").lower().strip()


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else COUNTS[word.lower()]


def _numeric(match: re.Match[str], today: date) -> _Read | None:
    return _month_and_day(int(match["m"]), int(match["d"]), match["y"], today)


def _named_month(match: re.Match[str], today: date) -> _Read | None:
    spoken = " ".join(_after(match, "o").split())
    number = ORDINALS[spoken] if spoken else int(match["d"])
    return _month_and_day(MONTHS[match["m"].lower()], number, match["y"], today)


def _ordinal(match: re.Match[str], today: date) -> _Read | None:
    weekday = _after(match, "wd")
    return _day_of_month(int(match["d"]), today, WEEKDAYS[weekday] if weekday else None)


def _spoken_ordinal(match: re.Match[str], today: date) -> _Read | None:
    return _day_of_month(ORDINALS[" ".join(match["d"].lower().split())], today)


def _weekday(match: re.Match[str], today: date) -> _Read | None:
    place = WEEKDAYS[match["wd"].lower()]
    how = " ".join(_after(match, "how").split())
    past = today - timedelta(days=(today.weekday() - place) % 7)
    ahead = today + timedelta(days=(place - today.weekday() - 1) % 7 + 1)
    this_week = _monday(today) + timedelta(days=place)
    if how in ("next", "nxt", "próximo", "proximo"):
        return None, this_week + timedelta(days=7), AHEAD
    if how in ("last", "lst", "past", "this past") or _after(match, "then") == "pasado":
        before = past if past < today else past - timedelta(days=7)
        return before, None, PAST
    if how in ("this", "este", "this coming", "coming"):
        if this_week > today or how not in ("this", "este"):
            return None, max(this_week, ahead), AHEAD
        return this_week, today if this_week == today else None, None
    return past, ahead, None


def _week_from_weekday(match: re.Match[str], today: date) -> _Read | None:
    place = WEEKDAYS[match["wd"].lower()]
    ahead = today + timedelta(days=(place - today.weekday() - 1) % 7 + 1)
    weeks = COUNTS.get(_after(match, "n"), 1)
    return None, ahead + timedelta(weeks=weeks), AHEAD


def _relative(match: re.Match[str], today: date) -> _Read | None:
    count = _count(match["n"])
    unit = match["u"].lower()
    ago = bool(_after(match, "ago"))
    if unit.startswith(("w", "s")):
        moved = timedelta(weeks=count)
    elif unit.startswith("m"):
        day = month_later(today, -count if ago else count)
        return (day, None, PAST) if ago else (None, day, AHEAD)
    else:
        moved = timedelta(days=count)
    if ago:
        return today - moved, None, PAST
    return None, today + moved, AHEAD


def _business_days(match: re.Match[str], today: date) -> _Read | None:
    left = _count(match["n"])
    day = today
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return None, day, AHEAD


def _end_of(match: re.Match[str], today: date) -> _Read | None:
    unit, further = _after(match, "u"), bool(_after(match, "next"))
    if unit.startswith(("w", "s")):
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        if further:
            friday = _monday(today) + timedelta(days=11)
        return None, friday, AHEAD
    if unit.startswith("m") or "mes" in match.group().lower():
        return None, _last_of_month(month_later(today, 1) if further else today), AHEAD
    if unit.startswith("q"):
        month = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 3)
        return None, _last_of_month(month_later(month, 3) if further else month), AHEAD
    if unit.startswith("y"):
        return None, date(today.year + further, 12, 31), AHEAD
    return None, today, AHEAD


def _part_of_week(match: re.Match[str], today: date) -> _Read | None:
    part = _after(match, "part")
    if _after(match, "next").startswith("this"):
        friday = _monday(today) + timedelta(days=4)
        return (None, friday, AHEAD) if part and friday > today else None
    days = {"middle of": 2, "mid": 2, "late": 3, "later": 3}.get(part, 0)
    return None, _monday(today) + timedelta(days=7 + days), AHEAD


def _week_of(match: re.Match[str], today: date) -> _Read | None:
    month = MONTHS[match["m"].lower()] if match["m"] else int(match["k"])
    read = _month_and_day(month, int(match["d"]), None, today) if 1 <= month <= 12 else None
    return read and (None, read[1], AHEAD)


def _nth_week(match: re.Match[str], today: date) -> _Read | None:
    """The first work day of a month's first, second, ... seven days."""
    nth = ORDINALS.get(_after(match, "nth")) or int(match["nth"][0])
    read = _month_and_day(MONTHS[match["m"].lower()], 7 * nth - 6, None, today)
    if read is None or read[1] is None:
        return None
    return (
        None,
        read[1] + timedelta(days=(7 - read[1].weekday()) % 7 * (read[1].weekday() > 4)),
        AHEAD,
    )


def _nth_weekday(match: re.Match[str], today: date) -> _Read | None:
    place, which = WEEKDAYS[match["wd"].lower()], _after(match, "nth")
    month = _after(match, "m")
    for months in range(14):
        first = month_later(today.replace(day=1), months)
        if month and MONTHS[month] != first.month:
            continue
        if which == "last":
            day = _last_of_month(first)
            day -= timedelta(days=(day.weekday() - place) % 7)
        else:
            nth = ORDINALS.get(which) or int(which[0])
            day = first + timedelta(days=(place - first.weekday()) % 7, weeks=nth - 1)
        if day > today and day.month == first.month:
            return None, day, AHEAD
    return None


def _fixed(past: int | None = None, ahead: int | None = None) -> _Rule:
    """A word that always is so many days from today, backwards or forwards."""

    def rule(_match: re.Match[str], today: date) -> _Read | None:
        if past is not None:
            return today - timedelta(days=past), None, PAST
        return None, today + timedelta(days=ahead or 0), AHEAD

    return rule


def _today(_match: re.Match[str], today: date) -> _Read | None:
    return today, today, None


def _next_month(_match: re.Match[str], today: date) -> _Read | None:
    return None, month_later(today, 1), AHEAD


def _first_of_month(_match: re.Match[str], today: date) -> _Read | None:
    return None, month_later(today.replace(day=1), 1), AHEAD


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _rule(rule: _Rule, *pattern: str) -> tuple[re.Pattern[str], _Rule]:
    return re.compile("".join(pattern), re.IGNORECASE), rule


_WD = _any(WEEKDAYS)
_MON = rf"(?P<m>{_any(MONTHS)})"
_ORD = rf"(?P<d>{_any(ORDINALS)})"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_M = r"(?P<m>1[0-2]|0?[1-9])"
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
    r"meeting|attempt|call|try|person|unit|choice|opinion|shift|half|party))"
)
_NO_FRACTION = (
    r"(?!\s*(?:full|of\b|jobs?|refs?|leads?|referrals?|units|beds|day|hour|hr|inch|mile|"
    r"time\b|cup|price|off|way|page|dozen|yr|year))"
)
# "sat" is what one does in a chair, "sun" an insurer: days only where a sentence may end.
_WEEKDAY = rf"(?P<wd>(?:(?!sat\b|sun\b)(?:{_WD})|sat{_STOP_OR_TIME}|sun{_STOP_OR_TIME}))\b\.?(?!')"

_RULES = [
    _rule(_numeric, rf"(?<![\d/$#.\-])(?P<y>20\d\d)-{_M}-{_DAY}(?![\d\-])"),
    _rule(_numeric, rf"{_BEFORE}{_M}/{_DAY}(?:/(?P<y>20\d\d|\d\d))?(?![\d/%]){_NO_FRACTION}"),
    _rule(_numeric, rf"{_BEFORE}{_M}-{_DAY}-(?P<y>20\d\d|\d\d)(?![\d\-])"),
    _rule(
        _named_month,
        rf"(?:\b(?:{_WD})\b[\s,]+)?\b{_MON}\b\.?\s+(?:the\s+)?(?:{_DAY}(?:st|nd|rd|th)?",
        rf"|{_ORD.replace('<d>', '<o>')})\b(?![:/]\d|\s*(?:refs?|leads?)\b)",
        r"(?:,?\s+(?P<y>20\d\d)\b)?",
    ),
    _rule(
        _named_month,
        rf"(?:\bthe\s+|\bel\s+)?\b{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?{_MON}\b\.?",
        r"(?:,?\s+(?P<y>20\d\d)\b)?",
    ),
    _rule(_ordinal, rf"(?:\b(?P<wd>{_WD})\b[\s,]*)?\bthe\s+{_NTH}\b{_NO_DAY}"),
    _rule(_ordinal, rf"(?:\b(?P<wd>{_WD})\b[\s,]*)?{_BEFORE}{_NTH}\b{_STOP_OR_TIME}"),
    _rule(_ordinal, rf"\bel\s+{_DAY}\b{_STOP}"),
    _rule(_spoken_ordinal, rf"\bthe\s+{_ORD}\b(?=\s*(?:$|[,;.!?\n)]|at\b|and\b|for\b))"),
    _rule(
        _weekday,
        r"\b(?:on\s+)?(?:(?P<how>this\s+past|this\s+coming|next|nxt|last|lst|this|past|coming|este|",
        rf"pr[oó]ximo)\s+|el\s+)?\b{_WEEKDAY}(?:\s+(?P<then>pasado)\b)?",
    ),
    _rule(
        _week_from_weekday,
        rf"\b(?:{_N}\s+)?(?:wks?|weeks?)\s+from\s+(?:this\s+|next\s+)?(?P<wd>{_WD})\b",
    ),
    _rule(_relative, rf"\b{_SPAN}\s+(?P<ago>ago|back|prior)\b"),
    _rule(_relative, rf"\b(?P<ago>hace)\s+{_SPAN}"),
    _rule(
        _relative,
        rf"\b(?:in|within|en)\s+(?:about\s+|another\s+)?{_SPAN}(?:\s+(?:out|time))?",
    ),
    _rule(_relative, rf"\b{_SPAN}\s+(?:out|from\s+(?:now|today))\b"),
    _rule(
        _relative,
        r"(?:(?<=f/u )|(?<=fu )|(?<=fup )|(?<=follow up )|(?<=followup )|(?<=back )|"
        r"(?<=again )|(?<=return )|(?<=visit ))",
        _SPAN,
    ),
    _rule(_business_days, rf"\b(?:in\s+)?{_N}\s+(?:business|working|work|biz)\s+days\b"),
    _rule(
        _end_of,
        r"\b(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?P<next>next\s+)?",
        r"(?P<u>day|week|wk|month|mo|quarter|qtr|year|yr)\b",
    ),
    _rule(_end_of, r"\beo(?P<u>[dwmqy])\b"),
    _rule(_end_of, r"\b(?P<u>month)[\s\-]end\b|\bfin\s+de\s+mes\b|\b(?:cob|close of business)\b"),
    _rule(
        _part_of_week,
        r"\b(?:(?P<part>early|first thing|beginning of|start of|mid|middle of|late|later|sometime)",
        r"\s+)?(?P<next>next|nxt|this)\s+(?:week|wk)\b",
    ),
    _rule(_part_of_week, r"\bla\s+(?:pr[oó]xima\s+semana|semana\s+que\s+viene)\b"),
    _rule(
        _week_of,
        rf"\b(?:the\s+)?(?:week|wk)\s+of\s+(?:the\s+)?(?:{_MON}[\s.]+|(?P<k>\d{{1,2}})/)",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\b",
    ),
    _rule(
        _nth_weekday,
        r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+",
        rf"(?P<wd>{_WD})\s+(?:of|in)\s+(?:the\s+month|next\s+month|this\s+month|{_MON})\b",
    ),
    _rule(
        _nth_week,
        r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th)\s+(?:week|wk)\s+",
        rf"(?:of|in)\s+{_MON}\b",
    ),
    _rule(_first_of_month, r"\b(?:the\s+)?(?:first|1st)\s+of\s+(?:the|next)\s+month\b"),
    _rule(_next_month, r"\b(?:in\s+)?(?:next|nxt)\s+month\b"),
    _rule(_today, r"\b(?:today|2day|tdy|tonight|tonite|hoy)\b"),
    _rule(_today, r"\b(?:this|esta)\s+(?:am|pm|morning|aft(?:ernoon)?|evening|ma[nñ]ana|tarde)\b"),
    _rule(_fixed(past=2), r"\b(?:the\s+)?day\s+before\s+yesterday\b|\bant(?:eayer|ier)\b"),
    _rule(_fixed(past=1), r"\b(?:yesterday|yday|yest|yesterdy|ystrday|last night|ayer)\b"),
    _rule(
        _fixed(ahead=2),
        r"\b(?:the\s+)?day\s+after\s+(?:tomorrow|tmrw)\b|\bpasado\s+ma[nñ]ana\b",
    ),
    _rule(
        _fixed(ahead=1),
        r"\b(?:tomorrow|tomorow|tommorow|tmrw|tmw|tmr|tmrrw|2moro|2morrow|(?<!la )ma[nñ]ana)\b",
    ),
    # "tom" is a name far more often than it is tomorrow.
    _rule(
        _fixed(ahead=1),
        r"(?:(?<=back )|(?<=f/u )|(?<=again )|(?<=call )|(?<=by )|(?<=due ))tom\b",
        _STOP_OR_TIME,
    ),
]
