"""The page's files and the JSON it speaks, under /sandbox/. For people on this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from bot.sandbox import interactions, page_state
from bot.sandbox.form import Form
from bot.sandbox.limits import elements_of
from bot.sandbox.server import Served
from bot.sandbox.values import Block, Values, holding, kept_values
from bot.sandbox.views import OpenView
from bot.sandbox.world import Message

if TYPE_CHECKING:
    from bot.sandbox.stand_in import StandIn

SCRIPTS = (
    *("page.js", "link.js", "views.js", "blocks.js", "inputs.js", "menus.js", "text.js"),
    *("log.js", "composer.js", "threads.js", "panes.js", "tour.js", "payloads.js"),
)
_FILES = {
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    **{f"/{name}": (name, "text/javascript; charset=utf-8") for name in SCRIPTS},
}
_PAGE = Path(__file__).parent / "page"
_FIRST = b">null</script>"
_JSON = "application/json; charset=utf-8"
_LONGEST_WAIT = 25.0
_WORDS_A_SECOND = 2.5  # of somebody who dictates

Given = dict[str, Any]


class BadRequest(Exception):
    """The page asked for something that is not there (any more)."""


@dataclass(frozen=True)
class Levers:
    """What somebody on the page can do to the sandbox itself; the page offers those there are.

    wind        set the clock, and come back once what it owes was sent
    database    put the database within (True) or out of the bot's reach
    start_over  end this stand-in and begin another, with fresh sample data
    """

    wind: Callable[[datetime], None] | None = None
    database: Callable[[bool], None] | None = None
    start_over: Callable[[], None] | None = None


class PageServer:
    """Serves the page."""

    def __init__(self, slack: StandIn, levers: Levers) -> None:
        self._slack = slack
        self._levers = levers
        self._is_broken = False
        self._posts: dict[str, Callable[[Given], Any]] = {
            "say": self._say,
            "clip": self._clip,
            "home": self._home,
            "shortcut": self._shortcut,
            "press": self._press,
            "options": self._options,
            "use": self._use,
            "submit": self._submit,
            "close": self._close,
            "clock": self._clock,
            "database": self._database,
            "start_over": self._start_over,
        }

    def serve(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> Served | None:
        """One request; None when nothing lives at that path."""
        path = urlsplit(target).path
        if verb == "GET" and path == "/":
            return 200, "text/html; charset=utf-8", self._index()
        if verb == "GET" and path in _FILES:
            name, kind = _FILES[path]
            return 200, kind, (_PAGE / name).read_bytes()
        if verb == "GET" and path == "/sandbox/state":
            return 200, _JSON, _dumped(self._state(urlsplit(target).query))
        if verb == "GET" and path == "/sandbox/payloads":
            return 200, _JSON, _dumped(self._payloads(urlsplit(target).query))
        if verb == "GET" and path == "/sandbox/file":
            return self._picture(urlsplit(target).query)
        if verb == "GET" and path.startswith("/files/"):
            return self._download(unquote(path))
        if verb == "POST" and path.startswith("/sandbox/"):
            return self._post(path.removeprefix("/sandbox/"), body)
        return None

    def _index(self) -> bytes:
        """The page, with what it shows first in it."""
        first = _dumped(self._state("")).replace(b"<", b"\\u003c")
        return (_PAGE / "index.html").read_bytes().replace(_FIRST, b">" + first + b"</script>")

    def _picture(self, query: str) -> Served | None:
        """A picture the app uploaded."""
        wanted = dict(parse_qsl(query)).get("id", "")
        file = self._slack.service.files.get(wanted)
        if file is None or not file.complete or not file.name.endswith(".png"):
            return None
        return 200, "image/png", file.content or b""

    def _download(self, path: str) -> Served | None:
        """A file the app uploaded, by its permalink. Never shown, always kept as a file."""
        for file in self._slack.service.files.values():
            if file.complete and not file.shown and path.split("/")[3:] == [file.id, file.name]:
                return 200, "application/octet-stream", file.content or b""
        return None

    def _payloads(self, query: str) -> Given:
        """What Slack and the app said to each other, the latest of it."""
        known = int(dict(parse_qsl(query)).get("known", -1))
        changes, exchanges = self._slack.service.record.since(known)
        told = None if exchanges is None else [asdict(each) for each in exchanges]
        return {"changes": changes, "exchanges": told}

    def _post(self, name: str, body: bytes) -> Served | None:
        act = self._posts.get(name)
        if act is None:
            return None
        try:
            said = act(json.loads(body))
        except (BadRequest, LookupError) as gone:
            return 409, _JSON, _dumped({"error": str(gone)})
        except (ValueError, TypeError):
            return 400, _JSON, _dumped({"error": "That was not understood."})
        return 200, _JSON, _dumped(said or {})

    def _state(self, query: str) -> Given:
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        world = self._slack.service.world
        if "after" in asked:
            world.wait_for_news(int(asked["after"]), _LONGEST_WAIT)
        there = [each.name for each in fields(Levers) if getattr(self._levers, each.name)]
        return page_state.shown_to(
            self._slack.service,
            asked.get("as", ""),
            there,
            is_broken=self._is_broken,
            has_bot=self._slack.app_url is not None or self._slack.connected > 0,
        )

    def _say(self, given: Given) -> Given | None:
        """A line in the composer: a command or a message."""
        user, text, channel = given["as"], str(given["text"]).strip(), given["channel"]
        if not text:
            return None
        if text.startswith("/"):
            name, *rest = text.split(maxsplit=1)
            answer = self._slack.command(user, name, "".join(rest), channel)
        else:
            answer = self._slack.say(user, text, channel, thread_ts=given.get("thread"))
        return {"fault": answer.fault}

    def _clip(self, given: Given) -> Given:
        """A voice clip; `transcript` is what Slack hears in it, "" when it hears nothing."""
        words = str(given["transcript"]).strip()
        status = "complete" if words else None
        seconds = max(2.0, len(words.split()) / _WORDS_A_SECOND)
        self._slack.say_clip(given["as"], words, status, seconds=seconds, channel=given["channel"])
        return {"fault": self._slack.last_answer.fault}

    def _home(self, given: Given) -> Given:
        """One of the app's tabs is opened: "home" or "messages"."""
        return {"fault": self._slack.open_home(given["as"], str(given["tab"])).fault}

    def _shortcut(self, given: Given) -> Given:
        """A shortcut from the menu of the composer, or (with `ts`) of a message."""
        name = str(given["callback_id"])
        if given.get("ts"):
            answer = self._slack.message_shortcut(given["as"], self._message(given), name)
        else:
            answer = self._slack.shortcut(given["as"], name)
        return {"fault": answer.fault}

    def _press(self, given: Given) -> Given:
        """Something used on a message; `value` is None for a button."""
        message = self._message(given)
        with self._slack.service.world.lock:
            message.held = kept_values(message.blocks, message.held)
            _hold(message.held, given.get("values") or {})
        block, element = _find(message.blocks, given)
        service, courier = self._slack.service, self._slack.courier
        answer = interactions.click_on_message(
            service, courier, given["as"], message, block, element, given.get("value")
        )
        return {"ok": answer.ok}

    def _options(self, given: Given) -> Given:
        """The options of a menu that looks things up."""
        where = self._view(given) if given.get("view") else self._message(given)
        block, element = _find(where.blocks, given)
        found = interactions.suggest(
            self._slack.service,
            self._slack.courier,
            given["as"],
            where,
            block["block_id"],
            element,
            str(given["query"]),
        )
        return {"options": found}

    def _use(self, given: Given) -> Given:
        """A button pressed, or something chosen, in a form."""
        view = self._view(given)
        self._keep(view, given)
        block, element = _find(view.blocks, given)
        answer = interactions.click_in_view(
            self._slack.service,
            self._slack.courier,
            view,
            block["block_id"],
            element,
            given.get("value"),
        )
        return {"ok": answer.ok}

    def _submit(self, given: Given) -> Given:
        view = self._view(given)
        self._keep(view, given)
        closed = Form(self._slack.service, self._slack.courier, view).save()
        return {"closed": closed}

    def _close(self, given: Given) -> None:
        view = self._view(given)
        everything = bool(given.get("all"))
        interactions.close(self._slack.service, self._slack.courier, view, everything=everything)

    def _clock(self, given: Given) -> Given:
        """Wind the clock on by a step, in the zone of the person who looks at it."""
        if self._levers.wind is None:
            raise BadRequest("This clock cannot be wound.")
        world = self._slack.service.world
        at = page_state.step(world.clock(), given["step"], world.person(given["as"]).tz)
        self._levers.wind(at)
        world.changed()
        return {"now": at.isoformat()}

    def _database(self, given: Given) -> None:
        """Take the database away from the bot, or bring it back."""
        if self._levers.database is None:
            raise BadRequest("There is no database to break here.")
        is_up = bool(given["up"])
        self._levers.database(is_up)
        self._is_broken = not is_up
        self._slack.service.world.changed()

    def _start_over(self, given: Given) -> None:
        if self._levers.start_over is None:
            raise BadRequest("There is no sample data to begin again with.")
        self._levers.start_over()

    def _view(self, given: Given) -> OpenView:
        view = self._slack.service.views.find(given["view"])
        if view is None or view.user != given["as"]:
            raise BadRequest("That form is closed.")
        return view

    def _message(self, given: Given) -> Message:
        message = self._slack.service.world.find(given["channel"], given["ts"])
        if message is None or message.seen_by not in (None, given["as"]):
            raise BadRequest("That message is gone.")
        return message

    def _keep(self, view: OpenView, given: Given) -> None:
        """What stands in the fields of the page: {block_id: {action_id: value}}."""
        with self._slack.service.world.lock:
            _hold(view.values, given["values"])


def _hold(values: Values, given: dict[str, dict[str, Any]]) -> None:
    for block_id, actions in given.items():
        for action_id, value in actions.items():
            held = values.get(block_id, {}).get(action_id)
            if held is not None:
                values[block_id][action_id] = holding(held["type"], value)


def _find(blocks: list[Block], given: Given) -> tuple[Block, Block]:
    for block in blocks:
        if block["block_id"] == given["block"]:
            for element in elements_of(block):
                if element.get("action_id") == given["action"]:
                    return block, element
    raise BadRequest("That is not there any more.")


def _dumped(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, default=str).encode()
