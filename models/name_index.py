"""An index of one workspace's names: accounts, the people at them, competitors. Pure.

`models.lookup` fills it from the tables and keeps it fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import TypeVar

from models.fit import Fit, Hit, Word, best_fit, weight_of
from models.name_words import ALSO, GENERIC, initials, name_words, raw_words, words
from models.postings import Postings

_SPREAD = 400
"""A word that more rows than this hold is no clue by itself while there is a rarer one."""

_SCANNED = 10_000
"""The most rows one search looks at."""

_TRIED = 24
"""The most names compared in full with one line."""

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account as far as a name can tell it apart."""

    id: int
    name: str
    city: str = ""
    state: str = ""
    type: str | None = None
    tier: str = "unrated"
    owner_id: int | None = None
    external_id: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactName:
    """A person at an account."""

    id: int
    account_id: int
    name: str
    title: str = ""
    role: str | None = None


@dataclass(frozen=True, slots=True)
class CompetitorName:
    """A competing firm."""

    id: int
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An account that a line may mean, and where its name stands in it."""

    account: AccountName
    fit: Fit


class Index:
    """One workspace's names. Reading needs no lock: what was built never changes."""

    def __init__(self) -> None:
        self.accounts: dict[int, AccountName] = {}
        self.contacts: dict[int, ContactName] = {}
        self.competitors: dict[int, CompetitorName] = {}
        self.names = Postings()
        self.cities = Postings()
        self.people = Postings()
        self._contacts_of: dict[int, tuple[int, ...]] = {}
        self._initials: dict[str, tuple[int, ...]] = {}
        self._owned: dict[int, tuple[int, ...]] = {}

    @classmethod
    def build(
        cls,
        accounts: Iterable[AccountName],
        contacts: Iterable[ContactName] = (),
        competitors: Iterable[CompetitorName] = (),
    ) -> Index:
        """An index over these names; a second or two for 200,000."""
        made = cls()
        made.accounts = {one.id: one for one in accounts}
        made.contacts = {one.id: one for one in contacts}
        made.competitors = {one.id: one for one in competitors}
        made.names.fill((one.id, _words_of(one)) for one in made.accounts.values())
        made.cities.fill((one.id, (city_key(one),)) for one in made.accounts.values() if one.city)
        made.people.fill((one.id, set(name_words(one.name))) for one in made.contacts.values())
        short: dict[str, list[int]] = {}
        owned: dict[int, list[int]] = {}
        people: dict[int, list[int]] = {}
        for account in made.accounts.values():
            for letters in _initials_of(account):
                short.setdefault(letters, []).append(account.id)
            if account.owner_id is not None:
                owned.setdefault(account.owner_id, []).append(account.id)
        for contact in made.contacts.values():
            people.setdefault(contact.account_id, []).append(contact.id)
        made._initials = {letters: tuple(ids) for letters, ids in short.items()}
        made._owned = {owner: tuple(ids) for owner, ids in owned.items()}
        made._contacts_of = {account_id: tuple(ids) for account_id, ids in people.items()}
        return made

    def with_changes(
        self,
        *,
        accounts: Iterable[AccountName] = (),
        contacts: Iterable[ContactName] = (),
        competitors: Iterable[CompetitorName] = (),
        removed: Iterable[int] = (),
        gone: Iterable[int] = (),
    ) -> Index:
        """Another index with these rows new or changed, the accounts `removed` and the contacts
        `gone` left out; this one stays as it is. Postings may go on naming a row by its
        former words, so whoever reads them compares the row itself.
        """
        made = Index()
        made.accounts = dict(self.accounts)
        made.contacts = dict(self.contacts)
        made.competitors = {**self.competitors, **{one.id: one for one in competitors}}
        made.names = self.names.copy()
        made.cities = self.cities.copy()
        made.people = self.people.copy()
        made._contacts_of = dict(self._contacts_of)
        made._initials = dict(self._initials)
        made._owned = dict(self._owned)
        for account in accounts:
            made._take_account(account)
        for contact in contacts:
            made._take_contact(contact)
        for account_id in removed:
            made.accounts.pop(account_id, None)
        for contact_id in gone:
            made._drop_contact(contact_id)
        return made

    def _take_account(self, account: AccountName) -> None:
        self.accounts[account.id] = account
        self.names.add(account.id, _words_of(account))
        if account.city:
            self.cities.add(account.id, (city_key(account),))
        for letters in _initials_of(account):
            _include(self._initials, letters, account.id)
        if account.owner_id is not None:
            _include(self._owned, account.owner_id, account.id)

    def _take_contact(self, contact: ContactName) -> None:
        before = self.contacts.get(contact.id)
        if before is not None and before.account_id != contact.account_id:
            self._drop_contact(contact.id)
        self.contacts[contact.id] = contact
        self.people.add(contact.id, set(name_words(contact.name)))
        _include(self._contacts_of, contact.account_id, contact.id)

    def _drop_contact(self, contact_id: int) -> None:
        gone = self.contacts.pop(contact_id, None)
        if gone is not None:
            others = self._contacts_of.get(gone.account_id, ())
            self._contacts_of[gone.account_id] = tuple(one for one in others if one != contact_id)

    def contacts_of(self, account_id: int) -> tuple[ContactName, ...]:
        """The people at an account, in the order they were entered."""
        return tuple(self.contacts[one] for one in self._contacts_of.get(account_id, ()))

    def owned_by(self, user_id: int | None) -> Sequence[int]:
        """The ids of a person's own accounts."""
        if user_id is None:
            return ()
        return [
            one
            for one in self._owned.get(user_id, ())
            if one in self.accounts and self.accounts[one].owner_id == user_id
        ]

    def search_accounts(
        self, query: str, *, mine: int | None, limit: int = 100
    ) -> list[AccountName]:
        """Accounts for what is typed so far, the person `mine`'s own first, then by name.

        Every word typed begins a word of the name, an alias, the city or the state; what is
        misspelled is found too when little else is.
        """
        typed = words(query)
        own = self.owned_by(mine)
        if not typed:
            pool: Iterable[int] = (*own, *islice(self.accounts, limit + len(own)))
        else:
            pool = (
                *own[:2000],  # more are found by their words, like everybody's
                *self._beginning(self.names, typed, raw_words(query)),
                *self._beginning(self.cities, typed, ()),
                *self._initials.get(query.strip().casefold(), ()),
            )
        start = query.strip().casefold()
        known = [self.accounts[one] for one in set(pool) if one in self.accounts]
        known.sort(
            key=lambda one: (
                mine is None or one.owner_id != mine,
                not one.name.casefold().startswith(start),
                one.name.casefold(),
                one.id,
            )
        )
        found = list(islice((one for one in known if _begins(query, typed, one)), limit))
        if len(found) < 3 and typed:
            rows = self._misspelled(self.names, typed) - {one.id for one in found}
            more = [
                self.accounts[one]
                for one in rows
                if one in self.accounts and _holds_near(self, typed, self.accounts[one])
            ]
            found += sorted(more, key=lambda one: (one.owner_id != mine, one.name.casefold()))
        return found[:limit]

    def search_contacts(
        self, query: str, *, account_id: int | None, limit: int = 100
    ) -> list[ContactName]:
        """People for what is typed so far, those of the account first, then by name."""
        typed = words(query)
        here = self._contacts_of.get(account_id, ()) if account_id is not None else ()
        pool: Iterable[int] = here
        if typed:
            pool = (*here, *self._beginning(self.people, typed, raw_words(query)))
        elif account_id is None:
            pool = islice(self.contacts, limit)
        found = {
            one: self.contacts[one]
            for one in pool
            if one in self.contacts and _all_begin(typed, name_words(self.contacts[one].name))
        }
        if len(found) < 3 and typed:
            for one in self._misspelled(self.people, typed) & self.contacts.keys():
                found.setdefault(one, self.contacts[one])
        return sorted(
            (one for one in found.values() if one.account_id in self.accounts),
            key=lambda one: (one.account_id != account_id, one.name.casefold(), one.id),
        )[:limit]

    def search_competitors(self, query: str, *, limit: int = 100) -> list[CompetitorName]:
        """Competitors of whose name or alias what is typed begins a word, by name."""
        typed = words(query)
        return sorted(
            (
                one
                for one in self.competitors.values()
                if any(_all_begin(typed, words(name)) for name in (one.name, *one.aliases))
            ),
            key=lambda one: (one.name.casefold(), one.id),
        )[:limit]

    def match_accounts(self, line: Sequence[Word], *, limit: int = _TRIED) -> list[Match]:
        """The accounts whose name, alias or initials stand in the line, the most telling first."""
        hits = self._hits(line)
        found: dict[int, Match] = {}
        for account_id in self._pool(hits):
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
                for account_id in self._initials.get(word.raw, ())[:limit]:
                    known = found.get(account_id)
                    if account_id in self.accounts and (not known or known.fit.weight < 0.9):
                        fit = Fit(place, place, 0.9, 0.9, exact=False)
                        found[account_id] = Match(self.accounts[account_id], fit)
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
            if not known and not word.ordinary and len(word.key) >= 5 and guesses:
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
        for other in self.names.beginning(key, most=30):
            if other != key:
                yield other, 0.95 if other == key + "s" else 0.78 + 0.15 * len(key) / len(other)

    def _pool(self, hits: dict[str, list[Hit]]) -> list[int]:
        """The few accounts worth comparing: those that hold the most of the rarest words."""
        telling = sorted(
            (word for word in hits if word not in GENERIC),
            key=lambda word: len(self.names.rows(word)),
        )
        rare = [word for word in telling if len(self.names.rows(word)) <= _SPREAD] or telling[:1]
        scores: dict[int, float] = {}
        for word in rare:
            worth = weight_of(word) * max(hit.quality for hit in hits[word])
            for row in islice(self.names.rows(word), _SCANNED):
                scores[row] = scores.get(row, 0.0) + worth
        if max(scores.values(), default=0.0) < 1.0:
            for row, worth in self._by_common_words(hits).items():
                scores[row] = scores.get(row, 0.0) + worth
        if len(scores) <= _TRIED:
            return list(scores)
        for word in telling[len(rare) :][:4]:  # too common to bring in anybody new
            rows = self.names.rows(word)
            if len(rows) <= _SCANNED:
                worth = weight_of(word) * max(hit.quality for hit in hits[word])
                for row in scores.keys() & set(rows):
                    scores[row] += worth
        return nsmallest(_TRIED, scores, key=lambda row: (-scores[row], row))

    def _by_common_words(self, hits: dict[str, list[Hit]]) -> dict[int, float]:
        """Accounts called by common words only, "Community General": those with two of the
        line's, a shorter name before a longer."""
        exact = [word for word in hits if any(hit.quality == 1.0 for hit in hits[word])]
        common = sorted(exact, key=lambda word: len(self.names.rows(word)))[:3]
        if len(common) < 2:
            return {}
        first = set(islice(self.names.rows(common[0]), _SCANNED))
        both = [row for row in islice(self.names.rows(common[1]), _SCANNED) if row in first]
        return {
            row: 2.0 - 0.01 * len(self.accounts[row].name) for row in both if row in self.accounts
        }

    def _beginning(
        self, postings: Postings, typed: Sequence[str], raw: Sequence[str]
    ) -> Iterator[int]:
        """Rows with a word that begins as the longest word typed, at most `_SCANNED`."""
        seen = 0
        for start in {max(ways, key=len) for ways in (typed, raw) if ways}:
            for word in postings.beginning(start):
                rows = postings.rows(word)
                yield from rows
                seen += len(rows)
                if seen >= _SCANNED:
                    return

    def _misspelled(self, postings: Postings, typed: Sequence[str]) -> set[int]:
        """Rows that hold every long word typed, or one that is nearly it."""
        rows: set[int] | None = None
        for word in typed:
            if len(word) < 4:
                continue
            held = {
                row
                for other in _near(postings, word)
                for row in islice(postings.rows(other), _SCANNED)
            }
            rows = held if rows is None else rows & held
        return rows or set()


def _near(postings: Postings, word: str) -> set[str]:
    """The words that one may have meant by `word`: those it begins, those like it."""
    return {*postings.beginning(word, 20), *(other for other, _ in postings.similar(word))}


def _holds_near(index: Index, typed: Sequence[str], account: AccountName) -> bool:
    """Whether the account still goes by words like those typed: postings may be of old."""
    held = _words_of(account)
    return all(held & _near(index.names, word) for word in typed if len(word) >= 4)


def city_key(account: AccountName) -> str:
    """An account's city in one spelling."""
    return " ".join(words(account.city))


def _words_of(account: AccountName) -> set[str]:
    return {word for name in (account.name, *account.aliases) for word in name_words(name)}


def _initials_of(account: AccountName) -> set[str]:
    return {letters for name in (account.name, *account.aliases) if (letters := initials(name))}


def _include(groups: dict[K, tuple[int, ...]], key: K, one: int) -> None:
    known = groups.get(key, ())
    if one not in known:
        groups[key] = (*known, one)


def _begins(query: str, typed: Sequence[str], account: AccountName) -> bool:
    if query.strip().casefold() in _initials_of(account):
        return True
    place = [*words(account.city), *words(account.state)]
    held = [[*words(name), *place] for name in (account.name, *account.aliases)]
    as_spelled = raw_words(query)
    return any(_all_begin(typed, one) or _all_begin(as_spelled, one) for one in held)


def _all_begin(typed: Sequence[str], held: Sequence[str]) -> bool:
    return all(any(word.startswith(start) for word in held) for start in typed)
