"""A figure of the digest opened: its formula in plain words, and the rows behind it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.views import credit, fields, goals
from handlers.views.fields import View, plain
from handlers.views.words import day, days, days_from, hour, money, plural, tier_label
from models import figures, stages, tallies
from models.figures import Page, Row
from models.referrals import IN, OUT

FORM, TURN = "digest_rows_form", "digest_rows_turn"

_TITLES = {
    figures.TOUCHES: "Touches",
    figures.REACHED: "Accounts reached",
    figures.LATE: "Logged late",
    IN: "Referrals in",
    OUT: "Referrals out",
    figures.KEPT: "In cadence",
    figures.OVERDUE: "Overdue",
    figures.BEHIND: "Far behind",
    stages.OPEN: "Open deals",
    stages.WON: "Deals won",
    stages.LOST: "Deals lost",
    figures.GOALS: "Goals",
    tallies.COMMIT: "Commit",
    tallies.BEST: "Best case",
    tallies.LIKELY: "Weighted forecast",
    tallies.ASK: "Deals to help with",
}

# What each figure counts, for whoever wonders. The long form: docs/cadence.md.
_FORMULAS = {
    figures.TOUCHES: (
        "Touches: everything these people logged for the week, by the day it happened."
    ),
    figures.REACHED: (
        "Accounts reached: different accounts touched in the week. "
        "Two visits to one account count once."
    ),
    figures.LATE: (
        "Logged late: touches of the week before, logged after its digest was made. "
        "That digest's number stays as it was."
    ),
    IN: "Referrals in: received in the week, by their status when the digest was made.",
    OUT: "Referrals out: given in the week, by their status when the digest was made.",
    figures.KEPT: (
        "In cadence: the days from the last qualifying touch, by anyone, to that Sunday are within "
        "its rule's limit. Before the first touch, the days count from when its owner got it. "
        "Left out: accounts without an owner, dormant, on hold and the like."
    ),
    figures.OVERDUE: (
        "Overdue: more days from the last qualifying touch, by anyone, to that Sunday than its "
        "rule's limit. Most urgent first: days divided by the limit, times the tier's weight "
        "(A 4, B 2, C 1, D 0.5)."
    ),
    figures.BEHIND: (
        "Far behind: people with an account past twice its limit on that Sunday. "
        "In a channel they are counted, never named."
    ),
    stages.OPEN: (
        "Open: deals in an open stage when the digest was made, whatever their close date. "
        "Weighted: each amount times its stage's probability. A deal counts for its present owner."
    ),
    stages.WON: "Won: deals won in the week, by the day they closed.",
    stages.LOST: "Lost: deals lost in the week, by the day they closed.",
    tallies.COMMIT: (
        "Commit: won in the quarter, and open deals due in it with the forecast Commit, when the "
        "digest was made."
    ),
    tallies.BEST: (
        "Best case: commit, and open deals due in the quarter with the forecast Best case."
    ),
    tallies.LIKELY: (
        "Weighted: won in the quarter, and each open amount due in it times its stage's "
        "probability, added up, then rounded to the cent. Deals left out of the forecast don't "
        "count."
    ),
    tallies.ASK: (
        "Open deals past their close date, put off, or without a next step when the digest was "
        "made. The largest first."
    ),
    figures.GOALS: (
        "On pace: the team has at least the target times the share of the period's work days "
        "that were over by that Sunday. Set by whoever set up this digest."
    ),
}


_MONEY = (tallies.COMMIT, tallies.BEST, tallies.LIKELY)


def form(page: Page, zone: str, metadata: str) -> View:
    """The rows of a figure, `figures.PAGE` at a time.

    zone      of whoever looks, for the time the digest was made.
    metadata  comes back with the buttons that turn the pages: ids only.
    """
    kind = page.figure.partition(":")[0]
    blocks = [
        fields.section(plain(_heading(page, kind))),
        fields.context(plain(_FORMULAS[kind])),
        *(fields.context(plain(note)) for note in _notes(page, zone)),
        *(fields.section(plain(_row(row, kind, page.made_at.date()))) for row in page.rows),
        *fields.pager(TURN, page.start, figures.PAGE, page.seen),
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(_TITLES[kind]),
        "close": plain("Close"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def known(figure: str) -> bool:
    """Whether there is such a figure."""
    return figure.partition(":")[0] in _TITLES


def _heading(page: Page, kind: str) -> str:
    if kind in _MONEY:
        return f"{_TITLES[kind]}: {money(page.told)}"
    label = f" · {page.label}" if page.label else ""
    count = f"{page.told:,} {_TITLES[kind].lower()}{label}"
    return f"{count} · {days_from(page.monday, page.monday + timedelta(days=6))}"


def _notes(page: Page, zone: str) -> list[str]:
    """What the rows do not show, and why."""
    made = page.made_at.astimezone(ZoneInfo(zone))
    at = f"{day(made.date(), made.date())} at {hour(made.time())}"
    notes = []
    if page.late:
        notes.append(f"{page.late:,} more logged after {at}: not counted in {page.told:,}.")
    gone = page.kept - page.there
    if gone:
        notes.append(f"{gone:,} undone or merged since; the number stays as it was.")
    cut = figures.truncated(page)
    if cut:
        notes.append(f"Only the first {page.kept:,} rows are kept.")
    others = page.there - page.seen
    if others:
        notes.append(f"{plural(others, 'row')} of other people: counted, but not shown to you.")
    if page.seen > figures.PAGE:
        last = min(page.start + figures.PAGE, page.seen)
        notes.append(f"Rows {page.start + 1:,}\u2013{last:,} of {page.seen:,}.")
    if not page.seen and not notes:
        notes.append("Nothing to show.")
    return notes


def _row(row: Row, kind: str, today: date) -> str:
    if row.goal is not None:
        return goals.line(row.goal)
    what = row.what or ("An event" if kind in (figures.TOUCHES, figures.LATE) else "Someone")
    adds = row.cents
    if adds is not None and kind == tallies.LIKELY:  # hundredths of a cent
        cents = [f"${adds / 10_000:,.{2 if adds % 100 == 0 else 4}f}"]
    else:
        cents = [] if adds is None else [money(adds)]
    told = (
        [row.label, *cents]
        if kind not in (figures.KEPT, figures.OVERDUE)
        else [tier_label(row.label)]
    )
    if row.day:
        told.append(day(row.day, today))
    if row.code:
        told.append(row.code)
    if row.days and kind == figures.BEHIND:
        told = [f"{plural(row.days[0], 'account')} far overdue"]
    elif row.days:
        told.append(f"{row.days[0]:,} of {days(row.days[1])}")
    if row.who:
        told.append(row.who)
    said = f"{what}\n{' · '.join(part for part in told if part)}"
    if row.credit is not None:
        said += f"\n{credit.line(row.credit)}"
    return fields.clip(said, 3000)
