"""A line, typed after a command or dictated, into a draft of a visit.

Deterministic and offline. What was not understood stays in the notes: nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from handlers.reading import (
    called,
    counts,
    dates,
    kinds,
    markup,
    matching,
    newcomers,
    notes,
    people,
    promises,
    rivals,
    roles,
    spoken_signs,
    words,
)
from handlers.reading.evidence import Rep
from handlers.reading.matching import Decision
from handlers.reading.people import Mention
from handlers.reading.promises import Promise
from handlers.reading.understood import Span, Used, covered
from handlers.reading.words import Token
from models import phi
from models.lookup import AccountName, CompetitorName, ContactName, Index

LONGEST = 8000
"""Characters that are read; what stands beyond goes into the notes as it is."""

_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Draft:
    """What was understood of a line. Nothing of it is stored before the rep has seen it.

    candidates   accounts to choose from when `account` is None: several fit, or one in part, or
                 one has nearly the `new_account_name`.
    contacts     people of the account's list; new_contacts are names as typed.
    type         key of the list touch_type: what was done, "visit" when nothing else is said.
    occurred_on  the rep's own calendar day; `time` is "HH:MM", only if one was told.
    referrals    0 when the line says there were none, None when it says nothing.
    follow_up_on  the next step's own day; a promise has its own, `promise_on`.
    promise      what the rep promised to do, in their words without the day.
    headcount    how many people attended or are fed; never beds or rooms.
    account_words  the words read as the account, or as one nobody knows, as typed: what a
                 correction of the account is remembered by.
    phi_tier     "block", "warn" or None, as in `models.phi`.
    understood   (field, words) for what was read, in the order of the line.
    """

    text: str
    type: str
    occurred_on: date
    account: AccountName | None = None
    candidates: tuple[AccountName, ...] = ()
    new_account_name: str | None = None
    contacts: tuple[ContactName, ...] = ()
    new_contacts: tuple[str, ...] = ()
    time: str | None = None
    follow_up_on: date | None = None
    next_step: str | None = None
    promise: str | None = None
    promise_on: date | None = None
    referrals: int | None = None
    headcount: int | None = None
    competitor: CompetitorName | None = None
    competitor_name: str | None = None
    phi: bool = False
    phi_tier: str | None = None
    notes: str = ""
    account_words: str | None = None
    understood: tuple[tuple[str, str], ...] = ()


def draft(
    text: str,
    *,
    now: datetime,
    zone: str,
    index: Index | None,
    user_id: int | None,
    own: Mapping[str, int] = _NOTHING,
    recent: Sequence[int] = (),
) -> Draft:
    """Read a line.

    now      the instant it was sent (aware); `zone` is the rep's, an IANA name.
    index    the workspace's names; without it accounts and people stay in the notes.
    user_id  the rep, whose own accounts are offered first.
    own      the rep's own words for accounts, name_key to account id: where a run of the line's
             words is one of them, that account is meant.
    recent   ids of the accounts the rep touched lately, the latest first.
    """
    here = now.astimezone(ZoneInfo(zone))
    plain = markup.plain(text)
    body, signs = spoken_signs.written(plain.text[:LONGEST])
    beyond = plain.text[LONGEST:]
    line = words.tokens(body)
    found = phi.findings(body)
    blocked = [(one.start, one.end) for one in found if one.tier == phi.BLOCK]
    rival = rivals.read(body, line, index)
    deeds = [rival.own_deeds] if rival.own_deeds else []
    moments = [one for one in dates.find(body, here) if not _inside(one.start, one.end, blocked)]
    days = roles.assign(body, moments, here, [*deeds, *plain.closed])
    promise = promises.read(body, moments)
    plan = _next(days, promise)
    step = roles.next_step(body, plan.moment) if plan else None
    promised_on = next(
        (one.day for one in days.plans if promise and one.moment == promise.day), None
    )
    count = counts.referrals(body)
    kind, kind_span = kinds.read(
        body, [(one.moment.start, one.moment.end) for one in days.plans], deeds
    )
    heads = counts.headcount(body, group=kind in kinds.WITH_MANY)
    named = _names(
        body,
        line,
        index,
        Rep(user_id, recent, own),
        said=[
            *_spans(moments),
            *count.spans,
            *heads.spans,
            *plain.closed,
            *blocked,
            *([kind_span] if kind_span and kind in kinds.SAY_NO_MORE else []),
        ],
        apart=[*deeds, *plain.closed, *(_clause(body, one.start, one.end) for one in found)],
        rival=rival.span,
    )
    plans = [plan.moment] if plan else []
    if promise and promise.day and promised_on:
        plans.append(promise.day)
    used = Used(
        account=named.tokens,
        people=named.people,
        date=covered(line, _spans(days.occurred)),
        follow_up=covered(line, _spans(plans)),
        referrals=covered(line, count.spans),
        type=covered(line, [kind_span] if kind_span and kind in kinds.SAY_NO_MORE else []),
        competitor=covered(line, [rival.span] if rival.span else []),
    )
    rest, kept = notes.remainder(
        body,
        line,
        used.all(),
        used.account | used.date | used.type,
        used.people,
        used.follow_up,
    )
    told = [("sign", span) for span in signs]
    told += [("headcount", span) for span in heads.spans]
    told += [("promise", promise.span)] if promise else []
    told += [("next_step", step[1])] if step else []
    told += [("type", kind_span)] if kind_span and not used.type else []
    return Draft(
        text=plain.text,
        type=kind,
        occurred_on=days.occurred_on,
        account=named.decision.account,
        candidates=named.decision.candidates or named.twins,
        new_account_name=named.new_account,
        contacts=tuple(one.contact for one in named.met),
        new_contacts=named.new_people,
        time=days.time,
        follow_up_on=plan.day if plan else None,
        next_step=step[0] if step else None,
        promise=promise.text if promise else None,
        promise_on=promised_on,
        referrals=count.value,
        headcount=heads.value,
        competitor=rival.known,
        competitor_name=rival.name,
        phi=bool(found),
        phi_tier=phi.tier_of(found),
        notes=(spoken_signs.closed_up(rest) if signs else rest) + beyond,
        account_words=_account_words(
            body, line, named, used.all() | covered(line, [span for _, span in told])
        ),
        understood=tuple(used.words(plain.text, line, told, kept)),
    )


def _next(days: roles.Roles, promise: Promise | None) -> roles.Plan | None:
    """The day of the next step: the likeliest plan that is not when something promised is due."""
    if promise is None:
        return days.plans[0] if days.plans else None
    start, end = promise.span
    apart = (one for one in days.plans if not start <= one.moment.start < end)
    return next((one for one in apart if one.cue), None)


def _clause(text: str, start: int, end: int) -> Span:
    """The place from the beginning of its clause: whoever stands before a patient's number is
    the patient."""
    before = max((text.rfind(sign, 0, start) for sign in ",;:.\n"), default=-1)
    return before + 1, end


def _account_words(
    text: str, line: Sequence[Token], named: _Named, used: frozenset[int]
) -> str | None:
    """What the line calls its account, without small words around it; None when it names none."""
    run = named.name or called.unresolved(line, used | named.people)
    if run is None:
        return None
    first, last = run
    while first < last and line[first].key in notes.SMALL:
        first += 1
    while first < last and line[last].key in notes.SMALL:
        last -= 1
    return text[line[first].start : line[last].end]


def prediction(made: Draft, line_id: str) -> dict[str, Any]:
    """A draft as `touchbase parse --jsonl` prints it: the keys of the capture examples."""
    competitor = made.competitor.name if made.competitor else made.competitor_name
    follow_up_on = made.follow_up_on or made.promise_on
    return {
        "id": line_id,
        "account_external_id": made.account.external_id if made.account else None,
        "account_candidates": [one.external_id for one in made.candidates],
        "new_account_name": made.new_account_name,
        "contacts": [*(bare_name(one.name) for one in made.contacts), *made.new_contacts],
        "activity_type": made.type,
        "date": made.occurred_on.isoformat(),
        "time": made.time,
        "follow_up_date": follow_up_on.isoformat() if follow_up_on else None,
        "referrals": made.referrals,
        "competitor": competitor,
        "phi": made.phi,
        "phi_tier": made.phi_tier,
        "notes": made.notes,
    }


def bare_name(name: str) -> str:
    """A contact's name without credentials: "Gretchen Ahlers, RN" is "Gretchen Ahlers"."""
    return name.partition(",")[0].strip()


@dataclass(frozen=True)
class _Named:
    """Accounts and people of a line, with the tokens that name them."""

    decision: Decision
    new_account: str | None
    met: tuple[Mention, ...]
    new_people: tuple[str, ...]
    tokens: frozenset[int]
    people: frozenset[int]
    name: tuple[int, int] | None
    twins: tuple[AccountName, ...]


def _names(
    text: str,
    line: Sequence[Token],
    index: Index | None,
    rep: Rep,
    *,
    said: Sequence[Span],
    apart: Sequence[Span],
    rival: Span | None,
) -> _Named:
    """The account and the people.

    said   places that are dates, counts, mentions or a patient's numbers.
    apart  places in which no new person is looked for.
    """
    taken = covered(line, said)
    decision = Decision()
    fresh = newcomers.announced(text, line, taken)
    if index is not None and fresh is None:
        decision = matching.decide(line, index, taken=taken, rep=rep)
    competitor = covered(line, [rival] if rival else []) - decision.tokens
    if decision.account is None and not decision.candidates and fresh is None:
        fresh = newcomers.unknown(line, taken | competitor)
    tokens = decision.tokens
    name: str | None = None
    run = decision.name
    if fresh is not None:
        said_at, first, last = fresh
        run = first, last
        name = text[line[first].start : line[last].end]
        tokens |= frozenset(range(said_at, last + 1))
    met = decision.met
    known = frozenset(place for one in met for place in range(one.first, one.last + 1))
    new = people.strangers(line, taken | tokens | known | competitor, covered(line, apart), tokens)
    return _Named(
        decision=decision,
        new_account=name,
        met=met,
        new_people=tuple(text[line[first].start : line[last].end] for first, last in new),
        tokens=tokens,
        people=known | {place for first, last in new for place in range(first, last + 1)},
        name=run,
        twins=tuple(index.near(name)) if index is not None and name else (),
    )


def _spans(moments: Iterable[dates.Moment]) -> list[Span]:
    return [(one.start, one.end) for one in moments]


def _inside(start: int, end: int, places: Iterable[Span]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in places)
