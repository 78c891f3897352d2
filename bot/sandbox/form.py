"""An open form as a person uses it: addressed by the words on the screen."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.sandbox import interactions, payloads
from bot.sandbox.delivery import Answer, Courier
from bot.sandbox.limits import elements_of
from bot.sandbox.service import Service
from bot.sandbox.values import HOLDS, Block
from bot.sandbox.views import OpenView
from bot.sandbox.world import texts_in

REQUIRED = "Please complete this required field."
_TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_ASKED = ("external_select", "multi_external_select")
_SEVERAL = ("multi_static_select", "multi_external_select", "checkboxes")


class Form:
    """The form on top of a person's stack, at the moment it is asked for."""

    def __init__(self, service: Service, courier: Courier, view: OpenView) -> None:
        self._service = service
        self._courier = courier
        self._view = view
        self.answer: Answer | None = None
        """What the app answered last."""

    @property
    def view(self) -> dict[str, Any]:
        """The view as Slack hands it out."""
        with self._service.world.lock:
            return self._service.views.payload(self._view)

    @property
    def title(self) -> str:
        """The words at the top; a Home has none."""
        title = self._view.view["title"]
        return str(title["text"]) if title else ""

    @property
    def is_open(self) -> bool:
        """Whether it is still there, on top or below another."""
        return self._service.views.find(self._view.id) is not None

    @property
    def labels(self) -> list[str]:
        """The labels of the fields, from top to bottom."""
        return [b["label"]["text"] for b in self._view.blocks if b["type"] == "input"]

    @property
    def buttons(self) -> list[str]:
        """The words on the buttons inside the form."""
        return [e["text"]["text"] for _, e in self._elements() if e["type"] == "button"]

    @property
    def words(self) -> str:
        """All texts of the form, one a line."""
        return "\n".join(texts_in(self._view.blocks))

    @property
    def errors(self) -> dict[str, str]:
        """What is said beside which field."""
        shown = {}
        for block_id, words in self._view.errors.items():
            block = self._view.block(block_id)
            shown[block["label"]["text"] if block else block_id] = words
        return shown

    @property
    def trouble(self) -> str:
        """What Slack says when an answer did not come or made no sense; "" when all is well."""
        return self._view.trouble

    def value(self, label: str) -> Any:
        """What a field shows: text, an option's words, a date "2026-03-09", a list of words for
        a field that takes several; None when empty."""
        block, element = self._field(label)
        held = self._view.values[block["block_id"]][element["action_id"]]
        value = held[HOLDS[element["type"]][0]]
        if isinstance(value, list):
            return [each["text"]["text"] if isinstance(each, dict) else each for each in value]
        return value["text"]["text"] if isinstance(value, dict) and "text" in value else value

    def offers(self, label: str, query: str = "") -> list[str]:
        """The words of a field's options; where it looks things up, those for `query`."""
        block, element = self._field(label)
        return [each["text"]["text"] for each in self._options(block, element, query)]

    def fill(self, label: str, text: str | Sequence[str]) -> None:
        """Type into a field. Where it looks things up, take the option that says just this, else
        one that begins so, else the first; several texts for a field that takes several."""
        block, element = self._field(label)
        if element["type"] in _TYPED:
            self._change(block, element, text or None)
        elif element["type"] in _ASKED:
            for one in [text] if isinstance(text, str) else text:
                self.pick(label, one, query=one, loosely=True)
        else:
            raise LookupError(f"{label!r} is not typed into: use pick, date or time")

    def enter(self, label: str, text: str) -> Answer | None:
        """Type into a field and press Enter; the app's answer where it asked to hear of that."""
        block, element = self._field(label)
        interactions.put_value(self._service, self._view, block["block_id"], element, text or None)
        if block.get("dispatch_action") and "on_enter_pressed" in _told_when(element):
            return self._click(block, element, text or None)
        return None

    def tick(self, option: str, *, ticked: bool = True) -> None:
        """Tick a box, or choose a radio button, by the words beside it."""
        for block, element in self._elements():
            if element["type"] not in ("checkboxes", "radio_buttons"):
                continue
            found = [each for each in element["options"] if each["text"]["text"] == option]
            if found and element["type"] == "radio_buttons":
                return self._change(block, element, found[0])
            if found:
                others = [each for each in self._held(block, element) or [] if each not in found]
                return self._change(block, element, [*others, *found] if ticked else others)
        raise LookupError(f"no box {option!r}")

    def untick(self, option: str) -> None:
        """Take the tick from a box."""
        self.tick(option, ticked=False)

    def pick(
        self, label: str, option: str, *, query: str | None = None, loosely: bool = False
    ) -> None:
        """Choose an option by its words, also of an overflow menu. In a field that takes several
        it is added.

        query    typed first where the field looks things up; the option's words when not given
        loosely  take the first when none begins so
        """
        block, element = self._field(label)
        offered = self._options(block, element, option if query is None else query)
        chosen = the_option(offered, option, loosely=loosely)
        if chosen is None:
            words = [each["text"]["text"] for each in offered]
            raise LookupError(f"{label!r} offers no {option!r}, but {words}")
        if element["type"] == "overflow":
            self._click(block, element, chosen)
        elif element["type"] in _SEVERAL:
            held = self._held(block, element) or []
            if chosen in held:
                return
            self._change(block, element, [*held, chosen])
        else:
            self._change(block, element, chosen)

    def date(self, label: str, day: str | None) -> None:
        """Choose a day, "2026-03-09"."""
        self._choose(label, day, ("datepicker",))

    def time(self, label: str, time: str | None) -> None:
        """Choose a time of day, "14:30"."""
        self._choose(label, time, ("timepicker",))

    def clear(self, label: str) -> None:
        """Empty a field."""
        block, element = self._field(label)
        self._change(block, element, copy.copy(HOLDS[element["type"]][2]))

    def press(self, label: str, *, confirm: bool = True, nth: int = 0) -> Answer | None:
        """Press a button inside the form; `confirm` answers its question, if it has one.

        nth  which of several buttons with these words, from the top
        """
        found = [
            (block, element)
            for block, element in self._elements()
            if element["type"] == "button" and element["text"]["text"] == label
        ]
        if len(found) <= nth:
            raise LookupError(f"no button {label!r}, but {self.buttons}")
        block, element = found[nth]
        if element.get("confirm") and not confirm:
            return None
        return self._click(block, element, None)

    def save(self, *, unchecked: bool = False) -> bool:
        """Press the submit button; whether the form closed.

        unchecked  send it even if Slack's client would have refused: an empty required field, a
                   text too long
        """
        self._view.errors = {} if unchecked else dict(self._complaints())
        if self._view.errors:
            self._service.world.changed()
            return False
        self.answer = interactions.submit(self._service, self._courier, self._view)
        return not self.is_open

    def save_twice(self) -> list[Answer]:
        """A double tap: two submissions at once, alike but for their trigger_id."""
        with self._service.world.lock:
            sent = [payloads.submission(self._service, self._view) for _ in range(2)]
        with ThreadPoolExecutor(2) as taps:
            answers = list(taps.map(self._courier.interaction, sent))
        if any(answer.ok and not answer.body for answer in answers):
            self._service.views.close(self._view)
        return answers

    def submission(self) -> dict[str, Any]:
        """The payload that a save would send, with a fresh trigger, to be delivered by hand."""
        with self._service.world.lock:
            return payloads.submission(self._service, self._view)

    def cancel(self) -> None:
        """Press Cancel."""
        interactions.close(self._service, self._courier, self._view)

    def close_all(self) -> None:
        """Press the X: all forms go."""
        interactions.close(self._service, self._courier, self._view, everything=True)

    def _elements(self) -> Iterable[tuple[Block, Block]]:
        for block in self._view.blocks:
            for element in elements_of(block):
                yield block, element

    def _field(self, label: str) -> tuple[Block, Block]:
        """An input by its label; outside inputs by placeholder, action_id, block_id or
        the text beside."""
        for block, element in self._elements():
            if element["type"] not in HOLDS and element["type"] != "overflow":
                continue
            names = [element.get("placeholder", {}).get("text"), element["action_id"]]
            names.append(block["block_id"])
            if block["type"] == "input":
                names = [block["label"]["text"]]
            elif block.get("text"):
                names.append(block["text"]["text"])
            if label in names:
                return block, element
        raise LookupError(f"no field {label!r}, but {self.labels}")

    def _options(self, block: Block, element: Block, query: str) -> list[Block]:
        if element["type"] in _ASKED:
            return interactions.suggest(
                self._service,
                self._courier,
                self._view.user,
                self._view,
                block["block_id"],
                element,
                query,
            )
        return options_of(element)

    def _held(self, block: Block, element: Block) -> Any:
        held = self._view.values[block["block_id"]][element["action_id"]]
        return held[HOLDS[element["type"]][0]]

    def _choose(self, label: str, value: str | None, kinds: tuple[str, ...]) -> None:
        block, element = self._field(label)
        if element["type"] not in kinds:
            raise LookupError(f"{label!r} is a {element['type']}")
        self._change(block, element, value)

    def _change(self, block: Block, element: Block, value: Any) -> None:
        """The field holds `value` from now on; the app hears of it at once where it asked to."""
        if tells_app(block, element):
            self._click(block, element, value)
        else:
            interactions.put_value(self._service, self._view, block["block_id"], element, value)

    def _click(self, block: Block, element: Block, value: Any) -> Answer:
        self.answer = interactions.click_in_view(
            self._service, self._courier, self._view, block["block_id"], element, value
        )
        return self.answer

    def _complaints(self) -> Iterable[tuple[str, str]]:
        """What Slack's client says before it sends anything."""
        for block, element in self._elements():
            if block["type"] != "input" or element["type"] not in HOLDS:
                continue
            value = self._held(block, element)
            if not value:
                if not block["optional"]:
                    yield block["block_id"], REQUIRED
            elif element["type"] == "plain_text_input":
                most, least = element.get("max_length", 3000), element.get("min_length", 0)
                if len(value) > most:
                    yield block["block_id"], f"Must be at most {most} characters."
                elif len(value) < least:
                    yield block["block_id"], f"Must be at least {least} characters."


def tells_app(block: Block, element: Block) -> bool:
    """Whether a change is sent at once: outside input blocks always; in them only with
    dispatch_action, and for typed text only when each character is asked for."""
    if block["type"] != "input":
        return True
    if not block.get("dispatch_action"):
        return False
    if element["type"] not in _TYPED:
        return True
    return "on_character_entered" in _told_when(element)


def _told_when(element: Block) -> list[str]:
    """What of typing the app hears at once; Enter where it does not say."""
    config = element.get("dispatch_action_config") or {}
    return list(config.get("trigger_actions_on") or ["on_enter_pressed"])


def options_of(element: Block) -> list[Block]:
    """The fixed options of a menu."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]


def the_option(offered: list[Block], words: str, *, loosely: bool = False) -> Block | None:
    """The option with just these words (or this value), else one that begins so, else one that has
    them in it, or (loosely) the first offered."""
    wanted = words.casefold()
    shown = [(option["text"]["text"].casefold(), option) for option in offered]
    for option in offered:
        if option["text"]["text"].casefold() == wanted or option.get("value") == words:
            return option
    found = [option for text, option in shown if text.startswith(wanted)]
    if not found and not loosely:
        found = [option for text, option in shown if wanted in text]
    if not found and loosely:
        found = offered
    return found[0] if found else None
