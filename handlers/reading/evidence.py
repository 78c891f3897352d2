"""What speaks for each account that a line may mean: its name, its city, the people met. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from handlers.reading import people
from handlers.reading.people import FIRST, Mention
from handlers.reading.words import ORDINARY, TITLES, Token
from models.fit import Fit, Word, weight_of
from models.given_names import COMMON
from models.lookup import AccountName, ContactName, Index
from models.name_words import name_words, raw_words, spelled, words
from models.names import SCANNED
from models.text import listed

LONGEST = 120
"""Words of a line in which an account is looked for: who is met stands near the beginning."""

_HELP = 1.0
"""As much as city and people may add; a name weaker by more than that is out of the question."""

_COMPARED = 36
"""Accounts weighed for one line."""

_SPREAD = 60
"""A first or last name that more people bear than this says nothing by itself."""

PLACE_CUES = listed("at from for by to left visited saw met with w hit did called new en con de a")
_PERSON_CUES = listed("w with saw met and spoke talked")
_ASIDE = listed("near vs than formerly ex across opposite behind beside unlike")


@dataclass(frozen=True)
class Rep:
    """What is known of who types: the accounts they own, touched lately (the latest first), and
    their own words for accounts."""

    user_id: int | None = None
    recent: Sequence[int] = ()
    own: Mapping[str, int] = field(default_factory=dict)

    def order(self, account: AccountName) -> tuple[bool, int]:
        """Sorts the rep's own accounts first, then those touched lately."""
        place = self.recent.index(account.id) if account.id in self.recent else len(self.recent)
        return (self.user_id is None or account.owner_id != self.user_id, place)


@dataclass(frozen=True)
class Candidate:
    """An account with all that speaks for it."""

    account: AccountName
    evidence: float
    fit: Fit | None
    city: frozenset[int]
    met: tuple[Mention, ...]

    @property
    def cover(self) -> float:
        """How much of the account's name the line has; 0.0 when only its people speak for it."""
        return self.fit.cover if self.fit else 0.0


def favoured_by(
    line: Sequence[Token], index: Index, taken: frozenset[int], rep: Rep
) -> dict[int, float]:
    """Accounts that something but their name speaks for: a city or a person of theirs in the
    line, and a little, that the rep goes there."""
    found: dict[int, float] = dict.fromkeys(index.once_owned(rep.user_id), 0.1)
    found.update(dict.fromkeys(rep.recent, 0.1))
    told: dict[int, float] = {}
    free = [place for place in range(min(len(line), LONGEST)) if place not in taken]
    for place in free:
        keys: list[str] = []
        for token in line[place : place + 3]:
            keys += spelled(token.key)
            rows = index.cities.rows(" ".join(keys))
            told.update(dict.fromkeys(rows[:SCANNED], 0.5))
        for key in {line[place].key, line[place].owner}:
            people_of = index.people.rows(key)
            if len(people_of) <= _SPREAD and key not in ORDINARY:
                for row in people_of:
                    if contact := index.contacts.get(row):
                        told[contact.account_id] = told.get(contact.account_id, 0.0) + 0.5
    for account_id, worth in told.items():
        found[account_id] = found.get(account_id, 0.0) + worth
    return found


def spotted(line: Sequence[Token], taken: frozenset[int]) -> list[Word]:
    """The tokens as `models.fit` takes them."""
    spots: list[Word] = []
    for place, token in enumerate(line):
        for part, key in enumerate(spelled(token.key)):
            spots.append(
                Word(
                    key=key,
                    raw=token.key,
                    token=place,
                    gap=token.gap and part == 0,
                    ordinary=token.key in ORDINARY,
                    used=place in taken,
                )
            )
    return spots


def rank(
    line: Sequence[Token],
    spots: Sequence[Word],
    index: Index,
    taken: frozenset[int],
    favoured: Mapping[int, float],
) -> list[Candidate]:
    """The accounts that anything speaks for, the best first."""
    here = _Line(line, spots, index, taken, _in_cities(line, index))
    found: dict[int, Candidate] = {}
    plausible = [
        match
        for match in index.match_accounts(spots, favoured=favoured)[:_COMPARED]
        if _is_plausible(match.fit, line, spots)
    ]
    telling = [here.telling(match.fit) for match in plausible]
    for match, told in zip(plausible, telling, strict=True):
        if told >= max(telling) - _HELP:
            found[match.account.id] = _weighed(match.account, match.fit, here)
    if not any(stands_alone(match.fit) for match in plausible):
        for account_id in _accounts_of_people(line, index, taken):
            if account_id not in found:
                found[account_id] = _weighed(index.accounts[account_id], None, here)
    return sorted(
        (one for one in found.values() if one.evidence >= FIRST / 2),
        key=lambda one: (-one.evidence, -one.cover, one.account.name, one.account.id),
    )


class _Line:
    """A line with what is the same for every account that it is compared with."""

    def __init__(
        self,
        tokens: Sequence[Token],
        spots: Sequence[Word],
        index: Index,
        taken: frozenset[int],
        cities: frozenset[int],
    ) -> None:
        self.tokens, self.spots, self.index, self.taken = tokens, spots, index, taken
        self._cities = cities
        self._heads = frozenset(spot.key[:2] for spot in spots)

    def telling(self, fit: Fit) -> float:
        """What the name's words tell; a city's name less: many names hold it, and more accounts
        lie there."""
        here = self.spots[fit.first : fit.last + 1]
        return fit.weight - 0.5 * sum(
            weight_of(spot.key) for spot in here if spot.token in self._cities
        )

    def may_hold(self, city: Sequence[str]) -> bool:
        """Whether a word of the line begins as the city does: few cities do."""
        return bool(city) and city[0][:2] in self._heads


def _weighed(account: AccountName, fit: Fit | None, line: _Line) -> Candidate:
    spots = line.spots[fit.first : fit.last + 1] if fit else ()
    name = frozenset(spot.token for spot in spots)
    city = _city_tokens(account, name, line)
    own = name_words(account.name)
    met = [
        one
        for one in people.mentions(
            line.index.contacts_of(account.id)[:500], line.tokens, line.taken | name | city
        )
        if one.strength > people.LAST
        or line.tokens[one.first].owner not in own  # "Dombeck Plumbing"
    ]
    evidence = sum(sorted((one.strength for one in met), reverse=True)[:3]) * (0.6 if fit else 1.0)
    if fit:
        evidence += line.telling(fit) + (0.5 if city else 0.0)
        evidence += 0.3 if fit.exact and fit.last > fit.first else 0.0
        first = spots[0].token
        if first <= 1 or line.tokens[first - 1].key in PLACE_CUES:
            evidence += 0.15
    return Candidate(account, evidence, fit, city, tuple(met))


def _in_cities(line: Sequence[Token], index: Index) -> frozenset[int]:
    """The tokens that may be a city's name: "las vegas"."""
    found: set[int] = set()
    for place in range(min(len(line), LONGEST)):
        keys: list[str] = []
        for end in range(place, min(place + 3, len(line))):
            keys += spelled(line[end].key)
            if " ".join(keys) in index.cities:
                found.update(range(place, end + 1))
    return frozenset(found)


def _is_plausible(fit: Fit, line: Sequence[Token], spots: Sequence[Word]) -> bool:
    """Whether the matched words are likely to be meant as a name at all."""
    here = spots[fit.first : fit.last + 1]
    first = here[0].token
    in_place = first <= 1 or line[first - 1].key in PLACE_CUES or line[first].gap
    in_place = in_place or _follows_person(first, line)
    in_place = in_place or any(spot.used for spot in spots if spot.token == first - 1)
    capital = line[first].text[0].isupper()
    if all(spot.ordinary for spot in here):
        return fit.cover >= 0.6 and (len(here) > 1 or fit.cover >= 0.75) and (in_place or capital)
    if line[first - 1].key in _ASIDE and first:
        return False
    if first and all(weight_of(spot.key) < 1 for spot in here) and is_name(line[first - 1]):
        return line[first].gap  # "Elk Basin Property Mgmt" is no other property management
    if fit.exact and len(here) > 1:
        return in_place or capital or fit.weight >= 0.9
    if first and len(here) == 1 and here[0].raw in COMMON:
        said_of_somebody = line[first - 1].key in _PERSON_CUES
        if fit.cover < (0.95 if said_of_somebody else 0.6):
            return False  # "w/ howard" is not Howard Regional
    if fit.weight >= 1.4:
        return True
    if fit.weight >= 0.9:
        return fit.cover >= 0.3 and (in_place or capital or fit.cover >= 0.6)
    return fit.weight >= 0.7 and fit.cover >= 0.3 and (in_place or (capital and fit.cover >= 0.6))


def _follows_person(first: int, line: Sequence[Token]) -> bool:
    """Whether a first name, or one with an initial, stands right before: "dina k toledo"."""
    before = line[first - 1].key
    further = line[first - 2].key if first > 1 else ""
    return before in COMMON or further in TITLES or (len(before) == 1 and further in COMMON)


def is_name(token: Token) -> bool:
    """Whether the word may be part of a name nobody knows."""
    return token.key not in ORDINARY and len(token.key) > 2 and token.key.isalpha()


@lru_cache(maxsize=4096)
def _city_words(city: str) -> tuple[list[str], list[str]]:
    """A city's words as written and in the one spelling."""
    return raw_words(city), words(city)


def _city_tokens(account: AccountName, name: frozenset[int], line: _Line) -> frozenset[int]:
    """The tokens right beside the name, or after "in", that are the account's city."""
    city, spelling = _city_words(account.city)
    if not name or not line.may_hold(spelling):
        return frozenset()
    tokens = line.tokens
    first, last = min(name), max(name)
    after_in = [place + 1 for place, token in enumerate(tokens) if token.key in ("in", "at")]
    for start in (first - len(city), last + 1, *after_in):
        here = range(start, start + len(city))
        if start < 0 or here[-1] >= len(tokens) or not name.isdisjoint(here):
            continue
        keys = [spelled(tokens[place].key)[0] for place in here]
        if keys == spelling or _nearly(keys, spelling):
            return frozenset(here)
    return frozenset()


def _nearly(keys: Sequence[str], city: Sequence[str]) -> bool:
    """A city cut short or with a letter missing: "westervile", "cincy" is not."""
    return all(
        key == word or (len(key) >= 4 and word.startswith(key)) or _one_off(key, word)
        for key, word in zip(keys, city, strict=True)
    )


def _one_off(key: str, word: str) -> bool:
    return (
        len(word) >= 6
        and key[:2] == word[:2]
        and abs(len(key) - len(word)) == 1
        and (
            key in {word[:cut] + word[cut + 1 :] for cut in range(len(word))}
            or word in {key[:cut] + key[cut + 1 :] for cut in range(len(key))}
        )
    )


def _accounts_of_people(line: Sequence[Token], index: Index, taken: frozenset[int]) -> list[int]:
    """Accounts whose people the line may name, for a line that names no account."""
    near: dict[int, ContactName] = {}
    for place, token in enumerate(line[:LONGEST]):
        if place in taken or len(token.key) < 3 or token.key in ORDINARY:
            continue
        for key in {token.key, token.owner}:
            rows = index.people.rows(key)
            if len(rows) <= _SPREAD:
                near.update((row, index.contacts[row]) for row in rows if row in index.contacts)
    both: dict[int, int] = {}
    for one in people.mentions(near.values(), line, taken):
        if one.contact.account_id in index.accounts:
            both[one.contact.account_id] = both.get(one.contact.account_id, 0) + 1
    shared = {contact.account_id for contact in near.values()} if len(near) <= 4 else set()
    return [one for one in {**both, **dict.fromkeys(shared)} if one in index.accounts]


def stands_alone(fit: Fit) -> bool:
    """Whether the name by itself is said clearly enough."""
    return fit.weight >= 0.9 and (fit.cover >= 0.6 or fit.weight >= 1.4)


def name_of(one: Candidate, spots: Sequence[Word]) -> tuple[int, int] | None:
    return (spots[one.fit.first].token, spots[one.fit.last].token) if one.fit else None
