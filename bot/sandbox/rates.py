"""How often Slack lets an app call: each method so many times a minute, and a message a second in
each conversation.

Source: docs.slack.dev /apis/web-api/rate-limits and the methods' pages. Slack names least rates and
tolerates short bursts; here the least is what there is, and a burst as large as a minute's calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.sandbox.faults import Limiter

_TIER_2, _TIER_3, _TIER_4, _SPECIAL = 20, 50, 100, 300

A_MINUTE: Mapping[str, int] = {
    "apps.connections.open": _TIER_3,
    "auth.test": _SPECIAL,  # "hundreds a minute"
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": _SPECIAL,  # of the whole workspace: "several hundred a minute"
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.list": _TIER_2,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "files.completeUploadExternal": _TIER_4,
    "files.getUploadURLExternal": _TIER_4,
    "files.info": _TIER_4,
    "users.info": _TIER_4,
    "users.list": _TIER_2,
    "users.lookupByEmail": _TIER_3,
    "views.open": _TIER_4,
    "views.publish": _TIER_4,
    "views.push": _TIER_4,
    "views.update": _TIER_4,
}
"""Calls a minute; a method that is not here has no limit."""

_POSTS_A_MINUTE, _POSTS_AT_ONCE = 60, 10

# Of an app that is sold, but not in Slack's Marketplace.
HISTORY = ("conversations.history", "conversations.replies")
MOST_OF_HISTORY = 15


class Rates:
    """Counts what an app calls. `elapsed` counts seconds; `sold`: see `HISTORY`."""

    def __init__(self, elapsed: Callable[[], float], *, sold: bool = False) -> None:
        self._elapsed = elapsed
        self._sold = sold
        self._limiters: dict[str, Limiter] = {}

    def wait(self, method: str) -> int:
        """0 when this call may pass, else the whole seconds of Retry-After."""
        if self._sold and method in HISTORY:
            return self._of(method, 1, 1).wait()
        if method not in A_MINUTE:
            return 0
        return self._of(method, A_MINUTE[method], A_MINUTE[method]).wait()

    def wait_to_post(self, channel_id: str) -> int:
        """The same for one more message in a conversation."""
        return self._of(channel_id, _POSTS_A_MINUTE, _POSTS_AT_ONCE).wait()

    def page_of_history(self, wanted: int) -> int:
        """How many messages a page of history has."""
        return min(wanted, MOST_OF_HISTORY) if self._sold else wanted

    def _of(self, name: str, a_minute: int, at_once: int) -> Limiter:
        return self._limiters.setdefault(name, Limiter(a_minute, at_once, self._elapsed))
