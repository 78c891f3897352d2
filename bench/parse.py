"""How long a line takes to read and match: `parse.py [ACCOUNTS] [LINES]`.

Builds an index of made-up accounts (10,000 unless told) with two people each, and reads lines
over them. The floor beside it, in the same run: rapidfuzz over the plain list of names.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from datetime import UTC, datetime

from rapidfuzz import fuzz, process

from handlers.reading import dates
from handlers.reading.line import draft
from models.lookup import AccountName, CompetitorName, ContactName, Index

_LISTS = """
Saint Mary,Saint Luke,Mercy,Good Samaritan,Lakeview,Riverside,Northwestern,Fairview,Grace,\
Holy Cross,Prairie,Cedar,Maple,Oak Hill,Willow,Summit,Harbor,Valley,Union,Liberty
Hospital,Medical Center,Memorial Hospital,Rehabilitation Hospital,Nursing & Rehab,Orthopedics,\
Health System,Home Health,Community Hospital,Regional Medical Center
Susan,Dana,Priya,Howard,Luis,Mary Beth,Angelo,Gretchen,Omar,Terrence
bel,cor,dan,fer,gal,hol,kin,lor,mar,nor,pel,ros,sel,tor,ver,wes
"""
_FIRST, _KINDS, _GIVEN, _SYLLABLES = (row.split(",") for row in _LISTS.strip().splitlines())
_TAILS = """
{person}, 2 refs, f/u next wed 10a
w/ {person} yday 2pm, 1 ref promised
{person} called, back thurs
in-service for 14 RNs tues 2p, {person}
left brochures, nobody free
zoom with {person} 8:15 this am, they use Kindred for the stroke unit
"""


def made_up(count: int, chance: random.Random) -> Index:
    """An index of `count` invented accounts in invented towns."""

    def one_of(names: list[str]) -> str:
        return chance.choice(names)

    def word() -> str:
        return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3)))).title()

    towns = [word() for _ in range(max(20, count // 20))]
    accounts = [
        AccountName(
            id=number,
            name=f"{chance.choice((word(), one_of(_FIRST)))} {word()} {one_of(_KINDS)}",
            city=chance.choice(towns),
            state="OH",
            owner_id=number % 50,
        )
        for number in range(1, count + 1)
    ]
    contacts = [
        ContactName(2 * one.id + which, one.id, f"{chance.choice(_GIVEN)} {word()}")
        for one in accounts
        for which in (0, 1)
    ]
    return Index.build(accounts, contacts, [CompetitorName(1, "Kindred")])


def lines_over(index: Index, count: int, chance: random.Random) -> list[str]:
    """Lines as reps type them: part of a name, a first name and an initial, a tail."""
    made = []
    for account in chance.choices(list(index.accounts.values()), k=count):
        person = chance.choice(index.contacts_of(account.id)).name.split()
        name = " ".join(account.name.split()[: chance.choice((2, 3))]).lower()
        tail = chance.choice(_TAILS.strip().splitlines()).format(
            person=f"{person[0]} {person[-1][0]}".lower()
        )
        made.append(f"{name} {tail}")
    return made


def main(accounts: int, count: int) -> None:
    """Print what building, reading and the floor cost."""
    chance = random.Random(11)  # noqa: S311
    before = _resident()
    started = time.perf_counter()
    index = made_up(accounts, chance)
    built = time.perf_counter() - started
    held = _resident() - before
    now = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    dates.warm(now)
    lines = lines_over(index, count, chance)
    names = [one.name for one in index.accounts.values()]
    took, floor, right = [], [], 0
    for line in lines:
        start = time.perf_counter()
        read = draft(line, now=now, zone="America/New_York", index=index, user_id=7)
        took.append(1000 * (time.perf_counter() - start))
        right += read.account is not None
        if len(floor) < 50:
            start = time.perf_counter()
            process.extract(line, names, scorer=fuzz.partial_ratio, limit=5)
            floor.append(1000 * (time.perf_counter() - start))
    print(f"{accounts} accounts, {2 * accounts} people: made up and built in {built:.2f} s", end="")
    print(f", {held / 1e6:.0f} MB, {held / accounts / 10:.0f} MB per 100,000 accounts")
    print(f"read and matched {_percentiles(took)}, {right / count:.0%} with one account")
    print(f"plain fuzzy scan {_percentiles(floor)}")


def _resident() -> int:
    """Bytes this process has held at most."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _percentiles(took: list[float]) -> str:
    ranked = sorted(took)
    return f"p50 {ranked[len(ranked) // 2]:.2f} ms, p99 {ranked[int(len(ranked) * 0.99)]:.2f} ms"


if __name__ == "__main__":
    told = [int(word) for word in sys.argv[1:]]
    main(*(told + [10_000, 1000][len(told) :]))
