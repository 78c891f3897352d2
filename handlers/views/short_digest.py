"""The Monday digest in four lines: the trend, the forecast, the top risk, the top ask."""

from __future__ import annotations

from handlers.views import fields
from handlers.views.deal_numbers import quarter_name, short_money
from handlers.views.fields import Block
from handlers.views.goals import amount
from handlers.views.pipeline import buttons, few, heading, how_moved, line, on_pace, percent
from handlers.views.words import change, days, esc, plural, times
from models import figures, tallies
from models.digests import Told
from models.goals import QUARTER, REVENUE
from models.outlook import Asking, Outlook
from models.referrals import IN

_SHOWN_OF_NAME = 60


def digest(shown: Told, outlook: Outlook, delivery_id: int, zone: str) -> tuple[str, list[Block]]:
    """Four lines, each with the menu of its numbers; nobody is named."""
    head = heading(shown, zone)
    return f"{head}: {plural(shown.week.touches, 'touch', 'touches')}", [
        _trend(shown, head),
        _forecast(shown, outlook),
        _risk(shown),
        _ask(shown, outlook),
        buttons(shown, delivery_id),
    ]


def _trend(shown: Told, head: str) -> Block:
    week, before = shown.week, shown.before
    count = plural(week.touches, "touch", "touches")
    received = few(week.received(IN))
    told = [f"*{count}* {change(week.touches, before.touches)}"]
    told.append(f"*{esc(received)} referrals* in {how_moved(shown, IN)}".rstrip())
    choices = [(figures.TOUCHES, count), (IN, f"{received} referrals in")]
    now, then = percent(week.all_kept), percent(before.all_kept)
    if now is not None:
        told.append(f"*{now}% in cadence*{'' if then is None else f' {change(now, then)}'}")
        kept = week.all_kept
        label = f"{kept.within:,} of {kept.accounts:,} accounts in cadence"
        choices.append((figures.KEPT, label))
    return line(shown, f"{head}: {' · '.join(told)}", choices)


def _forecast(shown: Told, outlook: Outlook) -> Block:
    named = [
        (tallies.COMMIT, "commit", outlook.commit),
        (tallies.BEST, "best case", outlook.best),
        (tallies.LIKELY, "weighted", outlook.likely),
    ]
    told = " · ".join(f"{what} *{short_money(cents)}*" for _, what, cents in named)
    choices = [(figure, f"{what} {short_money(cents)}") for figure, what, cents in named]
    aim = next((one for one in shown.goals if (one.kind, one.period) == (REVENUE, QUARTER)), None)
    told += f" of a goal of {amount(REVENUE, aim.target)}" if aim else ""
    if shown.goals:
        choices.append((figures.GOALS, plural(len(shown.goals), "goal")))
    return line(shown, f"{quarter_name(outlook.first)}: {told}{on_pace(shown)}", choices)


def _risk(shown: Told) -> Block:
    """What is most at risk: the account longest past its gap, and how much else is overdue."""
    overdue, worst = shown.week.all_kept.overdue, shown.worst
    choices = [(figures.OVERDUE, f"{overdue:,} overdue")]
    told = f"*{overdue:,} overdue* {change(overdue, shown.before.all_kept.overdue)}"
    if worst:
        name = esc(fields.clip(worst.name, _SHOWN_OF_NAME))
        told = f"{name} {days(worst.days)} (limit {worst.longest}) · {told}"
    if shown.behind:
        people = plural(shown.behind, "person", "people")
        told += f" · {people} far behind"
        choices.append((figures.BEHIND, f"{people} far behind"))
    return line(shown, f"Risk: {told if overdue else 'nothing overdue'}", choices)


def _ask(shown: Told, outlook: Outlook) -> Block:
    """Where help counts most: the largest deal that is late, was put off or has no next step."""
    choices = [(tallies.ASK, f"{plural(outlook.asks, 'deal')} to help with")]
    if shown.asking is None:
        return line(shown, "Ask: nothing this week", choices)
    deal, more = shown.asking, outlook.asks - 1
    money = "no amount" if deal.cents is None else short_money(deal.cents)
    name = esc(fields.clip(deal.name, _SHOWN_OF_NAME))
    said = f"Ask: help with {name}, {money}: {_why(deal, shown)}"
    return line(shown, said + (f" · {more:,} more" if more else ""), choices)


def _why(deal: Asking, shown: Told) -> str:
    if deal.close_date is not None and deal.close_date <= shown.week.sunday:
        return "past its close date"
    return f"put off {times(deal.pushes)}" if deal.pushes else "no next step"
