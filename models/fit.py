"""How well a name fits a stretch of a line. Pure; `models.lookup` chooses which names to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.name_words import GENERIC, KINDS, is_silent

_STARTS = 12
"""At most so many places of a line are tried as the beginning of one name."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, in the spelling of `models.name_words`.

    token     which word of the line as typed; two words may share one ("healthcare").
    gap       a comma, colon or line end stands before it: no name reaches across.
    ordinary  an everyday word: it counts only where a name has exactly this word.
    used      it is a date, a count or a sign of something else, and no part of a name.
    """

    key: str
    raw: str
    token: int
    gap: bool = False
    ordinary: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the line that may be a name's word.

    quality  0 to 1: the same word, its beginning, or it misspelled.
    spans    how many words of the line it takes: "metro health" is "metrohealth".
    """

    place: int
    quality: float
    spans: int = 1


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a name fits a line: words `first` to `last`, both included.

    weight  what the matched words tell: about 1 for each telling word.
    cover   how much of the whole name they are, 0 to 1.
    """

    first: int
    last: int
    weight: float
    cover: float
    exact: bool


def weight_of(word: str) -> float:
    """How much a word tells one name from others."""
    if word in GENERIC:
        return 0.2
    if word in KINDS or word.isdecimal() or len(word) == 1:
        return 0.5
    return 1.0


def best_fit(
    name: Sequence[str], line: Sequence[Word], hits: Mapping[str, Sequence[Hit]]
) -> Fit | None:
    """The stretch of the line that says most of the name; None when no word of it is there.

    hits  for each word of names, where the line may hold it.
    """
    at: dict[int, list[tuple[int, Hit]]] = {}
    for index, word in enumerate(name):
        for hit in hits.get(word, ()):
            at.setdefault(hit.place, []).append((index, hit))
    if not at:
        return None
    whole = sum(map(weight_of, name))
    best: Fit | None = None
    for start in sorted(at)[:_STARTS]:
        if best is not None and best.first <= start <= best.last:
            continue
        found = _from(start, name, line, at, whole)
        if found and (best is None or (found.weight, found.cover) > (best.weight, best.cover)):
            best = found
    return best


def _from(
    start: int,
    name: Sequence[str],
    line: Sequence[Word],
    at: Mapping[int, Sequence[tuple[int, Hit]]],
    whole: float,
) -> Fit | None:
    free = [True] * len(name)
    weight, exact = 0.0, True
    place, last = start, -1
    while place < len(line):
        if last >= 0 and line[place].gap:
            break
        taken, quality, spans = _take(place, name, line, at, free, follows=last >= 0)
        if not taken:
            if last < 0 or not is_silent(line[place].raw):
                break
            place += 1
            continue
        for index in taken:
            free[index] = False
            weight += weight_of(name[index]) * quality
        exact = exact and quality >= 0.95
        last = place + spans - 1
        place += spans
    if last < 0:
        return None
    return Fit(start, last, weight, weight / whole, exact and not any(free))


def _take(
    place: int,
    name: Sequence[str],
    line: Sequence[Word],
    at: Mapping[int, Sequence[tuple[int, Hit]]],
    free: Sequence[bool],
    *,
    follows: bool,
) -> tuple[Sequence[int], float, int]:
    """The name's words that the line's word at `place` stands for, how well, and how many of
    the line's words that takes."""
    here = [(hit.quality, index, hit.spans) for index, hit in at.get(place, ()) if free[index]]
    if here:
        quality, index, spans = max(here, key=lambda one: (one[0], one[2], -one[1]))
        return (index,), quality, spans
    word = line[place]
    if not follows or word.used or word.ordinary:
        return (), 0.0, 0
    if len(word.key) <= 2:  # "st e youngstown": a letter or two stand for the next free word
        for index, is_free in enumerate(free):
            if is_free and name[index].startswith(word.key):
                return (index,), 0.6, 1
    if 2 <= len(word.raw) <= 4:
        run = _initials_run(word.raw, name, free)
        if run:
            return run, 0.8, 1
    return (), 0.0, 0


def _initials_run(letters: str, name: Sequence[str], free: Sequence[bool]) -> Sequence[int]:
    """Free words of the name, one after the other, that begin with these letters: "cm"."""
    for first in range(len(name) - len(letters) + 1):
        run = range(first, first + len(letters))
        if all(
            free[index] and name[index][0] == letter
            for index, letter in zip(run, letters, strict=True)
        ):
            return run
    return ()
