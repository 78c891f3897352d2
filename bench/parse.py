"""How long a line takes to read and match: `parse.py [ACCOUNTS] [LINES]`.

Builds an index of made-up accounts (10,000 unless told) with two people each, and reads lines
over them. The floor beside it, in the same run: rapidfuzz over the plain list of names.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from rapidfuzz import fuzz, process

from bench.names import typed_lines, varied_accounts, varied_people
from handlers.reading import dates
from handlers.reading.line import draft
from models.lookup import AccountName, CompetitorName, ContactName, Index


def made_up(count: int) -> Index:
    """An index of `count` invented accounts with two people each."""
    places, people = varied_accounts(count), varied_people(2 * count)
    return Index.build(
        [
            AccountName(number, name, city, state, owner_id=number % 50)
            for number, (name, city, state) in enumerate(places, start=1)
        ],
        [ContactName(number, number // 2 + 1, name) for number, name in enumerate(people)],
        [CompetitorName(1, "Kindred")],
    )


def lines_over(index: Index, count: int) -> list[str]:
    """Lines over accounts and people of the index."""
    known = [
        (one.name, index.contacts_of(one.id)[place % 2].name)
        for place, one in enumerate(index.accounts.values())
    ]
    return typed_lines(known, count)


def main(accounts: int, count: int) -> None:
    """Print what building, reading and the floor cost."""
    started = time.perf_counter()
    index = made_up(accounts)
    built = time.perf_counter() - started
    now = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    dates.warm(now)
    lines = lines_over(index, count)
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
    print(f"{accounts} accounts, {2 * accounts} people: made up and built in {built:.2f} s")
    print(f"read and matched {_percentiles(took)}, {right / count:.0%} with one account")
    print(f"plain fuzzy scan {_percentiles(floor)}")


def _percentiles(took: list[float]) -> str:
    ranked = sorted(took)
    return f"p50 {ranked[len(ranked) // 2]:.2f} ms, p99 {ranked[int(len(ranked) * 0.99)]:.2f} ms"


if __name__ == "__main__":
    told = [int(word) for word in sys.argv[1:]]
    main(*(told + [10_000, 1000][len(told) :]))
