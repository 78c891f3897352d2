"""Giving somebody's accounts to somebody else: the question, the form, the receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import esc, listed, plural
from models.lists import Entry
from models.reassigning import Holdings, Part, ReassignReceipt, Successor

FORM, TO, PART = "reassign_form", "reassign_to", "reassign_part"
DEALS = "reassign_deals"
OPEN, UNDO = "reassign_open", "reassign_undo"

USAGE = "Say whose accounts, as in `/touchbase reassign @dana`. Without a name, a form asks."


def left(held: Holdings) -> tuple[str, list[Block]]:
    """Someone is gone from Slack: what waits for somebody else."""
    who = esc(held.name or "Someone")
    if held.active:
        text = f"{who} is back in Slack."
        return text, [fields.section(mrkdwn(text))]
    if not held:
        text = f"{who} left Slack. Their accounts are with someone else now."
        return text, [fields.section(mrkdwn(text))]
    waiting = _waiting(held)
    button = fields.button(OPEN, _label(held), str(held.person_id), style="primary")
    blocks = [fields.section(mrkdwn(f"*{who} left Slack.*\n{waiting}")), fields.actions(button)]
    return f"{who} left Slack. {waiting}", blocks


def form(held: Holdings) -> View:
    """Whose accounts go to whom; of several tiers or territories, which."""
    blocks = [
        fields.section(
            plain(f"{held.name or 'Someone'} has {_what(held.accounts, held.follow_ups)}.")
        ),
        fields.search(TO, "New owner", hint="Type a name", chosen=None, optional=False),
    ]
    if len(held.parts) > 1:
        entries = [Entry(part.key, _part(part)) for part in held.parts]
        blocks.append(
            fields.pick(PART, "Which accounts", entries, chosen=held.parts[0].key, optional=False)
        )
    go_along = Choice("deals", "Move the open ones too")
    blocks.append(fields.tick(DEALS, "Deals", go_along, ticked=False))
    blocks.append(
        fields.context(plain("Open follow-ups move too. You can undo this for 24 hours."))
    )
    metadata = json.dumps({"person": held.person_id})
    return fields.modal(FORM, "Reassign accounts", blocks, metadata=metadata, submit="Reassign")


def nothing(held: Holdings) -> View:
    """The form for somebody who has nothing."""
    return {
        "type": "modal",
        "title": plain("Reassign accounts"),
        "close": plain("Close"),
        "blocks": [fields.section(plain(f"{held.name or 'Someone'} has no accounts."))],
    }


def receipt(shown: ReassignReceipt) -> tuple[str, list[Block]]:
    """What went where, and the way back for a day."""
    gone, heir = esc(shown.gone), esc(shown.heir)
    what = _what(shown.accounts, shown.follow_ups, shown.deals)
    if shown.undone:
        text = f"Undone: they are {gone}'s again."
        if shown.kept:
            text += f" {plural(shown.kept, 'account')} stayed with {heir}: changed since."
        return text, [fields.section(mrkdwn(text))]
    verb = "is" if shown.accounts + shown.follow_ups + shown.deals == 1 else "are"
    text = f"{what} of {gone} {verb} now with {heir}."
    blocks = [fields.section(mrkdwn(text))]
    if shown.may_undo:
        sure = fields.confirm(
            "Undo this?",
            "They go back, except accounts touched since.",
            "Undo it",
            "Keep it",
        )
        blocks.append(
            fields.actions(fields.button(UNDO, "Undo", str(shown.reassignment_id), confirm=sure))
        )
    return text, blocks


def options(found: Sequence[Successor]) -> list[Block]:
    """Those found, as Slack takes them."""
    return [fields.option(Choice(f"u:{one.user_id}", one.name)) for one in found]


def _what(accounts: int, follow_ups: int, deals: int = 0) -> str:
    """ "43 accounts and 2 follow-ups"."""
    counts = ((accounts, "account"), (follow_ups, "open follow-up"), (deals, "open deal"))
    return listed([plural(count, thing) for count, thing in counts if count])


def _waiting(held: Holdings) -> str:
    count = held.accounts + held.follow_ups
    verb = "needs" if count == 1 else "need"
    return f"{_what(held.accounts, held.follow_ups)} {verb} a new owner."


def _label(held: Holdings) -> str:
    if held.accounts:
        return f"Reassign {plural(held.accounts, 'account')}"
    return f"Reassign {plural(held.follow_ups, 'follow-up')}"


def _part(part: Part) -> str:
    kind, _, name = part.key.partition(":")
    if kind == "tier":
        tier = "Unrated" if name == "unrated" else f"Tier {name}"
        return f"{tier} ({part.count:,})"
    return f"{name} ({part.count:,})" if name else f"All {part.count:,}"
