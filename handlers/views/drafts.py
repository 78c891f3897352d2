"""A visit begun and not saved: offered again in the next empty form and on Home."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.views import fields
from handlers.views.fields import Block, plain

RESUME, DISCARD = "draft_resume", "draft_discard"


@dataclass(frozen=True)
class Unfinished:
    """A draft, as it is offered."""

    draft_id: int
    what: str  # the account, or the first words of the notes
    when: str  # "9:40 AM", or the day when it is not of today


def offer(unfinished: Unfinished | None) -> list[Block]:
    """The way back to a draft; nothing when there is none."""
    if unfinished is None:
        return []
    value = str(unfinished.draft_id)
    return [
        fields.section(plain(f"Not saved yet: {unfinished.what}, {unfinished.when}.")),
        fields.actions(
            fields.button(RESUME, "Resume", value), fields.button(DISCARD, "Discard", value)
        ),
    ]
