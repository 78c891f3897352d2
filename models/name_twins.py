"""Whether two names are probably the same account's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from models.fit import Word, weight_of
from models.name_matching import Matching
from models.name_words import GENERIC, name_words, raw_words, spelled, words
from models.names import AccountName
from models.text import listed

_FAMILIES = tuple(
    map(
        listed,
        (
            "hospital medical center health care system campus regional community general centers",
            "clinic practice office group associates physicians partners company department"
            " medical center health services agency institute",
            "nursing home care center rehabilitation facility campus health services",
        ),
    )
)
"""Everyday words of names that people use for one another: a hospital may be called a medical
center, and is no nursing home."""

_RELATIVES = listed("son sons daughter daughters brothers sisters")


def near(index: Matching, name: str, *, limit: int) -> list[AccountName]:
    """The accounts that a new name may be meant for, the likest first.

    All that tells names apart must agree: another spelling, an abbreviation, another word for a
    hospital or a missing one. A namesake in another city is among them.
    """
    mine = name_words(name)
    spots = [
        Word(key, raw, place) for place, raw in enumerate(raw_words(name)) for key in spelled(raw)
    ]
    found: list[tuple[float, AccountName]] = []
    for match in index.match_accounts(spots, limit=100):
        one = match.account
        likeness = max(
            _likeness(mine, name_words(other), words(one.city))
            for other in (one.name, *one.aliases)
        )
        if likeness > 0:
            found.append((likeness, one))
    found.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].id))
    return [one for _, one in found[:limit]]


def _likeness(first: Sequence[str], second: Sequence[str], city: Sequence[str]) -> float:
    """0.0 for two different names, up to 1.0 for one and the same."""
    whole, other = "".join(first), "".join(second)
    if whole == other or whole == _telling(second) or other == _telling(first):
        return 0.95 + 0.05 * (whole == other)
    left, right, same = list(first), list(second), 0.0
    telling = False
    for word in first:
        twin = next((other for other in right if _agree(word, other)), None)
        if twin is not None:
            left.remove(word)
            right.remove(twin)
            same += weight_of(word)
            telling = telling or weight_of(word) == 1.0
    left = [word for word in left if word not in city]
    right = [word for word in right if word not in city]
    if not (left or right):
        return 0.99 if same else 0.0
    if not telling or not _may_differ(left, right):
        return 0.0
    apart = sum(weight_of(word) for word in (*left, *right))
    return same / (same + apart)


def _telling(name: Sequence[str]) -> str:
    return "".join(word for word in name if word not in GENERIC)


def _agree(word: str, other: str) -> bool:
    if word == other or word + "s" == other or other + "s" == word:
        return True
    return len(word) >= 5 and word[0] == other[0] and fuzz.ratio(word, other) >= 85


def _may_differ(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether words that only one of the names has leave both the same account's."""
    for own, others in ((left, right), (right, left)):
        telling = [word for word in own if word not in GENERIC and word not in _RELATIVES]
        if telling and (others or sum(map(weight_of, telling)) > 0.5):
            return False
    if not (left and right):
        return True
    both = [word for word in (*left, *right) if word in GENERIC]
    return any(all(word in family for word in both) for family in _FAMILIES)
