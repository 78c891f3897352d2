"""Lines and voice clips sent to the bot, and the cards that answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers import drafting, guarding, lines, parsing, showing
from handlers.parsing import Payload
from handlers.views import help as help_views
from handlers.views import kept
from handlers.views import touches as views
from handlers.views.touches import VisitForm
from models import drafts, home, users
from models.clock import Clock
from models.db import Session, Sessions, reading
from models.drafts import Draft
from models.errors import (
    AlreadyLogged,
    DraftGone,
    LineGone,
    NoText,
    TooLong,
    TooManyLines,
)
from models.lookup import Lookups
from models.users import Actor

LINE, CLIP = "dm", "clip"
"""The source of a touch that was sent to the bot."""

_MOST_LINES = 20


def said(
    ack: Ack,
    event: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
) -> None:
    """A card for every line, and for every voice clip."""
    ack()
    if event.get("channel_type") != "im" or event.get("bot_id"):
        return
    told = _lines(str(event.get("text") or ""))
    files = event.get("files") or ()
    clips = [file for file in files if _is_clip(file)]
    if not told and not clips:
        if files:
            raise NoText
        return
    if len(told) > _MOST_LINES:
        raise TooManyLines(_MOST_LINES, len(told))
    longest = max(map(len, told), default=0)
    if longest > views.LONGEST_NOTE:
        raise TooLong(views.LONGEST_NOTE, longest)
    if not clips and help_views.is_greeting(told):
        client.chat_postMessage(channel=event["channel"], text=help_views.lines())
        return
    _take(event, told, clips, actor, sessions, clock(), lookups)


def save(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Store a card as it stands. The same account twice within two minutes is asked about."""
    ack()
    draft_id, now = int(action["value"]), clock()
    try:
        with sessions.begin() as session:
            draft = drafts.own(session, actor, draft_id)
            if draft.status == drafts.SAVED:
                return  # the second of two taps
            _must_be_open(draft)
            _store(session, actor, draft, kept.from_row(draft.state), now)
    except AlreadyLogged as twin:
        with sessions.begin() as session:
            draft = drafts.own(session, actor, draft_id)
            draft.state = {**draft.state, "twin": twin.seconds}
            drafting.show(session, actor, draft, now, why=f"twin:{action['action_ts']}")


def choose(ack: Ack, action: Payload, actor: Actor, sessions: Sessions, clock: Clock) -> None:
    """Take one of the accounts that a card offers."""
    ack()
    draft_id, _, value = action["value"].partition("=")
    with sessions.begin() as session:
        draft = drafts.own(session, actor, int(draft_id))
        _must_be_open(draft)
        state = kept.from_row(draft.state)
        fit = next((one for one in state.fits if one.value == value), None)
        if fit is None:
            return  # the second of two taps
        draft.state = kept.as_row(drafting.chosen(state, fit))
        drafting.show(session, actor, draft, clock(), why=f"fit:{action['action_ts']}")


def discard(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Throw a draft away, wherever it was offered. A line stays in the conversation."""
    ack()
    now = clock()
    with sessions.begin() as session:
        draft = drafts.own(session, actor, int(action["value"]))
        _must_be_open(draft)
        draft.status, draft.state, draft.changed_at = drafts.DISCARDED, {}, now
        drafting.show_again(session, actor, draft, now, why="discard")
        if _on_home(body):
            home.owe_refresh(session, actor, key=f"discard:{draft.id}", now=now)
    if _in_form(body):
        _show_in_form(body, client, actor, sessions, parsing.visit_form(body["view"]), now)


def resume(
    ack: Ack,
    action: Payload,
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
) -> None:
    """Take a draft up: in the empty form that offered it, or in a form of its own."""
    ack()
    now = clock()
    with reading(sessions) as session:
        draft = drafts.own(session, actor, int(action["value"]))
        _must_be_open(draft)
        state = replace(kept.from_row(draft.state), draft_id=draft.id)
        if _on_home(body):
            state = replace(state, source=views.HOME)
        view, _ = drafting.form(session, actor, state, now)
    if _in_form(body):
        _show_in_form(body, client, actor, sessions, replace(state, reset=1), now)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def insist(
    ack: Ack,
    action: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    clock: Clock,
    lookups: Lookups,
) -> None:
    """ "This is not about a patient": store the line as it was written, read again from Slack."""
    ack()
    now = clock()
    with reading(sessions) as session:
        draft = drafts.get(session, actor.workspace_id, int(action["value"]))
    if draft is None or draft.user_id != actor.user_id:
        raise DraftGone
    text = _line_in_slack(client, draft)
    with sessions.begin() as session:
        draft = drafts.own(session, actor, draft.id)
        if draft.status == drafts.SAVED:
            return
        _must_be_open(draft)
        said_again = lines.read(session, actor, lookups, text, now=draft.said_at, source=LINE)
        shown = kept.from_row(draft.state)
        # What was chosen on the card since stays chosen.
        state = replace(
            said_again,
            account=shown.account or said_again.account,
            shown_rules=tuple(draft.rules),
            ticked=True,
        )
        _store(session, actor, draft, state, now)


def hear(lookups: Lookups) -> Callable[[Session, Draft, str], None]:
    """What takes a clip's transcript: the words into its draft. For the scheduler to call."""

    def take(session: Session, draft: Draft, transcript: str) -> None:
        user = users.get(session, draft.workspace_id, draft.user_id)
        actor = Actor(user.workspace_id, user.id, user.slack_id or "", user.role, user.zone)
        _fill(session, actor, lookups, draft, transcript)

    return take


def _take(
    event: Payload,
    told: list[str],
    clips: list[Payload],
    actor: Actor,
    sessions: Sessions,
    now: datetime,
    lookups: Lookups,
) -> None:
    """A draft and a card for each line and clip. An event that comes again changes nothing."""
    channel, ts = str(event["channel"]), str(event["ts"])
    said_at = datetime.fromtimestamp(float(ts), UTC)
    with sessions.begin() as session:
        for place, line in enumerate(told):
            state, rules = _read(session, actor, lookups, line, said_at, LINE)
            draft_id = drafts.add(
                session,
                actor,
                f"{channel}:{ts}:{place}",
                drafts.LINE,
                now=now,
                said_at=said_at,
                state=kept.as_row(state),
                rules=rules,
                channel_id=channel,
                message_ts=ts,
            )
            _answer(session, actor, draft_id, now)
        for file in clips:
            draft_id = drafts.add(
                session,
                actor,
                f"clip:{file['id']}",
                drafts.CLIP,
                now=now,
                said_at=said_at,
                status=drafts.WAITING,
                channel_id=channel,
                message_ts=ts,
                file_id=str(file["id"]),
            )
            words = _transcript(file)
            if draft_id is not None and words:
                draft = drafts.own(session, actor, draft_id)
                _fill(session, actor, lookups, draft, words)
            _answer(session, actor, draft_id, now)


def _answer(session: Session, actor: Actor, draft_id: int | None, now: datetime) -> None:
    draft = drafts.get(session, actor.workspace_id, draft_id) if draft_id is not None else None
    if draft is not None:
        drafting.show(session, actor, draft, now, why="said")


def _fill(session: Session, actor: Actor, lookups: Lookups, draft: Draft, transcript: str) -> None:
    """A clip's words into its draft."""
    draft.look_at = None
    try:
        state, rules = _read(session, actor, lookups, transcript, draft.said_at, CLIP)
    except TooLong as long:
        draft.status, draft.state = drafts.UNREADABLE, {"length": long.length}
        return
    draft.status, draft.state, draft.rules = drafts.OPEN, kept.as_row(state), rules


def _read(
    session: Session, actor: Actor, lookups: Lookups, text: str, said_at: datetime, source: str
) -> tuple[VisitForm, list[str]]:
    """What a line says with nothing of a patient in it, and the rules of what was replaced."""
    state = lines.read(session, actor, lookups, text, now=said_at, source=source)
    known = guarding.known_channels(session, actor, state)
    rules = list(dict.fromkeys(doubt.rule for doubt in guarding.doubts(state, known)))
    return guarding.without(state, known), rules


def _store(session: Session, actor: Actor, draft: Draft, state: VisitForm, now: datetime) -> None:
    known = guarding.known_channels(session, actor, state)
    visit = parsing.visit(state, today=actor.today(now), known=known)
    drafting.take_up(session, actor, draft, state, visit, now)


def _in_form(body: Payload) -> bool:
    return bool(body.get("view")) and body["view"]["type"] == "modal"


def _on_home(body: Payload) -> bool:
    return bool(body.get("view")) and body["view"]["type"] == "home"


def _show_in_form(
    body: Payload,
    client: WebClient,
    actor: Actor,
    sessions: Sessions,
    state: VisitForm,
    now: datetime,
) -> None:
    shown = body["view"]
    with reading(sessions) as session:
        view, _ = drafting.form(session, actor, state, now)
    showing.anew(client, shown, view)


def _must_be_open(draft: Draft) -> None:
    if draft.status != drafts.OPEN:
        raise DraftGone


def _is_clip(file: Payload) -> bool:
    # Some clips are called video by their type; what Slack recorded itself bears its own mark.
    mimetype = str(file.get("mimetype") or "")
    return file.get("subtype") == "slack_audio" or mimetype.startswith("audio/")


def _transcript(file: Payload) -> str:
    """The words of a clip when Slack has them all; the longer ones are in a file of their own."""
    heard = file.get("transcription") or {}
    preview = heard.get("preview") or {}
    if heard.get("status") != "complete" or preview.get("has_more"):
        return ""
    return str(preview.get("content") or "")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _line_in_slack(client: WebClient, draft: Draft) -> str:
    """The words of a draft's line as they stand in the conversation. Raises LineGone."""
    if draft.channel_id is None or draft.message_ts is None:
        raise LineGone
    found = client.conversations_history(
        channel=draft.channel_id,
        oldest=draft.message_ts,
        latest=draft.message_ts,
        inclusive=True,
        limit=1,
    ).get("messages")
    place = int(draft.key.rpartition(":")[2])
    told = _lines(str(found[0].get("text") or "")) if found else []
    if place >= len(told):
        raise LineGone
    return told[place]
