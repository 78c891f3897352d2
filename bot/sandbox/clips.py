"""Voice clips: the file object Slack makes of one, and its transcript as WebVTT.

Slack documents neither (its type definitions name `transcription`, `vtt` and `duration_ms` of a
file, no more). What is here is what developers measured: `subtype` "slack_audio"; a status that
may still be "processing" when the message arrives; a preview that is cut, with `has_more`; the
whole behind `vtt`, a link that wants the bot's token: a byte order mark, "WEBVTT " with a space
behind it, cues, the first of them opening with a dash. Believed, not measured: where the preview
is cut, which other words `status` knows, that WebVTT's own escapes are used, and that a finished
transcript comes with a `file_change` event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.sandbox.service import Service, StoredFile

PREVIEW = 100
"""Characters of a transcript that a file object shows."""

PATH = "/files-tmb/"
STATUSES = ("complete", "processing", "none", "failed")
_ENDINGS = {"audio/webm": "webm", "audio/mp4": "m4a", "video/mp4": "mp4", "video/webm": "webm"}
_WORDS_IN_A_CUE = 8


def file_object(
    service: Service, file: StoredFile, user: str, *, seconds: float, mimetype: str
) -> dict[str, Any]:
    """What Slack tells of a clip before there is a transcript."""
    team, ending = service.identity.team_id, _ENDINGS.get(mimetype, "")
    now = int(service.world.clock().timestamp())
    place = f"{team}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": now,
        "timestamp": now,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetype,
        "filetype": ending,
        "pretty_type": ending.upper(),
        "user": user,
        "user_team": team,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "subtype": "slack_audio",
        "url_private": f"{service.base_url}/files-pri/{place}",
        "url_private_download": f"{service.base_url}/files-pri/{place}?download",
        "media_display_type": "audio",
        "duration_ms": round(seconds * 1000),
        "file_access": "visible",
    }


def transcribe(service: Service, file: StoredFile, status: str | None, words: str) -> None:
    """The state of the transcript from now on.

    status  one of STATUSES; None in a workspace without transcripts: there is no word of them
    words   all that Slack heard; told only when the status is "complete"
    """
    if status is not None and status not in STATUSES:
        raise ValueError(f"a transcript is never {status!r}, but one of {STATUSES}")
    shown = file.shown
    shown.pop("transcription", None)
    shown.pop("vtt", None)
    if status is None:
        return
    shown["transcription"] = {"status": status}
    if status == "complete":
        preview = {"content": words[:PREVIEW], "has_more": len(words) > PREVIEW}
        shown["transcription"] |= {"locale": "en-US", "preview": preview}
        address = f"{service.identity.team_id}-{file.id}-{file.upload_key}/file.vtt"
        shown["vtt"] = f"{service.base_url}{PATH}{address}"
        file.content = vtt(words, shown["duration_ms"]).encode()


def ending_of(mimetype: str) -> str:
    """What stands behind the dot of such a clip's name."""
    return _ENDINGS.get(mimetype, "bin")


def vtt(words: str, length: int) -> str:
    """A transcript as WebVTT, `length` milliseconds long."""
    spoken = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split()
    starts = range(0, len(spoken), _WORDS_IN_A_CUE)
    cues = [spoken[start : start + _WORDS_IN_A_CUE] for start in starts]
    made = ["\ufeffWEBVTT "]
    for n, cue in enumerate(cues):
        since, until = length * n // len(cues), length * (n + 1) // len(cues)
        dash = "- " if n == 0 else ""
        made.append(f"{_at(since)} --> {_at(until)}\n{dash}{' '.join(cue)}")
    return "\n\n".join(made) + "\n\n\n"


def _at(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def fetch(service: Service, path: str, authorization: str) -> bytes | None:
    """The WebVTT at an address below PATH; None for whom Slack would send to its sign-in page:
    whoever brings no bot token with `files:read`."""
    allowed = authorization == f"Bearer {service.bot_token}" and "files:read" in service.scopes
    if not allowed:
        return None
    for file in service.files.values():
        if file.upload_key in path and str(file.shown.get("vtt", "")).endswith(path):
            return file.content
    return None
