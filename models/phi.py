"""Finds what looks like a patient; text is `Clean` once it has passed.

Two tiers. "block" is an identifier: a number or a birth date, refused whoever says it. "warn" is
a description that may be a person: a word for patient with a name, an age of 90 or more, a room.
Rules report their name and a place, never the words. Names as such cannot be found with
certainty; that a referral needs none is said where people type.
Source: 45 CFR 164.514(b)(2) (the identifiers of Safe Harbor), reliability B8.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NewType

from models import phi_contacts, phi_numbers, phi_people, phi_stays
from models.errors import Refused
from models.phi_typos import respelled
from models.spoken import View, digits_view

Clean = NewType("Clean", str)

BLOCK, WARN = "block", "warn"

REPLACED = "[removed]"
"""What stands in the place of words that were taken out."""

_Spans = Iterator[tuple[int, int]]
_BLOCKING: dict[str, Callable[[View], _Spans]] = dict(phi_numbers.RULES)
_WARNING: dict[str, Callable[[View], _Spans]] = {**phi_people.RULES, **phi_stays.RULES}
_MOST_PASSES = 5


@dataclass(frozen=True)
class Finding:
    """A rule that holds, and where: `start` to `end` in the text as it was given."""

    rule: str
    tier: str
    start: int
    end: int


@dataclass
class LooksLikePatient(Refused):
    """The text holds something that identifies, or may describe, a patient."""

    found: tuple[Finding, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules, each once."""
        return tuple(dict.fromkeys(one.rule for one in self.found))


def clean(text: str, *, allowed: Collection[str] = (), known: Collection[str] = ()) -> Clean:
    """The text, once nothing in it looks like a patient. Raises LooksLikePatient.

    allowed  rules of the warn tier that a person has answered with "This is not about a patient".
    known    phones and e-mails of people we know, as `channels` gives them.
    """
    found = [one for one in findings(text, known) if one.tier == BLOCK or one.rule not in allowed]
    if found:
        raise LooksLikePatient(tuple(found))
    return Clean(text)


def without(text: str, found: Iterable[Finding]) -> str:
    """The text with `REPLACED` in the place of each finding. What is left passes the guard, apart
    from warn rules that hold in the text but are not among `found`."""
    found = tuple(found)
    gone = {one.rule for one in found}
    left = {one.rule for one in findings(text) if one.tier == WARN} - gone
    kept = _replaced(text, found)
    known = _left_standing(text, found)
    for _ in range(_MOST_PASSES):
        again = [one for one in findings(kept, known) if one.rule not in left]
        if not again:
            return kept
        # Words moved together, or a label has found another number.
        kept = _replaced(kept, again)
    return REPLACED


def findings(text: str, known: Collection[str] = ()) -> list[Finding]:
    """All that looks like a patient, in the order of the text. `known` as for `clean`."""
    view = respelled(digits_view(text))
    found: list[Finding] = []
    if view.digits:
        for rule, find in _BLOCKING.items():
            _add(found, view, rule, BLOCK, find(view))
    for rule, find in _WARNING.items():
        _add(found, view, rule, WARN, find(view))
    _add(found, view, phi_contacts.RULE, WARN, phi_contacts.strangers(view, known))
    return sorted(found, key=lambda one: (one.start, one.end, one.rule))


def channels(text: str) -> frozenset[str]:
    """Phones (ten digits; seven where there is no area code, all digits of one abroad) and
    e-mails (lower case) in a text, to be looked up among contacts."""
    return frozenset(one.value for one in phi_contacts.told(digits_view(text)))


def only_warn(rules: Iterable[str]) -> bool:
    """Whether each of these rules is of the warn tier."""
    return all(rule in _WARNING or rule == phi_contacts.RULE for rule in rules)


def tier_of(found: Collection[Finding]) -> str | None:
    """The graver tier among the findings: "block", "warn" or None."""
    tiers = {one.tier for one in found}
    return BLOCK if BLOCK in tiers else WARN if tiers else None


def _add(found: list[Finding], view: View, rule: str, tier: str, spans: _Spans) -> None:
    for start, end in _apart(spans):
        found.append(Finding(rule, tier, *view.span(start, end)))


def _left_standing(text: str, found: Collection[Finding]) -> frozenset[str]:
    """The phones and e-mails of the text that are in none of the findings."""
    view = digits_view(text)
    told = {one.value: view.span(one.start, one.end)[0] for one in phi_contacts.told(view)}
    return frozenset(
        value
        for value, place in told.items()
        if not any(one.start <= place < one.end for one in found)
    )


def _replaced(text: str, found: Iterable[Finding]) -> str:
    kept, at = "", 0
    for start, end in _apart((one.start, one.end) for one in found):
        kept += text[at:start] + REPLACED
        at = end
    return kept + text[at:]


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, those that overlap as one."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart
