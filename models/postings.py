"""Which rows hold which word: the blocking step in front of every fuzzy comparison.

A plain scan of 200,000 names by a fuzzy library takes 120 to 400 ms (performance.md); looking the
words up first leaves it a handful.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process


class Postings:
    """Which rows hold which word. Never changed once another thread may see it."""

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._sorted: list[str] = []
        self._alike: dict[tuple[str, int], list[str]] | None = None

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def copy(self) -> Postings:
        """One that may be changed: the arrays are shared until `add` replaces them."""
        made = Postings()
        made._rows = dict(self._rows)
        made._sorted = list(self._sorted)
        return made

    def fill(self, held: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Take in many rows at once, each with its words; only on a new one."""
        for row, row_words in held:
            for word in row_words:
                rows = self._rows.get(word)
                if rows is None:
                    self._rows[word] = array("q", (row,))
                else:
                    rows.append(row)
        self._sorted = sorted(self._rows)

    def add(self, row: int, row_words: Iterable[str]) -> None:
        """Take in one row, leaving alone the arrays that an older index reads."""
        for word in row_words:
            rows = self._rows.get(word)
            if rows is None:
                insort(self._sorted, word)
                self._alike = None
                self._rows[word] = array("q", (row,))
            elif row not in rows:
                self._rows[word] = rows + array("q", (row,))

    def rows(self, word: str) -> Sequence[int]:
        """The rows that hold the word."""
        return self._rows.get(word, ())

    def beginning(self, start: str, most: int | None = None) -> Sequence[str]:
        """The words that begin so, in order; at most `most`."""
        first = bisect_left(self._sorted, start)
        last = bisect_left(self._sorted, start + "\U0010ffff", first)
        return self._sorted[first : last if most is None else min(last, first + most)]

    def similar(self, word: str) -> list[tuple[str, float]]:
        """Words with the same first letter that are probably this one misspelled, with a
        likeness of 0 to 1."""
        alike = self._alike
        if alike is None:  # two threads may both make it: the same, so either will do
            alike = {}
            for other in self._sorted:
                alike.setdefault((other[:1], len(other)), []).append(other)
            self._alike = alike
        near = [
            other
            for length in range(len(word) - 2, len(word) + 3)
            for other in alike.get((word[:1], length), ())
        ]
        found = process.extract(word, near, scorer=fuzz.ratio, score_cutoff=80, limit=4)
        return [(other, score / 100) for other, score, _ in found]
