"""Which account a line is about: its name, its city and the people met there as evidence. Pure.

Never a silent guess: where two fit, or one fits only in part, the rep is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers.reading import people
from handlers.reading.people import FIRST, Mention
from handlers.reading.words import ORDINARY, TITLES, Token
from models.fit import Fit, Word
from models.given_names import COMMON
from models.lookup import AccountName, ContactName, Index
from models.name_words import name_words, raw_words, spelled, words
from models.text import listed

MOST_CANDIDATES = 10
"""The most accounts offered for one line."""

LONGEST = 120
"""Words of a line in which an account is looked for: who is met stands near the beginning."""

_MARGIN = 0.12
"""Evidence closer than this does not tell two accounts apart."""

_HELP = 1.0
"""As much as city and people may add; a name weaker by more than that is out of the question."""

_COMPARED = 15
_SPREAD = 60
"""A first or last name that more people bear than this says nothing by itself."""

_PLACE_CUES = listed("at from for by to left visited saw met with w hit did called new")
_ASIDE = listed("near vs than formerly ex across opposite behind beside unlike")
# A word right after a partial name that says it is another place of that name.
_CONTRADICTS = listed(
    """
    plumbing insurance restoration property properties hospice living assisted nursing north south
    east west benefits pension general county memorial childrens university community orthopedics
    financial
    """
)


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


@dataclass(frozen=True)
class Decision:
    """The account, or the accounts to choose from, and the tokens that name it."""

    account: AccountName | None = None
    candidates: tuple[AccountName, ...] = ()
    tokens: frozenset[int] = frozenset()
    met: tuple[Mention, ...] = field(default=())


def decide(
    line: Sequence[Token], index: Index, *, taken: frozenset[int], mine: int | None
) -> Decision:
    """The account the line means.

    taken  tokens that are dates, counts, mentions or a patient's.
    mine   the rep: their own accounts are offered first.
    """
    spots = spotted(line[:LONGEST], taken)
    ranked = _ranked(line, spots, index, taken)
    if not ranked:
        return Decision()
    best = ranked[0]
    rivals = [one for one in ranked[1:] if _rivals(one, best, spots, line)]
    apart = [one for one in rivals if not _overlap(one, best)]
    if rivals or _is_unsure(best, line, spots, index, taken):
        offered = sorted(
            [best, *rivals],
            key=lambda one: (mine is None or one.account.owner_id != mine, -one.evidence),
        )[:MOST_CANDIDATES]
        named = _tokens_of(best, spots).union(*(_tokens_of(one, spots) for one in apart))
        met = tuple(mention for one in (best, *apart) for mention in one.met) if apart else ()
        return Decision(None, tuple(one.account for one in offered), named, met)
    return Decision(best.account, (), frozenset(_tokens_of(best, spots)), best.met)


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


def _ranked(
    line: Sequence[Token], spots: Sequence[Word], index: Index, taken: frozenset[int]
) -> list[Candidate]:
    """The accounts that anything speaks for, the best first."""
    found: dict[int, Candidate] = {}
    plausible = [
        match
        for match in index.match_accounts(spots)[:_COMPARED]
        if _is_plausible(match.fit, line, spots)
    ]
    for match in plausible:
        if match.fit.weight >= plausible[0].fit.weight - _HELP:
            found[match.account.id] = _weighed(match.account, match.fit, line, spots, index, taken)
    if not any(_stands_alone(match.fit) for match in plausible):
        for account_id in _accounts_of_people(line, index, taken):
            if account_id not in found:
                account = index.accounts[account_id]
                found[account_id] = _weighed(account, None, line, spots, index, taken)
    return sorted(
        (one for one in found.values() if one.evidence >= FIRST / 2),
        key=lambda one: (-one.evidence, -one.cover, one.account.name, one.account.id),
    )


def _weighed(
    account: AccountName,
    fit: Fit | None,
    line: Sequence[Token],
    spots: Sequence[Word],
    index: Index,
    taken: frozenset[int],
) -> Candidate:
    name = frozenset(spot.token for spot in spots[fit.first : fit.last + 1]) if fit else frozenset()
    city = _city_tokens(account, name, line)
    own = name_words(account.name)
    met = [
        one
        for one in people.mentions(index.contacts_of(account.id)[:500], line, taken | name | city)
        if one.strength > people.LAST or line[one.first].owner not in own  # "Dombeck Plumbing"
    ]
    evidence = sum(sorted((one.strength for one in met), reverse=True)[:3]) * (0.6 if fit else 1.0)
    if fit:
        evidence += fit.weight + (0.5 if city else 0.0)
        first = spots[fit.first].token
        if first <= 1 or line[first - 1].key in _PLACE_CUES:
            evidence += 0.15
    return Candidate(account, evidence, fit, city, tuple(met))


def _is_plausible(fit: Fit, line: Sequence[Token], spots: Sequence[Word]) -> bool:
    """Whether the matched words are likely to be meant as a name at all."""
    here = spots[fit.first : fit.last + 1]
    first = here[0].token
    in_place = first <= 1 or line[first - 1].key in _PLACE_CUES or line[first].gap
    capital = line[first].text[0].isupper()
    if all(spot.ordinary for spot in here):
        return fit.cover >= 0.6 and (len(here) > 1 or fit.cover >= 0.75) and (in_place or capital)
    if line[first - 1].key in _ASIDE and first:
        return False
    if fit.weight >= 1.4:
        return True
    if fit.weight >= 0.9:
        return fit.cover >= 0.3 and (in_place or capital or fit.cover >= 0.6)
    return fit.weight >= 0.7 and fit.cover >= 0.3 and (in_place or (capital and fit.cover >= 0.6))


def _city_tokens(
    account: AccountName, name: frozenset[int], line: Sequence[Token]
) -> frozenset[int]:
    """The tokens right beside the name, or after "in", that are the account's city."""
    city = raw_words(account.city)
    if not city or not name:
        return frozenset()
    spelling = words(account.city)
    first, last = min(name), max(name)
    after_in = [place + 1 for place, token in enumerate(line) if token.key in ("in", "at")]
    for start in (first - len(city), last + 1, *after_in):
        here = range(start, start + len(city))
        if start < 0 or here[-1] >= len(line) or not name.isdisjoint(here):
            continue
        keys = [spelled(line[place].key)[0] for place in here]
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


def _stands_alone(fit: Fit) -> bool:
    """Whether the name by itself is said clearly enough."""
    return fit.weight >= 0.9 and (fit.cover >= 0.6 or fit.weight >= 1.4)


def _rivals(one: Candidate, best: Candidate, spots: Sequence[Word], line: Sequence[Token]) -> bool:
    """Whether the line may as well mean this account as the best one."""
    if one.fit is None or best.fit is None:
        return best.fit is None and one.evidence >= best.evidence - _MARGIN
    if _overlap(one, best):
        if one.evidence < best.evidence - _MARGIN:
            return False
        return one.cover >= best.cover - 0.25 or one.evidence > best.evidence - 0.01 > 1.2
    start = spots[one.fit.first].token
    if start and line[start - 1].key == "from" and best.fit.first < one.fit.first:
        return False  # "dina k., bev from fairview came too"
    stands_alone = one.cover >= 0.6 and _stands_alone(one.fit)
    told_apart = bool(best.met or best.city) and not (one.met or one.city)
    return stands_alone and not told_apart


def _overlap(one: Candidate, other: Candidate) -> bool:
    """Whether both are read from the same words of the line."""
    if one.fit is None or other.fit is None:
        return True
    return one.fit.first <= other.fit.last and other.fit.first <= one.fit.last


def _is_unsure(
    best: Candidate,
    line: Sequence[Token],
    spots: Sequence[Word],
    index: Index,
    taken: frozenset[int],
) -> bool:
    """Whether the one account that fits should still be confirmed by the rep."""
    fit = best.fit
    if fit is None:
        return best.evidence < FIRST
    if fit.exact or best.city:
        return False
    after = spots[fit.last].token + 1
    if after >= len(line) or line[after].gap or after in taken:
        return False
    token = line[after]
    key = spelled(token.key)[0]
    if key in _CONTRADICTS and key not in name_words(best.account.name):
        return True
    if _is_elsewhere(best, after, line, index):
        return True
    if best.met or fit.cover >= 0.5 or fit.weight >= 1.4:
        return False
    stranger = len(token.key) >= 4 and token.key.isalpha() and token.key not in ORDINARY
    return stranger and token.key not in COMMON and token.key not in TITLES


def _is_elsewhere(best: Candidate, after: int, line: Sequence[Token], index: Index) -> bool:
    """Whether a city follows that other accounts lie in, and this one does not."""
    if line[after].key in ("in", "at") and after + 1 < len(line):
        after += 1
    for length in (2, 1):
        here = line[after : after + length]
        city = " ".join(key for token in here for key in spelled(token.key))
        if len(here) == length and city in index.cities:
            own = " ".join(words(best.account.city))
            return city != own and city not in " ".join(name_words(best.account.name))
    return False


def _tokens_of(one: Candidate, spots: Sequence[Word]) -> frozenset[int]:
    if one.fit is None:
        return one.city
    return one.city | {spot.token for spot in spots[one.fit.first : one.fit.last + 1]}
