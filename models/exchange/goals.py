"""A goal as a file tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.exchange import values as read
from models.exchange.accounts import owner
from models.exchange.broken import BadTarget, NotOneOf, SeveralTold
from models.exchange.columns import Shape
from models.goals import ADHERENCE, KINDS, MOST, PERIODS, PERSON, REVENUE, TEAM, TERRITORY
from models.text import name_key

_OF = {"owner": PERSON, "team": TEAM, "territory": TERRITORY}
"""The fields of which one says whose goal it is."""

SHAPE = Shape(
    kind="goals",
    limits={
        "owner": 254,
        "team": 254,
        "territory": 120,
        "goal": 20,
        "period": 20,
        "target": 40,
        "since": 40,
    },
    required=(
        (("owner",), ("team",), ("territory",)),
        (("goal",),),
        (("period",),),
        (("target",),),
    ),
    telling=frozenset(),
    free_text=("territory",),
    people=("owner", "team"),
    also={"owner_email": "owner", "kind": "goal", "manager": "team", "region": "territory"},
)

_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


@dataclass(frozen=True, slots=True)
class GoalRow:
    """What one line says.

    owner  whose it is, or who leads the team whose it is: a Slack id, an e-mail address in lower
           case, or a name; None for a territory's.
    since  a day of the first period that it holds for; None: of the present one.
    """

    line: int
    scope: str
    owner: str | None
    territory: str | None
    kind: str
    period: str
    target: int
    since: date | None


def row(line: int, values: Mapping[str, str], dates: str) -> GoalRow:
    """The line's goal. Raises BadRow."""
    told = [field for field in _OF if field in values]
    if len(told) != 1:
        raise SeveralTold(tuple(told))
    (field,) = told
    kind = name_key(values["goal"])
    if kind not in KINDS:
        raise NotOneOf("goal", values["goal"], KINDS)
    period = values["period"].casefold().removesuffix("ly")
    if period not in PERIODS:
        raise NotOneOf("period", values["period"], PERIODS)
    return GoalRow(
        line=line,
        scope=_OF[field],
        owner=None if field == "territory" else owner(values[field], field),
        territory=values.get("territory"),
        kind=kind,
        period=period,
        target=_target(kind, values["target"]),
        since=read.day("since", values["since"], dates) if "since" in values else None,
    )


def check(values: Mapping[str, str], dates: str) -> None:
    """Whether every row may have these values. Raises BadRow."""
    whose = {} if _OF.keys() & values.keys() else {"territory": "-"}
    row(0, {**whose, "goal": KINDS[0], "period": PERIODS[0], "target": "1", **values}, dates)


def _target(kind: str, told: str) -> int:
    """Whole cents of revenue, per cent of adherence, else a count."""
    if kind == REVENUE:
        target = read.cents("target", told)
    else:
        found = _COUNT.fullmatch(told.removesuffix("%").rstrip() if kind == ADHERENCE else told)
        target = int(found[0].replace(",", "")) if found else 0
    if not 0 < target <= (100 if kind == ADHERENCE else MOST):
        raise BadTarget(kind)
    return target
