"""Open forms and Home tabs: each person has a stack of at most three forms and one Home."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.limits import problems_in_view, view_too_large
from bot.sandbox.refusals import SlackSaysNo
from bot.sandbox.schema import problem
from bot.sandbox.values import Block, Values, filled_in, first_values, kept_values
from bot.sandbox.world import World

MOST_OPEN = 3
_PARTS: dict[str, Any] = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "title": None,
    "submit": None,
    "close": None,
    "clear_on_close": False,
    "notify_on_close": False,
}


@dataclass
class OpenView:
    """A form (or Home) somebody has before them.

    values   what its inputs hold now, on the person's screen
    synced   what they held when the app last heard of them: a block_suggestion carries these
    errors   what the app said beside its fields, by block_id
    trouble  what Slack itself says above the buttons
    """

    id: str
    user: str
    view: dict[str, Any]
    values: Values
    hash: str
    root: str
    previous: str | None = None
    synced: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def blocks(self) -> list[Block]:
        """Its blocks, ids filled in."""
        blocks: list[Block] = self.view["blocks"]
        return blocks

    def block(self, block_id: str) -> Block | None:
        """One of its blocks."""
        return next((b for b in self.blocks if b["block_id"] == block_id), None)


class Views:
    """All that is open. Whoever calls holds the world's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.stacks: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}

    def top(self, user: str) -> OpenView | None:
        """The form a person sees."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def find(self, view_id: object, external_id: object = None) -> OpenView | None:
        """An open view by either of its ids."""
        with self._world.lock:
            for view in [*self._all_forms(), *self.homes.values()]:
                if view.id == view_id or (external_id and view.view["external_id"] == external_id):
                    return view
        return None

    def open(self, user: str, view: Any) -> OpenView:
        """A form on its own; what was open before is gone."""
        made = self._made(user, view)
        self.stacks[user] = [made]
        self._world.changed()
        return made

    def push(self, user: str, view: Any) -> OpenView:
        """A form on top of the one that is open."""
        stack = self.stacks.get(user)
        if not stack:
            raise SlackSaysNo("not_found")
        if len(stack) >= MOST_OPEN:
            raise SlackSaysNo("push_limit_reached")
        made = self._made(user, view)
        made.root, made.previous = stack[0].id, stack[-1].id
        stack.append(made)
        self._world.changed()
        return made

    def update(self, found: OpenView, view: Any, hash_: object = None) -> OpenView:
        """Another content for an open form. What was typed stays under the same ids."""
        if hash_ and hash_ != found.hash:
            raise SlackSaysNo("hash_conflict")
        _refuse_unfit(view, found.view["type"])
        self._refuse_double(view, found)
        found.view = _written_out(view)
        found.values = kept_values(found.blocks, found.values)
        found.synced = copy.deepcopy(found.values)
        found.hash = _fresh_hash(self._world)
        found.errors, found.trouble = {}, ""
        self._world.changed()
        return found

    def publish(self, user: str, view: Any, hash_: object = None) -> OpenView:
        """A person's Home tab. What was typed into the one before stays, as in a form."""
        _refuse_unfit(view, "home")
        known = self.homes.get(user)
        if known is not None:
            return self.update(known, view, hash_)
        self.homes[user] = self._made(user, view, kind="home")
        self._world.changed()
        return self.homes[user]

    def close(self, view: OpenView) -> None:
        """Close one form; the one below it shows again."""
        stack = self.stacks.get(view.user, [])
        if view in stack:
            stack.remove(view)
        self._world.changed()

    def clear(self, user: str) -> None:
        """Close all of a person's forms."""
        self.stacks.pop(user, None)
        self._world.changed()

    def payload(self, view: OpenView, values: Values | None = None) -> dict[str, Any]:
        """The view as Slack hands it out."""
        identity = self._world.identity
        shown = copy.deepcopy(view.view)
        return {
            "id": view.id,
            "team_id": identity.team_id,
            **shown,
            "state": {"values": copy.deepcopy(view.values if values is None else values)},
            "hash": view.hash,
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": identity.app_id,
            "app_installed_team_id": identity.team_id,
            "bot_id": identity.bot_id,
        }

    def _all_forms(self) -> list[OpenView]:
        return [view for stack in self.stacks.values() for view in stack]

    def _made(self, user: str, view: Any, *, kind: str = "modal") -> OpenView:
        _refuse_unfit(view, kind)
        self._refuse_double(view)
        view_id = f"V{secrets.token_hex(5).upper()}"
        shown = _written_out(view)
        values = first_values(shown["blocks"])
        return OpenView(
            view_id,
            user,
            shown,
            values,
            _fresh_hash(self._world),
            root=view_id,
            synced=copy.deepcopy(values),
        )

    def _refuse_double(self, view: dict[str, Any], itself: OpenView | None = None) -> None:
        wanted = view.get("external_id")
        if not wanted:
            return
        for other in [*self._all_forms(), *self.homes.values()]:
            if other is not itself and other.view["external_id"] == wanted:
                raise SlackSaysNo("duplicate_external_id")


def _refuse_unfit(view: Any, kind: str) -> None:
    found = problems_in_view(view)
    if not found and view["type"] != kind:
        found = [problem(f"must be one of: {kind}", "/view/type")]
    if found:
        first = problem("failed to match all allowed schemas", "/view")
        raise SlackSaysNo("invalid_arguments", [first, *found])
    if view_too_large(view):
        raise SlackSaysNo("view_too_large")


def _written_out(view: dict[str, Any]) -> dict[str, Any]:
    shown = {"type": view["type"], "blocks": filled_in(view["blocks"])}
    for name, default in _PARTS.items():
        given = view.get(name)
        shown[name] = default if given is None else copy.deepcopy(given)
    for name in ("title", "submit", "close"):
        if shown[name]:
            shown[name].setdefault("emoji", True)
    return shown


def _fresh_hash(world: World) -> str:
    return f"{int(world.clock().timestamp())}.{secrets.token_hex(4)}"
