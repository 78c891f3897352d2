"""Which words of a line were understood, and as what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers.reading.words import Token

Span = tuple[int, int]


def covered(line: Sequence[Token], places: Iterable[Span]) -> frozenset[int]:
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


@dataclass(frozen=True)
class Used:
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

    def words(
        self,
        text: str,
        line: Sequence[Token],
        told: Iterable[tuple[str, Span]],
        kept: frozenset[int],
    ) -> Iterator[tuple[str, str]]:
        """(field, words) for every unbroken run of tokens of one field, and for what is `told`
        by whole places of the text, in order.

        kept  the tokens of the notes. A small word that is not in them goes with the field
              beside it: "w/ danielle", "f/u thurs".
        """
        fields = self._by_field()
        of = {place: field for field, places in fields.items() for place in places}
        held = {field: set(places) for field, places in fields.items()}
        waiting: list[int] = []
        before: str | None = None
        for place in range(len(line)):
            if place in of:
                before = of[place]
                held[before].update(waiting)
                waiting = []
            elif place not in kept:
                waiting.append(place)
            elif before is not None:
                held[before].update(waiting)
                waiting = []
        if before is not None:
            held[before].update(waiting)
        runs = [
            (line[first].start, field, text[line[first].start : line[last].end])
            for field, places in held.items()
            for first, last in _runs(places)
        ]
        runs += [(start, field, text[start:end].strip()) for field, (start, end) in told]
        yield from ((field, said) for _, field, said in sorted(runs))


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
