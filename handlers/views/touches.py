"""The visit form and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import days, esc, listed, long_day, plural
from models import lists
from models.lists import Entry
from models.receipts import VisitReceipt
from models.touches import EVENT

FORM = "visit_form"
# The account's block gets a number behind it (":1") when a tap chooses for the rep: Slack keeps
# what a block of the same id held.
ACCOUNT = "visit_account"
MET, TYPE, DAY = "visit_met", "visit_type", "visit_day"
REFERRALS, NOTE = "visit_referrals", "visit_note"
NEXT_STEP, FOLLOW_UP = "visit_next_step", "visit_follow_up"
TIME, OUTCOME = "visit_time", "visit_outcome"
SERVICE_LINE, COMPETITOR = "visit_service_line", "visit_competitor"
MORE, FITS = "visit_more", "visit_fits"
EDIT, UNDO, NOT_MINE = "visit_edit", "visit_undo", "visit_not_mine"

FIELDS_OF_LISTS = (lists.TOUCH_TYPE, lists.OUTCOME, lists.SERVICE_LINE)

LONGEST_NOTE = 3000
LONGEST_STEP = 300
_SHOWN_OF_NOTE = 600


@dataclass(frozen=True)
class VisitForm:
    """What the form holds, as typed and chosen so far."""

    type: str
    day: date | None
    account: Choice | None = None
    met: tuple[Choice, ...] = ()
    referrals: str = ""
    note: str = ""
    next_step: str = ""
    follow_up: date | None = None
    more: bool = False
    time: str | None = None
    outcome: str | None = None
    service_line: str | None = None
    competitor: Choice | None = None
    fits: tuple[Choice, ...] = ()  # accounts of which one was probably meant
    reset: int = 0  # how often the account was chosen by a tap outside its field
    touch_id: int | None = None  # the touch being edited
    source: str = "command"

    @property
    def account_block(self) -> str:
        """The present id of the account's block."""
        return f"{ACCOUNT}:{self.reset}" if self.reset else ACCOUNT


def account_choice(account_id: int, name: str, city: str = "", state: str = "") -> Choice:
    """An account as an option: its name, and the place that tells it from its namesakes."""
    place = ", ".join(part for part in (city, state) if part)
    return Choice(f"a:{account_id}", f"{name} · {place}" if place else name)


def contact_choice(contact_id: int, name: str, title: str = "") -> Choice:
    """A contact as an option."""
    return Choice(f"c:{contact_id}", f"{name} · {title}" if title else name)


def competitor_choice(competitor_id: int, name: str) -> Choice:
    """A competitor as an option."""
    return Choice(f"k:{competitor_id}", name)


def new_account(name: str) -> Choice:
    """What was typed, as an account to add."""
    return fields.add_new(name, "a new account")


def new_contact(name: str) -> Choice:
    """What was typed, as a person to add."""
    return fields.add_new(name, "a new person")


def new_competitor(name: str) -> Choice:
    """What was typed, as a competitor to add."""
    return fields.add_new(name, "a new competitor")


def form(state: VisitForm, entries: Mapping[str, Sequence[Entry]]) -> View:
    """The form, filled with `state`. `entries` has the lists of `FIELDS_OF_LISTS`."""
    blocks = [
        fields.search(
            state.account_block,
            "Account",
            hint="Type a few letters",
            chosen=state.account,
            optional=state.type == EVENT,
            watched=True,
        ),
        *fields.fits(FITS, state.fits),
        fields.search_many(MET, "Met with", hint="Names, one after another", chosen=state.met),
        fields.pick(
            TYPE,
            "Type",
            entries[lists.TOUCH_TYPE],
            chosen=state.type,
            optional=False,
            watched=True,
        ),
        fields.day(DAY, "Date", value=state.day),
        fields.text(
            REFERRALS, "Referrals", value=state.referrals, longest=4, placeholder="How many"
        ),
        fields.text(
            NOTE,
            "Notes",
            value=state.note,
            longest=LONGEST_NOTE,
            lines=True,
            placeholder="No patient names or numbers",
        ),
        fields.text(NEXT_STEP, "Next step", value=state.next_step, longest=LONGEST_STEP),
        fields.day(FOLLOW_UP, "Follow up on", value=state.follow_up, optional=True),
        *(_more(state, entries) if state.more else [fields.actions(_MORE_BUTTON, block=MORE)]),
    ]
    title = "Edit visit" if state.touch_id else "Log a visit"
    return fields.modal(FORM, title, blocks, metadata=_metadata(state))


_MORE_BUTTON = fields.button(MORE, "More", "more")


def _more(state: VisitForm, entries: Mapping[str, Sequence[Entry]]) -> list[Block]:
    return [
        fields.clock_time(TIME, "Time", value=state.time),
        fields.pick(OUTCOME, "Outcome", entries[lists.OUTCOME], chosen=state.outcome),
        fields.pick(
            SERVICE_LINE, "Service line", entries[lists.SERVICE_LINE], chosen=state.service_line
        ),
        fields.search(COMPETITOR, "Competitor", hint="Who else was there", chosen=state.competitor),
    ]


def _metadata(state: VisitForm) -> str:
    """What the form must remember and Slack does not keep: ids, and the one-tap choices."""
    kept = {
        "account": state.account.id if state.account else None,
        "fits": [[fit.value, fit.label] for fit in state.fits],
        "more": state.more,
        "reset": state.reset,
        "touch": state.touch_id,
        "source": state.source,
    }
    return json.dumps({name: value for name, value in kept.items() if value})


def receipt(shown: VisitReceipt | None) -> tuple[str, list[Block]]:
    """What was stored, when the account is due next, and the way back. None: it was undone."""
    if shown is None:
        text = "Undone. Nothing of that visit is kept."
        return text, [fields.section(plain(text))]
    where = shown.account or "No account"
    headline = f"{shown.type} · {where} · {long_day(shown.occurred_on, shown.today)}"
    if shown.occurred_at:
        headline += f", {shown.occurred_at}"
    edited = " (edited)" if shown.edits else ""
    blocks = [
        fields.section(mrkdwn(f"*Logged{edited}: {esc(headline)}*")),
        fields.section(plain(fields.clip("\n".join(_facts(shown)), 3000))),
    ]
    if shown.note:
        blocks.append(fields.context(plain(fields.clip(shown.note, _SHOWN_OF_NOTE))))
    buttons = _buttons(shown)
    if buttons:
        blocks.append(fields.actions(*buttons))
    return f"Logged: {esc(headline)}", blocks


def _facts(shown: VisitReceipt) -> list[str]:
    facts = []
    if shown.met:
        facts.append(f"Met {listed(shown.met)}")
    if shown.outcome:
        facts.append(f"Outcome: {shown.outcome}")
    if shown.referrals:
        facts.append(f"{plural(len(shown.referrals), 'referral')}: {', '.join(shown.referrals)}")
    if shown.service_line:
        facts.append(f"Service line: {shown.service_line}")
    if shown.competitor:
        facts.append(f"Competitor: {shown.competitor}")
    if shown.follow_up_on:
        step = f"{shown.next_step} · " if shown.next_step else ""
        facts.append(f"Next: {step}{long_day(shown.follow_up_on, shown.today)}")
    elif shown.next_step:
        facts.append(f"Next: {shown.next_step}")
    if shown.new_account:
        facts.append(f"{shown.account} is a new account")
    if shown.made_owner:
        facts.append(f"{shown.account} had no owner, so it is yours now")
    facts.append(_due(shown))
    return facts


def _due(shown: VisitReceipt) -> str:
    if shown.account is None:
        return "An event without an account: nothing falls due"
    if shown.due_on is None:
        return "Nobody owns this account, so it reminds nobody"
    tier = f"{shown.tier} account" if shown.tier != "unrated" else "unrated account"
    rule = f"{tier}, every {days(shown.max_days)}"
    if not shown.qualifying:
        by = long_day(shown.due_on, shown.today)
        return f"This does not restart the clock: due by {by} ({rule})"
    return f"Due again by {long_day(shown.due_on, shown.today)} ({rule})"


def _buttons(shown: VisitReceipt) -> list[Block]:
    value = str(shown.touch_id)
    buttons = []
    if shown.may_edit:
        buttons.append(fields.button(EDIT, "Edit", value))
    if shown.may_undo:
        sure = fields.confirm(
            "Undo this visit?",
            "It takes back everything this save stored.",
            "Undo it",
            "Keep it",
        )
        buttons.append(fields.button(UNDO, "Undo", value, confirm=sure))
    if shown.made_owner:
        buttons.append(fields.button(NOT_MINE, "Not mine", value))
    return buttons
