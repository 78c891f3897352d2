"""The rows behind a number of Home or of the pipeline: its formula in plain words, then the rows,
and the menus that open them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from handlers.views import credit, fields, goals
from handlers.views.fields import Block, Choice, View, plain
from handlers.views.words import day, days, days_from, money, plural, tier_label
from models import behind, stages, tallies
from models.behind import Behind, Line
from models.boards import AGES, Person
from models.referrals import IN

SHOW, TURN, FORM = "behind_show", "behind_turn", "behind_form"

_TITLES = {
    behind.TOUCHES: "Touches",
    behind.REACHED: "Accounts reached",
    IN: "Referrals in",
    behind.WAITING: "Open referrals",
    tallies.KEPT: "In cadence",
    tallies.OVERDUE: "Overdue",
    tallies.FAR: "Far overdue",
    behind.PEOPLE: "Team",
    behind.PACE: "Behind pace",
    behind.GOAL: "Goal",
    stages.OPEN: "Open deals",
    stages.WON: "Won",
    stages.LOST: "Lost",
    tallies.WEIGHTED: "Weighted",
    tallies.COMMIT: "Commit",
    tallies.BEST: "Best case",
    tallies.RATE: "Win rate",
    tallies.CLOSING: "Due this week",
    tallies.NO_AMOUNT: "No amount",
    behind.STALE: "Stale",
    behind.SLIPPED: "Slipped",
    behind.ONE_VOICE: "Single-threaded",
    behind.CYCLE: "Days to win",
}

_FORMULAS = {
    behind.TOUCHES: "Every touch of these days, of any type, by the day it happened.",
    behind.REACHED: (
        "Different accounts touched in these days. Two visits to one account count once."
    ),
    IN: "Referrals received in these days, by their status now. Promised ones are left out.",
    behind.WAITING: (
        "Received and still open, by the days since then. Promised ones are left out."
    ),
    tallies.KEPT: (
        "In cadence: the days since the last qualifying touch, by anyone, are within its rule's "
        "limit. Before the first touch, the days count from when its owner got it. Counted: the "
        "accounts in cadence, out of all listed."
    ),
    tallies.OVERDUE: (
        "More days since the last qualifying touch, by anyone, than its rule's limit."
    ),
    tallies.FAR: (
        "More days since the last qualifying touch, by anyone, than twice its rule's limit."
    ),
    behind.PEOPLE: (
        "You and everyone below you. Touches: this week. In cadence and overdue: their own "
        "accounts, today."
    ),
    behind.PACE: (
        "People's own goals below pace: less than the target times the share of the period's "
        "work days that are over."
    ),
    stages.OPEN: "The amounts of all open deals, whenever they are due.",
    stages.WON: "The amounts of deals won in these days, by the day they closed.",
    stages.LOST: "The amounts of deals lost in these days, by the day they closed.",
    tallies.WEIGHTED: (
        "Each open amount times its stage's probability, added up, then rounded to the cent. "
        "Deals left out of the forecast don't count."
    ),
    tallies.COMMIT: "Won in these days, and open deals due in them with the forecast Commit.",
    tallies.BEST: (
        "Won in these days, and open deals due in them with the forecast Commit or Best case."
    ),
    tallies.RATE: "Deals won, out of all that closed in these days. Open deals don't count.",
    tallies.CLOSING: "The amounts of open deals with a close date in these days.",
    tallies.NO_AMOUNT: "Open deals without an amount. They add nothing to the totals.",
    behind.STALE: (
        "No move of the deal and no touch at its account for more than twice as long as deals "
        "usually stay in its stage (the median, or 30 days until five have left it)."
    ),
    behind.SLIPPED: "Open deals past their close date, or put off.",
    behind.ONE_VOICE: (
        "No more than one person at the account was met in the last 90 days. Deals without an "
        "account don't count."
    ),
    behind.CYCLE: "The median of the days from opening to winning, for deals won in these days.",
}

_GOALS = {
    "visits": "Qualifying touches in person, by the day they happened.",
    "new accounts": "Accounts added in these days that they own now.",
    "referrals": "Referrals received in these days. Promised ones are left out.",
    "starts": "Incoming referrals that started, by the day they did.",
    "revenue": "The amounts of deals won, by the day they closed.",
    "adherence": "Accounts in cadence today, out of all listed, as a percentage rounded down.",
}

_MONEY = (
    stages.OPEN,
    stages.WON,
    stages.LOST,
    tallies.COMMIT,
    tallies.BEST,
    tallies.CLOSING,
)
_ACCOUNTS = (tallies.KEPT, tallies.OVERDUE, tallies.FAR)

AGE_LABELS = tuple(
    f"over {days(first - 1)}" if last is None else f"{first}\u2013{last} days"
    for first, last in AGES
)


def menu(whose: str, choices: Sequence[tuple[str, str]]) -> Block:
    """The menu of a line's numbers; each opens the rows behind it."""
    return fields.overflow(
        SHOW,
        [Choice(f"{whose}|{figure}", fields.clip(label, 75)) for figure, label in choices],
    )


def chosen(value: str) -> tuple[str, str]:
    """Whose rows of which figure an option of a menu stands for. Raises ValueError."""
    whose, _, figure = value.partition("|")
    if figure.partition(":")[0] not in _TITLES:
        raise ValueError("no such figure")
    return whose, figure


def of_person(person: Person) -> str:
    """The rows of one person, for `menu`."""
    return f"p{person.user_id}"


def person_menu(person: Person) -> Block:
    """The menu of somebody's numbers."""
    return menu(
        of_person(person),
        [
            (behind.TOUCHES, f"{plural(person.touches, 'touch', 'touches')} this week"),
            (tallies.KEPT, f"{person.kept.within:,} of {person.kept.accounts:,} in cadence"),
            (tallies.OVERDUE, f"{person.kept.overdue:,} overdue"),
            (tallies.FAR, f"{person.far:,} far overdue"),
        ],
    )


def person_line(person: Person) -> str:
    """ "12 touches · 15 of 16 in cadence · 1 overdue"."""
    told = [plural(person.touches, "touch", "touches")]
    kept = person.kept
    if kept.accounts:
        told.append(f"{kept.within:,} of {kept.accounts:,} in cadence")
        told += [f"{kept.overdue:,} overdue"] if kept.overdue else []
    else:
        told.append("no accounts")
    return " · ".join(told)


def help_line(person: Person) -> str:
    """ "3 far overdue · visits behind by 4"; empty where none is needed."""
    told = [f"{person.far:,} far overdue"] if person.far else []
    told += [f"{one.kind} {goals.pace(one)}" for one in person.behind]
    return " · ".join(told)


def form(shown: Behind, today: date) -> View:
    """The number, how it is reckoned, and a page of its rows."""
    kind, _, part = shown.figure.partition(":")
    formula = _GOALS[part.partition(":")[0]] if kind == behind.GOAL else _FORMULAS[kind]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(_title(kind, part)),
        "close": plain("Close"),
        "private_metadata": json.dumps({"whose": shown.whose, "figure": shown.figure}),
        "blocks": [
            fields.section(plain(_heading(shown, kind, part))),
            fields.context(plain(formula)),
            *_of(shown),
            *(_line(one, kind, part, today) for one in shown.lines),
            *fields.pager(TURN, shown.start, behind.PAGE, shown.count),
        ],
    }


def number(shown: Behind) -> str:
    """What the rows come to, as the line says whose menu opened them."""
    kind, _, part = shown.figure.partition(":")
    what = part.partition(":")[0] if kind == behind.GOAL else ""
    if kind == tallies.WEIGHTED:
        return money((shown.adds + 50) // 100)
    if kind in _MONEY:
        return f"{money(shown.adds)} · {plural(shown.count, 'deal')}"
    if what == "revenue":
        return money(shown.adds)
    if kind in (tallies.KEPT, tallies.RATE) or what == "adherence":
        share = f" · {100 * shown.adds // shown.count}%" if shown.count else ""
        return f"{shown.adds:,} of {shown.count:,}{share}"
    if kind == behind.CYCLE:
        return "none yet" if shown.middle is None else days(int(shown.middle + 0.5))
    return f"{shown.adds:,}"


def _title(kind: str, part: str) -> str:
    if kind == behind.GOAL:
        return fields.clip(f"Goal: {part.partition(':')[0]}", 24)
    return _TITLES[kind]


def _heading(shown: Behind, kind: str, part: str) -> str:
    name = _title(kind, part)
    if kind in _ACCOUNTS and part:
        name += f" {tier_label(part)}"
    if kind == behind.WAITING:
        name += f", {AGE_LABELS[int(part)]}"
    when = f" · {days_from(*shown.days)}" if shown.days else ""
    return f"{name}: {number(shown)}{when}"


def _of(shown: Behind) -> list[Block]:
    if not shown.count:
        return [fields.context(plain("Nothing here yet."))]
    if shown.count <= behind.PAGE:
        return []
    last = min(shown.start + behind.PAGE, shown.count)
    said = f"Rows {shown.start + 1:,}\u2013{last:,} of {shown.count:,}."
    return [fields.context(plain(said))]


def _line(line: Line, kind: str, part: str, today: date) -> Block:
    if line.person is not None:
        said = [line.person.name or "No name", person_line(line.person)]
        said += [help_line(line.person)] if line.person.needs_help else []
        text = plain(fields.clip("\n".join(said), 3000))
        return fields.section(text, accessory=person_menu(line.person))
    row = line.row
    if row.goal is not None:
        return fields.section(plain(f"{row.what or 'No name'}\n{goals.line(row.goal)}"))
    said = [row.label if kind not in _ACCOUNTS and row.days is None else tier_label(row.label)]
    said += _added(line, kind, part)
    if row.day:
        said.append(day(row.day, today))
    said += [row.code, row.who]
    what = row.what or ("An event" if kind == behind.TOUCHES else "Someone")
    text_ = f"{what}\n{' · '.join(part_ for part_ in said if part_)}"
    if row.credit is not None:
        text_ += f"\n{credit.line(row.credit)}"
    return fields.section(plain(fields.clip(text_, 3000)))


def _added(line: Line, kind: str, part: str) -> list[str]:
    """What a row adds, where that is not simply one."""
    row = line.row
    if row.days is not None:
        told = [f"{row.days[0]:,} of {days(row.days[1])}"]
        if kind == tallies.KEPT or part.startswith("adherence"):
            told.append("in cadence" if line.adds else "overdue")
        return told
    if kind == tallies.WEIGHTED:
        cents = row.cents or 0
        chance = f" × {line.adds // cents}%" if cents else ""
        return [f"{money(cents)}{chance} = {_exact(line.adds)}"]
    if kind == behind.CYCLE:
        return [days(line.adds)]
    return [] if row.cents is None else [money(row.cents)]


def _exact(hundredths: int) -> str:
    """An amount in hundredths of a cent."""
    return (
        f"${hundredths / 10_000:,.2f}" if hundredths % 100 == 0 else f"${hundredths / 10_000:,.4f}"
    )
