"""A line or a clip sent to the bot, and a form left open, as a card: understood, not saved yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from handlers.views import drafts as draft_views
from handlers.views import fields
from handlers.views.doubts import NOT_A_PATIENT, what
from handlers.views.fields import Block, Choice, mrkdwn, plain
from handlers.views.touches import LONGEST_NOTE, VisitForm
from handlers.views.words import day, esc, listed, plural
from models import drafts, phi
from models.touches import EVENT

SAVE, AGAIN, FITS, NOT_PATIENT = "card_save", "card_again", "card_fits", "card_not_patient"

_SHOWN_OF_NOTE = 600


@dataclass(frozen=True)
class Card:
    """What a card shows."""

    draft_id: int
    status: str
    state: VisitForm
    type: str  # its label
    today: date
    rules: tuple[str, ...] = ()  # of the patient guard, for what was left out
    length: int = 0  # of a transcript too long to be one visit
    may_insist: bool = False  # all of them only warn, and the words are still in Slack


def card(shown: Card) -> tuple[str, list[Block]]:
    """The card as things stand."""
    match shown.status:
        case drafts.WAITING:
            return _said("Got your clip. Slack is still writing down what you said…")
        case drafts.UNREADABLE if shown.length:
            said = f"That clip is {shown.length:,} characters long, and {LONGEST_NOTE:,} fit."
            return _said(f"{said} Type it in one line, or record a shorter one.")
        case drafts.UNREADABLE:
            return _said("I could not read this clip, type one line.")
        case drafts.DISCARDED:
            return _said("Discarded. Nothing was kept.")
        case drafts.SAVED:
            return _said("Saved.")
    where = account_of(shown.state) or "Which account?"
    facts = _facts(shown)
    blocks = [
        fields.section(mrkdwn(f"Not saved yet: *{esc(where)}*")),
        fields.section(plain(fields.clip("\n".join(facts), 3000))),
    ]
    if shown.state.note:
        blocks.append(fields.context(plain(fields.clip(shown.state.note, _SHOWN_OF_NOTE))))
    if shown.rules:
        blocks.append(fields.section(plain(_left_out(shown.rules))))
    fits = [Choice(f"{shown.draft_id}={fit.value}", fit.label) for fit in shown.state.fits]
    blocks += fields.fits(FITS, fits, "Which one did you mean? Tap it.")
    if shown.state.twin is not None:
        said = f"Already logged {shown.state.twin} s ago: this account, this day."
        blocks.append(fields.section(plain(said)))
    blocks.append(fields.actions(*_buttons(shown)))
    return f"Not saved yet: {esc(where)} · {esc(facts[0])}", blocks


def account_of(state: VisitForm) -> str:
    """The account as the rep knows it; empty while there is none."""
    if state.account is None:
        return ""
    return state.account.new_name or state.account.label


def no_files() -> str:
    """The answer to a file that is no voice clip."""
    return (
        "I can only read text and voice clips, so I didn't keep that file. Type one line instead."
    )


def _said(text: str) -> tuple[str, list[Block]]:
    return text, [fields.section(plain(text))]


def _facts(shown: Card) -> list[str]:
    state = shown.state
    when = "no day yet"
    if state.day:
        when = "today" if state.day == shown.today else day(state.day, shown.today)
    facts = [f"{shown.type} · {when}{f', {state.time}' if state.time else ''}"]
    if state.account and state.account.new_name:
        facts.append("A new account")
    if state.met:
        facts.append(f"Met {listed([one.new_name or one.label for one in state.met])}")
    if state.referrals:
        count = int(state.referrals) if state.referrals.isdecimal() else 0
        facts.append(plural(count, "referral"))
    if state.headcount:
        facts.append(f"{state.headcount} there")
    if state.competitor:
        facts.append(f"Competitor: {state.competitor.new_name or state.competitor.label}")
    if state.next_step or state.follow_up:
        step = [state.next_step] if state.next_step else []
        due = [day(state.follow_up, shown.today)] if state.follow_up else []
        facts.append(f"Next: {' · '.join([*step, *due])}")
    if state.promise or state.promise_on:
        by = f" by {day(state.promise_on, shown.today)}" if state.promise_on else ""
        facts.append(f"You promised: {state.promise or 'something'}{by}")
    return facts


def _left_out(rules: tuple[str, ...]) -> str:
    return (
        f"Part of this looks like {what(rules)}. I'll save {phi.REPLACED} in its place: "
        "no patient details in Touchbase."
    )


def _buttons(shown: Card) -> list[Block]:
    value = str(shown.draft_id)
    buttons = []
    if shown.state.account is not None or shown.state.type == EVENT:
        if shown.state.twin is not None:
            buttons.append(fields.button(AGAIN, "Log again", value))
        else:
            label = "Replace and save" if shown.rules else "Save"
            buttons.append(fields.button(SAVE, label, value, style="primary"))
    buttons.append(fields.button(draft_views.RESUME, "Edit", value))
    if shown.rules and shown.may_insist:
        buttons.append(fields.button(NOT_PATIENT, NOT_A_PATIENT.label, value))
    buttons.append(fields.button(draft_views.DISCARD, "Discard", value))
    return buttons
