"""A line, typed after a command or dictated, into a draft of a visit.

Deterministic and offline. What was not understood stays in the notes: nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.reading import (
    counts,
    dates,
    kinds,
    markup,
    matching,
    newcomers,
    notes,
    people,
    rivals,
    roles,
    words,
)
from handlers.reading.matching import Decision
from handlers.reading.people import Mention
from handlers.reading.words import Token
from models import phi
from models.lookup import AccountName, CompetitorName, ContactName, Index

LONGEST = 8000
"""Characters that are read; what stands beyond goes into the notes as it is."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Draft:
    """What was understood of a line. Nothing of it is stored before the rep has seen it.

    candidates   accounts to choose from when `account` is None: several fit, or one in part.
    contacts     people of the account's list; new_contacts are names as typed.
    type         key of the list touch_type: what was done, "visit" when nothing else is said.
    occurred_on  the rep's own calendar day; `time` is "HH:MM", only if one was told.
    referrals    0 when the line says there were none, None when it says nothing.
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
    referrals: int | None = None
    competitor: CompetitorName | None = None
    competitor_name: str | None = None
    phi: bool = False
    phi_tier: str | None = None
    notes: str = ""
    understood: tuple[tuple[str, str], ...] = ()


def draft(
    text: str, *, now: datetime, zone: str, index: Index | None, user_id: int | None
) -> Draft:
    """Read a line.

    now      the instant it was sent (aware); `zone` is the rep's, an IANA name.
    index    the workspace's names; without it accounts and people stay in the notes.
    user_id  the rep, whose own accounts are offered first.
    """
    here = now.astimezone(ZoneInfo(zone))
    plain = markup.plain(text)
    body, beyond = plain.text[:LONGEST], plain.text[LONGEST:]
    line = words.tokens(body)
    found = phi.findings(body)
    blocked = [(one.start, one.end) for one in found if one.tier == phi.BLOCK]
    rival = rivals.read(body, line, index)
    deeds = [rival.own_deeds] if rival.own_deeds else []
    moments = [one for one in dates.find(body, here) if not _inside(one.start, one.end, blocked)]
    days = roles.assign(body, moments, here, [*deeds, *plain.closed])
    count = counts.referrals(body)
    kind, kind_span = kinds.read(body, [(one.start, one.end) for one in days.plans], deeds)
    named = _names(
        body,
        line,
        index,
        user_id,
        said=[*_spans(moments), *count.spans, *plain.closed, *blocked],
        apart=[*deeds, *plain.closed, *((one.start, one.end) for one in found)],
        rival=rival.span,
    )
    used = _Used(
        account=named.tokens,
        people=named.people,
        date=_covered(line, _spans(days.occurred)),
        follow_up=_covered(line, _spans([days.follow_up] if days.follow_up else [])),
        referrals=_covered(line, count.spans),
        type=_covered(line, [kind_span] if kind_span and kind in kinds.SAY_NO_MORE else []),
        competitor=_covered(line, [rival.span] if rival.span else []),
    )
    rest = notes.remainder(
        body,
        line,
        used.all(),
        used.account | used.date | used.type,
        used.people,
        used.follow_up,
    )
    return Draft(
        text=plain.text,
        type=kind,
        occurred_on=days.occurred_on,
        account=named.decision.account,
        candidates=named.decision.candidates,
        new_account_name=named.new_account,
        contacts=tuple(one.contact for one in named.met),
        new_contacts=named.new_people,
        time=days.time,
        follow_up_on=days.follow_up_on,
        next_step=roles.next_step(body, days),
        referrals=count.value,
        competitor=rival.known,
        competitor_name=rival.name,
        phi=bool(found),
        phi_tier=phi.tier_of(found),
        notes=rest + beyond,
        understood=tuple(used.words(body, line)),
    )


def prediction(made: Draft, line_id: str) -> dict[str, Any]:
    """A draft as `touchbase parse --jsonl` prints it: the keys of the capture examples."""
    competitor = made.competitor.name if made.competitor else made.competitor_name
    return {
        "id": line_id,
        "account_external_id": made.account.external_id if made.account else None,
        "account_candidates": [one.external_id for one in made.candidates],
        "new_account_name": made.new_account_name,
        "contacts": [*(bare_name(one.name) for one in made.contacts), *made.new_contacts],
        "activity_type": made.type,
        "date": made.occurred_on.isoformat(),
        "time": made.time,
        "follow_up_date": made.follow_up_on.isoformat() if made.follow_up_on else None,
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


@dataclass(frozen=True)
class _Used:
    """The tokens that were understood, by field."""

    account: frozenset[int]
    people: frozenset[int]
    date: frozenset[int]
    follow_up: frozenset[int]
    referrals: frozenset[int]
    type: frozenset[int]
    competitor: frozenset[int]

    def _by_field(self) -> Mapping[str, frozenset[int]]:
        return {
            "account": self.account,
            "contacts": self.people,
            "date": self.date,
            "follow_up": self.follow_up,
            "referrals": self.referrals,
            "type": self.type,
            "competitor": self.competitor,
        }

    def all(self) -> frozenset[int]:
        return frozenset().union(*self._by_field().values())

    def words(self, text: str, line: Sequence[Token]) -> Iterator[tuple[str, str]]:
        """(field, words) for every unbroken run of tokens of one field, in order."""
        runs = [
            (first, field, text[line[first].start : line[last].end])
            for field, places in self._by_field().items()
            for first, last in _runs(places)
        ]
        yield from ((field, said) for _, field, said in sorted(runs))


def _names(
    text: str,
    line: Sequence[Token],
    index: Index | None,
    user_id: int | None,
    *,
    said: Sequence[Span],
    apart: Sequence[Span],
    rival: Span | None,
) -> _Named:
    """The account and the people.

    said   places that are dates, counts, mentions or a patient's numbers.
    apart  places in which no new person is looked for.
    """
    taken = _covered(line, said)
    decision = Decision()
    fresh = newcomers.announced(text, line, taken)
    if index is not None and fresh is None:
        decision = matching.decide(line, index, taken=taken, mine=user_id)
    competitor = _covered(line, [rival] if rival else []) - decision.tokens
    if decision.account is None and not decision.candidates and fresh is None:
        fresh = newcomers.unknown(line, taken | competitor)
    tokens = decision.tokens
    name: str | None = None
    if fresh is not None:
        said_at, first, last = fresh
        name = text[line[first].start : line[last].end]
        tokens |= frozenset(range(said_at, last + 1))
    met = decision.met
    known = frozenset(place for one in met for place in range(one.first, one.last + 1))
    new = people.strangers(line, taken | tokens | known | competitor, _covered(line, apart), tokens)
    return _Named(
        decision=decision,
        new_account=name,
        met=met,
        new_people=tuple(text[line[first].start : line[last].end] for first, last in new),
        tokens=tokens,
        people=known | {place for first, last in new for place in range(first, last + 1)},
    )


def _spans(moments: Iterable[dates.Moment]) -> list[Span]:
    return [(one.start, one.end) for one in moments]


def _covered(line: Sequence[Token], places: Iterable[Span]) -> frozenset[int]:
    """The tokens that lie in any of these places."""
    covered: set[int] = set()
    at = 0
    for start, end in sorted(places):
        while at < len(line) and line[at].end <= start:
            at += 1
        place = at
        while place < len(line) and line[place].start < end:
            covered.add(place)
            place += 1
    return frozenset(covered)


def _inside(start: int, end: int, places: Iterable[Span]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in places)


def _runs(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for place in sorted(places):
        if first is not None and last is not None and place == last + 1:
            last = place
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = place
    if first is not None and last is not None:
        yield first, last
