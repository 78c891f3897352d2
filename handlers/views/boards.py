"""A manager's part of Home: the team, who needs help, and what the team brings in."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.views import behind as rows
from handlers.views import deals as deal_views
from handlers.views import fields, goals
from handlers.views.behind import AGE_LABELS
from handlers.views.deal_numbers import quarter_name, short_money
from handlers.views.fields import Block, mrkdwn, plain
from handlers.views.pipeline import percent
from handlers.views.words import plural, tier_label
from models import behind, stages, tallies
from models.behind import TEAM
from models.boards import Board, Person
from models.cadence import TIERS
from models.referrals import IN
from models.tallies import Sum

_IN_NEED, _OTHERS, _GOALS = 5, 5, 5
"""People and goals on Home; the whole team is behind the first line's menu."""


def board(shown: Board) -> list[Block]:
    """The team's figures as of today, each line with the menu of its numbers: at most 19 blocks."""
    below = [one for one in shown.people if one.user_id != shown.manager_id]
    needy = [one for one in below if one.needs_help]
    others = [one for one in below if not one.needs_help]
    return [
        _team(shown),
        *_tiers(shown),
        *_help(shown),
        *(_person(one) for one in needy[:_IN_NEED]),
        *(_person(one) for one in others[:_OTHERS]),
        *_more(len(needy[_IN_NEED:]) + len(others[_OTHERS:])),
        _referrals(shown),
        _pipeline(shown),
        *_goals(shown),
        fields.actions(fields.button(deal_views.SHOW, "Pipeline", "all")),
    ]


def _team(shown: Board) -> Block:
    kept = shown.all_kept
    count = plural(shown.touches, "touch", "touches")
    told = [f"*Your team of {len(shown.people):,}*", f"{count} this week"]
    choices = [(behind.TOUCHES, f"{count} this week")]
    if kept.accounts:
        told += [f"{percent(kept)}% in cadence", f"{kept.overdue:,} overdue"]
        choices += [
            (tallies.KEPT, f"{kept.within:,} of {kept.accounts:,} in cadence"),
            (tallies.OVERDUE, f"{kept.overdue:,} overdue"),
        ]
    choices.append((behind.PEOPLE, f"Everyone on the team ({len(shown.people):,})"))
    return _line(" · ".join(told), choices)


def _tiers(shown: Board) -> list[Block]:
    tiers = [tier for tier in TIERS if tier in shown.kept]
    if not tiers:
        return []
    told = [f"{tier_label(tier)} {percent(shown.kept[tier])}%" for tier in tiers]
    choices = [
        (
            f"{tallies.KEPT}:{tier}",
            f"{tier_label(tier)}: {shown.kept[tier].within:,} of {shown.kept[tier].accounts:,}",
        )
        for tier in tiers
    ]
    return [_line(f"*In cadence:* {' · '.join(told)}", choices)]


def _help(shown: Board) -> list[Block]:
    choices = []
    if shown.far:
        label = f"{plural(shown.far, 'account')} far overdue"
        choices.append((tallies.FAR, label))
    if shown.behind:
        choices.append((behind.PACE, f"{plural(shown.behind, 'goal')} behind pace"))
    if not choices:
        return []
    return [_line(f"*Needs help:* {' · '.join(label for _, label in choices)}", choices)]


def _person(person: Person) -> Block:
    told = [person.name or "No name", rows.help_line(person), rows.person_line(person)]
    text = fields.clip("\n".join(line for line in told if line), 3000)
    return fields.section(plain(text), accessory=rows.person_menu(person))


def _more(count: int) -> list[Block]:
    if not count:
        return []
    who = plural(count, "more person", "more people")
    return [fields.context(plain(f"and {who}: see Everyone on the team, in the first line's menu"))]


def _referrals(shown: Board) -> Block:
    opens = [f"{count:,} ({AGE_LABELS[age]})" for age, count in enumerate(shown.waiting) if count]
    total = sum(shown.waiting)
    line = f"*Referrals in:* {shown.week:,} this week · {shown.month:,} this month"
    line += f"\n{total:,} open: {', '.join(opens)}" if total else "\nNo open referrals"
    return _line(
        line,
        [
            (IN, f"{shown.week:,} this week"),
            (f"{IN}:{behind.MONTH}", f"{shown.month:,} this month"),
            *(
                (f"{behind.WAITING}:{age}", f"{count:,} open, {AGE_LABELS[age]}")
                for age, count in enumerate(shown.waiting)
                if count
            ),
        ],
    )


def _pipeline(shown: Board) -> Block:
    of = shown.deals
    opened, weighted = short_money(of[stages.OPEN].adds), short_money(cents(of[tallies.WEIGHTED]))
    commit, best = short_money(of[tallies.COMMIT].adds), short_money(of[tallies.BEST].adds)
    won, closed = of[stages.WON].rows, of[stages.WON].rows + of[stages.LOST].rows
    rate = f"win rate {round(100 * won / closed)}% ({won:,} of {closed:,})" if closed else ""
    deals = plural(of[stages.OPEN].rows, "open deal")
    quarter = quarter_name(shown.quarter[0])
    ahead = [f"commit {commit}", f"best case {best}", rate or "nothing closed yet"]
    return _line(
        f"*Pipeline:* {deals}, {opened} · {weighted} weighted\n*{quarter}:* {' · '.join(ahead)}",
        [
            (stages.OPEN, f"{deals}, {opened}"),
            (tallies.WEIGHTED, f"{weighted} weighted"),
            (tallies.COMMIT, f"Commit {commit}"),
            (tallies.BEST, f"Best case {best}"),
            (tallies.RATE, f"Won {won:,} of {closed:,} closed"),
        ],
    )


def cents(hundredths: Sum) -> int:
    """Whole cents of a sum in hundredths, half a cent up."""
    return (hundredths.adds + 50) // 100


def _goals(shown: Board) -> list[Block]:
    if not shown.goals:
        return []
    lines = [goals.line(one) for one in shown.goals[:_GOALS]]
    if len(shown.goals) > _GOALS:
        lines.append(f"and {len(shown.goals) - _GOALS:,} more: `/touchbase goals`")
    choices = [
        (f"{behind.GOAL}:{one.kind}:{one.period}", lines[place])
        for place, one in enumerate(shown.goals[:_GOALS])
    ]
    return [_line("\n".join(["*Team goals*", *(f"• {line}" for line in lines)]), choices)]


def _line(text: str, choices: Sequence[tuple[str, str]]) -> Block:
    return fields.section(mrkdwn(text), accessory=rows.menu(TEAM, choices))
