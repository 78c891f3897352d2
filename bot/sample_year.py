"""The year of visits and referrals that the sandbox's team has behind it, drawn from its plot.

The same day gives the same year. Nobody works on a weekend or a public holiday. Who owns what and
where referrals grew, fell or stopped is `bot.sandbox.sample`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from bot.sandbox import sample, sample_words
from bot.sandbox.sample import FALLS, FIRST, GROWS, QUIET, YEAR, SampleAccount
from models import cadence, slots
from models.holidays import DaysOff

_KINDS = {
    "visit": 56,
    "call": 18,
    "virtual meeting": 9,
    "lunch and learn": 6,
    "in-service": 8,
    "event": 3,
}
"""How often a touch that counts is one of these; the others stand between them."""

_BETWEEN = ("email", "voicemail", "text", "drop-off", "visit")
_OUTCOMES = ("met target", "met target", "met other staff", "follow-up agreed")
_LINES = ("brain injury", "stroke", "spinal cord", "outpatient neuro", "day treatment")
_PAYERS = ("medicare advantage", "commercial", "workers compensation", "auto no fault", "medicaid")
_GROUPS = ("lunch and learn", "in-service", "event")
_QUIET_FOR = 36

_STEPS = {
    "new": (),
    "contacted": ("contacted",),
    "in_review": ("contacted", "in_review"),
    "info_needed": ("contacted", "in_review", "info_needed"),
    "accepted": ("contacted", "in_review", "accepted"),
    "scheduled": ("contacted", "in_review", "accepted", "scheduled"),
    "on_hold": ("contacted", "in_review", "on_hold"),
    "started": ("contacted", "in_review", "accepted", "scheduled", "started"),
    "declined": ("contacted", "in_review", "declined"),
    "lost": ("contacted", "accepted", "lost"),
    "cancelled": ("contacted", "cancelled"),
}
"""The way to each status from "new"."""

_ENDS = {"started": 62, "declined": 13, "lost": 20, "cancelled": 5}
_REASONS = {
    "declined": (
        "staffing capacity",
        "exceeds clinical capability",
        "payer not accepted authorization denied",
        "geography",
    ),
    "lost": (
        "chose competitor",
        "patient family choice",
        "insurance changed",
        "went to other level of care",
    ),
    "cancelled": ("withdrawn by the referrer", "duplicate"),
}


class Calendar:
    """The team's work days around the day the sandbox is filled."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._days_off = DaysOff("US")

    def back(self, days: int) -> date:
        """The last work day that is at least so many days ago."""
        return self._next(self.today - timedelta(days=days), -1)

    def after(self, day: date, days: int) -> date:
        """The first work day at least so many days after another."""
        return self._next(day + timedelta(days=days), 1)

    def _next(self, day: date, way: int) -> date:
        while not slots.is_work_day(day, slots.WEEKDAYS) or self._days_off.is_off(day):
            day += timedelta(days=way)
        return day


@dataclass(frozen=True)
class Touched:
    """One touch. `type`, `outcome` and `line` are keys of lists; `met` says which of the people
    at the account."""

    account: SampleAccount
    on: date
    type: str
    counts: bool
    outcome: str | None = None
    met: tuple[int, ...] = ()
    note: str = ""
    headcount: int | None = None
    line: str | None = None
    rival: int | None = None
    logged_after: int = 0  # days
    next_step: tuple[str, date] | None = None
    promise: tuple[str, date] | None = None


@dataclass(frozen=True)
class Sent:
    """One referral, and the days on which it came to each status after the first."""

    account: SampleAccount
    on: date
    direction: str
    steps: tuple[tuple[str, date], ...]
    answered_after: int  # minutes
    line: str
    payer: str
    sender: int
    urgent: bool
    reason: str | None = None
    promised: bool = False
    told: bool = False  # the referrer heard what became of it


@dataclass(frozen=True)
class Year:
    """What the team did, the earliest first."""

    touches: list[Touched]
    referrals: list[Sent]


def drawn(today: date) -> Year:
    """The year that ends on the day before `today`."""
    calendar, touches, sent = Calendar(today), [], []
    late = {person.slack_id: person.late for person in sample.PEOPLE}
    for number, account in enumerate(sample.ACCOUNTS):
        if not account.owner:
            continue
        chance = Random(number)  # noqa: S311
        days = _days(account, late[account.owner], calendar, chance)
        there = _touches(account, days, calendar, chance)
        touches += [*there[:-1], _told(there[-1], calendar)]
        referred = _referral_days(account, days, calendar, chance)
        sent += [_sent(account, day, calendar, chance) for day in referred]
    places = {account.name: account for account in sample.ACCOUNTS}
    chance = Random(YEAR)  # noqa: S311
    for told in sample.REFERRALS:
        day = calendar.back(told.days_ago)
        for _ in range(told.count):
            sent.append(_standing(places[told.account], day, told, calendar, chance))
    touches.sort(key=lambda touch: touch.on)
    sent.sort(key=lambda referral: referral.on)
    return Year(touches, sent)


def ahead(filled: date, since: date, until: date) -> Year:
    """What colleagues of whoever sits at the page do from the day `since` to the day before
    `until`, as their year up to the day `filled` goes on. They call where they called in time;
    what a rep's own accounts see is for the reader to do."""
    before, calendar = drawn(filled), Calendar(until)
    last = {touch.account: touch.on for touch in before.touches if touch.counts}
    sent = {referral.account: referral.on for referral in before.referrals}
    late = {person.slack_id: person.late for person in sample.PEOPLE}
    year = Year([], [])
    for number, account in enumerate(sample.ACCOUNTS):
        if account.owner in ("", sample.DANA):
            continue
        if account.last is not None and account.last > cadence.DEFAULT_DAYS[account.tier][0]:
            continue
        # Each has a chance of its own, for the days to be the same however far the clock is wound.
        chance, day = Random(f"visits {number}"), last[account]  # noqa: S311
        while (
            day := _later(day, 0.8 * _gap(account, late[account.owner], chance), filled)
        ) < until:
            on = calendar.after(day, 0)
            its = Random(f"{number} {on}")  # noqa: S311
            year.touches.append(_counted(account, on, calendar, its))
            if its.random() < 0.4:
                year.touches.append(_slight(account, calendar.after(on, 2), its))
        chance, day = Random(f"referrals {number}"), sent.get(account, until)  # noqa: S311
        while (day := _later(day, account.sends * chance.uniform(0.3, 1.3), filled)) < until:
            on = calendar.after(day, 0)
            its = Random(f"{number} {on} in")  # noqa: S311
            year.referrals.append(_sent(account, on, calendar, its))
    return Year(
        [touch for touch in year.touches if since <= touch.on < until],
        [referral for referral in year.referrals if since <= referral.on < until],
    )


def _later(day: date, days: float, filled: date) -> date:
    return max(day + timedelta(days=max(2, round(days))), filled)


def _gap(account: SampleAccount, late: float, chance: Random) -> float:
    """Days between two touches that count, as the tier asks; sometimes more."""
    ideal, longest = cadence.DEFAULT_DAYS[account.tier]
    gap = chance.triangular(ideal * 0.5, longest, ideal)
    return longest * chance.uniform(1.2, 2.2) if chance.random() < late else gap


def _days(account: SampleAccount, late: float, calendar: Calendar, chance: Random) -> list[date]:
    """The days of the touches that count, the earliest first; drawn from the last one backwards."""
    ideal, _ = cadence.DEFAULT_DAYS[account.tier]
    ago = chance.randint(1, ideal) if account.last is None else account.last
    found: list[date] = []
    while ago <= account.since and len(found) != account.touches:
        day = calendar.back(ago)
        if not found or day < found[-1]:
            found.append(day)
        ago += round(_gap(account, late, chance))
    return found[::-1]


def _touches(
    account: SampleAccount, days: list[date], calendar: Calendar, chance: Random
) -> list[Touched]:
    """A touch for each day, and between some of them one that does not count."""
    found: list[Touched] = []
    for place, day in enumerate(days):
        if place and chance.random() < 0.3:
            ago = (calendar.today - day).days
            between = calendar.back(ago + (day - days[place - 1]).days // 2)
            if days[place - 1] < between < day:
                found.append(_slight(account, between, chance))
        found.append(_counted(account, day, calendar, chance))
    if account.last is None and days and days[-1] < calendar.back(2) and chance.random() < 0.4:
        found.append(_slight(account, calendar.back(1), chance))
    return found


def _slight(account: SampleAccount, day: date, chance: Random) -> Touched:
    kind = chance.choice(_BETWEEN)
    if kind == "visit":
        return Touched(account, day, kind, counts=False, outcome="no access")
    return Touched(
        account, day, kind, counts=False, met=(0,), note=chance.choice(sample_words.NOTES[kind])
    )


def _counted(account: SampleAccount, day: date, calendar: Calendar, chance: Random) -> Touched:
    kind = chance.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
    rival = chance.randrange(len(sample.COMPETITORS)) if chance.random() < 0.04 else None
    note = chance.choice(sample_words.NOTES[kind])
    if rival is not None:
        note = chance.choice(sample_words.RIVAL_NOTES).format(sample.COMPETITORS[rival][0])
    due, said = calendar.after(day, chance.randint(4, 9)), chance.random()
    step = chance.choice(sample_words.NEXT_STEPS)
    promise = chance.choice(sample_words.PROMISES)
    return Touched(
        account,
        day,
        kind,
        counts=True,
        outcome=chance.choice(_OUTCOMES) if kind == "visit" else None,
        met=tuple(sorted({0, chance.randrange(4)})),
        note=note if chance.random() < 0.8 else "",
        headcount=chance.randint(5, 18) if kind in _GROUPS else None,
        line=chance.choice(_LINES) if kind in _GROUPS else None,
        rival=rival,
        logged_after=chance.choices((0, 1, 2), (84, 12, 4))[0],
        next_step=(step, due) if said < 0.15 else None,
        promise=(promise, due) if 0.15 <= said < 0.22 else None,
    )


def _told(last: Touched, calendar: Calendar) -> Touched:
    """The last touch that counts, where the plot says more of it."""
    note, (place, words) = last.account.note, sample.PROMISE
    if not note:
        return last
    names = [name for name, _ in sample.COMPETITORS]
    due = calendar.after(calendar.today, 1)
    return replace(
        last,
        type="visit",
        outcome="met target",
        headcount=None,
        line=None,
        note=note,
        rival=next((names.index(name) for name in names if name in note), None),
        next_step=None,
        promise=(words, due) if last.account.name == place else None,
    )


def _referral_days(
    account: SampleAccount, days: list[date], calendar: Calendar, chance: Random
) -> Iterator[date]:
    """The days on which the account referred: none before a third of the visits was made."""
    if not account.sends:
        return
    if account.course == FIRST:
        yield calendar.back(2)
        return
    ago = (calendar.today - days[len(days) // 3]).days
    until = _QUIET_FOR if account.course == QUIET else 1
    while ago > until:
        day = calendar.back(ago)
        visit = max(one for one in days if one <= day)
        # Some are told of on the next visit rather than on the phone.
        yield visit if (day - visit).days < 5 and chance.random() < 0.5 else day
        pace = {
            GROWS: 0.3 + 2.2 * ago / YEAR,
            FALLS: 0.7 if ago > 95 else 2.6,
        }.get(account.course, 1.0)
        ago -= max(2, round(account.sends * pace * chance.uniform(0.5, 1.5)))
    # Not to seem silent by chance; and the last word of who is silent is where the plot says.
    yield calendar.back(until if account.course == QUIET else chance.randint(1, account.sends // 2))


def _sent(account: SampleAccount, day: date, calendar: Calendar, chance: Random) -> Sent:
    end = chance.choices(tuple(_ENDS), tuple(_ENDS.values()))[0]
    reasons = _REASONS.get(end)
    reason = chance.choice(reasons) if reasons else None
    return _one(account, day, end, reason, calendar, chance)


def _standing(
    account: SampleAccount,
    day: date,
    told: sample.SampleReferral,
    calendar: Calendar,
    chance: Random,
) -> Sent:
    """One that has come to where it is told to stand."""
    steps = enumerate(_STEPS.get(told.status, ()))
    return replace(
        _one(account, day, told.status, told.reason, calendar, chance),
        direction=told.direction,
        steps=tuple((status, calendar.back(2) if place else day) for place, status in steps),
        reason=told.reason,
        promised=told.status == "promised",
    )


def _one(
    account: SampleAccount,
    day: date,
    end: str,
    reason: str | None,
    calendar: Calendar,
    chance: Random,
) -> Sent:
    """One on its way to `end`, as far as it is by two days ago."""
    steps, on = [], day
    for place, status in enumerate(_STEPS.get(end, ())):
        on = calendar.after(on, chance.randint(1, 4)) if place else on
        if on > calendar.back(2):
            break
        steps.append((status, on))
    arrived = bool(steps) and steps[-1][0] == end
    return Sent(
        account,
        day,
        "in",
        tuple(steps),
        answered_after=chance.choices((25, 55, 95, 170), (30, 35, 25, 10))[0],
        line=chance.choice(_LINES),
        payer=chance.choice(_PAYERS),
        sender=chance.randrange(3),
        urgent=chance.random() < 0.1,
        reason=reason if arrived else None,
        told=arrived and chance.random() < 0.8,
    )
