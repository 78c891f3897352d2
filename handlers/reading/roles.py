"""Which of a line's days is the touch's own and which the follow-up's. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.reading.dates import Moment
from handlers.reading.day_readings import PAST

_I = re.IGNORECASE
_AHEAD = re.compile(
    r"\b(?:f/?up?|ff|follow[\s\-]?ups?|following up|"
    r"(?<!went )(?<!called )(?<!came )(?<!got )back|return(?:ing)?|again|"
    r"next step|due|"
    r"(?<!stopped )(?<!stop )(?<!swung )(?<!swing )(?<!dropped )(?<!came )(?<!went )(?<!popped )"
    r"(?<!drove )(?<!ran )by(?! (?:phone|e-?mail|text|fax|mail|zoom|accident|the way))|"
    r"set (?:up )?(?:for|on)|set up|(?:re)?schedul\w+|resched|sched|"
    r"moved to|pushed to|postponed|book(?:ed)?|call (?:her|him|them|\w+)?|"
    r"try|check (?:in|back)|see (?:her|him|them|me|us)|revisit|circle back|touch base|"
    r"ping|send|bring|will|"
    r"going|coming home|discharging|transferring|gonna|wants? (?:me|us|it|an?|the)|"
    r"deadline|expires?|starts?|renew(?:al|s|ing)?|effective|eff|rfp|anniversary|enrollment|"
    r"surgery|closing|appt|on for|confirmed for|"
    r"comin(?:g|['’])?(?=\s)|d/?c(?:['’]?d|ing)?(?=\s)|discharged?|going home|"
    r"planned for|vuelvo|volver|regreso|regresar|llamar|remind|rsvp|meeting (?:is )?(?:set|on)|"
    r"i'?ll|we'?ll|let'?s|tour (?:set|on)|coming (?:in|by)|need(?:s)? (?:it|this|them)?)\b",
    _I,
)
# These say that a day is the follow-up's; the others only that it is still to come.
_STRONG = re.compile(
    r"\b(?:f/?up?|follow[\s\-]?ups?|back|return|again|next step|call (?:her|him|them)|circle back|"
    r"revisit|going back|vuelvo|regreso|i'?ll)\b",
    _I,
)
_DONE = re.compile(
    r"\b(?:met|saw|spoke|talked|visited|stopped|did|had|called|emailed|texted|left|was|were|"
    r"dropped|sat|came|went|hosted|toured|vi|hablé|fui)\b",
    _I,
)
_AFTERWARDS = re.compile(
    r"^\s*(?:f/?u|follow[\s\-]?up|call ?back|back|again|appt)\b"
    r"(?=\s*to\b|\s*(?:$|[,.;!\n]|w/|with\b|re\b|about\b))",
    _I,
)
_OFF = re.compile(r"\b(?:until|till|til|thru|through|since|out|off|vacation|pto)\s+(?:on\s+)?$", _I)
_CLAUSE = re.compile(r"[,;!?\n•]|[.](?:\s|$)|\s[-–—]{1,2}\s")
_NEAR = timedelta(days=60)
_WEEK = timedelta(days=6)
_FAR = timedelta(days=200)


@dataclass(frozen=True)
class Plan:
    """A day still to come; `cue` is 2 where words point to a follow-up, 1 where they only point
    ahead, 0 where the day alone does."""

    moment: Moment
    day: date
    cue: int


@dataclass(frozen=True)
class Roles:
    """The days of a line by what they are for, with the moments that say so.

    occurred_on  today when no day of the touch is said.
    plans        days still to come, the likeliest follow-up first.
    """

    occurred_on: date
    time: str | None = None
    occurred: tuple[Moment, ...] = ()
    plans: tuple[Plan, ...] = ()


def assign(
    text: str, moments: Sequence[Moment], now: datetime, closed: Sequence[tuple[int, int]]
) -> Roles:
    """Give every moment its part.

    now     on the rep's own wall clock.
    closed  places that tell of somebody else's deeds: their days are nobody's here.
    """
    today = now.date()
    held: list[Moment] = []
    plans: list[Plan] = []
    clocks: list[Moment] = []
    for one in moments:
        if any(start < one.end and one.start < end for start, end in closed):
            continue
        cued = _is_cued(text, one)
        if not one.has_day:
            if not cued:
                clocks.append(one)
            continue
        if _OFF.search(text[: one.start][-24:]):
            continue
        ahead = _ahead(one, bool(cued), bool(held), today)
        if ahead is not None:
            plans.append(Plan(one, ahead, cued))
        else:
            held.append(one)
    clocks = [
        clock
        for clock in clocks
        if not any(_beside(text, clock, one.moment) for one in plans if not one.moment.time)
    ]
    plans.sort(key=lambda plan: (-plan.cue, plan.moment.start))
    occurred_on = _occurred_on(held, today)
    time, clock = _time(held, clocks, occurred_on, now)
    return Roles(
        occurred_on=min(occurred_on, today),
        time=time,
        occurred=(*held[:1], *((clock,) if clock else ())),
        plans=tuple(plans),
    )


def _occurred_on(held: Sequence[Moment], today: date) -> date:
    """The touch's own day: the first one told, but a "today" before what was weeks ago."""
    told = [one.past for one in held if one.past]
    if told and today in told and held[0].sure == PAST and today - told[0] > _WEEK:
        return today
    return told[0] if told else today


def _beside(text: str, clock: Moment, plan: Moment) -> bool:
    """Whether a time stands so near a day to come that it is that day's: "7a rounds tomorrow"."""
    between = text[min(clock.end, plan.end) : max(clock.start, plan.start)]
    return len(between) <= 15 and not _CLAUSE.search(between) and not _AHEAD.search(between)


def _ahead(one: Moment, cued: bool, told: bool, today: date) -> date | None:
    """The day to come that the moment means; None when it means one that was.

    told  whether the line has said before when the touch was.
    """
    if one.sure == "past":
        return None
    if one.sure == "ahead" or one.past is None:
        return one.ahead
    if one.ahead is None:
        return None
    if one.past == one.ahead:
        return one.ahead if one.ahead > today else None
    if cued:
        return one.ahead
    if told and one.past != today and one.ahead - today < _NEAR:
        return one.ahead  # "yday, thurs w/ howard": the second looks on from the first
    if today - one.past > _FAR and one.ahead - today < _NEAR:
        return one.ahead
    return None


def _is_cued(text: str, one: Moment) -> int:
    """Whether words in its clause point from here into the future: 0 none, 2 to a follow-up."""
    if _AFTERWARDS.match(text[one.end : one.end + 20]):
        return 2
    before = text[max(0, one.start - 90) : one.start]
    parts = [found.end() for found in _CLAUSE.finditer(before)]
    clause_text = before[parts[-1] :] if parts else before
    cues = list(_AHEAD.finditer(clause_text))
    if not cues and parts and not clause_text.strip():
        # "call back, mon": an empty clause belongs to the one before
        previous = before[parts[-2] if len(parts) > 1 else 0 : parts[-1]]
        cues = list(_AHEAD.finditer(previous))
        clause_text = previous
    if not cues or _DONE.search(clause_text, cues[-1].end()):
        return 0
    return 2 if _STRONG.search(clause_text, cues[-1].start()) else 1


def _time(
    held: Sequence[Moment], clocks: Sequence[Moment], occurred_on: date, now: datetime
) -> tuple[str | None, Moment | None]:
    """The touch's own time of day, and the moment apart from its day that says it."""
    for one in held[:1]:
        if one.time:
            return _passed(one.time, occurred_on, now), None
    for clock in clocks:
        time = _passed(clock.time, occurred_on, now)
        if time:
            return time, clock
    return None, None


def _passed(time: str | None, day: date, now: datetime) -> str | None:
    """The time, unless it is still to come today: then it is a plan's."""
    if time is None or day < now.date():
        return time
    minutes = int(time[:2]) * 60 + int(time[3:])
    return time if minutes <= now.hour * 60 + now.minute + 30 else None


def next_step(text: str, one: Moment) -> tuple[str, tuple[int, int]] | None:
    """What is to be done at the follow-up of this day, in the rep's own words without the day,
    and the clause that says so."""
    start = 0
    for clause in _CLAUSE.finditer(text[: one.start]):
        if text[clause.end() : one.start].strip():
            start = clause.end()
    stop = _CLAUSE.search(text, one.end)
    before = text[start : one.start]
    cues = list(_AHEAD.finditer(before))
    while len(cues) > 1 and len(before[cues[0].end() : cues[-1].start()].split()) > 4:
        cues.pop(0)  # in a dictation one thing to do follows the other
    telling = [cue for cue in cues if not _BARE.fullmatch(cue.group().strip())]
    if telling:
        before = before[telling[0].start() :]
    elif cues:
        before = before[cues[0].end() :]
    else:
        return None
    after = text[one.end : stop.start() if stop else len(text)]
    if len(after.split()) > 6 or _AHEAD.search(after):  # a dictation runs on into something else
        after = ""
    words = _TAIL.sub("", f"{before.strip()} {after.strip()}".strip())
    words = _HEAD.sub("", " ".join(words.split())).strip(" ,.-")
    if not 2 <= len(words.split()) <= 14 or not re.search(r"[^\W\d_]{3}", words):
        return None
    return words, (start, max(one.end, stop.start() if after and stop else one.end))


_BARE = re.compile(
    r"f/?up?|ff|follow[\s\-]?ups?|back|return(?:ing)?|due|by|again|vuelvo|regreso|"
    r"set for|(?:re)?scheduled?|booked|will|going",
    _I,
)
_HEAD = re.compile(
    r"^(?:(?:(?:and|to|on|in|for|with|w/|by|him|me|him again|is|at|el|the|then|i'm|from|per)\b|"
    r"(?:i|we)['’]?ll\b|(?:i|we) will\b)\s*){1,3}",
    _I,
)
_TAIL = re.compile(r"\s*\b(?:to|on|by|for|in|at|el|around|about|due|back|and)\s*$", _I)
