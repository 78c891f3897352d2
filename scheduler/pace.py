"""How fast messages go out: so many a second of a workspace, one a second in a channel."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CHANNELS = 10_000


class Pace:
    """Tells each message how long it has to wait, in this process. Safe to share by threads.

    No burst is ever saved up: one refusal costs a whole second, more than a burst wins.
    """

    def __init__(
        self, a_second: float, channel_gap: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._gap = 1 / a_second
        self._channel_gap = channel_gap
        self._monotonic = monotonic
        self._next: dict[int, float] = {}
        self._channels: OrderedDict[tuple[int, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def wait_for(self, workspace_id: int, channel: str) -> float:
        """Take the next place in the workspace and its channel; seconds until it comes."""
        with self._lock:
            now = self._monotonic()
            place = max(
                now,
                self._next.get(workspace_id, now),
                self._channels.pop((workspace_id, channel), now),
            )
            self._next[workspace_id] = place + self._gap
            self._channels[(workspace_id, channel)] = place + self._channel_gap
            if len(self._channels) > _MOST_CHANNELS:
                self._channels.popitem(last=False)
            return place - now
