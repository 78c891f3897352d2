"""What a person does in Slack, delivered to the app as Slack does."""

from __future__ import annotations

import time
import uuid
from typing import Any

from bot.sandbox import answers, api_people, clips, interactions, messages, payloads
from bot.sandbox.delivery import Answer, Courier
from bot.sandbox.form import Form, options_of, the_option
from bot.sandbox.limits import elements_of
from bot.sandbox.service import Service, StoredFile
from bot.sandbox.values import Block, inputs_of
from bot.sandbox.views import OpenView
from bot.sandbox.world import Channel, Message


class Acts:
    """People's acts; the stand-in has them all as its own."""

    def __init__(self, service: Service, courier: Courier) -> None:
        self.service = service
        self.courier = courier
        self.last_event: dict[str, Any] = {}
        self.last_answer = Answer(0, None, 0.0)

    def command(self, user: str, name: str, text: str = "", channel: str | None = None) -> Answer:
        """Type a slash command, in the DM with the app unless a channel is named."""
        with self.service.world.lock:
            where = self._where(user, channel)
            sent = payloads.command(self.service, user, name, self._command_text(text), where)
        answer = self.courier.command(sent)
        answers.show_command_answer(self.service, user, where, name, answer)
        return answer

    def say(
        self, user: str, text: str, channel: str | None = None, *, thread_ts: str | None = None
    ) -> Answer:
        """Write a message, with `thread_ts` in that message's thread. The app hears of it when it
        is in the conversation."""
        with self.service.world.lock:
            where = self._where(user, channel)
            written = messages.as_typed(text, self.service.world)
            message = self._put(where, user, written, thread_ts=thread_ts)
            sent = payloads.said(self.service, message)
        return self._tell(where, sent)

    def edit(self, user: str, message: Message, text: str) -> Answer:
        """Change what one wrote; the app gets `message_changed`."""
        self._refuse_strangers(user, message)
        with self.service.world.lock:
            before = messages.payload(message, self.service.identity)
            written = messages.as_typed(text, self.service.world)
            self.service.world.edit(message, written, message.blocks)
            sent = payloads.edited(self.service, message, before)
        return self._tell(self.service.world.channels[message.channel], sent)

    def delete(self, user: str, message: Message) -> Answer:
        """Take back what one wrote; the app gets `message_deleted`."""
        self._refuse_strangers(user, message)
        with self.service.world.lock:
            self.service.world.remove(message)
            sent = payloads.deleted(self.service, message)
        return self._tell(self.service.world.channels[message.channel], sent)

    def echo(self, message: Message) -> Answer:
        """The event of a message the app posted: `message.im` brings it its own words, too."""
        with self.service.world.lock:
            sent = payloads.said(self.service, message)
        return self.event(sent)

    def say_clip(
        self,
        user: str,
        transcript: str = "",
        status: str | None = "complete",
        *,
        text: str = "",
        seconds: float = 8.0,
        mimetype: str = "audio/mp4",
        channel: str | None = None,
    ) -> StoredFile:
        """Send a voice clip; `last_answer` is what the app made of it.

        status  of the transcript: complete, processing, none or failed; None in a workspace
                without transcripts
        text    typed beside the clip
        """
        service = self.service
        with service.world.lock:
            where = self._where(user, channel)
            name = f"audio_message.{clips.ending_of(mimetype)}"
            file = StoredFile(
                service.new_id("F"), name, round(seconds * 4000), uuid.uuid4().hex, title=name
            )
            file.shown = clips.file_object(service, file, user, seconds=seconds, mimetype=mimetype)
            clips.transcribe(service, file, status, transcript)
            file.complete = True
            service.files[file.id] = file
            written = messages.as_typed(text, service.world)
            message = self._put(where, user, written, files=[file.shown])
            file.shared_in[where.id] = message.ts
            sent = payloads.said(service, message)
        self._tell(where, sent)
        return file

    def finish_transcript(
        self, file: StoredFile | str, text: str, status: str = "complete"
    ) -> Answer:
        """Slack has listened to a clip: `files.info` knows the transcript from now on, and the app
        gets `file_change`."""
        with self.service.world.lock:
            found = self.service.files[file] if isinstance(file, str) else file
            clips.transcribe(self.service, found, status, text)
            self.service.world.changed()
        return self.event({"type": "file_change", "file_id": found.id, "file": {"id": found.id}})

    def event(
        self,
        inner: dict[str, Any],
        *,
        retry_waits: tuple[float, ...] = (),
        outer: dict[str, Any] | None = None,
    ) -> Answer:
        """Deliver an event; the last answer. One the app has not subscribed to goes nowhere.

        retry_waits  seconds before each further try while the answer is not 2xx; Slack waits
                     0, 60 and 300
        outer        a whole event as made before, to deliver the same one (same event_id) again
        """
        if not self._is_subscribed(inner):
            return Answer(0, None, 0.0)
        with self.service.world.lock:
            sent = outer or payloads.event(self.service, inner)
        self.last_event = sent
        answer = self.courier.event(sent)
        for attempt, wait in enumerate(retry_waits, start=1):
            if answer.ok or answer.headers.get("x-slack-no-retry") == "1":
                break
            time.sleep(wait)
            reason = {"timeout": "http_timeout"}.get(answer.fault, answer.fault or "http_error")
            answer = self.courier.event(sent, attempt, reason)
        self.last_answer = answer
        return answer

    def again(self) -> Answer:
        """Deliver the last event once more, as Slack does when the answer to it was lost: the same
        event_id, with retry headers."""
        return self.courier.event(self.last_event, 1, "http_timeout")

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
        """Use a global shortcut. Raises LookupError for one the manifest does not have."""
        self._refuse_unknown("global", callback_id)
        with self.service.world.lock:
            sent = payloads.shortcut(self.service, user, callback_id)
        return self.courier.interaction(sent)

    def message_shortcut(self, user: str, message: Message, callback_id: str) -> Answer:
        """Use a shortcut on a message. Raises LookupError for one the manifest does not have."""
        self._refuse_unknown("message", callback_id)
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
        several = element["type"] in ("checkboxes", "multi_static_select", "multi_external_select")
        return self._click(user, message, block, element, [chosen] if several else chosen)

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
        return messages.as_typed(text, self.service.world, command=True)

    def _put(self, where: Channel, user: str, text: str, **more: Any) -> Message:
        return self.service.world.put(where, user, text, client_msg_id=str(uuid.uuid4()), **more)

    def _tell(self, where: Channel, sent: dict[str, Any]) -> Answer:
        """The app hears of what is said where it is a member."""
        if not self.service.world.bot_is_in(where):
            return Answer(0, None, 0.0)
        return self.event(sent)

    def _is_subscribed(self, inner: dict[str, Any]) -> bool:
        wanted = self.service.subscriptions
        kind = inner["type"]
        if kind == "message":
            kind += {"im": ".im", "group": ".groups"}.get(inner["channel_type"], ".channels")
        return wanted is None or kind in wanted

    def _refuse_unknown(self, kind: str, callback_id: str) -> None:
        known = [each["callback_id"] for each in self.service.shortcuts if each["type"] == kind]
        if self.service.shortcuts and callback_id not in known:
            raise LookupError(f"no {kind} shortcut {callback_id!r}, but {known}")

    def _refuse_strangers(self, user: str, message: Message) -> None:
        if message.user != user:
            raise LookupError(f"{user} did not write {message.text!r}")

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
