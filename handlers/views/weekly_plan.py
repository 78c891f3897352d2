"""The plan of the week: in Monday's message, as a form, and on Friday what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.views import fields, goals, reminders, touches
from handlers.views.fields import Block, View, mrkdwn, plain
from handlers.views.reminders import Spoken
from handlers.views.words import days_from, esc, listed, plural
from models.goals import Progress
from models.weekly_plan import MOST_CHOSEN, Made, Plan

OPEN, FORM, RESET = "plan_open", "plan_form", "plan_reset"
ACCOUNTS, PROJECTED = "plan_accounts", "plan_projected"

_NAMED = 5
_SHOWN_OF_NAME = 60
_LONGEST_NUMBER = 4


def monday(shown: Plan, delivery_id: int) -> Spoken:
    """The part of the first message of a week."""
    lead = f"Your week: {_planned(shown)}."
    return _part(lead, _why(shown), "Change the plan", delivery_id)


def friday(shown: Plan, made: Made, delivery_id: int) -> Spoken:
    """The part of the last message of a week."""
    return _part(f"Your week: {_so_far(shown, made)}.", _outcome(shown, made), "Plan", delivery_id)


def form(
    shown: Plan, made: Made, aims: Sequence[Progress], metadata: str, *, anew: bool = False
) -> View:
    """The plan, to be changed. An empty number goes with the accounts.

    aims  how far the person's own goals of this week are.
    anew  in the place of a form whose fields are not to keep what they had.
    """
    mark = ":1" if anew else ""
    lines = [_why(shown), f"So far: {_so_far(shown, made)}.", *(goals.line(one) for one in aims)]
    asked = sum(one.contacts for one in shown.targets)
    by_hand = str(shown.projected) if shown.projected != asked else ""
    chosen = [
        touches.account_choice(one.account_id, one.name, one.city, one.state)
        for one in shown.targets[:MOST_CHOSEN]
    ]
    blocks: list[Block] = [
        fields.section(plain("\n".join(lines))),
        fields.search_many(
            ACCOUNTS + mark, "Accounts to see", hint="Type an account's name", chosen=chosen
        ),
        fields.text(
            PROJECTED + mark,
            "Projected contacts",
            value=by_hand,
            longest=_LONGEST_NUMBER,
            placeholder=f"{asked:,}, from these accounts",
        ),
    ]
    if shown.changed:
        blocks.append(fields.actions(fields.button(RESET, "Back to the proposal", "proposal")))
    return fields.modal(FORM, _title(shown), blocks, metadata=metadata)


def saved(shown: Plan, made: Made) -> View:
    """What the form becomes."""
    said = f"Saved. {_planned(shown)}; so far {_so_far(shown, made)}.\n"
    said += "Friday's message shows how it went. To change it again, type /touchbase plan."
    return {
        "type": "modal",
        "title": plain(_title(shown)),
        "close": plain("Done"),
        "blocks": [fields.section(plain(said))],
    }


def _title(shown: Plan) -> str:
    return f"Plan, {days_from(shown.monday, shown.monday + timedelta(days=6))}"


def _part(lead: str, rest: str, label: str, delivery_id: int) -> Spoken:
    button = fields.button(OPEN, label, reminders.value(0, delivery_id))
    text = mrkdwn(f"*{lead}*\n{esc(rest)}")
    return f"{lead} {esc(rest)}", [fields.section(text, accessory=button)]


def _planned(shown: Plan) -> str:
    """ "12 contacts at 10 accounts"."""
    places = plural(len(shown.targets), "account")
    return f"{plural(shown.projected, 'contact')} projected at {places}"


def _why(shown: Plan) -> str:
    """Where the figures come from, and what the person usually makes."""
    contacts, places = shown.proposed
    said = f"Your cadence asks for {plural(contacts, 'contact')} at {plural(places, 'account')}"
    if shown.changed:
        said = f"Changed by you. {said}"
    if shown.more:
        said += f", {shown.more:,} less pressing ones left out"
    return f"{said}. You usually make {shown.usual:,} a week."


def _so_far(shown: Plan, made: Made) -> str:
    return f"{made.contacts:,} of {plural(shown.projected, 'projected contact')} made"


def _outcome(shown: Plan, made: Made) -> str:
    """Which of the planned accounts were seen, and which not."""
    said = f"{made.seen:,} of {plural(len(shown.targets), 'planned account')} seen"
    if made.elsewhere:
        said += f", {plural(made.elsewhere, 'contact')} elsewhere"
    if not made.left:
        return f"{said}."
    names = [fields.clip(name, _SHOWN_OF_NAME) for name in made.left[:_NAMED]]
    if len(made.left) > _NAMED:
        names.append(f"{len(made.left) - _NAMED:,} more")
    return f"{said}. Not yet: {listed(names)}."
