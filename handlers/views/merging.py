"""The form that makes one of two accounts or two people, and its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.views import fields
from handlers.views.fields import Block, Choice, View, mrkdwn, plain
from handlers.views.words import esc, listed, plural
from models.lists import Entry
from models.merges import ACCOUNT, CONTACT
from models.merging import MergeReceipt, Preview

FORM = "merge_form"
# The searches get a number behind their ids when another kind is chosen, so that they are empty.
WHAT, KEEP, GONE = "merge_what", "merge_keep", "merge_gone"
UNDO = "merge_undo"

_KINDS = (Entry(ACCOUNT, "Two accounts"), Entry(CONTACT, "Two people"))

_COUNTED = {
    "touch": ("touch", "touches"),
    "touch_contact": ("touch", "touches"),
    "contact": ("person", "people"),
    "referral": ("referral", "referrals"),
    "follow_up": ("follow-up", "follow-ups"),
}


@dataclass(frozen=True)
class MergeForm:
    """What the form holds, as chosen so far."""

    entity: str = ACCOUNT
    keep: Choice | None = None
    gone: Choice | None = None
    reset: int = 0  # how often another kind was chosen


def form(state: MergeForm, preview: Preview | None = None) -> View:
    """The form. `preview`: what would move, once both are chosen."""
    what = "account" if state.entity == ACCOUNT else "person"
    number = f":{state.reset}" if state.reset else ""
    blocks = [
        fields.pick(WHAT, "Merge", _KINDS, chosen=state.entity, optional=False, watched=True),
        fields.search(
            f"{KEEP}{number}",
            "Keep this one",
            hint=f"The {what} that stays",
            chosen=state.keep,
            optional=False,
            watched=True,
        ),
        fields.search(
            f"{GONE}{number}",
            "Merge this one into it",
            hint=f"The {what} that goes",
            chosen=state.gone,
            optional=False,
            watched=True,
        ),
        *_shown(preview),
    ]
    metadata = json.dumps({"entity": state.entity, "reset": state.reset})
    return fields.modal(FORM, "Merge", blocks, metadata=metadata, submit="Merge")


def _shown(preview: Preview | None) -> list[Block]:
    if preview is None:
        return []
    if not preview.allowed:
        return [fields.context(plain("Only an admin, or the owner of both, can merge these."))]
    lines = [f"To “{preview.kept}”: {moving(preview.moves) or 'nothing to move'}."]
    if preview.gone.casefold() != preview.kept.casefold():
        lines.append(f"“{preview.gone}” stays as another name.")
    lines.append("You can undo this for 24 hours.")
    return [fields.section(plain("\n".join(lines)))]


def moving(moves: Mapping[str, int]) -> str:
    """ "12 touches, 3 people and 1 follow-up"; nothing when nothing moves."""
    return listed(
        [plural(moves[table], *names) for table, names in _COUNTED.items() if moves.get(table)]
    )


def receipt(shown: MergeReceipt) -> tuple[str, list[Block]]:
    """What was merged, what moved, and the way back for a day."""
    gone, kept = esc(shown.gone), esc(shown.kept)
    if shown.undone:
        text = f"Undone: {gone} and {kept} are separate again."
        return text, [fields.section(mrkdwn(text))]
    what = moving(shown.moves)
    moved = f"{what} moved." if what else "Nothing had to move."
    blocks = [fields.section(mrkdwn(f"*Merged {gone} into {kept}.*\n{moved}"))]
    if shown.may_undo:
        sure = fields.confirm(
            "Undo this merge?",
            "They become separate again. What was logged since stays with the one you kept.",
            "Undo it",
            "Keep it",
        )
        button = fields.button(UNDO, "Undo", str(shown.merge_id), confirm=sure)
        blocks.append(fields.actions(button))
    return f"Merged {gone} into {kept}. {moved}", blocks


def option(entity: str, row_id: int, name: str, place: str) -> Choice:
    """An account or a person as an option: the name, and what tells it from its namesakes."""
    kind = "a" if entity == ACCOUNT else "c"
    return Choice(f"{kind}:{row_id}", f"{name} · {place}" if place else name)


def id_of(entity: str, choice: Choice) -> int | None:
    """The row that an option of this kind stands for; None for one of another kind."""
    return choice.id if choice.value.startswith("a:" if entity == ACCOUNT else "c:") else None
