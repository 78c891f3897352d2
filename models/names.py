"""The names of one workspace, held by word: accounts, the people at them, competitors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from models.layers import Layers
from models.name_words import initials, name_words, words
from models.postings import Postings, held_by

SCANNED = 10_000
"""The most rows one search looks at."""

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
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompetitorName:
    """A competing firm."""

    id: int
    name: str
    aliases: tuple[str, ...] = ()


class Names:
    """One workspace's names and what finds them by a word, an owner, an account. Reading needs no
    lock: what was built never changes."""

    def __init__(self) -> None:
        self.accounts: Layers[int, AccountName] = Layers({})
        self.contacts: Layers[int, ContactName] = Layers({})
        self.competitors: dict[int, CompetitorName] = {}
        self.names = Postings()
        self.cities = Postings()
        self.people = Postings()
        self.initials: Layers[str, tuple[int, ...]] = Layers({})
        self._contacts_of: Layers[int, tuple[int, ...]] = Layers({})
        self._owned: Layers[int, tuple[int, ...]] = Layers({})

    @classmethod
    def build(
        cls,
        accounts: Iterable[AccountName],
        contacts: Iterable[ContactName] = (),
        competitors: Iterable[CompetitorName] = (),
    ) -> Self:
        """An index over these names; a few seconds for 200,000."""
        made = cls()
        places = {one.id: one for one in accounts}
        people = {one.id: one for one in contacts}
        made.accounts, made.contacts = Layers(places), Layers(people)
        made.competitors = {one.id: one for one in competitors}
        made.names = Postings(held_by((one.id, words_of(one)) for one in places.values()))
        made.cities = Postings(
            held_by((one.id, (city_key(one),)) for one in places.values() if one.city)
        )
        made.people = Postings(held_by((one.id, words_of(one)) for one in people.values()))
        made.initials = Layers(
            _grouped((letters, one.id) for one in places.values() for letters in initials_of(one))
        )
        made._owned = Layers(
            _grouped((one.owner_id, one.id) for one in places.values() if one.owner_id is not None)
        )
        made._contacts_of = Layers(_grouped((one.account_id, one.id) for one in people.values()))
        return made

    def with_changes(
        self,
        *,
        accounts: Iterable[AccountName] = (),
        contacts: Iterable[ContactName] = (),
        competitors: Iterable[CompetitorName] = (),
        removed: Iterable[int] = (),
        gone: Iterable[int] = (),
        dissolved: Iterable[int] = (),
    ) -> Self:
        """Another index with these rows new or changed; the accounts `removed`, the contacts
        `gone` and the competitors `dissolved` left out. This one stays as it is.

        Takes as long as the change is large, however many names there are. Postings may go on
        naming a row by its former words, so whoever reads them compares the row itself.
        """
        made = type(self)()
        made.competitors = {**self.competitors, **{one.id: one for one in competitors}}
        for competitor_id in dissolved:
            made.competitors.pop(competitor_id, None)
        self._change_accounts(made, {one.id: one for one in accounts}, removed)
        self._change_contacts(made, {one.id: one for one in contacts}, gone)
        return made

    def _change_accounts(
        self, made: Names, new: Mapping[int, AccountName], removed: Iterable[int]
    ) -> None:
        names: list[tuple[int, Iterable[str]]] = []
        cities: list[tuple[int, Iterable[str]]] = []
        letters: list[tuple[str, int]] = []
        owners: list[tuple[int, int]] = []
        for one in new.values():
            before = self.accounts.get(one.id)
            had = words_of(before) if before else None
            names.append((one.id, _unheld(self.names, one.id, words_of(one), had)))
            if one.city:
                lay = {city_key(before)} if before else None
                cities.append((one.id, _unheld(self.cities, one.id, {city_key(one)}, lay)))
            letters += ((short, one.id) for short in initials_of(one))
            if one.owner_id is not None:
                owners.append((one.owner_id, one.id))
        made.names = self.names.with_rows(held_by(names))
        made.cities = self.cities.with_rows(held_by(cities))
        made.initials = self.initials.changed(_extended(self.initials, letters))
        made._owned = self._owned.changed(_extended(self._owned, owners))
        made.accounts = self.accounts.changed({**new, **dict.fromkeys(removed)})

    def _change_contacts(
        self, made: Names, new: Mapping[int, ContactName], gone: Iterable[int]
    ) -> None:
        words: list[tuple[int, Iterable[str]]] = []
        moved: dict[int, list[int]] = {}
        for contact_id in {*new, *gone}:
            before, now = self.contacts.get(contact_id), new.get(contact_id)
            if now is not None:
                had = words_of(before) if before else None
                words.append((now.id, _unheld(self.people, now.id, words_of(now), had)))
            if before is not None and (now is None or now.account_id != before.account_id):
                moved.setdefault(before.account_id, []).append(contact_id)
        left: dict[int, tuple[int, ...] | None] = {
            account_id: tuple(
                one for one in self._contacts_of.get(account_id, ()) if one not in ids
            )
            for account_id, ids in moved.items()
        }
        people = self._contacts_of.changed(left)
        came = [(one.account_id, one.id) for one in new.values()]
        made._contacts_of = people.changed(_extended(people, came))
        made.people = self.people.with_rows(held_by(words))
        made.contacts = self.contacts.changed({**dict.fromkeys(gone), **new})

    def contacts_of(self, account_id: int) -> tuple[ContactName, ...]:
        """The people at an account, in the order they were entered."""
        return tuple(self.contacts[one] for one in self._contacts_of.get(account_id, ()))

    def owned_by(self, user_id: int | None) -> Sequence[int]:
        """The ids of a person's own accounts."""
        return [
            one
            for one in self.once_owned(user_id)
            if (account := self.accounts.get(one)) and account.owner_id == user_id
        ]

    def once_owned(self, user_id: int | None) -> Sequence[int]:
        """The ids of a person's own accounts, and of some that were theirs."""
        return self._owned.get(user_id, ()) if user_id is not None else ()


def city_key(account: AccountName) -> str:
    """An account's city in one spelling."""
    return " ".join(words(account.city))


def words_of(one: AccountName | ContactName) -> set[str]:
    """Every telling word of the name and the aliases."""
    return {word for name in (one.name, *one.aliases) for word in name_words(name)}


def initials_of(account: AccountName) -> set[str]:
    """The first letters of each of its names that has three words."""
    return {letters for name in (account.name, *account.aliases) if (letters := initials(name))}


def _unheld(postings: Postings, row: int, words: set[str], had: set[str] | None) -> Iterable[str]:
    """The words under which the row is not found yet; `had` is None for a row that is new."""
    if had is None:
        return words
    return [word for word in words if word not in had and row not in postings.rows(word)]


def _grouped(pairs: Iterable[tuple[K, int]]) -> dict[K, tuple[int, ...]]:
    groups: dict[K, list[int]] = {}
    for key, one in pairs:
        groups.setdefault(key, []).append(one)
    return {key: tuple(ids) for key, ids in groups.items()}


def _extended(
    known: Layers[K, tuple[int, ...]], pairs: Iterable[tuple[K, int]]
) -> dict[K, tuple[int, ...] | None]:
    """The groups that these pairs make longer."""
    groups: dict[K, tuple[int, ...] | None] = {}
    more = _grouped(pairs)
    for key in more:
        before: tuple[int, ...] = known.get(key) or ()
        groups[key] = (*before, *sorted(set(more[key]).difference(before)))
    return groups
