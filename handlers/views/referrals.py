"""The referral form and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, clip, mrkdwn, plain
from handlers.views.words import esc, long_day, plural
from models import lists
from models.lists import Entry
from models.receipts import ReferralLine, ReferralReceipt
from models.referral_steps import Steps
from models.referrals import IN, OUT, URGENCIES
from models.telling import Asked, Telling

FORM = "referral_form"
ACCOUNT, REFERRED_BY = "referral_account", "referral_referred_by"
DIRECTION, SERVICE_LINE = "referral_direction", "referral_service_line"
PAYER_TYPE, COUNT, URGENCY = "referral_payer_type", "referral_count", "referral_urgency"
FITS = "referral_fits"
MOVE, NEXT, UNDO = "referral_move", "referral_next", "referral_undo"
UNDO_MOVE, REOPEN, TELL = "referral_undo_move", "referral_reopen", "referral_tell"
MORE, BRANCH, STANDS = "referral_more", "referral_branch", "referral_stands"
REASON_FORM, REASON = "referral_reason_form", "referral_reason"
TELL_FORM, WORDS, NOT_TOLD = "referral_tell_form", "referral_words", "referral_not_told"

LONGEST_BRANCH = 60

FIELDS_OF_LISTS = (lists.SERVICE_LINE, lists.PAYER_TYPE)

_DIRECTIONS = (Entry(IN, "Incoming"), Entry(OUT, "Outgoing"))
_RECEIVED, PROMISED = "received", "promised"
_STANDS = (Entry(_RECEIVED, "Received"), Entry(PROMISED, "Promised, not yet received"))
_URGENCIES = tuple(Entry(key, key.capitalize()) for key in URGENCIES)


@dataclass(frozen=True)
class ReferralForm:
    """What the form holds, as typed and chosen so far."""

    account: Choice | None = None
    contact: Choice | None = None
    direction: str = IN
    service_line: str | None = None
    payer_type: str | None = None
    count: str = "1"
    urgency: str = URGENCIES[0]
    logged_today: int = 0  # with the rep's visit to this account today
    fits: tuple[Choice, ...] = ()  # accounts of which one was probably meant
    more: bool = False
    branch: str = ""
    promised: bool = False
    reset: int = 0  # how often the account was chosen by a tap outside its field


def form(state: ReferralForm, entries: Mapping[str, Sequence[Entry]]) -> View:
    """The form, filled with `state`. `entries` has the lists of `FIELDS_OF_LISTS`."""
    blocks = [
        fields.context(
            plain("No patient names, dates or numbers here. Each referral gets its own code.")
        ),
        *_logged_today(state.logged_today),
        fields.search(
            f"{ACCOUNT}:{state.reset}" if state.reset else ACCOUNT,
            "Source account",
            hint="Type a few letters",
            chosen=state.account,
            optional=False,
            watched=True,
        ),
        *fields.fits(FITS, state.fits),
        fields.search(REFERRED_BY, "Referred by", hint="Who sent it", chosen=state.contact),
        fields.pick(DIRECTION, "Direction", _DIRECTIONS, chosen=state.direction, optional=False),
        fields.pick(
            SERVICE_LINE, "Service line", entries[lists.SERVICE_LINE], chosen=state.service_line
        ),
        fields.pick(PAYER_TYPE, "Payer type", entries[lists.PAYER_TYPE], chosen=state.payer_type),
        fields.text(COUNT, "How many", value=state.count, longest=4, optional=False),
        fields.pick(URGENCY, "Urgency", _URGENCIES, chosen=state.urgency, optional=False),
        *(_more(state) if state.more else [fields.actions(_MORE_BUTTON, block=MORE)]),
    ]
    kept = {
        "account": state.account.id if state.account else None,
        "reset": state.reset,
        "more": state.more,
    }
    metadata = json.dumps({name: value for name, value in kept.items() if value})
    return fields.modal(FORM, "Log referrals", blocks, metadata=metadata)


_MORE_BUTTON = fields.button(MORE, "More", "more")


def _more(state: ReferralForm) -> list[Block]:
    stands = PROMISED if state.promised else _RECEIVED
    return [
        fields.text(
            BRANCH,
            "Branch or location",
            value=state.branch,
            longest=LONGEST_BRANCH,
            placeholder="Which of your locations takes it",
        ),
        fields.pick(STANDS, "Received or promised", _STANDS, chosen=stands, optional=False),
    ]


def _logged_today(count: int) -> list[Block]:
    if not count:
        return []
    return [fields.context(plain(f"{count} already logged with your visit today."))]


def receipt(shown: ReferralReceipt | None) -> tuple[str, list[Block]]:
    """What was stored, where each stands, and a way to move each on. None: it was undone."""
    if shown is None:
        text = "Undone. Those referrals are gone."
        return text, [fields.section(plain(text))]
    way = "from" if shown.direction == IN else "to"
    headline = f"{plural(len(shown.lines), 'referral')} {way} {shown.account}"
    facts = [long_day(shown.received_on, shown.today)]
    if shown.contact:
        facts.append(f"Referred by {shown.contact}")
    facts += [part for part in (shown.service_line, shown.payer_type, shown.branch) if part]
    if shown.urgency != URGENCIES[0]:
        facts.append(shown.urgency.capitalize())
    blocks = [
        fields.section(mrkdwn(f"*Logged: {esc(headline)}*")),
        fields.context(plain(" · ".join(facts))),
        *(block for line in shown.lines for block in _line(line, shown)),
    ]
    if shown.may_undo:
        sure = fields.confirm(
            "Undo these referrals?",
            "Everything this save stored is deleted.",
            "Undo it",
            "Keep them",
        )
        blocks.append(fields.actions(fields.button(UNDO, "Undo", shown.submission, confirm=sure)))
    return f"Logged: {esc(headline)}", blocks


def _line(line: ReferralLine, shown: ReferralReceipt) -> list[Block]:
    """A referral: where it stands, a button for what comes next, a menu for the rest."""
    why = f" ({line.reason})" if line.reason else ""
    text = fields.section(plain(f"{line.code} · {line.status}{why}"))
    steps = Steps({lists.REFERRAL_STATUS: shown.statuses})
    buttons = moves(line.referral_id, line.status_key, steps, undo=line.undo)
    if line.closed and shown.direction == IN and line.undo is not None:
        buttons.insert(0, tell_button(line.referral_id))
    if not buttons:
        return [text]
    return [text, fields.actions(*buttons, block=f"referral:{line.referral_id}")]


def tell_button(referral_id: int) -> Block:
    """Opens ready words for the referrer."""
    return fields.button(TELL, "Tell the referrer", str(referral_id))


def moves(referral_id: int, status: str, steps: Steps, *, undo: int | None) -> list[Block]:
    """What can be done with a referral: the next step as a button, the others in a menu, the way
    back; a closed one can be opened again.

    undo  its latest move, where that may be taken back.
    """
    made: list[Block] = [
        fields.button(NEXT, entry.label, f"{referral_id}:{entry.key}")
        for entry in steps.after(status)[:1]
    ]
    if steps.is_end(status):
        made.append(fields.button(REOPEN, "Reopen", str(referral_id)))
    else:
        options = [
            fields.option(Choice(f"{referral_id}:{entry.key}", entry.label))
            for entry in steps.elsewhere(status)[:_MOST_OPTIONS]
        ]
        made.append(
            {
                "type": "static_select",
                "action_id": MOVE,
                "placeholder": plain("Move to"),
                "options": options,
            }
        )
    if undo is not None:
        made.append(fields.button(UNDO_MOVE, "Undo move", str(undo)))
    return made


def reason_form(asked: Asked, metadata: str) -> View:
    """Why a referral was declined, lost or cancelled. `metadata` says what it is about."""
    return fields.modal(
        REASON_FORM,
        clip(asked.status, 24),
        [
            fields.section(plain(f"{asked.code} · {asked.account}")),
            fields.pick(REASON, "Why?", asked.reasons, chosen=None, optional=False),
            fields.context(plain("Only a reason from the list: no patient details.")),
        ],
        metadata=metadata,
    )


def tell_form(told: Telling, metadata: str) -> View:
    """Ready words for the referrer, to copy or to send by e-mail. Nothing in them is about a
    patient: a code, how it stands, and a thank-you."""
    words = _words(told)
    blocks = [
        fields.context(plain("Noted as told. Press and hold the text to copy it.")),
        fields.text(WORDS, "Ready to send", value=words, longest=_LONGEST_WORDS, lines=True),
    ]
    if told.email:
        subject = quote(f"Your referral {told.code}")
        link = f"mailto:{quote(told.email, safe='@')}?subject={subject}&body={quote(words)}"
        link = link.replace("&", "&amp;")
        blocks.append(fields.section(mrkdwn(f"<{link}|Open as an email>")))
    not_told = fields.button(NOT_TOLD, "I haven't told them yet", str(told.referral_id))
    blocks.append(fields.actions(not_told, block=NOT_TOLD))
    return fields.modal(
        TELL_FORM, "Tell the referrer", blocks, metadata=metadata, submit="Done", close="Close"
    )


def still_to_tell(shown: Mapping[str, Any]) -> View:
    """The same once more, after it was said that they were not told yet."""
    blocks = [block for block in shown["blocks"] if block["block_id"] != NOT_TOLD]
    blocks[0] = fields.context(plain("Noted: still to be told."))
    return fields.modal(
        TELL_FORM,
        "Tell the referrer",
        blocks,
        metadata=shown.get("private_metadata", ""),
        submit="Done",
        close="Close",
    )


_LONGEST_WORDS = 1_000
_MOST_OPTIONS = 100


def _words(told: Telling) -> str:
    hello = f"Hello {told.contact}," if told.contact else "Hello,"
    signed = "\n".join(part for part in (told.sender, told.company) if part)
    return f"{hello}\n\n{_how_it_stands(told)}\n\n{signed}".strip()


def _how_it_stands(told: Telling) -> str:
    ours = f"referral (our reference {told.code})"
    match told.how:
        case "won":
            return f"Good news about your {ours}: we have started. Thank you for trusting us."
        case "accepted":
            return f"Thank you for your {ours}. We accepted it and are arranging the start."
        case "declined":
            return (
                f"Thank you for your {ours}. We can't take this one. Call me, and I will gladly "
                "help you find who can."
            )
        case "lost" | "cancelled":
            return f"Your {ours} will not go ahead with us. Thank you for thinking of us."
        case "promised":
            return "Thank you for thinking of us. We are ready whenever you send it."
        case _:
            return f"Thank you for your {ours}. We received it, and I will keep you posted."
