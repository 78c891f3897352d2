"""A form shown anew, unless it changed meanwhile."""

from __future__ import annotations

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.parsing import Payload
from handlers.views.fields import View

log = structlog.get_logger(__name__)

_TOO_LATE = ("hash_conflict", "not_found")


def anew(client: WebClient, shown: Payload, view: View) -> None:
    """Show `view` in the place of `shown`.

    Of two taps in quick succession the first is shown, and a form that was closed meanwhile stays
    so: neither is a fault, and what was typed is where it was.
    """
    try:
        client.views_update(view_id=shown["id"], hash=shown["hash"], view=view)
    except SlackApiError as refused:
        code = refused.response.get("error")
        if code not in _TOO_LATE:
            raise
        log.info("form.moved_on", code=code)
