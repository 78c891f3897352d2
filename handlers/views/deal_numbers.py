"""The figures of a pipeline, a line each, with the menus of their numbers."""

from __future__ import annotations

from datetime import date

from handlers.views import behind as behind_views
from handlers.views import fields
from handlers.views.fields import Block, mrkdwn
from handlers.views.words import days, plural
from models import behind, tallies
from models.deal_figures import Money, Summary
from models.stages import LOST, OPEN, WON


def lines(told: Summary, whose: str) -> list[Block]:
    """A line each, with the menu of its numbers."""
    without = f" ({told.without_amount:,} without an amount)" if told.without_amount else ""
    opened, weighted = short_money(told.open.cents), short_money(told.weighted)
    won, commit, best = _money(told.won), short_money(told.commit), short_money(told.best_case)
    opens = [
        (OPEN, f"{plural(told.open.count, 'open deal')}, {opened}"),
        (tallies.WEIGHTED, f"{weighted} weighted"),
    ]
    if told.without_amount:
        opens.append((tallies.NO_AMOUNT, f"{told.without_amount:,} without an amount"))
    lines = [
        (
            f"*{plural(told.open.count, 'open deal')}* · {opened}{without} · weighted {weighted}",
            opens,
        ),
        (
            f"*{quarter_name(told.first)}:* won {won} · commit {commit} · best case {best}",
            [
                (WON, f"Won {won}"),
                (tallies.COMMIT, f"Commit {commit}"),
                (tallies.BEST, f"Best case {best}"),
            ],
        ),
        (_rate(told), _rate_choices(told)),
    ]
    flags = [
        (behind.STALE, told.stale, "stale"),
        (behind.SLIPPED, told.slipped, "slipped"),
        (behind.ONE_VOICE, told.one_voice, "single-threaded"),
    ]
    named = [(figure, f"{count:,} {what}") for figure, count, what in flags if count]
    if named:
        lines.append((f"*Look at:* {' · '.join(label for _, label in named)}", named))
    return [
        fields.section(mrkdwn(text), accessory=behind_views.menu(whose, choices))
        for text, choices in lines
    ]


def _rate_choices(told: Summary) -> list[tuple[str, str]]:
    closed = told.won.count + told.lost.count
    choices = [(tallies.RATE, f"Won {told.won.count:,} of {closed:,} closed")]
    if told.lost.count:
        choices.append((LOST, f"Lost {_money(told.lost)}"))
    if told.cycle is not None:
        choices.append((behind.CYCLE, f"Won in {days(int(told.cycle + 0.5))} (median)"))
    return choices


def _rate(told: Summary) -> str:
    if told.win_rate is None:
        return "Nothing closed this quarter yet, so no win rate"
    closed = told.won.count + told.lost.count
    line = f"Win rate *{round(100 * told.win_rate)}%* ({told.won.count:,} of {closed:,})"
    if told.win_rate_by_value is not None:
        line += f", {round(100 * told.win_rate_by_value)}% by value"
    if told.cycle is not None:
        line += f" · won in {days(int(told.cycle + 0.5))} (median)"
    return line


def quarter_name(first: date) -> str:
    """ "Q1"."""
    return f"Q{(first.month + 2) // 3}"


def _money(told: Money) -> str:
    return f"{short_money(told.cents)} ({told.count:,})" if told.count else "nothing"


def short_money(cents: int) -> str:
    """ "$1.84M", "$610k", "$12,500": for a figure among others, cut to three or four digits."""
    dollars = (cents + 50) // 100
    if dollars >= 999_500:
        return f"${dollars / 1_000_000:.2f}M"
    if dollars >= 100_000:
        return f"${dollars / 1000:.0f}k"
    return f"${dollars:,}"
