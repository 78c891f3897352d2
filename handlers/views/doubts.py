"""What the patient guard found, shown to the one person who typed it, with the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.views import fields
from handlers.views.fields import Block, Choice, plain
from models import phi

TICK, REPLACE = "not_a_patient", "replace_and_save"

NOT_A_PATIENT = Choice("yes", "This is not about a patient")

_MOST_SHOWN = 5
_LONGEST_WORDS = 60

# What each rule found, in words; a rule without a line here is "a patient's details".
_WHAT = {
    "social security number": "a Social Security number",
    "record number": "a record number",
    "long record number": "a record number",
    "date of birth": "a date of birth",
    "born on": "a date of birth",
    "medicare number": "a Medicare number",
    "payment card": "a card number",
    "patient and name": "a patient's name",
    "title, name and condition": "a patient's name",
    "family of a name": "a patient's name",
    "age of 90 or more": "an age over 89, which can point to one person",
    "room and condition": "one patient's room",
    "stay or surgery with a date": "the date of one patient's stay or surgery",
    "diagnosis code near a name": "a diagnosis beside a name",
    "contact of a stranger": "a phone number or email of someone not on your list",
}


@dataclass(frozen=True)
class Doubt:
    """One finding: in which field, which words."""

    field: str  # the field's label
    words: str
    rule: str
    tier: str


def what(rules: Sequence[str]) -> str:
    """ "a record number and a date of birth": what rules of the guard found."""
    found = dict.fromkeys(_WHAT.get(rule, "a patient's details") for rule in rules)
    return " and ".join(found) or "a patient's details"


def sentence(doubt: Doubt) -> str:
    """Which words, where, and why."""
    words = fields.clip(" ".join(doubt.words.split()), _LONGEST_WORDS)
    return f"“{words}” in {doubt.field} looks like {what([doubt.rule])}."


def put_beside(blocks: Sequence[Block], doubts: Sequence[Doubt]) -> None:
    """Put each finding under the field it is in, whose label it bears."""
    for block in blocks:
        if block["type"] == "input":
            said = [sentence(one) for one in doubts if one.field == block["label"]["text"]]
            if said:
                block["hint"] = plain(fields.clip(" ".join(said), 2000))


def blocks(doubts: Sequence[Doubt], *, ticked: bool) -> list[Block]:
    """The findings, "Replace and save", and the tick-box unless a number must not pass at all."""
    if not doubts:
        return []
    lines = [sentence(doubt) for doubt in doubts[:_MOST_SHOWN]]
    if len(doubts) > _MOST_SHOWN:
        lines.append(f"And {len(doubts) - _MOST_SHOWN} more.")
    lines.append(
        "Not saved yet: no patient details in Touchbase. Replace and save puts "
        f"{phi.REPLACED} in their place."
    )
    made = [
        fields.section(plain("\n".join(lines))),
        fields.actions(
            fields.button(REPLACE, "Replace and save", "replace", style="primary"), block=REPLACE
        ),
    ]
    if all(doubt.tier == phi.WARN for doubt in doubts):
        made.append(fields.tick(TICK, "Am I wrong?", NOT_A_PATIENT, ticked=ticked))
    return made
