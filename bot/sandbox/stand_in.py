"""A stand-in for Slack: its Web API on this machine, and people who use the app through it.

    with StandIn() as slack:
        slack.add_person("U1", "Dana Brooks", tz="America/Chicago")
        slack.app_url = "http://127.0.0.1:3000/slack/events"
        slack.command("U1", "/logvisit", "northwestern")
        form = slack.form("U1")
        form.fill("Notes", "Met the new case manager")
        assert form.save()
        print(slack.messages("U1")[-1].words)

What it holds to is in docs.slack.dev; tests/contract/test_stand_in_*.py say which page says what.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

from bot.sandbox.acts import Acts
from bot.sandbox.delivery import Answer, Courier
from bot.sandbox.faults import Faults
from bot.sandbox.page_server import Levers, PageServer
from bot.sandbox.rates import Rates
from bot.sandbox.record import Record
from bot.sandbox.server import Server
from bot.sandbox.service import SCOPES, Call, Service
from bot.sandbox.socket_link import SocketLink
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import OpenView, Views
from bot.sandbox.world import Channel, Elapsed, Identity, Message, Person, World
from models.clock import Clock, system

BOT_TOKEN = "xoxb-stand-in"  # noqa: S105 - opens nothing but this stand-in
APP_TOKEN = "xapp-stand-in"  # noqa: S105
SIGNING_SECRET = "stand-in-signing-secret"  # noqa: S105


class StandIn(Acts):
    """Slack, as far as Touchbase needs it. Started with `with` or `start`, stopped with `stop`.

    port        0 takes a free one
    clock       stamps messages; the sandbox's can be wound. Signatures bear the machine's time
    app_url     where the app takes Slack's requests; may be set later
    levers      what the page can do beside Slack's part; without it the page offers none of it
    commands    the manifest's `features.slash_commands`, for the page's hints
    shortcuts   the manifest's `features.shortcuts`; any callback_id is taken when none are given
    subscribed  the manifest's `bot_events`; None delivers every event
    examples    lines the page offers where nothing was said yet
    limits      how often the app may call: as Slack lets an "internal" app, or one that is "sold"
                outside its Marketplace; None as often as it likes, for tests of speed
    """

    def __init__(
        self,
        port: int = 0,
        clock: Clock = system,
        app_url: str | None = None,
        *,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        scopes: Iterable[str] = SCOPES,
        identity: Identity | None = None,
        levers: Levers | None = None,
        commands: Sequence[Mapping[str, Any]] = (),
        shortcuts: Sequence[Mapping[str, str]] = (),
        subscribed: Iterable[str] | None = None,
        home_enabled: bool = True,
        examples: Sequence[str] = (),
        latency_ms: float = 0.0,
        limits: Literal["internal", "sold"] | None = None,
    ) -> None:
        identity = identity or Identity()
        world, elapsed = World(clock, identity), Elapsed()
        self.link = SocketLink(identity.app_id)
        service = Service(
            world,
            Views(world),
            Tickets(elapsed),
            elapsed,
            bot_token,
            app_token,
            set(scopes),
            Record(clock),
            commands=commands,
            shortcuts=shortcuts,
            subscriptions=None if subscribed is None else frozenset(subscribed),
            home_enabled=home_enabled,
            examples=examples,
            latency_ms=latency_ms,
            open_link=self.link.open,
        )
        if limits is not None:
            service.rates = Rates(elapsed, sold=limits == "sold")
        courier = Courier(signing_secret, self.link, service.record)
        courier.app_url = app_url
        super().__init__(service, courier)
        self._port = port
        self._page = PageServer(self, levers or Levers())
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Take requests from now on. Raises OSError when the port is in use."""
        self._server = Server(self._port, self.service, self._page.serve)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="stand-in", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Take no more requests."""
        self.service.world.changed()  # lets go of pages that wait for news
        self.link.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None
        if self._thread is not None:
            self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The page: "http://127.0.0.1:8765"."""
        return self.service.base_url

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with its trailing slash."""
        return f"{self.service.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """The token the app uses."""
        return self.service.bot_token

    @property
    def app_token(self) -> str:
        """The token the app opens a socket with."""
        return self.service.app_token

    @property
    def signing_secret(self) -> str:
        """What requests are signed with."""
        return self.courier.signing_secret

    @property
    def identity(self) -> Identity:
        """Ids of the workspace and the app."""
        return self.service.identity

    @property
    def app_url(self) -> str | None:
        """Where the app takes requests."""
        return self.courier.app_url

    @app_url.setter
    def app_url(self, url: str | None) -> None:
        self.courier.app_url = url

    @property
    def socket_mode(self) -> bool:
        """Deliver over the socket only. It is also used whenever an app is connected."""
        return self.courier.socket_mode

    @socket_mode.setter
    def socket_mode(self, wanted: bool) -> None:
        self.courier.socket_mode = wanted

    @property
    def connected(self) -> int:
        """How many sockets the app holds open."""
        return self.link.connected

    @property
    def faults(self) -> Faults:
        """What goes wrong next; the ways are functions in `faults.py`."""
        return self.service.faults

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API so far."""
        with self.service.world.lock:
            return list(self.service.calls)

    @property
    def complaints(self) -> list[str]:
        """What the app answered that Slack would not have taken."""
        return list(self.service.complaints)

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    def skip(self, seconds: float) -> None:
        """Triggers, answer addresses and rate limits are this much older at once."""
        self.service.elapsed.skip(seconds)

    def add_person(
        self,
        person_id: str,
        name: str,
        tz: str | None = "America/New_York",
        email: str | None = None,
        *,
        team_id: str | None = None,
        **marks: Any,
    ) -> Person:
        """A member (or with another `team_id` a stranger). `marks`: is_admin, is_owner, deleted,
        is_bot, is_restricted, is_ultra_restricted, locale, title."""
        team = team_id or self.identity.team_id
        person = Person(person_id, name, tz, email, team, **marks)
        with self.service.world.lock:
            self.service.world.people[person_id] = person
            self.service.world.changed()
        return person

    def add_channel(
        self,
        channel_id: str,
        name: str,
        members: Iterable[str] = (),
        *,
        bot_is_member: bool = False,
        private: bool = False,
    ) -> Channel:
        """A channel. The app is in it only when asked for."""
        kind = "private" if private else "public"
        channel = Channel(channel_id, name, kind, set(members))
        with self.service.world.lock:
            self.service.world.channels[channel_id] = channel
            if bot_is_member:
                self.invite_bot(channel_id)
            self.service.world.changed()
        return channel

    def invite_bot(self, channel: str) -> None:
        """`/invite` the app into a channel."""
        with self.service.world.lock:
            self.service.world.channels[channel].members.add(self.identity.bot_user_id)

    def messages(self, where: str) -> list[Message]:
        """What was said in a channel, or with a person's id in their DM with the app; oldest
        first, ephemeral messages and those in threads left out."""
        said = [message for message in self._all(where) if not message.seen_by]
        return [message for message in said if not message.thread_ts]

    def replies(self, message: Message) -> list[Message]:
        """What was said in a message's thread to all, oldest first."""
        said = [message for message in self._all(message.channel) if not message.seen_by]
        return [each for each in said if each.thread_ts == message.ts]

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """What only this person was shown, everywhere or in one channel; oldest first."""
        with self.service.world.lock:
            shown = [
                message
                for channel_id, messages in self.service.world.messages.items()
                for message in messages
                if message.seen_by == user and channel in (None, channel_id)
            ]
        return sorted(shown, key=lambda message: float(message.ts))

    def view_of(self, user: str) -> dict[str, Any] | None:
        """The form on top, as Slack hands it out."""
        with self.service.world.lock:
            top = self.service.views.top(user)
            return self.service.views.payload(top) if top else None

    def stack_of(self, user: str) -> list[OpenView]:
        """All open forms of a person, the one seen last."""
        with self.service.world.lock:
            return list(self.service.views.stacks.get(user, []))

    def home_of(self, user: str) -> dict[str, Any] | None:
        """A person's Home, as Slack hands it out."""
        with self.service.world.lock:
            home = self.service.views.homes.get(user)
            return self.service.views.payload(home) if home else None

    def trigger_id(self, user: str) -> str:
        """A fresh trigger, as if the person had just pressed something."""
        return self.service.tickets.trigger(user)

    def deliver(
        self, body: bytes | str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """POST something raw; `more` as `Courier.post` has it: signed, timestamp, secret, path."""
        raw = body.encode() if isinstance(body, str) else body
        return self.courier.post(raw, headers, **more)

    def _all(self, where: str) -> list[Message]:
        world = self.service.world
        with world.lock:
            channel = world.dm_of(where).id if where in world.people else where
            return list(world.messages.get(channel, []))
