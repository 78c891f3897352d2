"""Voice clips: Slack writes down what was said, sometimes later; we ask until it has, politely."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from slack_sdk import WebClient

from models import deliveries, drafts
from models.db import Session, reading
from models.drafts import Draft
from scheduler.road import Road
from scheduler.timing import seconds

log = structlog.get_logger(__name__)

Hear = Callable[[Session, Draft, str], None]
"""Puts a transcript's words into a draft."""

_LONGEST_TRANSCRIPT = 1 << 20
_OF_SLACK = (".slack.com", ".slack-edge.com", ".slack-files.com")
_NO_TRANSCRIPT = ("none", "failed")


def listen(road: Road, hear: Hear) -> int:
    """Ask for the transcripts that are awaited; how many clips are settled by it."""
    with reading(road.sessions) as session:
        waiting = drafts.to_hear(session, road.machine())
    settled = 0
    for draft in waiting:
        if road.stopping.is_set():
            break
        client = road.slack(draft.workspace_id)
        words, ended = None, False
        try:
            file = client.files_info(file=draft.file_id or "").get("file") or {}
            words, ended = _words(file, client)
        except Exception as fault:  # Slack's, the network's: asked again, and given up in the end
            log.warning("clip.unheard", draft=draft.id, fault=type(fault).__name__)
        with road.sessions.begin() as session:
            settled += _settle(session, road, draft.id, words, ended, hear)
    return settled


def _settle(
    session: Session, road: Road, draft_id: int, words: str | None, ended: bool, hear: Hear
) -> bool:
    """What was learnt into the draft, and its card anew. False when it goes on waiting."""
    draft = drafts.hold_waiting(session, draft_id)
    if draft is None:
        return False  # another process was first
    waits = road.timing.hear_waits
    if words:
        hear(session, draft, words)
    elif ended or draft.tries >= len(waits):
        draft.status, draft.look_at = drafts.UNREADABLE, None
    else:
        draft.look_at = road.machine() + seconds(waits[draft.tries])
        draft.tries += 1
        return False
    card = deliveries.by_key(session, draft.workspace_id, f"card:{draft.id}")
    if card is not None:
        key = f"card:{draft.id}:heard"
        deliveries.owe_change(session, draft.workspace_id, card, key=key, now=road.clock())
    return True


def _words(file: dict[str, Any], client: WebClient) -> tuple[str | None, bool]:
    """The transcript, if there is one by now, and whether there will never be one.

    `preview` holds the beginning; `vtt` is the address of the whole, as WebVTT.
    """
    heard = file.get("transcription") or {}
    status = heard.get("status")
    if status != "complete":
        return None, status in _NO_TRANSCRIPT
    preview = heard.get("preview") or {}
    if file.get("vtt") and (preview.get("has_more") or not preview.get("content")):
        return _of_vtt(_fetch(str(file["vtt"]), client)), False
    words = str(preview.get("content") or "").strip()
    return words or None, not words


def _fetch(url: str, client: WebClient) -> str:
    """A file of Slack's, with our token: so only from where Slack keeps files."""
    place, ours = urlsplit(url), urlsplit(client.base_url)
    of_slack = place.scheme == "https" and f".{place.hostname}".endswith(_OF_SLACK)
    if not of_slack and (place.scheme, place.netloc) != (ours.scheme, ours.netloc):
        raise ValueError("a transcript kept outside Slack")
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {client.token}"})  # noqa: S310
    with _OPENER.open(asked, timeout=client.timeout) as answer:
        return str(answer.read(_LONGEST_TRANSCRIPT).decode("utf-8-sig", "replace"))


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """Without the right to a file Slack sends one on to a page; our token does not go along."""

    def redirect_request(self, *_told: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NowhereElse)


def _of_vtt(text: str) -> str | None:
    """The words of a WebVTT file: its cues without their times (w3.org/TR/webvtt1). Each begins
    with a dash where another speaks. Raises ValueError for anything else."""
    if not text.startswith("WEBVTT"):
        raise ValueError("not a transcript")
    words: list[str] = []
    for cue in text.replace("\r\n", "\n").split("\n\n"):
        lines = cue.split("\n")
        at = next((place for place, line in enumerate(lines) if "-->" in line), None)
        if at is not None:
            words += [line.strip().removeprefix("- ") for line in lines[at + 1 :] if line.strip()]
    return " ".join(words) or None
