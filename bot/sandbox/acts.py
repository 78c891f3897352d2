"""What a person does in Slack, delivered to the app as Slack does."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox import answers, api_people, interactions, messages, payloads
from bot.sandbox.delivery import Answer, Courier
from bot.sandbox.form import Form, options_of, the_option
from bot.sandbox.limits import elements_of
from bot.sandbox.service import Service
from bot.sandbox.values import Block, inputs_of
from bot.sandbox.views import OpenView
from bot.sandbox.world import Channel, Message


class Acts:
    """People's acts; the stand-in has them all as its own."""

    def __init__(self, service: Service, courier: Courier) -> None:
        self.service = service
        self.courier = courier

    def command(self, user: str, name: str, text: str = "", channel: str | None = None) -> Answer:
        """Type a slash command, in the DM with the app unless a channel is named."""
        with self.service.world.lock:
            where = self._where(user, channel)
            sent = payloads.command(self.service, user, name, self._command_text(text), where)
        answer = self.courier.command(sent)
        answers.show_command_answer(self.service, user, where, name, answer)
        return answer

    def say(self, user: str, text: str, channel: str | None = None) -> Answer:
        """Write a message. The app hears of it when it is in the conversation."""
        service = self.service
        with service.world.lock:
            where = self._where(user, channel)
            message = service.world.put(where, user, messages.as_typed(text, service.world))
            sent = {
                "type": "message",
                "user": user,
                "text": message.text,
                "ts": message.ts,
                "channel": where.id,
                "channel_type": {"im": "im", "private": "group"}.get(where.kind, "channel"),
                "team": service.world.person(user).team_id,
                "event_ts": message.ts,
                "client_msg_id": message.ts,
            }
        if not service.world.bot_is_in(where):
            return Answer(0, None, 0.0)
        return self.event(sent)

    def event(
        self,
        inner: dict[str, Any],
        *,
        retry_waits: tuple[float, ...] = (),
        outer: dict[str, Any] | None = None,
    ) -> Answer:
        """Deliver an event; the last answer.

        retry_waits  seconds before each further try while the answer is not 2xx; Slack waits
                     0, 60 and 300
        outer        a whole event as made before, to deliver the same one (same event_id) again
        """
        with self.service.world.lock:
            sent = outer or payloads.event(self.service, inner)
        answer = self.courier.event(sent)
        for attempt, wait in enumerate(retry_waits, start=1):
            if answer.ok or answer.headers.get("x-slack-no-retry") == "1":
                break
            time.sleep(wait)
            reason = {"timeout": "http_timeout"}.get(answer.fault, answer.fault or "http_error")
            answer = self.courier.event(sent, attempt, reason)
        return answer

    def open_home(self, user: str, tab: str = "home") -> Answer:
        """Open the app's Home (or its Messages tab)."""
        with self.service.world.lock:
            inner: dict[str, Any] = {
                "type": "app_home_opened",
                "user": user,
                "channel": self.service.world.dm_of(user).id,
                "tab": tab,
            }
            home = self.service.views.homes.get(user)
            if home is not None and tab == "home":
                inner["view"] = self.service.views.payload(home)
        return self.event(inner)

    def change_person(self, user: str, **changes: Any) -> Answer:
        """A profile changes (tz="America/Denver", deleted=True, …); the app gets user_change."""
        with self.service.world.lock:
            person = self.service.world.person(user)
            for name, value in changes.items():
                setattr(person, name, value)
            shown = api_people.profile_of(self.service, person, locale=True)
        return self.event({"type": "user_change", "user": shown, "cache_ts": 0})

    def shortcut(self, user: str, callback_id: str) -> Answer:
        """Use a global shortcut."""
        with self.service.world.lock:
            sent = payloads.shortcut(self.service, user, callback_id)
        return self.courier.interaction(sent)

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Answer:
        """Use a shortcut on a message."""
        with self.service.world.lock:
            sent = payloads.message_shortcut(self.service, user, message, callback_id)
        return self.courier.interaction(sent)

    def form(self, user: str) -> Form:
        """The form a person sees. Raises LookupError when none is open."""
        view = self.service.views.top(user)
        if view is None:
            raise LookupError(f"{user} has no form open")
        return Form(self.service, self.courier, view)

    def home(self, user: str) -> Form:
        """A person's Home tab, to be used like a form. Raises LookupError when there is none."""
        view = self.service.views.homes.get(user)
        if view is None:
            raise LookupError(f"{user} has no Home")
        return Form(self.service, self.courier, view)

    def press(
        self, user: str, message: Message, label: str, *, confirm: bool = True, nth: int = 0
    ) -> Answer | None:
        """Press a button on a message by its words; None when its question is answered with no.

        nth  which of several buttons with these words, from the top
        """
        found = [
            (block, element)
            for block in message.blocks
            for element in elements_of(block)
            if element["type"] == "button" and element["text"]["text"] == label
        ]
        if len(found) <= nth:
            raise LookupError(f"no button {label!r}, but {message.buttons}")
        block, element = found[nth]
        if element.get("confirm") and not confirm:
            return None
        return self._click(user, message, block, element, None)

    def select(
        self, user: str, message: Message, menu: str, option: str, *, nth: int = 0
    ) -> Answer:
        """Choose from a menu on a message: a select or an overflow, by its placeholder or its
        action_id, and the option by its words. `nth` as for `press`."""
        block, element = _menu(message, menu, nth)
        offered = options_of(element)
        if element["type"] == "external_select":
            offered = self.options(user, message, element["action_id"], option)
        chosen = the_option(offered, option)
        if chosen is None:
            words = [each["text"]["text"] for each in offered]
            raise LookupError(f"{menu!r} offers no {option!r}, but {words}")
        return self._click(user, message, block, element, chosen)

    def options(
        self, user: str, where: Message | Form | OpenView, action_id: str, query: str
    ) -> list[Block]:
        """The options the app offers for `query` in the menu with that action_id."""
        if isinstance(where, Form):
            found = self.service.views.find(where.view["id"])
            if found is None:
                raise LookupError("that form is closed")
            where = found
        for block, element in inputs_of(where.blocks):
            if element["action_id"] == action_id:
                return interactions.suggest(
                    self.service, self.courier, user, where, block["block_id"], element, query
                )
        raise LookupError(f"nothing with action_id {action_id!r}")

    def _click(
        self, user: str, message: Message, block: Block, element: Block, value: Any
    ) -> Answer:
        return interactions.click_on_message(
            self.service, self.courier, user, message, block, element, value
        )

    def _command_text(self, text: str) -> str:
        """As the manifest's `should_escape` asks: people, channels and links in angle brackets."""
        return messages.as_typed(text, self.service.world, names=True)

    def _where(self, user: str, channel: str | None) -> Channel:
        world = self.service.world
        return world.channels[channel] if channel else world.dm_of(user)


def _menu(message: Message, menu: str, nth: int) -> tuple[Block, Block]:
    found = [
        (block, element)
        for block in message.blocks
        for element in elements_of(block)
        if element["type"] not in ("button", "image")
        and menu in (element["action_id"], element.get("placeholder", {}).get("text"))
    ]
    if len(found) <= nth:
        raise LookupError(f"no menu {menu!r} on {message.words!r}")
    return found[nth]
