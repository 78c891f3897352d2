"""What a line calls its account: the rep's own words for one, and words nobody knows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.reading.notes import CUES, SMALL
from handlers.reading.words import ORDINARY, TITLES, Token
from models.given_names import COMMON
from models.text import listed

_FIRST_WORDS = 12
"""An account is named near the beginning, or not at all."""

_MOST = 4
_CUES = listed("at from with w by for to visited saw called")


@dataclass(frozen=True)
class Called:
    """Tokens `first` to `last`, both included, that are a rep's own word for an account."""

    first: int
    last: int
    account_id: int


def own_words(line: Sequence[Token], own: Mapping[str, int], taken: frozenset[int]) -> list[Called]:
    """Where the line has one of the rep's own words, the longest of those that overlap.

    own  name_key to account id.
    """
    if not own:
        return []
    starts: dict[str, list[tuple[list[str], int]]] = {}
    for key, account_id in own.items():
        words = [word for word in key.split() if word != "and"]
        if words:
            starts.setdefault(words[0], []).append((words, account_id))
    places = [place for place, token in enumerate(line) if token.key != "and"]
    found: list[Called] = []
    for at, place in enumerate(places):
        for words, account_id in starts.get(line[place].key, ()):
            here = places[at : at + len(words)]
            keys = [line[one].key for one in here]
            keys[-1:] = [line[here[-1]].owner] if keys[-1] != words[-1] else keys[-1:]
            if keys == words and not taken.issuperset(here):
                found.append(Called(here[0], here[-1], account_id))
    found.sort(key=lambda one: (one.first - one.last, one.first))
    kept: list[Called] = []
    for one in found:
        if all(one.last < other.first or other.last < one.first for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.first)


def unresolved(line: Sequence[Token], used: frozenset[int]) -> tuple[int, int] | None:
    """The first and last token of what is probably the name of an account nobody knows: the
    first unknown words of the line.

    used  tokens that say something else.
    """
    first: int | None = None
    last = -1
    for place, token in enumerate(line[:_FIRST_WORDS]):
        if first is not None and (token.gap or place - first >= _MOST):
            break
        known = place in used or token.key in SMALL or token.key in CUES
        plain = not known and token.key not in ORDINARY and len(token.key) > 1
        if plain and first is None and (token.key in COMMON or token.key in TITLES):
            plain = bool(place) and line[place - 1].key in _CUES
        if plain and token.key.isalpha() and token.key == token.text.casefold():
            first = place if first is None else first
            last = place
        elif first is not None:
            break
    return None if first is None else (first, last)
