"""The workspace the stand-in plays: people, channels, messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.limits import elements_of
from bot.sandbox.refusals import SlackSaysNo
from models.clock import Clock


@dataclass(frozen=True)
class Identity:
    """Who the workspace and the app are. All ids are made up."""

    team_id: str = "T0SANDBOX"
    team_name: str = "Sandbox"
    team_domain: str = "sandbox"
    app_id: str = "A0TOUCHBASE"
    bot_id: str = "B0TOUCHBASE"
    bot_user_id: str = "U0TOUCHBASE"
    bot_name: str = "touchbase"


@dataclass
class Person:
    """A member of the workspace, or a stranger in a shared channel (another `team_id`)."""

    id: str
    name: str
    tz: str | None
    email: str | None
    team_id: str
    is_admin: bool = False
    is_owner: bool = False
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    locale: str = "en-US"
    title: str = ""  # what they do, as their profile says

    @property
    def handle(self) -> str:
        """What stands behind the @."""
        return self.name.lower().replace(" ", ".")


@dataclass
class Channel:
    """A conversation. `kind` is "public", "private" or "im"; an im is the app's with `person`."""

    id: str
    name: str
    kind: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    person: str | None = None
    last_micros: int = 0


@dataclass
class Message:
    """One message. `seen_by` names the only reader of an ephemeral one; `held` is what its menus
    and boxes hold, as in `view.state.values`."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    edited: str | None = None
    thread_ts: str | None = None
    seen_by: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    client_msg_id: str = ""  # of what a person typed
    held: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def buttons(self) -> list[str]:
        """The words on the buttons, from top to bottom."""
        return [
            element["text"]["text"]
            for block in self.blocks
            for element in elements_of(block)
            if element["type"] == "button"
        ]

    @property
    def words(self) -> str:
        """All a reader sees, a line for each text: the blocks, or the text when there are none."""
        return "\n".join(texts_in(self.blocks)) if self.blocks else self.text


def texts_in(part: Any) -> Iterator[str]:
    """Every text in a tree of blocks, in order."""
    if isinstance(part, list):
        for each in part:
            yield from texts_in(each)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for name, each in part.items():
            if name != "confirm":
                yield from texts_in(each)


class Elapsed:
    """Seconds gone by, as the machine counts them; tests may skip ahead."""

    def __init__(self, base: Callable[[], float] = time.monotonic) -> None:
        self._base = base
        self._skipped = 0.0

    def __call__(self) -> float:
        return self._base() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let triggers, answer addresses and rate limits age by so much at once."""
        self._skipped += seconds


class World:
    """People, channels and messages. Whoever reads or changes them holds `lock`."""

    def __init__(self, clock: Clock, identity: Identity) -> None:
        self.clock = clock
        self.identity = identity
        self.lock = threading.RLock()
        self._news = threading.Condition(self.lock)
        self.version = 0
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        bot = Person(
            identity.bot_user_id, identity.bot_name, None, None, identity.team_id, is_bot=True
        )
        self.people[bot.id] = bot

    def changed(self) -> None:
        """Somebody who looks on should look again."""
        with self._news:
            self.version += 1
            self._news.notify_all()

    def wait_for_news(self, version: int, seconds: float) -> int:
        """Until something happened after `version`, at most so long; the present version."""
        with self._news:
            self._news.wait_for(lambda: self.version != version, timeout=seconds)
            return self.version

    def person(self, user_id: str) -> Person:
        """Raises KeyError, for tests, when nobody has that id."""
        return self.people[user_id]

    def dm_of(self, user_id: str) -> Channel:
        """The app's conversation with a person, opened when it is not there yet."""
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            members = {user_id, self.identity.bot_user_id}
            self.channels[channel_id] = Channel(
                channel_id, "directmessage", "im", members, person=user_id
            )
        return self.channels[channel_id]

    def channel(self, channel_id: Any) -> Channel:
        """A conversation the app can see. Refuses with channel_not_found."""
        found = self.channels.get(channel_id) if isinstance(channel_id, str) else None
        hidden = found is not None and found.kind == "private" and not self.bot_is_in(found)
        if found is None or hidden:
            raise SlackSaysNo("channel_not_found")
        return found

    def bot_is_in(self, channel: Channel) -> bool:
        """Whether the app is a member."""
        return self.identity.bot_user_id in channel.members

    def next_ts(self, channel: Channel) -> str:
        """The clock's instant as a timestamp later than any before it in the channel."""
        since = self.clock().timestamp()
        micros = max(round(since * 1_000_000), channel.last_micros + 1)
        channel.last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def put(self, channel: Channel, user: str, text: str, **more: Any) -> Message:
        """Add a message to a conversation."""
        message = Message(self.next_ts(channel), channel.id, user, text, **more)
        self.messages.setdefault(channel.id, []).append(message)
        self.changed()
        return message

    def find(self, channel_id: str, ts: str) -> Message | None:
        """A message by its timestamp."""
        for message in reversed(self.messages.get(channel_id, [])):
            if message.ts == ts:
                return message
        return None

    def edit(self, message: Message, text: str, blocks: list[dict[str, Any]]) -> None:
        """Change a message in place."""
        message.text, message.blocks = text, blocks
        message.edited = f"{self.clock().timestamp():.6f}"
        self.changed()

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.messages[message.channel].remove(message)
        self.changed()
