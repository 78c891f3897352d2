"""What Slack's answer to a post, or the lack of one, says about the message."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError


class Fate(Enum):
    """What became of the message."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # certainly: it may be tried again
    LIMITED = "limited"  # Slack asks to wait; not counted as a try
    IN_DOUBT = "in_doubt"  # it may be there
    REFUSED = "refused"  # and always will be
    LOCKED_OUT = "locked_out"  # the token is no longer taken
    UNMADE = "unmade"  # our own code failed to make it


@dataclass(frozen=True)
class Answer:
    """The fate of a message, a short code that says why, and what Slack told with it."""

    fate: Fate
    code: str = ""
    channel_id: str | None = None
    ts: str = ""
    wait: float = 0.0  # seconds Slack asks to wait


_LOCKED_OUT = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)

_IN_DOUBT = frozenset(
    {
        # "It's possible some aspect of the operation succeeded": Slack's words for the first two.
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)

_NO_ROUTE = frozenset(
    {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
)

_WITHOUT_RETRY_AFTER = 30.0
_LONGEST_RETRY_AFTER = 3600.0


def of_reply(reply: Mapping[str, Any] | Any) -> Answer:
    """A reply that says ok. Without a timestamp nobody can find the message, so it is in doubt."""
    ts, channel_id = reply.get("ts"), reply.get("channel")
    if not ts:
        return Answer(Fate.IN_DOUBT, "no_ts")
    return Answer(Fate.SENT, channel_id=str(channel_id) if channel_id else None, ts=str(ts))


def of_failure(fault: Exception) -> Answer:
    """A call that raised. Whatever is not known to be harmless is in doubt."""
    if isinstance(fault, SlackApiError):
        return _of_refusal(fault)
    if isinstance(fault, URLError):
        # urllib wraps what went wrong before it read the answer, connecting included.
        return _of_connection(fault.reason)
    return Answer(Fate.IN_DOUBT, type(fault).__name__)


def _of_refusal(fault: SlackApiError) -> Answer:
    status = getattr(fault.response, "status_code", 200)
    data = getattr(fault.response, "data", None)
    error = data.get("error") if isinstance(data, dict) else None
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return Answer(Fate.LIMITED, "ratelimited", wait=_retry_after(fault))
    code = error if isinstance(error, str) and error.replace("_", "").isalnum() else "no_json"
    if status >= 500 or code == "no_json":
        return Answer(Fate.IN_DOUBT, f"http_{status}" if status >= 400 else code)
    if code in _IN_DOUBT:
        return Answer(Fate.IN_DOUBT, code)
    if code in _LOCKED_OUT:
        return Answer(Fate.LOCKED_OUT, code)
    return Answer(Fate.REFUSED, code[:60])


def _of_connection(reason: object) -> Answer:
    if isinstance(reason, socket.gaierror):
        return Answer(Fate.NOT_SENT, "dns")
    if isinstance(reason, ssl.SSLError) and not isinstance(reason, ssl.SSLEOFError):
        return Answer(Fate.NOT_SENT, "tls")
    if isinstance(reason, TimeoutError):
        # A message is far smaller than what a connection takes at once: only connecting waits.
        return Answer(Fate.NOT_SENT, "connect_timeout")
    if isinstance(reason, OSError) and reason.errno in _NO_ROUTE:
        return Answer(Fate.NOT_SENT, "no_route")
    return Answer(Fate.IN_DOUBT, type(reason).__name__)


def _retry_after(fault: SlackApiError) -> float:
    headers = {
        str(name).lower(): value
        for name, value in dict(getattr(fault.response, "headers", None) or {}).items()
    }
    try:
        wait = float(headers["retry-after"])
    except (KeyError, TypeError, ValueError):
        return _WITHOUT_RETRY_AFTER
    return min(max(wait, 0.0), _LONGEST_RETRY_AFTER)
