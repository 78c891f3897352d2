"""The accounts whose names stand in a line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from types import MappingProxyType

from models.fit import Fit, Hit, Word, best_fit, weight_of
from models.given_names import COMMON
from models.name_words import ALSO, GENERIC, name_words
from models.names import SCANNED, AccountName, Names

_SPREAD = 400
"""A word that more rows than this hold is no clue by itself while there is a rarer one."""

_TRIED = 24
"""The most names with a telling word compared in full with one line, and half as many without."""


@dataclass(frozen=True, slots=True)
class Match:
    """An account that a line may mean, and where its name stands in it."""

    account: AccountName
    fit: Fit


class Matching(Names):
    """Names that can be looked for in a line."""

    def match_accounts(
        self,
        line: Sequence[Word],
        *,
        favoured: Mapping[int, float] = MappingProxyType({}),
        limit: int = 2 * _TRIED,
    ) -> list[Match]:
        """The accounts whose name, alias or initials stand in the line, the most telling first.

        favoured  accounts that more than their name speaks for, and how much: only some of
                  hundreds that have the same words are compared.
        """
        hits = self._hits(line)
        found: dict[int, Match] = {}
        for account_id in self._pool(line, hits, favoured):
            account = self.accounts.get(account_id)
            if account is None:
                continue
            fits = [
                fit
                for name in (account.name, *account.aliases)
                if (fit := best_fit(name_words(name), line, hits))
            ]
            if fits:
                best = max(fits, key=lambda fit: (fit.weight, fit.cover))
                found[account_id] = Match(account, best)
        for place, word in enumerate(line):
            if 3 <= len(word.raw) <= 6 and not word.ordinary and not word.used:
                for account_id in self.initials.get(word.raw, ())[:limit]:
                    known = found.get(account_id)
                    account = self.accounts.get(account_id)
                    if account and (not known or known.fit.weight < 0.9):
                        fit = Fit(place, place, 0.9, 0.9, exact=False)
                        found[account_id] = Match(account, fit)
        ranked = sorted(
            found.values(),
            key=lambda one: (-one.fit.weight, -one.fit.cover, one.account.name, one.account.id),
        )
        return ranked[:limit]

    def _hits(self, line: Sequence[Word]) -> dict[str, list[Hit]]:
        """For each word of a name that the line may hold, where."""
        hits: dict[str, list[Hit]] = {}
        guesses = 4  # misspellings are dear to look up: only so many words of a line
        for place, word in enumerate(line):
            if word.used:
                continue
            following = line[place + 1] if place + 1 < len(line) else None
            if following and not following.gap and not following.used:
                joined = word.key + following.key
                if len(joined) >= 6 and joined in self.names:
                    hits.setdefault(joined, []).append(Hit(place, 1.0, spans=2))
            known = list(self._meanings(word))
            guessed = not (known or word.ordinary or word.key in COMMON)
            if guessed and len(word.key) >= 5 and guesses:
                guesses -= 1
                known = [(other, like * 0.95) for other, like in self.names.similar(word.key)]
            for other, quality in known:
                hits.setdefault(other, []).append(Hit(place, quality))
        return hits

    def _meanings(self, word: Word) -> Iterator[tuple[str, float]]:
        """The words of names that a typed word stands for when it is spelled right."""
        key = word.key
        if key in self.names:
            yield key, 1.0
        for other in ALSO.get(word.raw, ()):
            if other in self.names:
                yield other, 0.95
        if word.ordinary or len(key) < 3:
            return
        if key.endswith("s") and key[:-1] in self.names:
            yield key[:-1], 0.95
        if weight_of(key) < 1 and key in self.names:
            return  # "health" is no beginning of "healthalliance"
        for other in self.names.beginning(key, most=30):
            if other != key:
                yield other, 0.95 if other == key + "s" else 0.78 + 0.15 * len(key) / len(other)

    def _pool(
        self, line: Sequence[Word], hits: dict[str, list[Hit]], favoured: Mapping[int, float]
    ) -> list[int]:
        """The few accounts worth comparing: those that hold the most of the rarest words, and of
        equals those that something else speaks for."""
        telling = sorted(
            (word for word in hits if word not in GENERIC),
            key=lambda word: len(self.names.rows(word)),
        )
        rare = [word for word in telling if len(self.names.rows(word)) <= _SPREAD] or telling[:1]
        scores: dict[int, float] = {}
        for word in rare:
            _add(scores, self.names.rows(word)[:SCANNED], _worth(word, hits))
        common = self._by_common_words(line, self._near(rare, hits))
        for row in common.keys() & favoured.keys():
            common[row] += favoured[row]
        plain = _highest(common, _TRIED // 2)
        if len(scores) <= _TRIED:
            return list(dict.fromkeys((*scores, *plain)))
        for word in telling[len(rare) :][:4]:  # too common to bring in anybody new
            worth = _worth(word, hits)
            for row in scores.keys() & self._some(word):
                scores[row] += worth
        for row in scores.keys() & favoured.keys():
            scores[row] += favoured[row]
        return list(dict.fromkeys((*_highest(scores, _TRIED), *plain)))

    def _holds(self, row: int, word: str) -> bool:
        account = self.accounts.get(row)
        return account is not None and word in name_words(account.name)

    def _some(self, word: str) -> set[int]:
        """Rows that hold the word, at most `SCANNED`."""
        return set(self.names.rows(word)[:SCANNED])

    def _near(
        self, rare: Sequence[str], hits: Mapping[str, Sequence[Hit]]
    ) -> dict[int, Collection[int]]:
        """The few rows that a telling word stands for, by its place in the line."""
        return {
            hit.place: self.names.rows(word)
            for word in rare
            if len(self.names.rows(word)) <= _SPREAD
            for hit in hits[word]
        }

    def _by_common_words(
        self, line: Sequence[Word], near: Mapping[int, Collection[int]]
    ) -> dict[int, float]:
        """Accounts called by common words only, "Community General": those with two that stand
        side by side in the line, a shorter name before a longer. Not where a telling word beside
        them makes a name of them: "Quillback Memorial Hospital"."""
        scores: dict[int, float] = {}
        pairs: dict[tuple[str, str], bool] = {}
        for place, (word, other) in enumerate(pairwise(line)):
            if other.gap or word.used or other.used:
                continue
            if max(weight_of(word.key), weight_of(other.key)) < 1:
                beside = (*near.get(place - 1, ()), *near.get(place + 2, ()))
                named = any(
                    self._holds(row, word.key) and self._holds(row, other.key) for row in beside
                )
                key = (word.key, other.key)
                pairs[key] = pairs.get(key, True) and named
        for one, two in sorted(pair for pair, named in pairs.items() if not named)[:4]:
            _add(scores, self._some(one) & self._some(two), 1.0)
        most = max(scores.values(), default=0.0)
        best = [row for row, score in scores.items() if score == most][:1000]
        return {
            row: 2.0 - 0.004 * len(account.name)
            for row in best
            if (account := self.accounts.get(row))
        }


def _worth(word: str, hits: Mapping[str, Sequence[Hit]]) -> float:
    return weight_of(word) * max(hit.quality for hit in hits[word])


def _add(scores: dict[int, float], rows: Collection[int], worth: float) -> None:
    """More for each of the rows; there may be thousands, and then most of them are new."""
    if len(rows) <= 50:
        for row in rows:
            scores[row] = scores.get(row, 0.0) + worth
        return
    known = {row: scores[row] + worth for row in scores.keys() & set(rows)} if scores else {}
    scores.update(dict.fromkeys(rows, worth))
    scores.update(known)


def _highest(scores: Mapping[int, float], count: int) -> list[int]:
    """The rows with the highest scores, of equals the oldest: of thousands without sorting all."""
    kept, least = 0, 0.0
    for score, rows in sorted(Counter(scores.values()).items(), reverse=True):
        kept, least = kept + rows, score
        if kept >= count:
            break
    best = [row for row, score in scores.items() if score >= least]
    return nsmallest(count, best, key=lambda row: (-scores[row], row))
