"""Which account a line is about: its name, its city and the people met there as evidence. Pure.

Never a silent guess: where two fit, or one fits only in part, the rep is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handlers.reading import called, people
from handlers.reading.called import Called
from handlers.reading.evidence import (
    LONGEST,
    PLACE_CUES,
    Candidate,
    Rep,
    favoured_by,
    is_name,
    name_of,
    rank,
    spotted,
    stands_alone,
)
from handlers.reading.people import FIRST, INITIAL, Mention
from handlers.reading.words import ORDINARY, TITLES, Token
from models.fit import Word
from models.given_names import COMMON
from models.lookup import AccountName, Index
from models.name_words import GENERIC, name_words, spelled, words
from models.text import listed

MOST_CANDIDATES = 10
"""The most accounts offered for one line."""

_MARGIN = 0.12
"""Evidence closer than this does not tell two accounts apart."""

# A word right after a partial name that says it is another place of that name.
_CONTRADICTS = listed(
    """
    plumbing insurance restoration property properties hospice living assisted nursing north south
    east west benefits pension general county memorial childrens university community orthopedics
    financial
    """
)


@dataclass(frozen=True)
class Decision:
    """The account, or the accounts to choose from, and the tokens that name it.

    name  the first and last token of the name itself; None when only people speak for it.
    """

    account: AccountName | None = None
    candidates: tuple[AccountName, ...] = ()
    tokens: frozenset[int] = frozenset()
    met: tuple[Mention, ...] = field(default=())
    name: tuple[int, int] | None = None


def decide(line: Sequence[Token], index: Index, *, taken: frozenset[int], rep: Rep) -> Decision:
    """The account the line means.

    taken  tokens that are dates, counts, mentions or a patient's.
    """
    spots = spotted(line[:LONGEST], taken)
    favoured = favoured_by(line, index, taken, rep)
    told = [
        one for one in called.own_words(line, rep.own, taken) if one.account_id in index.accounts
    ]
    if told:
        return _as_called(told, line, spots, index, taken, favoured)
    ranked = rank(line, spots, index, taken, favoured)
    if not ranked:
        return Decision()
    best = ranked[0]
    rivals = [one for one in ranked[1:] if _rivals(one, best, spots, line)]
    apart = [one for one in rivals if not _overlap(one, best)]
    if not rivals and best.fit and best.met:
        rivals = _too_many(best, ranked)
        apart = []
    if rivals or _is_unsure(best, line, spots, index, taken):
        offered = sorted(
            [best, *rivals],
            key=lambda one: (*rep.order(one.account), -one.evidence),
        )[:MOST_CANDIDATES]
        named = _tokens_of(best, spots).union(*(_tokens_of(one, spots) for one in apart))
        met = _met_at((best, *apart), spots) if apart else ()
        if not rivals:
            met = best.met
        accounts = tuple(one.account for one in offered)
        return Decision(None, accounts, named, met, name_of(best, spots))
    named = frozenset(_tokens_of(best, spots))
    return Decision(best.account, (), named, best.met, name_of(best, spots))


def _too_many(best: Candidate, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The accounts that go by the same words, when they are so many that some Mary works at one
    of them anyway."""
    if best.fit is None or best.city:
        return []
    weight = best.fit.weight
    same = [one for one in ranked[1:] if one.fit and abs(one.fit.weight - weight) < 0.05]
    surely = max(one.strength for one in best.met)
    many = len(same) >= 12 if surely > FIRST else len(same) >= 5
    return same if many and surely <= INITIAL else []


def _as_called(
    told: Sequence[Called],
    line: Sequence[Token],
    spots: Sequence[Word],
    index: Index,
    taken: frozenset[int],
    favoured: Mapping[int, float],
) -> Decision:
    """The account that the rep's own word stands for; several, when the line says more."""
    meant = {one.account_id: index.accounts[one.account_id] for one in told}
    tokens = frozenset(place for one in told for place in range(one.first, one.last + 1))
    first, last = told[0].first, told[0].last
    for match in index.match_accounts(spots):
        here = [spot.token for spot in spots[match.fit.first : match.fit.last + 1]]
        wider = here[0] <= first and last <= here[-1] and len(set(here)) > last - first + 1
        if wider and match.fit.exact:  # "st marys" is one, and "st marys evansville" another
            meant[match.account.id] = match.account
    first_of_all = next(iter(meant.values()))
    if len(meant) == 1 and _is_elsewhere(first_of_all, last + 1, line, index):
        for one in rank(line, spots, index, taken, favoured)[:MOST_CANDIDATES]:
            meant[one.account.id] = one.account
    if len(meant) > 1:
        return Decision(None, tuple(meant.values())[:MOST_CANDIDATES], tokens, (), (first, last))
    met = people.mentions(index.contacts_of(first_of_all.id)[:500], line, taken | tokens)
    return Decision(first_of_all, (), tokens, tuple(met), (first, last))


def _met_at(places: Sequence[Candidate], spots: Sequence[Word]) -> tuple[Mention, ...]:
    """The people met at several accounts: a name that is heard at two is of the place named
    last before it."""
    told = [(one, mention) for one in places for mention in one.met if one.fit is not None]

    def distance(one: Candidate, mention: Mention) -> int:
        name = name_of(one, spots)
        far = mention.first - name[1] if name else 0
        return far if far > 0 else 1000 - far

    kept: list[tuple[Candidate, Mention]] = []
    for one, mention in sorted(told, key=lambda pair: distance(*pair)):
        if all(mention.last < other.first or other.last < mention.first for _, other in kept):
            kept.append((one, mention))
    return tuple(sorted((mention for _, mention in kept), key=lambda mention: mention.first))


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
    said_with_people = one.fit.weight >= 0.8 and bool(one.met)
    clear = said_with_people or (one.cover >= 0.6 and stands_alone(one.fit))
    told_apart = bool(best.met or best.city) and not (one.met or one.city)
    return clear and not told_apart


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
    if fit is None:  # only who was met tells: by a full name, and no other place is named
        spent = {place for one in best.met for place in range(one.first, one.last + 1)}
        return best.evidence < INITIAL or called.unresolved(line, taken | spent) is not None
    if best.city:
        return False
    if _goes_before(best, line, spots, taken):
        return True
    if fit.exact:
        return False
    after = spots[fit.last].token + 1
    if after >= len(line) or line[after].gap or after in taken:
        return False
    token = line[after]
    key = spelled(token.key)[0]
    if key in _CONTRADICTS and key not in name_words(best.account.name):
        return True
    if _is_elsewhere(best.account, after, line, index):
        return True
    if best.met or fit.cover >= 0.5 or fit.weight >= 1.4:
        return False
    stranger = len(token.key) >= 4 and token.key.isalpha() and token.key not in ORDINARY
    return stranger and token.key not in COMMON and token.key not in TITLES


def _goes_before(
    best: Candidate, line: Sequence[Token], spots: Sequence[Word], taken: frozenset[int]
) -> bool:
    """Whether a word right before the name belongs to it, and the account's name lacks it:
    "ascension st thomas" is not St Thomas."""
    if best.fit is None:
        return False
    first = spots[best.fit.first].token
    met = {place for one in best.met for place in range(one.first, one.last + 1)}
    before = first - 1
    apart = line[first].gap or line[first].start - line[before].end > 1  # "metro + lutheran"
    if before < 0 or apart or before in taken or before in met:
        return False
    token = line[before]
    own = name_words(best.account.name)
    if any(key in own for key in spelled(token.key)):
        return False
    if any(key in GENERIC for key in spelled(token.key)) or token.key in _CONTRADICTS:
        return token.key not in PLACE_CUES
    if not is_name(token) or token.key in COMMON:
        return False
    return not (before and (line[before - 1].key in COMMON or line[before - 1].key in TITLES))


def _is_elsewhere(account: AccountName, after: int, line: Sequence[Token], index: Index) -> bool:
    """Whether a city follows that other accounts lie in, and this one does not."""
    if after >= len(line) or line[after].gap:
        return False
    if line[after].key in ("in", "at") and after + 1 < len(line):
        after += 1
    for length in (2, 1):
        here = line[after : after + length]
        city = " ".join(key for token in here for key in spelled(token.key))
        if len(here) == length and city in index.cities:
            own = " ".join(words(account.city))
            return city != own and city not in " ".join(name_words(account.name))
    return False


def _tokens_of(one: Candidate, spots: Sequence[Word]) -> frozenset[int]:
    if one.fit is None:
        return one.city
    return one.city | {spot.token for spot in spots[one.fit.first : one.fit.last + 1]}
