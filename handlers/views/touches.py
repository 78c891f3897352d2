"""The visit form and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.views import doubts as doubt_views
from handlers.views import fields
from handlers.views.deals import OF_VISIT
from handlers.views.doubts import Doubt
from handlers.views.drafts import Unfinished, offer
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.purging import touch_reference
from handlers.views.words import days, esc, listed, long_day, lowered, plural
from models import lists
from models.lists import Entry
from models.receipts import VisitReceipt
from models.touches import EVENT

FORM = "visit_form"
# A block gets a number behind its id (":1") when a tap outside it sets what it holds: Slack keeps
# what a block of the same id held.
ACCOUNT = "visit_account"
MET, TYPE, DAY = "visit_met", "visit_type", "visit_day"
REFERRALS, NOTE = "visit_referrals", "visit_note"
NEXT_STEP, FOLLOW_UP = "visit_next_step", "visit_follow_up"
PROMISE, PROMISE_ON = "visit_promise", "visit_promise_on"
TIME, OUTCOME, HEADCOUNT = "visit_time", "visit_outcome", "visit_headcount"
SERVICE_LINE, COMPETITOR = "visit_service_line", "visit_competitor"
MORE, FITS = "visit_more", "visit_fits"
EDIT, UNDO, NOT_MINE = "visit_edit", "visit_undo", "visit_not_mine"
LOG_SHORTCUT, LOG_MESSAGE_SHORTCUT = "log_visit", "log_message"

WATCHED = (DAY, MET, REFERRALS, NOTE, NEXT_STEP, FOLLOW_UP)
"""Fields of which every change is kept as a draft; the account and the type reshape the form."""

LABELS = {
    ACCOUNT: "Account",
    MET: "Met with",
    REFERRALS: "Referrals",
    NOTE: "Notes",
    NEXT_STEP: "Next step",
    PROMISE: "Promise",
    COMPETITOR: "Competitor",
}
"""What fields are called in which a person's own words may stand."""

# What a form was opened from.
COMMAND, REMINDER, HOME, MESSAGE, SHORTCUT = "command", "reminder", "home", "message", "shortcut"

FIELDS_OF_LISTS = (lists.TOUCH_TYPE, lists.OUTCOME, lists.SERVICE_LINE)

LONGEST_NOTE = 3000
LONGEST_STEP = 300
_LONGEST_READ = 400
_SHOWN_OF_NOTE = 600

_READ_AS = {
    "account": "account",
    "contacts": "met",
    "type": "type",
    "date": "date",
    "time": "time",
    "referrals": "referrals",
    "follow_up": "follow up",
    "next_step": "next step",
    "promise": "promise",
    "headcount": "headcount",
    "competitor": "competitor",
}


@dataclass(frozen=True)
class VisitForm:
    """What the form holds, as typed and chosen so far, and what it must remember."""

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
    promise: str = ""
    promise_on: date | None = None
    headcount: str = ""
    fits: tuple[Choice, ...] = ()  # accounts of which one was probably meant
    near: bool = False  # they are near in name to a new account, which stays chosen
    reset: int = 0  # how often a tap outside a field set what it holds
    touch_id: int | None = None  # the touch being edited
    draft_id: int | None = None  # the draft being taken up
    delivery_id: int | None = None  # the message whose "Log a visit" opened the form
    source: str = COMMAND
    read: str = ""  # what was understood, from which words
    heard: str = ""  # the words read as the account ...
    guess: int | None = None  # ... and the account they were read as
    shown_rules: tuple[str, ...] = ()  # of the patient guard, shown with the tick-box
    ticked: bool = False  # "This is not about a patient"
    twin: int | None = None  # the same was logged so many seconds ago


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


def form(
    state: VisitForm,
    entries: Mapping[str, Sequence[Entry]],
    *,
    doubts: Sequence[Doubt] = (),
    unfinished: Unfinished | None = None,
    said: str = "",
) -> View:
    """The form, filled with `state`.

    entries     the lists of `FIELDS_OF_LISTS`.
    doubts      what the patient guard found in what is typed.
    unfinished  a draft to offer.
    said        a sentence to begin with.
    """
    # The tick stands for the findings on the screen, and no others.
    rules = tuple(dict.fromkeys(doubt.rule for doubt in doubts))
    state = replace(state, shown_rules=rules, ticked=state.ticked and rules == state.shown_rules)
    blocks = [
        *([fields.section(plain(said))] if said else []),
        *_twin(state.twin),
        *doubt_views.blocks(doubts, ticked=state.ticked),
        *offer(unfinished),
        *([fields.context(plain(state.read))] if state.read else []),
        fields.search(
            _named(ACCOUNT, state),
            LABELS[ACCOUNT],
            hint="Type a few letters",
            chosen=state.account,
            optional=state.type == EVENT,
            watched=True,
        ),
        *_fits(state),
        fields.search_many(
            _named(MET, state),
            LABELS[MET],
            hint="Type a name",
            chosen=state.met,
            watched=True,
        ),
        fields.pick(
            TYPE,
            "Type",
            entries[lists.TOUCH_TYPE],
            chosen=state.type,
            optional=False,
            watched=True,
        ),
        fields.day(DAY, "Date", value=state.day, watched=True),
        fields.text(
            REFERRALS,
            LABELS[REFERRALS],
            value=state.referrals,
            longest=4,
            placeholder="How many",
            watched=True,
        ),
        fields.text(
            _named(NOTE, state),
            LABELS[NOTE],
            value=state.note,
            longest=LONGEST_NOTE,
            lines=True,
            placeholder="No patient names or numbers",
            watched=True,
        ),
        fields.text(
            _named(NEXT_STEP, state),
            LABELS[NEXT_STEP],
            value=state.next_step,
            longest=LONGEST_STEP,
            watched=True,
        ),
        fields.day(FOLLOW_UP, "Follow up on", value=state.follow_up, optional=True, watched=True),
        *(_more(state, entries) if state.more else [fields.actions(_MORE_BUTTON, block=MORE)]),
    ]
    doubt_views.put_beside(blocks, doubts)
    return fields.modal(
        FORM,
        "Edit visit" if state.touch_id else "Log a visit",
        blocks,
        metadata=_metadata(state),
        submit="Log again" if state.twin is not None else "Save",
        tells_closing=not state.touch_id,
    )


_MORE_BUTTON = fields.button(MORE, "More", "more")


def replaced_only() -> str:
    """Said when "Replace and save" could replace, and not save."""
    return "Replaced. Something is still missing: fill it in and press Save."


def saved() -> View:
    """What stands in the form's place after "Replace and save"."""
    said = "Saved, without what looked like a patient's details. The receipt is in your messages."
    return {
        "type": "modal",
        "title": plain("Saved"),
        "close": plain("Done"),
        "blocks": [fields.section(plain(said))],
    }


def read_as(understood: Sequence[tuple[str, str]]) -> str:
    """What was read from which words: "I read “st marys” as the account, “yday” as the date"."""
    parts = [f"“{words}” {_READ_AS[field]}" for field, words in understood if field in _READ_AS]
    return fields.clip(f"I read: {' · '.join(parts)}", _LONGEST_READ) if parts else ""


def _twin(seconds: int | None) -> list[Block]:
    if seconds is None:
        return []
    said = f"Already logged {seconds} s ago: this account, this day. Log it again?"
    return [fields.section(plain(said))]


def _fits(state: VisitForm) -> list[Block]:
    if state.near:
        return fields.fits(
            FITS, state.fits, "This looks like one you have. If it is the same, tap it."
        )
    return fields.fits(FITS, state.fits)


def _named(block: str, state: VisitForm) -> str:
    return f"{block}:{state.reset}" if state.reset else block


def _more(state: VisitForm, entries: Mapping[str, Sequence[Entry]]) -> list[Block]:
    return [
        fields.clock_time(TIME, "Time", value=state.time),
        fields.pick(OUTCOME, "Outcome", entries[lists.OUTCOME], chosen=state.outcome),
        fields.pick(
            SERVICE_LINE, "Service line", entries[lists.SERVICE_LINE], chosen=state.service_line
        ),
        fields.search(
            COMPETITOR, LABELS[COMPETITOR], hint="Who else was there", chosen=state.competitor
        ),
        fields.text(
            _named(PROMISE, state),
            LABELS[PROMISE],
            value=state.promise,
            longest=LONGEST_STEP,
            placeholder="What you said you would do",
        ),
        fields.day(PROMISE_ON, "Promised by", value=state.promise_on, optional=True),
        fields.text(
            HEADCOUNT, "Headcount", value=state.headcount, longest=4, placeholder="How many came"
        ),
    ]


def _metadata(state: VisitForm) -> str:
    """What the form must remember and Slack does not keep: ids, the one-tap choices, and which
    words named an account. Never anything in which the patient guard found something."""
    kept = {
        "account": state.account.id if state.account else None,
        "fits": [[fit.value, fit.label] for fit in state.fits],
        "near": state.near,
        "more": state.more,
        "reset": state.reset,
        "touch": state.touch_id,
        "draft": state.draft_id,
        "delivery": state.delivery_id,
        "source": state.source,
        "read": state.read,
        "heard": state.heard,
        "guess": state.guess,
        "rules": list(state.shown_rules),
        "twin": state.twin,
    }
    return json.dumps({name: value for name, value in kept.items() if value not in (None, "", [])})


def receipt(shown: VisitReceipt | None, *, taught: str = "") -> tuple[str, list[Block]]:
    """What was stored, when the account is due next, and the way back. None: it was undone.

    taught  words of the rep's that mean the account from now on.
    """
    if shown is None:
        text = "Undone. That visit is deleted."
        return text, [fields.section(plain(text))]
    where = shown.account or "No account"
    headline = f"{shown.type} · {where} · {long_day(shown.occurred_on, shown.today)}"
    if shown.occurred_at:
        headline += f", {shown.occurred_at}"
    edited = " (edited)" if shown.edits else ""
    facts = _facts(shown)
    if taught:
        facts.append(f"From now on, “{taught}” means {where} for you; forget it in Settings")
    blocks = [
        fields.section(mrkdwn(f"*Logged{edited}: {esc(headline)}*")),
        fields.section(plain(fields.clip("\n".join(facts), 3000))),
    ]
    if shown.note:
        blocks.append(fields.context(plain(fields.clip(shown.note, _SHOWN_OF_NOTE))))
    blocks.append(fields.context(plain(f"Ref {touch_reference(shown.touch_id)}")))
    buttons = _buttons(shown)
    if buttons:
        blocks.append(fields.actions(*buttons))
    return f"Logged: {esc(headline)}", blocks


def _facts(shown: VisitReceipt) -> list[str]:
    facts = []
    if shown.met:
        facts.append(f"Met {listed(shown.met)}")
    if shown.headcount:
        facts.append(plural(shown.headcount, "person", "people") + " there")
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
    if shown.promise or shown.promise_on:
        by = f" by {long_day(shown.promise_on, shown.today)}" if shown.promise_on else ""
        facts.append(f"You promised: {shown.promise or 'something'}{by}")
    if shown.new_account:
        facts.append(f"{shown.account} is a new account")
    if shown.made_owner:
        facts.append(f"{shown.account} had no owner, so it is yours now")
    if shown.redacted_on:
        when = long_day(shown.redacted_on, shown.today)
        facts.append(f"An admin removed its words on {when}")
    facts.append(_due(shown))
    return facts


def _due(shown: VisitReceipt) -> str:
    if shown.account is None:
        return "No account, so nothing is due"
    if shown.due_on is None:
        return "This account has no owner, so nobody is reminded"
    tier = f"{shown.tier} account" if shown.tier != "unrated" else "unrated account"
    rule = f"{tier}, every {days(shown.max_days)}"
    if shown.due_for is not None:
        who = shown.due_for
        rule = f"to meet {who.name}, {lowered(who.role)}, every {days(who.rule.max_days)}"
    if not shown.qualifying:
        by = long_day(shown.due_on, shown.today)
        return f"This doesn't count for the cadence: due by {by} ({rule})"
    return f"Due again by {long_day(shown.due_on, shown.today)} ({rule})"


def _buttons(shown: VisitReceipt) -> list[Block]:
    value = str(shown.touch_id)
    buttons = []
    if shown.may_edit:
        buttons.append(fields.button(EDIT, "Edit", value))
    if shown.may_undo:
        sure = fields.confirm(
            "Undo this visit?",
            "Everything this save stored is deleted.",
            "Undo it",
            "Keep it",
        )
        buttons.append(fields.button(UNDO, "Undo", value, confirm=sure))
    if shown.made_owner:
        buttons.append(fields.button(NOT_MINE, "Not mine", value))
    if shown.account:
        buttons.append(fields.button(OF_VISIT, "New deal", value))
    return buttons
