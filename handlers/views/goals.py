"""Goals: what is aimed at, how far it is, and whether that is enough by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.views.words import esc, listed, money
from models.goals import ADHERENCE, REVENUE, TEAM, TERRITORY, Progress, Whose

_MOST_LINES = 40
_MOST_NAMED = 10

_HOW = (
    "Set one: `/touchbase goals visits 25 a week` · `revenue 120k a quarter` · `adherence 90 a "
    "month` · `referrals off`\nManagers: add `@ann`, `team` or `territory north`"
)


def usage() -> str:
    """How a goal is set, for words that name none."""
    return (
        "Say what, how much and how often, such as `/touchbase goals visits 25 a week`. I count "
        "visits, new accounts, referrals, starts, revenue and adherence, by week, month, quarter "
        "or year."
    )


def no_such_territory(names: Sequence[str]) -> str:
    """For a territory that nobody knows, those there are."""
    if not names:
        return "There are no territories yet. Your admin adds them by importing users."
    few = [esc(name) for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        few.append(f"{len(names) - _MOST_NAMED:,} more")
    return f"I don't know that territory. There {'is' if len(names) == 1 else 'are'} {listed(few)}."


def put(
    whose: Whose,
    kind: str,
    period: str,
    target: int | None,
    before: int | None,
    *,
    who: str,
    own: bool,
) -> str:
    """What was just set, and how to take it back."""
    of = "your" if own else f"{esc(who or 'their')}'s"
    if whose.scope == TEAM:
        of = "the team's"
    if target is None:
        said = f"Removed: {of} goal for {kind} a {period}."
    else:
        said = f"Set: {of} {kind}, {amount(kind, target)} a {period}."
    if before is not None and before != target:
        said += f" It was {amount(kind, before)}."
    return said


def shown(
    found: Sequence[Progress], names: Mapping[Whose, str], *, reader: int, said: str = ""
) -> str:
    """The answer to `/touchbase goals`: a line each, those behind with by how much."""
    lines = [said] if said else []
    if not found:
        lines.append("No goals yet.")
    head = ""
    for one in found[:_MOST_LINES]:
        now = _head(one.whose, names, reader)
        if now != head:
            lines.append(f"*{now}*")
            head = now
        lines.append(f"• {line(one)}")
    if len(found) > _MOST_LINES:
        lines.append(f"and {len(found) - _MOST_LINES:,} more: `/touchbase goals @name`")
    lines.append(_HOW)
    return "\n".join(lines)


def line(one: Progress) -> str:
    """ "Visits 18 of 25 this week · behind by 3"."""
    what = one.kind[0].upper() + one.kind[1:]
    so_far = "none yet" if one.actual is None else amount(one.kind, one.actual)
    return f"{what} {so_far} of {amount(one.kind, one.target)} this {one.period} · {pace(one)}"


def pace(one: Progress) -> str:
    """ "reached", "behind by 3" or "on pace"."""
    if one.actual is None:
        return "nothing to count"
    if one.actual >= one.target:
        return "reached"
    if one.behind:
        unit = " points" if one.kind == ADHERENCE else ""
        behind = -(-one.behind // 100) * 100 if one.kind == REVENUE else one.behind  # whole dollars
        by = f"{behind:,}" if one.kind == ADHERENCE else amount(one.kind, behind)
        return f"behind by {by}{unit}"
    return "on pace"


def amount(kind: str, value: int) -> str:
    """A count, "$1,200" or "90%"."""
    if kind == REVENUE:
        return money(value)
    return f"{value}%" if kind == ADHERENCE else f"{value:,}"


def _head(whose: Whose, names: Mapping[Whose, str], reader: int) -> str:
    name = esc(names.get(whose) or "Someone")
    if whose.scope == TEAM:
        return "Your team" if whose.scope_id == reader else f"{name}'s team"
    if whose.scope == TERRITORY:
        return name
    return "You" if whose.scope_id == reader else name
