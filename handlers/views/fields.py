"""The parts forms are made of, as plain dictionaries.

slack_sdk's typed blocks take 1.7 ms to build one form, these 0.03 ms, and a rep waits for it
(docs/adr/0001). Slack's limits are checked instead by a contract test over every view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.lists import Entry

Block = dict[str, Any]
View = dict[str, Any]

NONE = "-"
"""The value of the option that means no choice: a select cannot be cleared on every phone."""

LONGEST_NAME = 120
_LONGEST_OPTION = 75
_MOST_FITS = 4


@dataclass(frozen=True)
class Choice:
    """One option as chosen: what it stands for ("a:12", "n:Oak Clinic") and what is shown."""

    value: str
    label: str

    @property
    def id(self) -> int | None:
        """The row it stands for; None for something new."""
        kind, _, rest = self.value.partition(":")
        return int(rest) if kind != "n" and rest.isascii() and rest.isdecimal() else None

    @property
    def new_name(self) -> str | None:
        """The name of something to be added; None for what is known."""
        kind, _, rest = self.value.partition(":")
        return rest if kind == "n" and rest else None


def clip(text: str, longest: int) -> str:
    """The text, cut with an ellipsis when it is longer than Slack takes."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def plain(text: str) -> Block:
    """Text shown as it is: no markup, no emoji codes, no mentions."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """Marked-up text; every word of a person's in it has passed `words.esc`."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: Block, *, block: str | None = None, accessory: Block | None = None) -> Block:
    """A paragraph, with at most one thing beside it."""
    made: Block = {"type": "section", "text": text}
    if block:
        made["block_id"] = block
    if accessory:
        made["accessory"] = accessory
    return made


def context(*texts: Block) -> Block:
    """Small grey text."""
    return {"type": "context", "elements": list(texts)}


def button(
    action: str,
    label: str,
    value: str,
    *,
    style: str | None = None,
    confirm: Block | None = None,
) -> Block:
    """A button; `value` comes back when it is pressed."""
    made: Block = {
        "type": "button",
        "action_id": action,
        "text": plain(clip(label, _LONGEST_OPTION)),
        "value": value,
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def overflow(action: str, choices: Sequence[Choice]) -> Block:
    """The menu behind three dots, of one to five choices."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [option(choice) for choice in choices],
    }


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """A question before a button does its work."""
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def actions(*elements: Block, block: str | None = None) -> Block:
    """A row of buttons."""
    made: Block = {"type": "actions", "elements": list(elements)}
    if block:
        made["block_id"] = block
    return made


def pager(turn: str, start: int, size: int, count: int) -> list[Block]:
    """The buttons to the page of `size` rows before the one from `start`, and to the one after."""
    buttons = []
    if start > 0:
        buttons.append(button(f"{turn}:0", "Back", str(max(start - size, 0))))
    if start + size < count:
        buttons.append(button(f"{turn}:1", f"Next {size}", str(start + size)))
    return [actions(*buttons, block=turn)] if buttons else []


def modal(
    callback: str,
    title: str,
    blocks: list[Block],
    *,
    metadata: str = "",
    submit: str = "Save",
    close: str = "Cancel",
    tells_closing: bool = False,
) -> View:
    """A form. `tells_closing`: Slack says so when it is closed without being saved."""
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title),
        "submit": plain(submit),
        "close": plain(close),
        "private_metadata": metadata,
        "notify_on_close": tells_closing,
        "blocks": blocks,
    }


def option(choice: Choice) -> Block:
    """A choice as Slack takes it."""
    return {"text": plain(clip(choice.label, _LONGEST_OPTION)), "value": choice.value}


def add_new(name: str, what: str) -> Choice:
    """The last option of a search: what was typed, as something new.

    what  how it is called, with its article: "a new account".
    """
    kept = name[:LONGEST_NAME]
    room = _LONGEST_OPTION - len(f"Add “” as {what}")
    return Choice(f"n:{kept}", f"Add “{clip(kept, room)}” as {what}")


def fits(
    action: str,
    choices: Sequence[Choice],
    question: str = "Which one did you mean? Tap it, or search above.",
) -> list[Block]:
    """One tap for each thing that was probably meant; nothing when there is no doubt."""
    if not choices:
        return []
    buttons = [
        button(f"{action}:{place}", clip(choice.label, 60), choice.value)
        for place, choice in enumerate(choices[:_MOST_FITS])
    ]
    return [
        context(plain(question)),
        actions(*buttons, block=action),
    ]


def search(
    block: str,
    label: str,
    *,
    hint: str,
    chosen: Choice | None,
    optional: bool = True,
    watched: bool = False,
) -> Block:
    """A field that looks things up as one types. `watched`: the form is told of a choice."""
    element: Block = {
        "type": "external_select",
        "placeholder": plain(hint),
        "min_query_length": 0,
    }
    if chosen:
        element["initial_option"] = option(chosen)
    return _input(block, label, element, optional=optional, watched=watched)


def search_many(
    block: str, label: str, *, hint: str, chosen: Sequence[Choice], watched: bool = False
) -> Block:
    """A field that looks up several things."""
    element: Block = {
        "type": "multi_external_select",
        "placeholder": plain(hint),
        "min_query_length": 0,
    }
    if chosen:
        element["initial_options"] = [option(choice) for choice in chosen]
    return _input(block, label, element, optional=True, watched=watched)


def pick(
    block: str,
    label: str,
    entries: Sequence[Entry],
    *,
    chosen: str | None,
    optional: bool = True,
    watched: bool = False,
) -> Block:
    """A field with a short list; an optional one begins with "None"."""
    options = [option(Choice(entry.key, entry.label)) for entry in entries[:99]]
    if optional:
        options.insert(0, option(Choice(NONE, "None")))
    element: Block = {"type": "static_select", "placeholder": plain("Choose"), "options": options}
    initial = next((found for found in options if found["value"] == chosen), None)
    if initial:
        element["initial_option"] = initial
    return _input(block, label, element, optional=optional, watched=watched)


def text(
    block: str,
    label: str,
    *,
    value: str,
    longest: int,
    lines: bool = False,
    placeholder: str | None = None,
    optional: bool = True,
    watched: bool = False,
) -> Block:
    """A field to type in; `lines` makes it tall, and `watched` tells the form of each Enter."""
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": longest}
    if watched:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    if value:
        element["initial_value"] = value[:longest]
    if placeholder:
        element["placeholder"] = plain(placeholder)
    return _input(block, label, element, optional=optional, watched=watched)


def day(
    block: str, label: str, *, value: date | None, optional: bool = False, watched: bool = False
) -> Block:
    """A field for a calendar day."""
    element: Block = {"type": "datepicker"}
    if value:
        element["initial_date"] = value.isoformat()
    return _input(block, label, element, optional=optional, watched=watched)


def clock_time(block: str, label: str, *, value: str | None) -> Block:
    """A field for a time of day, "HH:MM"."""
    element: Block = {"type": "timepicker"}
    if value:
        element["initial_time"] = value
    return _input(block, label, element, optional=True)


def tick(block: str, label: str, choice: Choice, *, ticked: bool) -> Block:
    """One box to tick."""
    element: Block = {"type": "checkboxes", "options": [option(choice)]}
    if ticked:
        element["initial_options"] = [option(choice)]
    return _input(block, label, element, optional=True)


def _input(
    block: str, label: str, element: Block, *, optional: bool, watched: bool = False
) -> Block:
    # The element's id is its block's, less the number that a reset puts behind it.
    made: Block = {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": {"action_id": block.partition(":")[0], **element},
        "optional": optional,
    }
    if watched:
        made["dispatch_action"] = True
    return made
