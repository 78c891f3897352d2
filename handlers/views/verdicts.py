""" "Not useful" under a message that came unasked, and the answer to it."""

from __future__ import annotations

from handlers.views import fields
from handlers.views.fields import Block, plain
from models.deliveries import NUDGE, REMINDER

NOT_USEFUL, UNDO, STOP = "not_useful", "not_useful_undo", "not_useful_stop"

_STOPS = {REMINDER: "Stop morning messages", NUDGE: "Stop the afternoon list"}


def button(delivery_id: int) -> Block:
    """The button for a message of the clock's; anybody who sees a channel's may press it."""
    return fields.button(NOT_USEFUL, "Not useful", str(delivery_id))


def thanks(kind: str, delivery_id: int) -> tuple[str, list[Block]]:
    """What whoever pressed it reads, with the way to fewer of these, and the way back.

    kind  the message's.
    """
    stop = _STOPS.get(kind)
    said = "Thanks, noted. Fewer of these?" if stop else "Thanks, noted."
    buttons = [fields.button(STOP, stop, str(delivery_id))] if stop else []
    buttons.append(fields.button(UNDO, "Undo", str(delivery_id)))
    return said, [fields.section(plain(said)), fields.actions(*buttons)]


def taken_back() -> str:
    """The answer to Undo."""
    return "Undone: it counts as useful."


def no_afternoons() -> str:
    """The answer to "Stop the afternoon list"."""
    return "Done: one list a day, in the morning. `/touchbase settings` brings the second one back."
