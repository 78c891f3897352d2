"""What a match of `day_rules` means: functions from its words and today's date to a day. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from handlers.reading.day_words import COUNTS, MONTHS, ORDINALS, WEEKDAYS

PAST, AHEAD = "past", "ahead"

Read = tuple[date | None, date | None, str | None]
"""A day read backwards and forwards, and which of the two is sure."""

Rule = Callable[[re.Match[str], date], Read | None]


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


def _month_and_day(month: int, day: int, year: str | None, today: date) -> Read | None:
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


def _day_of_month(day: int, today: date, weekday: int | None = None) -> Read | None:
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


def numeric(match: re.Match[str], today: date) -> Read | None:
    return _month_and_day(int(match["m"]), int(match["d"]), match["y"], today)


def named_month(match: re.Match[str], today: date) -> Read | None:
    spoken = " ".join(_after(match, "o").split())
    number = ORDINALS[spoken] if spoken else int(match["d"])
    return _month_and_day(MONTHS[match["m"].lower()], number, match["y"], today)


def ordinal(match: re.Match[str], today: date) -> Read | None:
    weekday = _after(match, "wd")
    return _day_of_month(int(match["d"]), today, WEEKDAYS[weekday] if weekday else None)


def spoken_ordinal(match: re.Match[str], today: date) -> Read | None:
    weekday = _after(match, "wd")
    number = ORDINALS[" ".join(match["d"].lower().split())]
    return _day_of_month(number, today, WEEKDAYS[weekday] if weekday else None)


def weekday(match: re.Match[str], today: date) -> Read | None:
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


def week_from_weekday(match: re.Match[str], today: date) -> Read | None:
    place = WEEKDAYS[match["wd"].lower()]
    ahead = today + timedelta(days=(place - today.weekday() - 1) % 7 + 1)
    weeks = COUNTS.get(_after(match, "n"), 1)
    return None, ahead + timedelta(weeks=weeks), AHEAD


def relative(match: re.Match[str], today: date) -> Read | None:
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


def week_ago(_match: re.Match[str], today: date) -> Read | None:
    return today - timedelta(days=7), None, PAST


def business_days(match: re.Match[str], today: date) -> Read | None:
    left = _count(match["n"])
    day = today
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return None, day, AHEAD


def end_of(match: re.Match[str], today: date) -> Read | None:
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


def part_of_week(match: re.Match[str], today: date) -> Read | None:
    part = _after(match, "part")
    if _after(match, "next").startswith("this"):
        friday = _monday(today) + timedelta(days=4)
        return (None, friday, AHEAD) if part and friday > today else None
    days = {"middle of": 2, "mid": 2, "late": 3, "later": 3}.get(part, 0)
    return None, _monday(today) + timedelta(days=7 + days), AHEAD


def week_after_next(_match: re.Match[str], today: date) -> Read | None:
    return None, _monday(today) + timedelta(days=14), AHEAD


def week_of(match: re.Match[str], today: date) -> Read | None:
    month = MONTHS[match["m"].lower()] if match["m"] else int(match["k"])
    read = _month_and_day(month, int(match["d"]), None, today) if 1 <= month <= 12 else None
    return read and (None, read[1], AHEAD)


def nth_week(match: re.Match[str], today: date) -> Read | None:
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


def nth_weekday(match: re.Match[str], today: date) -> Read | None:
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


def part_of_month(match: re.Match[str], today: date) -> Read | None:
    part, month = _after(match, "part"), MONTHS[match["m"].lower()]
    read = _month_and_day(month, 1, None, today)
    first = read[1] if read else None
    if month == today.month:
        first = today.replace(day=1)
    if first is None:
        return None
    days = 14 if part.startswith("mid") else 24 if part.startswith("lat") else 0
    day = _last_of_month(first) if part.startswith("end") else first + timedelta(days=days)
    return (None, day, AHEAD) if day > today else None


def _nth_in(year: int, month: int, weekday: int, nth: int) -> date:
    """A month's first, second, ... such weekday."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)


def holiday(match: re.Match[str], today: date) -> Read | None:
    """The day itself, the work day before, or the work day after."""
    name = re.sub(r"\s+", " ", _after(match, "h"))
    day = next(one for y in (0, 1) if (one := HOLIDAYS[name](today.year + y)) >= today)
    step = {"after": 1, "right after": 1, "before": -1}.get(_after(match, "when"), 0)
    if step:
        day += timedelta(days=step)
        while day.weekday() > 4:
            day += timedelta(days=step)
    return None, day, AHEAD


def fixed(past: int | None = None, ahead: int | None = None) -> Rule:
    """A word that always is so many days from today, backwards or forwards."""

    def rule(_match: re.Match[str], today: date) -> Read | None:
        if past is not None:
            return today - timedelta(days=past), None, PAST
        return None, today + timedelta(days=ahead or 0), AHEAD

    return rule


def today(_match: re.Match[str], today: date) -> Read | None:
    return today, today, None


def next_month(_match: re.Match[str], today: date) -> Read | None:
    return None, month_later(today, 1), AHEAD


def first_of_month(_match: re.Match[str], today: date) -> Read | None:
    return None, month_later(today.replace(day=1), 1), AHEAD


HOLIDAYS: dict[str, Callable[[int], date]] = {
    "thanksgiving": lambda year: _nth_in(year, 11, 3, 4),
    "turkey day": lambda year: _nth_in(year, 11, 3, 4),
    "christmas": lambda year: date(year, 12, 25),
    "xmas": lambda year: date(year, 12, 25),
    "new year": lambda year: date(year, 1, 1),
    "labor": lambda year: _nth_in(year, 9, 0, 1),
    "memorial": lambda year: _nth_in(year, 6, 0, 1) - timedelta(days=7),
    "mlk": lambda year: _nth_in(year, 1, 0, 3),
    "independence": lambda year: date(year, 7, 4),
    "fourth of july": lambda year: date(year, 7, 4),
    "4th of july": lambda year: date(year, 7, 4),
    "july 4th": lambda year: date(year, 7, 4),
}
