"""The referral form and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import esc, long_day, plural
from models import lists
from models.lists import Entry
from models.receipts import ReferralLine, ReferralReceipt
from models.referrals import IN, OUT, URGENCIES

FORM = "referral_form"
ACCOUNT, REFERRED_BY = "referral_account", "referral_referred_by"
DIRECTION, SERVICE_LINE = "referral_direction", "referral_service_line"
PAYER_TYPE, COUNT, URGENCY = "referral_payer_type", "referral_count", "referral_urgency"
FITS = "referral_fits"
MOVE, NEXT, UNDO = "referral_move", "referral_next", "referral_undo"

FIELDS_OF_LISTS = (lists.SERVICE_LINE, lists.PAYER_TYPE)

_DIRECTIONS = (Entry(IN, "Incoming"), Entry(OUT, "Outgoing"))
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
    reset: int = 0  # how often the account was chosen by a tap outside its field


def form(state: ReferralForm, entries: Mapping[str, Sequence[Entry]]) -> View:
    """The form, filled with `state`. `entries` has the lists of `FIELDS_OF_LISTS`."""
    blocks = [
        fields.context(
            plain("No patient data here: no names, dates or numbers. Each gets a code of its own.")
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
    ]
    kept = {"account": state.account.id if state.account else None, "reset": state.reset}
    metadata = json.dumps({name: value for name, value in kept.items() if value})
    return fields.modal(FORM, "Log referrals", blocks, metadata=metadata)


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
    facts += [part for part in (shown.service_line, shown.payer_type) if part]
    if shown.urgency != URGENCIES[0]:
        facts.append(shown.urgency.capitalize())
    blocks = [
        fields.section(mrkdwn(f"*Logged: {esc(headline)}*")),
        fields.context(plain(" · ".join(facts))),
        *(block for line in shown.lines for block in _line(line, shown.statuses)),
    ]
    if shown.may_undo:
        sure = fields.confirm(
            "Undo these referrals?", "All rows of this save go.", "Undo it", "Keep them"
        )
        blocks.append(fields.actions(fields.button(UNDO, "Undo", shown.submission, confirm=sure)))
    return f"Logged: {esc(headline)}", blocks


def _line(line: ReferralLine, statuses: Sequence[Entry]) -> list[Block]:
    """A referral: where it stands, a button for what comes next, a menu for the rest."""
    text = fields.section(plain(f"{line.code} · {line.status}"))
    if line.closed:
        return [text]
    others = [entry for entry in statuses if entry.key != line.status_key]
    places = [entry.key for entry in statuses]
    after = statuses[places.index(line.status_key) + 1 :] if line.status_key in places else others
    menu: Block = {
        "type": "static_select",
        "action_id": MOVE,
        "placeholder": plain("Move to"),
        "options": [
            fields.option(Choice(f"{line.referral_id}:{entry.key}", entry.label))
            for entry in others
        ],
    }
    following = [
        fields.button(NEXT, entry.label, f"{line.referral_id}:{entry.key}") for entry in after[:1]
    ]
    return [text, fields.actions(*following, menu, block=f"referral:{line.referral_id}")]
