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
