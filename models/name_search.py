"""Looking names up as a person types. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from models.name_words import initials, name_words, raw_words, words
from models.names import SCANNED, AccountName, CompetitorName, ContactName, Names
from models.postings import Postings
from models.text import name_key

_OWN = 2000
"""So many of a person's own accounts are looked through; more are found by their words."""


def accounts(
    index: Names,
    query: str,
    *,
    mine: int | None,
    recent: Sequence[int],
    own: Mapping[str, int],
    limit: int,
) -> list[AccountName]:
    """Accounts for what is typed so far: those that the person calls so (`own`), the person
    `mine`'s, those they touched lately (`recent`), then the others by name. For nothing typed,
    `recent` come first.

    Every word typed begins a word of the name, an alias, the city or the state; what is
    misspelled is found too when little else is.
    """
    typed = words(query)
    start = query.strip().casefold()
    called = _called(own, name_key(query)) if typed else set()
    lately = {one: place for place, one in enumerate(recent)}
    if typed:
        pool: Iterable[int] = (
            *index.owned_by(mine)[:_OWN],
            *lately,
            *_beginning(index.names, typed, raw_words(query)),
            *_beginning(index.cities, typed, ()),
            *index.initials.get(start, ()),
        )
    else:
        ours = index.owned_by(mine)
        pool = (*lately, *ours, *islice(index.accounts, limit + len(ours)))

    def order(one: AccountName) -> tuple[object, ...]:
        late = lately.get(one.id, len(lately))
        hers = mine is None or one.owner_id != mine
        ranks = (late, hers) if not typed else (hers, late)
        begins = one.name.casefold().startswith(start)
        return (one.id not in called, *ranks, not begins, one.name.casefold(), one.id)

    known = [account for one in {*pool, *called} if (account := index.accounts.get(one))]
    known.sort(key=order)
    fits = (one for one in known if one.id in called or _begins(query, typed, one))
    found = list(islice(fits, limit))
    if len(found) < 3 and typed:
        rows = _misspelled(index.names, typed) - {one.id for one in found}
        more = [account for one in rows if (account := index.accounts.get(one))]
        found += sorted((one for one in more if _holds_near(index, typed, one)), key=order)
    return found[:limit]


def contacts(index: Names, query: str, *, account_id: int | None, limit: int) -> list[ContactName]:
    """People for what is typed so far, those of the account first, then by name."""
    typed = words(query)
    found = {one.id: one for one in index.contacts_of(account_id)} if account_id else {}
    if typed:
        for one in _beginning(index.people, typed, raw_words(query)):
            if contact := index.contacts.get(one):
                found[one] = contact
    elif account_id is None:
        found = {one: index.contacts[one] for one in islice(index.contacts, limit)}
    fits = {
        one.id: one
        for one in found.values()
        if any(_all_begin(typed, name_words(name)) for name in (one.name, *one.aliases))
    }
    if len(fits) < 3 and typed:
        for one in _misspelled(index.people, typed):
            if contact := index.contacts.get(one):
                fits.setdefault(one, contact)
    return sorted(
        (one for one in fits.values() if one.account_id in index.accounts),
        key=lambda one: (one.account_id != account_id, one.name.casefold(), one.id),
    )[:limit]


def competitors(index: Names, query: str, *, limit: int) -> list[CompetitorName]:
    """Competitors of whose name or alias what is typed begins a word, by name."""
    typed = words(query)
    return sorted(
        (
            one
            for one in index.competitors.values()
            if any(_all_begin(typed, words(name)) for name in (one.name, *one.aliases))
        ),
        key=lambda one: (one.name.casefold(), one.id),
    )[:limit]


def _called(own: Mapping[str, int], typed: str) -> set[int]:
    """The accounts whose word of the person's own begins as typed."""
    return {account_id for key, account_id in own.items() if key.startswith(typed)}


def _beginning(postings: Postings, typed: Sequence[str], raw: Sequence[str]) -> Iterator[int]:
    """Rows with a word that begins as the longest word typed, at most `SCANNED`."""
    seen = 0
    for start in {max(ways, key=len) for ways in (typed, raw) if ways}:
        for word in postings.beginning(start):
            rows = postings.rows(word)
            yield from rows
            seen += len(rows)
            if seen >= SCANNED:
                return


def _misspelled(postings: Postings, typed: Sequence[str]) -> set[int]:
    """Rows that hold every long word typed, or one that is nearly it."""
    rows: set[int] | None = None
    for word in typed:
        if len(word) < 4:
            continue
        held = {
            row for other in _near(postings, word) for row in islice(postings.rows(other), SCANNED)
        }
        rows = held if rows is None else rows & held
    return rows or set()


def _near(postings: Postings, word: str) -> set[str]:
    """The words that one may have meant by `word`: those it begins, those like it."""
    return {*postings.beginning(word, 20), *(other for other, _ in postings.similar(word))}


def _holds_near(index: Names, typed: Sequence[str], account: AccountName) -> bool:
    """Whether the account still goes by words like those typed: postings may be of old."""
    held = {word for name in (account.name, *account.aliases) for word in name_words(name)}
    return all(held & _near(index.names, word) for word in typed if len(word) >= 4)


def _begins(query: str, typed: Sequence[str], account: AccountName) -> bool:
    letters = query.strip().casefold()
    if letters and any(letters == initials(name) for name in (account.name, *account.aliases)):
        return True
    place = [*words(account.city), *words(account.state)]
    held = [[*words(name), *place] for name in (account.name, *account.aliases)]
    as_spelled = raw_words(query)
    return any(_all_begin(typed, one) or _all_begin(as_spelled, one) for one in held)


def _all_begin(typed: Sequence[str], held: Sequence[str]) -> bool:
    return all(any(word.startswith(start) for word in held) for start in typed)
