"""Deals on a phone: the pipeline, a deal's receipt, and what Friday's list says of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.views import deal_numbers as numbers
from handlers.views import fields
from handlers.views.deal_forms import (
    FORECAST_LABELS,
    LONGEST_NAME,
    SHOWN_OF_NAME,
    Place,
    Stages,
    pipeline_label,
)
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import day, days, esc, listed, long_day, money, plural, times
from models import behind
from models.deal_figures import Deal, Summary
from models.deal_receipts import DealReceipt
from models.opportunities import FORECASTS
from models.stages import LOST, OPEN, WON, Stage

LIST = "deals_list"
NEW, TURN, WHOSE = "deals_new", "deals_turn", "deals_whose"
NEXT, MORE, UNDO, REMOVE = "deal_next", "deal_more", "deal_undo", "deal_remove"
OF_VISIT, SHOW = "deal_of_visit", "deals_show"

PAGE = 8
"""Deals on one screen."""

_TO_EDIT, _TO_PEOPLE, _TO_MOVE = "edit", "people", "move"
_ENDS = 2  # Won and Lost; a menu behind three dots has five choices
_IN_MORNING = 3
"""Deals under a morning list; the others are behind a button."""


@dataclass(frozen=True)
class Said:
    """What just happened, and the mark by which it is taken back."""

    text: str
    deal_id: int = 0
    mark: str = ""


def pipeline(
    deals: Sequence[Deal],
    figures: Summary,
    stages: Stages,
    place: Place,
    *,
    today: date,
    me: int,
    leads: bool,
    said: Said | None = None,
) -> View:
    """The figures, then the deals, the largest first, a page of them.

    said   stands at the deal it is about, else on top.
    me     whoever looks: on others' deals stands whose they are.
    leads  there are others' deals to see, so one may see only one's own.
    """
    start = min(place.start, max(len(deals) - 1, 0) // PAGE * PAGE)
    place = Place(start, place.mine)
    shown = deals[start : start + PAGE]
    in_sight = said is not None and any(deal.id == said.deal_id for deal in shown)
    blocks = [
        *(_said(said) if said and not in_sight else []),
        *numbers.lines(figures, behind.MINE if place.mine else behind.ALL),
        fields.actions(*_list_buttons(leads, place), block=NEW),
    ]
    for deal in shown:
        who = "" if deal.owner_id == me else deal.owner or "no owner"
        if said and deal.id == said.deal_id:  # beside the thumb, however far one has scrolled
            blocks += _said(said)
        blocks += row(deal, stages[deal.pipeline], today, who=who)
    if not deals:
        blocks.append(
            fields.section(
                plain("No open deals yet. Press New deal, here or on a visit's receipt.")
            )
        )
    blocks += [*_pager(len(deals), start), fields.context(plain(_FORMULA))]
    return {
        "type": "modal",
        "callback_id": LIST,
        "title": plain("Pipeline"),
        "close": plain("Close"),
        "private_metadata": json.dumps({"start": place.start, "mine": place.mine}),
        "blocks": blocks,
    }


_FORMULA = (
    "Weighted: each open amount times its stage's probability. Commit and best case: won this "
    "quarter plus what is due in it. Win rate: won out of all closed this quarter."
)


def _list_buttons(leads: bool, place: Place) -> list[Block]:
    buttons = [fields.button(NEW, "New deal", "new", style="primary")]
    if leads:
        label = "Everyone's" if place.mine else "Only mine"
        buttons.append(fields.button(WHOSE, label, "all" if place.mine else "mine"))
    return buttons


def _said(said: Said) -> list[Block]:
    if not said.mark:
        return [fields.section(plain(said.text))]
    undo = fields.button(UNDO, "Undo", undo_value(said.deal_id, said.mark))
    return [fields.section(plain(said.text), accessory=undo)]


def undo_value(deal_id: int, mark: str, delivery_id: int = 0) -> str:
    """What an Undo button stands for."""
    return f"{deal_id}|{mark}|{delivery_id}"


def undo_of(value: str) -> tuple[int, str, int]:
    """The deal, the change's mark and the message, as `undo_value` put them together."""
    deal_id, mark, delivery_id = value.split("|")
    return int(deal_id), mark, int(delivery_id)


def row(
    deal: Deal, stages: Sequence[Stage], today: date, *, who: str = "", delivery_id: int = 0
) -> list[Block]:
    """A deal: where it stands, a button for what comes next, a menu for the rest."""
    return [
        fields.section(mrkdwn(_row(deal, today, who))),
        fields.actions(
            *_moves(deal.id, deal.stage_id, stages), block=f"deal:{deal.id}:{delivery_id}"
        ),
    ]


def delivery_of(block_id: str) -> int:
    """The message in which a deal's buttons stand; 0 elsewhere."""
    return int(block_id.rpartition(":")[2])


def _row(deal: Deal, today: date, who: str) -> str:
    amount = "no amount" if deal.amount_cents is None else money(deal.amount_cents)
    lines = [f"*{esc(fields.clip(deal.name, SHOWN_OF_NAME))}*"]
    facts = [amount, deal.stage, _closes(deal.close_date, today)]
    if deal.forecast in FORECASTS[1:]:
        facts.append(FORECAST_LABELS[deal.forecast].lower())
    lines.append(" · ".join(esc(fact) for fact in facts))
    if deal.account and deal.account not in deal.name:
        lines[-1] += f" · {esc(fields.clip(deal.account, SHOWN_OF_NAME))}"
    if who:
        lines[-1] += f" · {esc(who)}"
    flags = _flags(deal, today)
    if flags:
        lines.append(f"_{' · '.join(flags)}_")
    if deal.next_step:
        by = f", {long_day(deal.next_step_due, today)}" if deal.next_step_due else ""
        lines.append(f"Next: {esc(deal.next_step)}{by}")
    return "\n".join(lines)


def _closes(close_date: date | None, today: date) -> str:
    if close_date is None:
        return "no close date"
    return f"{'was due' if close_date < today else 'closes'} {long_day(close_date, today)}"


def _flags(deal: Deal, today: date) -> list[str]:
    flags = []
    if deal.stale:
        flags.append(f"Stale: {days(deal.quiet)} quiet")
    if deal.slipped:
        past = deal.close_date is not None and deal.close_date < today
        why = ["past its close date"] if past else []
        if deal.pushes:
            why.append(f"put off {times(deal.pushes)}")
        flags.append(f"Slipped: {listed(why)}")
    if deal.one_voice:
        flags.append("Single-threaded")
    if not deal.next_step:
        flags.append("No next step")
    return flags


def _moves(deal_id: int, stage_id: int, stages: Sequence[Stage]) -> list[Block]:
    """The next stage as a button; behind three dots the rest. A menu that keeps what was chosen
    would not tell of a second choice alike, after a form that was closed."""
    places = [stage.id for stage in stages]
    here = stages[places.index(stage_id)]
    after = stages[places.index(stage_id) + 1 :]
    following = [stage for stage in after[:1] if stage.kind != LOST and here.kind == OPEN]
    choices = [
        Choice(f"{deal_id}:{stage.id}", _move_label(stage))
        for stage in stages
        if stage.kind != OPEN and stage.id != stage_id
    ][:_ENDS]
    choices += [
        Choice(f"{deal_id}:{_TO_MOVE}", "Another stage…" if here.kind == OPEN else "Reopen…"),
        Choice(f"{deal_id}:{_TO_EDIT}", "Edit…"),
        Choice(f"{deal_id}:{_TO_PEOPLE}", "Who has a say…"),
    ]
    buttons = [
        fields.button(NEXT, _move_label(stage), f"{deal_id}:{stage.id}") for stage in following
    ]
    return [*buttons, fields.overflow(MORE, choices)]


def _move_label(stage: Stage) -> str:
    if stage.kind == OPEN:
        return fields.clip(f"To {stage.label}", 75)
    return stage.label if stage.kind == WON else f"{stage.label}…"


def chosen(value: str) -> tuple[int, int | None, str]:
    """The deal, and the stage it is to come to, or else what is to be opened. Raises ValueError."""
    deal_id, _, what = value.partition(":")
    if what in (_TO_EDIT, _TO_PEOPLE, _TO_MOVE):
        return int(deal_id), None, what
    return int(deal_id), int(what), ""


def is_edit(what: str) -> bool:
    """Whether the menu's choice opens the deal's form."""
    return what == _TO_EDIT


def is_move(what: str) -> bool:
    """Whether it opens the form that asks for a stage."""
    return what == _TO_MOVE


def _pager(count: int, start: int) -> list[Block]:
    buttons = []
    if start > 0:
        buttons.append(fields.button(f"{TURN}:0", "Back", str(max(start - PAGE, 0))))
    left = count - start - PAGE
    if left > 0:
        buttons.append(fields.button(f"{TURN}:1", f"More ({left:,})", str(start + PAGE)))
    return [fields.actions(*buttons, block=TURN)] if buttons else []


def moved(name: str, stage: Stage) -> str:
    """What a move did."""
    what = fields.clip(name, SHOWN_OF_NAME)
    if stage.kind == WON:
        return f"Won: {what}. Well done."
    if stage.kind == LOST:
        return f"Lost: {what}."
    return f"{what} is now in {stage.label}."


def stays(name: str, stage: Stage) -> str:
    """What a move to where a deal stands did."""
    return f"{fields.clip(name, SHOWN_OF_NAME)} is already in {stage.label}."


def saved(name: str) -> str:
    """What a form's Save did."""
    return f"Saved: {fields.clip(name, SHOWN_OF_NAME)}."


def taken_back(name: str, stage: Stage) -> str:
    """What Undo did."""
    return f"Undone: {fields.clip(name, SHOWN_OF_NAME)} is back in {stage.label}."


def notice(said: Said, delivery_id: int) -> tuple[str, list[Block]]:
    """The answer beside a message in which a deal was moved, for the person's eyes only."""
    blocks = [fields.section(plain(said.text))]
    if said.mark:
        undo = fields.button(UNDO, "Undo", undo_value(said.deal_id, said.mark, delivery_id))
        blocks.append(fields.actions(undo))
    return esc(said.text), blocks


def receipt(shown: DealReceipt | None) -> tuple[str, list[Block]]:
    """How a deal stands, ways to move it on, and the way back. None: it was taken back."""
    if shown is None:
        text = "Undone. That deal is deleted."
        return text, [fields.section(plain(text))]
    amount = "no amount" if shown.amount_cents is None else money(shown.amount_cents)
    headline = f"{fields.clip(shown.name, LONGEST_NAME)} · {amount} · {shown.stage.label}"
    buttons = _moves(shown.id, shown.stage.id, shown.stages)
    if shown.mark:
        buttons.append(
            fields.button(UNDO, "Undo the last change", undo_value(shown.id, shown.mark))
        )
    elif shown.may_remove:
        sure = fields.confirm("Undo this deal?", "The deal is deleted.", "Undo it", "Keep it")
        buttons.append(fields.button(REMOVE, "Undo", str(shown.id), confirm=sure))
    blocks = [
        fields.section(mrkdwn(f"*Deal: {esc(headline)}*")),
        fields.section(plain(fields.clip("\n".join(_facts(shown)), 3000))),
        fields.actions(*buttons, block=f"deal:{shown.id}:0"),
    ]
    return f"Deal: {esc(headline)}", blocks


def _facts(shown: DealReceipt) -> list[str]:
    today = shown.today
    facts = []
    if shown.account and shown.account not in shown.name:
        facts.append(shown.account)
    pipeline = pipeline_label(shown.stage.pipeline)
    if shown.closed_on is not None:
        why = f": {shown.lost_reason}" if shown.lost_reason else ""
        facts.append(f"{pipeline} · closed {long_day(shown.closed_on, today)}{why}")
    else:
        facts.append(
            f"{pipeline} · {_closes(shown.close_date, today)} · forecast: "
            f"{FORECAST_LABELS.get(shown.forecast, shown.forecast).lower()}"
        )
    if shown.pushes and shown.first_close_date:
        first = day(shown.first_close_date, today)
        facts.append(f"Put off {times(shown.pushes)}, first planned for {first}")
    if shown.next_step or shown.next_step_due:
        by = f" · {long_day(shown.next_step_due, today)}" if shown.next_step_due else ""
        facts.append(f"Next: {shown.next_step or 'something'}{by}")
    if shown.proposed_on or shown.proposal_expires_on:
        sent = f"sent {long_day(shown.proposed_on, today)}" if shown.proposed_on else "not sent yet"
        ends = shown.proposal_expires_on
        facts.append(f"Proposal {sent}{f', expires {long_day(ends, today)}' if ends else ''}")
    if shown.broker:
        facts.append(f"Broker: {shown.broker}")
    facts += [f"{role}: {who}" for role, who in shown.people]
    if shown.visited_on:
        facts.append(f"From your visit {_on(shown.visited_on, today)}")
    return facts


def _on(when: date, today: date) -> str:
    return "today" if when == today else f"on {day(when, today)}"


def friday(
    deals: Sequence[Deal], stages: Stages, today: date, delivery_id: int
) -> tuple[str, list[Block]]:
    """The week's question under the morning list: how do these deals stand? For the ear and for
    the eye."""
    needs = "needs" if len(deals) == 1 else "need"
    heading = f"Update your deals: {plural(len(deals), 'deal')} {needs} a look."
    blocks: list[Block] = [fields.section(mrkdwn(f"*{heading}*"))]
    for deal in deals[:_IN_MORNING]:
        blocks += row(deal, stages[deal.pipeline], today, delivery_id=delivery_id)
    label = "All my deals"
    if len(deals) > _IN_MORNING:
        label = f"All my deals ({len(deals) - _IN_MORNING:,} more to look at)"
    blocks.append(fields.actions(fields.button(SHOW, label, "mine"), block=SHOW))
    return heading, blocks
