"""The parts of the stand-in that its Web API, its deliveries and its page work on together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.faults import Faults
from bot.sandbox.rates import Rates
from bot.sandbox.record import Record
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import Views
from bot.sandbox.world import Elapsed, Identity, World

# The bot scopes Touchbase asks for; the two optional ones are left out, as an admin may.
SCOPES = (
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True)
class Call:
    """One call of a Web API method, as it came in. `error` is empty when it went well."""

    method: str
    args: dict[str, Any]
    at: datetime
    error: str


@dataclass
class StoredFile:
    """A file on its way up, or there. `content` is None until it was uploaded; of a voice clip it
    is the transcript as WebVTT, and `shown` is its file object."""

    id: str
    name: str
    length: int
    upload_key: str
    content: bytes | None = None
    title: str = ""
    complete: bool = False
    shared_in: dict[str, str] = field(default_factory=dict)  # channel: ts of the message
    shown: dict[str, Any] = field(default_factory=dict)
    unready: int = 0  # posts that want to show it and come before Slack has processed it


@dataclass
class Service:
    """State and settings; no behaviour of its own beyond small look-ups."""

    world: World
    views: Views
    tickets: Tickets
    elapsed: Elapsed
    bot_token: str
    app_token: str
    scopes: set[str]
    record: Record
    faults: Faults = field(default_factory=Faults)
    rates: Rates | None = None  # None: as often as anybody likes
    latency_ms: float = 0.0
    home_enabled: bool = True
    base_url: str = ""
    open_link: Callable[[], str] | None = None  # a fresh Socket Mode address
    calls: list[Call] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    slow_files: int = 0  # how many posts come too early for a file uploaded from now on
    commands: Sequence[Mapping[str, Any]] = ()  # as the manifest has them
    shortcuts: Sequence[Mapping[str, str]] = ()  # these, too
    subscriptions: frozenset[str] | None = None  # the manifest's bot_events; None: everything
    examples: Sequence[str] = ()

    @property
    def identity(self) -> Identity:
        """Who the workspace and the app are."""
        return self.world.identity

    def complain(self, what: str, problems: list[str]) -> None:
        """Note an answer of the app that Slack would not take; there is no error to return."""
        self.complaints += [f"{what}: {each}" for each in problems]

    def new_id(self, letter: str) -> str:
        """An id as Slack makes them."""
        return f"{letter}{secrets.token_hex(5).upper()}"
