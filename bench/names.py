"""Invented names for benchmarks: the same ones in every run."""

from __future__ import annotations

import random

_SAINTS = ["Mary", "Luke", "Anne", "Jude", "Clare", "Bridget", "Martin", "Agnes", "Hugh", "Cecilia"]
_PLACES = [
    "Riverbend", "Lakeview", "Cedar Hollow", "Pine Ridge", "Harbor Point", "Maple Grove",
    "Stonebridge", "Willow Creek", "Eagle Pass", "Fox Run", "Prairie Rose", "Amber Falls",
    "Granite Bay", "Silver Lake", "Copper Canyon", "Juniper Flats", "Meadowbrook", "Northgate",
    "Oakhurst", "Summit",
]  # fmt: skip
_KINDS = [
    "Medical Center", "Regional Hospital", "Memorial Hospital", "Rehabilitation Center",
    "Community Hospital", "Care Center", "Orthopedics", "Neurology Associates", "Health System",
    "Case Management",
]  # fmt: skip
_CITIES = [f"{place} {end}" for place in ("Ash", "Birch", "Elm", "Linden", "Rowan") for end in (
    "City", "Falls", "Springs", "Heights", "Park", "Valley", "Grove", "Mills",
)]  # fmt: skip
_STATES = ["OH", "IN", "IL", "MI", "KY", "PA", "WI", "TN"]
_FIRST = ["Ada", "Bea", "Cora", "Dale", "Esme", "Finn", "Gwen", "Hal", "Iris", "Joel", "Kit", "Lou"]
_LAST = [
    f"{head}{tail}"
    for head in ("Alder", "Brand", "Cole", "Dray", "Ell", "Farr", "Gent", "Holt", "Ives", "Kerr")
    for tail in ("man", "ton", "by", "wick", "ley", "ford", "er", "sen", "mont", "low")
]


def invented_accounts(count: int) -> list[tuple[str, str, str]]:
    """(name, city, state) of `count` accounts; some share a name, as real ones do."""
    rng = random.Random(11)  # noqa: S311 - the same names every time
    made = []
    for _ in range(count):
        kind = rng.choice(_KINDS)
        head = rng.choice(_PLACES) if rng.random() < 0.7 else f"St. {rng.choice(_SAINTS)}'s"
        city = rng.choice(_CITIES)
        name = f"{head} {kind}" if rng.random() < 0.5 else f"{city} {head} {kind}"
        made.append((name, city, rng.choice(_STATES)))
    made[0] = ("Quillback Memorial Hospital", "Elm Falls", "OH")
    return made


def invented_contacts(count: int) -> list[str]:
    """The names of `count` people."""
    rng = random.Random(12)  # noqa: S311
    people = [f"{rng.choice(_FIRST)} {rng.choice(_LAST)}" for _ in range(count)]
    people[0] = "Verity Quill"
    return people


_SYLLABLES = [
    "bel", "cor", "dan", "fer", "gal", "hol", "kin", "lor", "mar", "nor", "pel", "ros", "sel",
    "tor", "ver", "wes",
]  # fmt: skip
_GIVEN = [
    "Susan", "Dana", "Priya", "Howard", "Luis", "Mary-Beth", "Angelo", "Gretchen", "Omar",
]  # fmt: skip
_TAILS = """
{person}, 2 refs, f/u next wed 10a
w/ {person} yday 2pm, 1 ref promised
{person} called, back thurs, I'll send the outcomes flyer by fri
in-service for 14 RNs tues 2p, {person}
left brochures, nobody free
zoom with {person} 8:15 this am, they use Kindred for the stroke unit
"""


def varied_accounts(count: int) -> list[tuple[str, str, str]]:
    """(name, city, state) of `count` accounts with names as various as in a whole country, in
    invented towns."""
    rng = random.Random(13)  # noqa: S311
    towns = [_word(rng) for _ in range(max(20, count // 20))]
    firsts = [*_PLACES, *(f"St. {saint}" for saint in _SAINTS)]
    return [
        (
            f"{rng.choice((_word(rng), rng.choice(firsts)))} {_word(rng)} {rng.choice(_KINDS)}",
            rng.choice(towns),
            rng.choice(_STATES),
        )
        for _ in range(count)
    ]


def varied_people(count: int) -> list[str]:
    """The names of `count` people, of few first names and many last ones."""
    rng = random.Random(14)  # noqa: S311
    return [f"{rng.choice(_GIVEN)} {_word(rng)}" for _ in range(count)]


def typed_lines(known: list[tuple[str, str]], count: int) -> list[str]:
    """Lines as reps type them over (account, person): part of a name, a first name and an
    initial, and what happened."""
    rng = random.Random(15)  # noqa: S311
    tails = _TAILS.strip().splitlines()
    made = []
    for account, person in rng.choices(known, k=count):
        first, last = person.split()
        name = " ".join(account.split()[: rng.choice((2, 3))])
        tail = rng.choice(tails).format(person=f"{first} {last[0]}")
        made.append(f"{name} {tail}".lower())
    return made


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3, 3, 4)))).title()
