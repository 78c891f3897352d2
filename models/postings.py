"""Which rows hold which word: the blocking step in front of every fuzzy comparison.

A plain scan of 200,000 names by a fuzzy library takes 120 to 400 ms (performance.md); looking the
words up first leaves it a handful.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from models.layers import Layers

_HEAD = 2
"""Words are kept sorted by so many first letters apart: a short list is soon sorted and copied."""


class Postings:
    """Which rows hold which word. What is made never changes: `with_rows` makes another."""

    def __init__(self, held: Mapping[str, array[int]] | None = None) -> None:
        rows = dict(held or {})
        heads: dict[str, list[str]] = {}
        alike: dict[tuple[str, int], list[str]] = {}
        for word in rows:
            heads.setdefault(word[:_HEAD], []).append(word)
            alike.setdefault((word[:1], len(word)), []).append(word)
        for words in heads.values():
            words.sort()
        self._rows: Layers[str, array[int]] = Layers(rows)
        self._heads: Layers[str, list[str]] = Layers(heads)
        self._alike: Layers[tuple[str, int], list[str]] = Layers(alike)
        self._order = sorted(heads)

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def with_rows(self, added: Mapping[str, Iterable[int]]) -> Postings:
        """Another one in which these words are held by these rows, too."""
        rows: dict[str, array[int] | None] = {}
        heads: dict[str, list[str]] = {}
        alike: dict[tuple[str, int], list[str]] = {}
        for word, more in added.items():
            before = self._rows.get(word)
            rows[word] = array("q", more) if before is None else before + array("q", more)
            if before is None:
                head, kind = word[:_HEAD], (word[:1], len(word))
                heads[head] = [*(heads.get(head) or self._heads.get(head) or ()), word]
                alike[kind] = [*(alike.get(kind) or self._alike.get(kind) or ()), word]
        for words in heads.values():
            words.sort()
        made = Postings()
        made._rows = self._rows.changed(rows)
        made._heads = self._heads.changed(heads)
        made._alike = self._alike.changed(alike)
        made._order = self._order
        if any(head not in self._heads for head in heads):
            made._order = sorted(made._heads)
        return made

    def rows(self, word: str) -> Sequence[int]:
        """The rows that hold the word."""
        return self._rows.get(word, ())

    def beginning(self, start: str, most: int | None = None) -> Sequence[str]:
        """The words that begin so, in order; at most `most`."""
        found: list[str] = []
        head = start[:_HEAD]
        for place in range(bisect_left(self._order, head), len(self._order)):
            if not self._order[place].startswith(head):
                break
            words = self._heads[self._order[place]]
            first = bisect_left(words, start)
            last = bisect_left(words, start + "\U0010ffff", first)
            found += words[first:last]
            if most is not None and len(found) >= most:
                return found[:most]
        return found

    def similar(self, word: str) -> list[tuple[str, float]]:
        """Words with the same first letter that are probably this one misspelled, with a
        likeness of 0 to 1."""
        near = [
            other
            for length in range(len(word) - 2, len(word) + 3)
            for other in self._alike.get((word[:1], length), ())
        ]
        found = process.extract(word, near, scorer=fuzz.ratio, score_cutoff=80, limit=4)
        return [(other, score / 100) for other, score, _ in found]


def held_by(rows: Iterable[tuple[int, Iterable[str]]]) -> dict[str, array[int]]:
    """For each word the rows that hold it, from rows with their words."""
    held: dict[str, array[int]] = {}
    for row, words in rows:
        for word in words:
            known = held.get(word)
            if known is None:
                held[word] = array("q", (row,))
            else:
                known.append(row)
    return held
